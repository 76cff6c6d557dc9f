/* Z = sum_j sim_j / alpha: the weights of a row add up to alpha. Z dL/de_i = dL/dw_i - sum_j w_j dL/dw_j
 * / alpha. */
#include "normaliser_common.h"

typedef struct settings {
  double alpha;
} settings;

static sl_real alpha_of(const sl_row *r) {
  return (sl_real)((const settings *)r->normaliser)->alpha;
}

static sl_real forward(const sl_row *r, sl_real floor, sl_real *e) {
  return sl_row_divide(r, (sl_row_sum(r, e) + floor) / alpha_of(r), e);
}

static void backward(const sl_row *r, const sl_real *w, sl_real inverse_z, sl_real *d) {
  (void)inverse_z;
  sl_row_through_sum(r, 1 / alpha_of(r), w, d);
}

static const sl_param params[] = {{.key = "alpha",
                                   .label = "Weights add up to α",
                                   .type = SL_REAL,
                                   .scale = SL_LOG,
                                   .def = 0.2,
                                   .min = 0.01,
                                   .max = 10,
                                   .offset = offsetof(settings, alpha),
                                   .help = "What the weights of a row add up to."},
                                  {0}};

const sl_normaliser_type sl_normaliser_scaled = {
    .desc = {"scaled", "Sum over α", "The sum of the row over α: its weights add up to α.",
             "arXiv 2410.10781, app. D.4", params},
    .scale_free = 1,
    .divides = 1,
    .forward = forward,
    .backward = backward};
