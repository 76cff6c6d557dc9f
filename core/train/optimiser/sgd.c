/* Stochastic gradient descent with momentum: m = momentum m + g, w -= lr (m + decay w). */
#include "optimiser_settings.h"

typedef struct settings {
  double momentum, decay;
} settings;

static void update(const sl_kernels *k, const void *s, const sl_update *u, size_t n,
                   const sl_real *g, sl_real *w, sl_real *m, sl_real *unused) {
  const settings *c = s;
  (void)unused;
  sl_sgd_step step = {.lr = (sl_real)u->lr,
                      .momentum = (sl_real)c->momentum,
                      .decay = u->decays ? (sl_real)c->decay : 0,
                      .grad_scale = (sl_real)u->grad_scale};
  k->sgd(n, &step, g, w, m);
}

static const sl_param params[] = {
    SL_OPTIMISER_MOMENTUM(settings, 0.9, "Share of the last move that goes on."),
    SL_OPTIMISER_DECAY(settings, 0, SL_DECOUPLED),
    {0}};

const sl_optimiser_type sl_optimiser_sgd = {
    .desc = {"sgd", "SGD with momentum",
             "Every weight follows the gradient itself, with some inertia.", NULL, params},
    .states = 1,
    .update = update};
