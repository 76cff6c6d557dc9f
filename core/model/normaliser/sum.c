/* Z = sum_j sim_j: the weights of a row add up to one, so a head that has nothing to say must put
 * its attention somewhere. Z dL/de_i = dL/dw_i - sum_j w_j dL/dw_j. */
#include "../model.h"

static sl_real forward(const sl_kernels *k, int n, sl_real *e) {
  sl_real z = 0;
  for (int i = 0; i < n; i++) z += e[i];
  sl_real r = 1 / z;
  k->scale((size_t)n, r, e);
  return r;
}

static void backward(const sl_kernels *k, int n, const sl_real *w, sl_real *d) {
  sl_real mean = k->dot((size_t)n, w, d);
  for (int i = 0; i < n; i++) d[i] -= mean;
}

const sl_normaliser_type sl_normaliser_sum = {
    .desc = {"sum", "Sum", "The sum of the row: its weights add up to one.",
             "arXiv 2410.10781, sec. 7", NULL},
    .scale_free = 1,
    .unit_rows = 1,
    .forward = forward,
    .backward = backward};
