/* Sliding-window attention: token t sees t - size + 1 .. t. */
#include "mask_settings.h"

static int first(const void *settings, int t) {
  int size = ((const sl_mask_settings *)settings)->size;
  return t < size ? 0 : t - size + 1;
}

static const sl_param params[] = SL_MASK_PARAMS;

const sl_mask_type sl_mask_shifted_window = {
    .desc = {"shifted_window", "Shifted window",
             "A token sees itself and the few tokens right before it, wherever it stands.",
             "arXiv 2410.10781, sec. 6", params},
    .first = first};
