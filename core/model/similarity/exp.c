/* sim(q, k) = exp(q.k / sqrt(D)): with the sum as normaliser this is softmax. dsim/ds = a sim. */
#include "../model.h"

static void forward(const sl_kernels *k, int n, sl_real a, sl_real shift, const sl_real *s,
                    sl_real *e) {
  k->exp_row((size_t)n, a, shift, s, e);
}

/* dL/ds = (Z dL/de / Z) a e = a w (Z dL/de): 1/Z cancels. */
static void backward(const sl_kernels *k, int n, sl_real a, const sl_real *w, sl_real r,
                     sl_real *d) {
  (void)k, (void)r;
  for (int i = 0; i < n; i++) d[i] = a * w[i] * d[i];
}

const sl_similarity_type sl_similarity_exp = {
    .desc = {"exp", "Exponential",
             "The exponential of the scaled dot product: with the sum as normaliser, softmax.",
             "arXiv 2410.10781, sec. 7", NULL},
    .shifts = 1,
    .forward = forward,
    .backward = backward};
