/* RMSNorm (Zhang & Sennrich 2019, eq. 4): y = w x / sqrt(mean(x^2) + eps). Saved: 1/rms (N). */
#include "norm_settings.h"

static void plan(sl_plan *p, const sl_dims *d, sl_norm *n) {
  n->weight = sl_plan_param(p, "weight", (int[]){d->C, 0}, SL_INIT_ONE, 0);
  n->stat = sl_plan_add(p, SL_SAVED, "inverse_rms", (int[]){d->N, 0});
}

static void forward(const sl_pass *p, const sl_norm *n, const sl_real *x, sl_real *y) {
  p->k->rmsnorm(p->N, p->model->dims.C, sl_norm_eps(n), x, sl_weight(p, n->weight), y,
                sl_at(p, n->stat));
}

static void backward(const sl_pass *p, const sl_norm *n, const sl_real *x, const sl_real *dy,
                     sl_real *dx) {
  p->k->rmsnorm_back(p->N, p->model->dims.C, x, sl_weight(p, n->weight), sl_at(p, n->stat), dy, dx,
                     sl_grad(p, n->weight));
}

static const sl_param params[] = SL_NORM_PARAMS;

const sl_norm_type sl_norm_rmsnorm = {
    .desc = {"rmsnorm", "RMSNorm", "Divides each token's vector by its root mean square.",
             "arXiv 1910.07467, eq. 4", params},
    .plan = plan,
    .forward = forward,
    .backward = backward};
