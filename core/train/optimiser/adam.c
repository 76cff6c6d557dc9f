/* Adam (Kingma & Ba 2015, alg. 1), its decay in the gradient: g' = g + decay w, then as AdamW without
 * decay: w -= lr m^ / (sqrt(v^) + eps). So weights with large gradients decay less. */
#include "optimiser_settings.h"

static void update(const sl_kernels *k, const void *s, const sl_update *u, size_t n,
                   const sl_real *g, sl_real *w, sl_real *m, sl_real *v) {
  enum { BLOCK = 256 };
  sl_real felt[BLOCK];
  sl_adamw_step step = sl_adam_step(s, u);
  const sl_real scale = step.grad_scale, decay = step.decay;
  step.grad_scale = 1;
  step.decay = 0;
  for (size_t at = 0; at < n; at += BLOCK) {
    size_t here = n - at < BLOCK ? n - at : BLOCK;
    for (size_t i = 0; i < here; i++) felt[i] = scale * g[at + i] + decay * w[at + i];
    k->adamw(here, &step, felt, w + at, m + at, v + at);
  }
}

static const sl_param params[] = {SL_OPTIMISER_BETA1(sl_adam_settings, 0.9),
                                  SL_OPTIMISER_BETA2(sl_adam_settings, 0.95),
                                  SL_OPTIMISER_EPS(sl_adam_settings),
                                  SL_OPTIMISER_DECAY(sl_adam_settings, 0, SL_IN_GRADIENT),
                                  {0}};

const sl_optimiser_type sl_optimiser_adam = {
    .desc = {"adam", "Adam",
             "Each weight moves at its own pace; decay, if any, goes through the gradient.",
             "arXiv 1412.6980, alg. 1", params},
    .states = 2,
    .update = update};
