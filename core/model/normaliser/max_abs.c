/* Z = max(|sum_j sim_j|, 1): kernels whose weights may be negative are divided by their sum only where
 * that is large. Where it is, Z dL/de_i = dL/dw_i - sign(sum) sum_j w_j dL/dw_j. */
#include "normaliser_common.h"

static sl_real total(const sl_row *r, const sl_real *x) {
  sl_real sum = 0;
  for (int i = 0; i < r->n; i++) sum += x[i];
  return sum;
}

static sl_real forward(const sl_row *r, sl_real floor, sl_real *e) {
  sl_real sum = total(r, e), size = sum < 0 ? -sum : sum;
  (void)floor;
  return size > 1 ? sl_row_divide(r, size, e) : 1;
}

static void backward(const sl_row *r, const sl_real *w, sl_real inverse_z, sl_real *d) {
  if (inverse_z == 1) return;
  sl_real mean = r->k->dot((size_t)r->n, w, d);
  if (total(r, w) < 0) mean = -mean;
  for (int i = 0; i < r->n; i++) d[i] -= mean;
}

const sl_normaliser_type sl_normaliser_max_abs = {
    .desc = {"max_abs", "Sum, at least 1",
             "The size of the row's sum, or 1 where that is smaller: safe for weights that may be "
             "negative.",
             "arXiv 2410.10781, sec. 7.4", NULL},
    .forward = forward,
    .backward = backward};
