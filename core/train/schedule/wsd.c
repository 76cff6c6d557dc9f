/* Warm-up, stable, decay (Hu et al. 2024, eq. 1; the fall a straight line, as Hagele et al. 2024): 1 for
 * the first part of the steps after the warm-up, then a line down to `floor`. */
#include "schedule_floor.h"

typedef struct settings {
  double share, floor;
} settings;

static double factor(const void *s, double progress) {
  const settings *c = s;
  double left = (1 - progress) / c->share;
  return sl_schedule_fall(c->floor, left < 1 ? left : 1);
}

static const sl_param params[] = {
    {.key = "share",
     .label = "Falling share",
     .type = SL_REAL,
     .def = 0.2,
     .min = 0.01,
     .max = 1,
     .offset = offsetof(settings, share),
     .help = "Share of the steps after the warm-up in which the learning rate falls; before, it "
             "stays."},
    SL_SCHEDULE_FLOOR(settings, 0),
    {0}};

const sl_schedule_type sl_schedule_wsd = {
    .desc = {"wsd", "Warm-up, stable, decay",
             "The learning rate stays for most of the run and falls along a line at its end.",
             "arXiv 2404.06395, eq. 1", params},
    .factor = factor};
