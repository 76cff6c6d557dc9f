/* Lion (Chen et al. 2023): c = beta1 m + (1 - beta1) g, w -= lr (sign(c) + decay w), and only
 * then m = beta2 m + (1 - beta2) g. Every weight moves by the learning rate, up or down. */
#include "optimiser_settings.h"

typedef struct settings {
  double beta1, beta2, decay;
} settings;

static void update(const sl_kernels *k, const void *s, const sl_update *u, size_t n,
                   const sl_real *g, sl_real *w, sl_real *m, sl_real *unused) {
  const settings *c = s;
  (void)k, (void)unused;
  const sl_real lr = (sl_real)u->lr, scale = (sl_real)u->grad_scale;
  const sl_real beta1 = (sl_real)c->beta1, beta2 = (sl_real)c->beta2;
  const sl_real decay = u->decays ? (sl_real)c->decay : 0;
  for (size_t i = 0; i < n; i++) {
    sl_real d = scale * g[i], mixed = beta1 * m[i] + (1 - beta1) * d;
    sl_real sign = (sl_real)((mixed > 0) - (mixed < 0));
    w[i] -= lr * (sign + decay * w[i]);
    m[i] = sl_moment(beta2 * m[i] + (1 - beta2) * d);
  }
}

static const sl_param params[] = {
    SL_OPTIMISER_BETA1(settings, 0.9),
    SL_OPTIMISER_SHARE(settings, beta2, "β₂", 0.99, 0.99999,
                       "Memory of the mean gradient, as it is kept for the next step."),
    SL_OPTIMISER_DECAY(settings, 0.1, SL_DECOUPLED),
    {0}};

const sl_optimiser_type sl_optimiser_lion = {
    .desc = {"lion", "Lion",
             "Every weight moves by the same amount, only up or down; wants a smaller rate than "
             "AdamW.",
             "arXiv 2302.06675", params},
    .states = 1,
    .update = update};
