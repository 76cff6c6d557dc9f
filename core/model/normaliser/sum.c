/* Z = sum_j sim_j: the weights of a row add up to one, so a head that has nothing to say must put
 * its attention somewhere. Z dL/de_i = dL/dw_i - sum_j w_j dL/dw_j. */
#include "normaliser_common.h"

static sl_real forward(const sl_row *r, sl_real floor, sl_real *e) {
  return sl_row_divide(r, sl_row_sum(r, e) + floor, e);
}

static void backward(const sl_row *r, const sl_real *w, sl_real inverse_z, sl_real *d) {
  (void)inverse_z;
  sl_row_through_sum(r, 1, w, d);
}

const sl_normaliser_type sl_normaliser_sum = {
    .desc = {"sum", "Sum", "The sum of the row: its weights add up to one.",
             "arXiv 2410.10781, sec. 7.4", NULL},
    .scale_free = 1,
    .divides = 1,
    .unit_rows = 1,
    .forward = forward,
    .backward = backward};
