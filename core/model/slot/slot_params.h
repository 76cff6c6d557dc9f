/* Settings that several slots share, each to be put in a row's list. */
#ifndef SL_SLOT_PARAMS_H
#define SL_SLOT_PARAMS_H

#include "../model.h"

#define SL_SLOT_SCALE                                                                              \
  {                                                                                                \
    .key = "scale", .label = "Start scale",                                                        \
    .help = "Standard deviation that the slot's vectors start with.", .type = SL_REAL,             \
    .scale = SL_LOG, .def = 0.02, .min = 0.001, .max = 4,                                          \
    .offset = offsetof(sl_sink_settings, scale)                                                    \
  }

#endif
