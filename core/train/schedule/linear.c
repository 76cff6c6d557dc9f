/* A straight line from 1 down to `floor`. */
#include "schedule_floor.h"

typedef struct settings {
  double floor;
} settings;

static double factor(const void *s, double progress) {
  return sl_schedule_fall(((const settings *)s)->floor, 1 - progress);
}

static const sl_param params[] = {SL_SCHEDULE_FLOOR(settings, 0), {0}};

const sl_schedule_type sl_schedule_linear = {
    .desc = {"linear", "Linear", "The learning rate falls along a straight line.", NULL, params},
    .factor = factor};
