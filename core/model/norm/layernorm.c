/* LayerNorm (Ba et al. 2016, eq. 4): y = w (x - mean) / sqrt(var + eps) + b. Saved: mean and
 * 1/deviation (N,2). */
#include "norm_settings.h"

static void plan(sl_plan *p, const sl_dims *d, sl_norm *n) {
  n->weight = sl_plan_param(p, "weight", (int[]){d->C, 0}, SL_INIT_ONE, 0);
  n->bias = sl_plan_param(p, "bias", (int[]){d->C, 0}, SL_INIT_ZERO, 0);
  n->stat = sl_plan_add(p, SL_SAVED, "mean_inverse_deviation", (int[]){d->N, 2, 0});
}

static void forward(const sl_pass *p, const sl_norm *n, const sl_real *x, sl_real *y) {
  p->k->layernorm(p->N, p->model->dims.C, sl_norm_eps(n), x, sl_weight(p, n->weight),
                  sl_weight(p, n->bias), y, sl_at(p, n->stat));
}

static void backward(const sl_pass *p, const sl_norm *n, const sl_real *x, const sl_real *dy,
                     sl_real *dx) {
  p->k->layernorm_back(p->N, p->model->dims.C, x, sl_weight(p, n->weight), sl_at(p, n->stat), dy,
                       dx, sl_grad(p, n->weight), sl_grad(p, n->bias));
}

static const sl_param params[] = SL_NORM_PARAMS;

const sl_norm_type sl_norm_layernorm = {
    .desc = {"layernorm", "LayerNorm",
             "Takes the mean out of each token's vector, then divides by its standard deviation.",
             "arXiv 1607.06450, eq. 4", params},
    .plan = plan,
    .forward = forward,
    .backward = backward};
