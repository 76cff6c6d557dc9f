/* Z_i = the number of keys that query i sees (Wortsman et al. 2023, arXiv 2309.08586, sec. 3). */
#include "normaliser_common.h"

static sl_real forward(const sl_row *r, sl_real floor, sl_real *e) {
  (void)floor;
  return sl_row_divide(r, (sl_real)r->n, e);
}

const sl_normaliser_type sl_normaliser_keys = {
    .desc = {"keys", "Number of keys",
             "The number of keys that the query sees: long rows do not weigh more than short ones.",
             "arXiv 2309.08586, sec. 3", NULL},
    .forward = forward};
