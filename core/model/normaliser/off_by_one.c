/* Z = 1 + sum_j sim_j (Miller 2023, "Attention is off by one"): softmax with a key of score zero and
 * value zero that everybody sees. Z dL/de_i = dL/dw_i - sum_j w_j dL/dw_j. */
#include "normaliser_common.h"

static sl_real forward(const sl_row *r, sl_real floor, sl_real *e) {
  (void)floor;
  return sl_row_divide(r, r->one + sl_row_sum(r, e), e);
}

static void backward(const sl_row *r, const sl_real *w, sl_real inverse_z, sl_real *d) {
  (void)inverse_z;
  sl_row_through_sum(r, 1, w, d);
}

const sl_normaliser_type sl_normaliser_off_by_one = {
    .desc = {"off_by_one", "Off by one",
             "One more than the sum of the row: a head may leave its attention unspent.",
             "arXiv 2309.17453, eq. 2", NULL},
    .knows_one = 1,
    .is_positive = 1,
    .forward = forward,
    .backward = backward};
