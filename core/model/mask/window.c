/* Attention in blocks: token t sees the tokens of its own block of `size`, up to itself. */
#include "mask_settings.h"

static int first(const void *settings, int t) {
  return t - t % ((const sl_mask_settings *)settings)->size;
}

static const sl_param params[] = SL_MASK_PARAMS;

const sl_mask_type sl_mask_window = {
    .desc = {"window", "Window",
             "The context is cut into blocks, and a token sees its own block up to itself.",
             "arXiv 2410.10781, sec. 6", params},
    .first = first};
