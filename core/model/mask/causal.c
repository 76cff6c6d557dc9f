#include "../model.h"

static int first(const void *settings, int t) {
  (void)settings, (void)t;
  return 0;
}

const sl_mask_type sl_mask_causal = {.desc = {"causal", "Causal",
                                              "A token sees itself and all that come before it.",
                                              "arXiv 1706.03762, sec. 3.2.3", NULL},
                                     .first = first};
