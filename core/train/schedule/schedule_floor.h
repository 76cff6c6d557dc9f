/* The setting of every schedule that falls. */
#ifndef SL_SCHEDULE_FLOOR_H
#define SL_SCHEDULE_FLOOR_H

#include "../train.h"

#define SL_SCHEDULE_FLOOR(settings, value)                                                         \
  {                                                                                                \
    .key = "floor", .label = "Floor", .type = SL_REAL, .def = value, .min = 0, .max = 1,           \
    .offset = offsetof(settings, floor), .help = "Share of the learning rate left at the end."     \
  }

/* From 1 down to the floor; left: the share of the way that lies ahead. */
static inline double sl_schedule_fall(double floor, double left) {
  return floor + (1 - floor) * left;
}

#endif
