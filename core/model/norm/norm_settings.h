/* The one setting that all norms share. */
#ifndef SL_NORM_SETTINGS_H
#define SL_NORM_SETTINGS_H

#include "../model.h"

#define SL_NORM_PARAMS                                                                             \
  {                                                                                                \
    {.key = "eps",                                                                                 \
     .label = "Epsilon",                                                                           \
     .type = SL_REAL,                                                                              \
     .scale = SL_LOG,                                                                              \
     .def = 1e-5,                                                                                  \
     .min = 1e-8,                                                                                  \
     .max = 1e-2,                                                                                  \
     .offset = offsetof(sl_norm_settings, eps),                                                    \
     .help = "Added to the mean square so that a row of zeros can be divided."},                   \
    {                                                                                              \
      0                                                                                            \
    }                                                                                              \
  }

static inline sl_real sl_norm_eps(const sl_norm *n) {
  return (sl_real)((const sl_norm_settings *)n->settings)->eps;
}

#endif
