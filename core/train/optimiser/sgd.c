/* Stochastic gradient descent with momentum: m = momentum m + g, w -= lr (m + decay w). */
#include "../train.h"

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
    {.key = "momentum",
     .label = "Momentum",
     .type = SL_REAL,
     .def = 0.9,
     .min = 0,
     .max = 0.999,
     .offset = offsetof(settings, momentum),
     .help = "Share of the last move that goes on."},
    {.key = "decay",
     .label = "Weight decay",
     .type = SL_REAL,
     .def = 0,
     .min = 0,
     .max = 10,
     .offset = offsetof(settings, decay),
     .help = "Share of every matrix that is taken away, times the learning rate, at each step."},
    {0}};

const sl_optimiser_type sl_optimiser_sgd = {
    .desc = {"sgd", "SGD with momentum",
             "Every weight follows the gradient itself, with some inertia.", NULL, params},
    .states = 1,
    .update = update};
