/* The one setting that the masks with a window share. */
#ifndef SL_MASK_SETTINGS_H
#define SL_MASK_SETTINGS_H

#include "../model.h"

typedef struct sl_mask_settings {
  int32_t size;
} sl_mask_settings;

#define SL_MASK_PARAMS                                                                             \
  {                                                                                                \
    {.key = "size",                                                                                \
     .label = "Window",                                                                            \
     .unit = "tokens",                                                                             \
     .type = SL_INT,                                                                               \
     .scale = SL_POWER2,                                                                           \
     .def = 32,                                                                                    \
     .min = 1,                                                                                     \
     .max = 2048,                                                                                  \
     .offset = offsetof(sl_mask_settings, size),                                                   \
     .help = "Tokens in a window of attention, the query's own among them."},                      \
    {                                                                                              \
      0                                                                                            \
    }                                                                                              \
  }

#endif
