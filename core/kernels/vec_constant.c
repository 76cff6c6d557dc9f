#include "vec.h"

#define LANES(a)                                                                                   \
  { a, a, a, a }

const vec_constants vec_constant __attribute__((aligned(16))) = {
    .exp_least = LANES(-80.0f),
    .exp_most = LANES(88.0f),
    .shift = LANES(12582912.0f), /* 1.5 * 2^23 */
    .log2e = LANES(1.44269504f),
    .ln2_high = LANES(0.693359375f), /* nine bits, so that its products with n are exact */
    .ln2_low = LANES(-2.12194440e-4f),
    .c2 = LANES(0.499999934f),
    .c3 = LANES(0.166665204f),
    .c4 = LANES(0.0416683908f),
    .c5 = LANES(0.00836874532f),
    .c6 = LANES(0.00138145378f),
    .one = LANES(1.0f),
    .tiny = LANES(1e-30f),
    .gelu_linear = LANES(1.59576912160573071176f), /* 2 sqrt(2/pi) */
    .gelu_cubic = LANES((float)(1.59576912160573071176 * 0.044715)),
    .gelu_slope = LANES(3 * (float)(1.59576912160573071176 * 0.044715)),
};
