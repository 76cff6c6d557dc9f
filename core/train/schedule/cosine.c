/* Half a cosine from 1 down to `floor` (Loshchilov & Hutter 2017, eq. 5, without restarts). */
#include "../../base/math.h"
#include "schedule_floor.h"

typedef struct settings {
  double floor;
} settings;

static double factor(const void *s, double progress) {
  return sl_schedule_fall(((const settings *)s)->floor,
                          0.5 * (1 + sl_cos(3.141592653589793 * progress)));
}

static const sl_param params[] = {SL_SCHEDULE_FLOOR(settings, 0.1), {0}};

const sl_schedule_type sl_schedule_cosine = {
    .desc = {"cosine", "Cosine", "The learning rate falls along half a cosine.",
             "arXiv 1608.03983, eq. 5", params},
    .factor = factor};
