/* RMSProp (Hinton 2012, lecture 6e; momentum and decay as PyTorch has them): g' = g + decay w,
 * v = alpha v + (1 - alpha) g'^2, m = momentum m + g' / (sqrt(v) + eps), w -= lr m. */
#include "optimiser_settings.h"

typedef struct settings {
  double alpha, eps, momentum, decay;
} settings;

static void update(const sl_kernels *k, const void *s, const sl_update *u, size_t n,
                   const sl_real *g, sl_real *w, sl_real *m, sl_real *v) {
  const settings *c = s;
  (void)k;
  const sl_real lr = (sl_real)u->lr, scale = (sl_real)u->grad_scale;
  const sl_real alpha = (sl_real)c->alpha, fresh = 1 - alpha, eps = (sl_real)c->eps;
  const sl_real momentum = (sl_real)c->momentum, decay = u->decays ? (sl_real)c->decay : 0;
  for (size_t i = 0; i < n; i++) {
    sl_real d = scale * g[i] + decay * w[i];
    v[i] = sl_moment(alpha * v[i] + fresh * (d * d));
    m[i] = sl_moment(momentum * m[i] + d / ((sl_real)sl_sqrt((double)v[i]) + eps));
    w[i] -= lr * m[i];
  }
}

static const sl_param params[] = {
    SL_OPTIMISER_SHARE(settings, alpha, "α", 0.99, 0.99999, "Memory of the mean squared gradient."),
    SL_OPTIMISER_EPS(settings),
    SL_OPTIMISER_MOMENTUM(settings, 0, "Share of the last move that goes on; 0: none of it."),
    SL_OPTIMISER_DECAY(settings, 0, SL_IN_GRADIENT),
    {0}};

const sl_optimiser_type sl_optimiser_rmsprop = {
    .desc = {"rmsprop", "RMSProp",
             "Each gradient is divided by its own usual size: what Adam does, without its mean.",
             NULL, params},
    .states = 2,
    .update = update};
