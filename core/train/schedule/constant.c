#include "../train.h"

static double factor(const void *settings, double progress) {
  (void)settings, (void)progress;
  return 1;
}

const sl_schedule_type sl_schedule_constant = {
    .desc = {"constant", "Constant", "The learning rate stays after the warm-up.", NULL, NULL},
    .factor = factor};
