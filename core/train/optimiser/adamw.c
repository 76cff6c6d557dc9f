/* AdamW (Loshchilov & Hutter 2019, alg. 2): Adam with the decay applied to the weights themselves:
 * w -= lr (m^ / (sqrt(v^) + eps) + decay w). */
#include "optimiser_settings.h"

static void update(const sl_kernels *k, const void *s, const sl_update *u, size_t n,
                   const sl_real *g, sl_real *w, sl_real *m, sl_real *v) {
  sl_adamw_step step = sl_adam_step(s, u);
  k->adamw(n, &step, g, w, m, v);
}

static const sl_param params[] = {SL_OPTIMISER_BETA1(sl_adam_settings, 0.9),
                                  SL_OPTIMISER_BETA2(sl_adam_settings, 0.95),
                                  SL_OPTIMISER_EPS(sl_adam_settings),
                                  SL_OPTIMISER_DECAY(sl_adam_settings, 0.1, SL_DECOUPLED),
                                  {0}};

const sl_optimiser_type sl_optimiser_adamw = {
    .desc = {"adamw", "AdamW",
             "Each weight moves at its own pace, and all shrink a little (decoupled decay).",
             "arXiv 1711.05101, alg. 2", params},
    .states = 2,
    .update = update};
