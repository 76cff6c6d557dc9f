/* sim = q.k / sqrt(D): linear attention without a feature map (Gu et al. 2025, sec. 7.4). */
#include "similarity_common.h"

const sl_similarity_type sl_similarity_identity = {
    .desc = {"identity", "Identity kernel",
             "The scaled dot product itself: weights may be negative, and no exponential makes one "
             "key stand out.",
             "arXiv 2410.10781, sec. 7.4", NULL},
    .is_signed = 1,
    .can_vanish = 1,
    .is_kernel = 1,
    .forward = sl_similarity_linear,
    .backward = sl_similarity_linear_back};
