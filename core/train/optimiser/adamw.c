/* AdamW (Loshchilov & Hutter 2019, alg. 2): Adam with the decay applied to the weights themselves:
 * w -= lr (m^ / (sqrt(v^) + eps) + decay w). */
#include "../../base/math.h"
#include "../train.h"

typedef struct settings {
  double beta1, beta2, eps, decay;
} settings;

static void update(const sl_kernels *k, const void *s, const sl_update *u, size_t n,
                   const sl_real *g, sl_real *w, sl_real *m, sl_real *v) {
  const settings *c = s;
  double t = (double)u->t;
  sl_adamw_step step = {.lr = (sl_real)u->lr,
                        .beta1 = (sl_real)c->beta1,
                        .beta2 = (sl_real)c->beta2,
                        .eps = (sl_real)c->eps,
                        .decay = u->decays ? (sl_real)c->decay : 0,
                        .correct1 = (sl_real)(1 / (1 - sl_pow(c->beta1, t))),
                        .correct2 = (sl_real)(1 / (1 - sl_pow(c->beta2, t))),
                        .grad_scale = (sl_real)u->grad_scale};
  k->adamw(n, &step, g, w, m, v);
}

static const sl_param params[] = {
    {.key = "beta1",
     .label = "β₁",
     .type = SL_REAL,
     .def = 0.9,
     .min = 0.01,
     .max = 0.9999,
     .offset = offsetof(settings, beta1),
     .help = "Memory of the mean gradient."},
    {.key = "beta2",
     .label = "β₂",
     .type = SL_REAL,
     .def = 0.95,
     .min = 0.01,
     .max = 0.99999,
     .offset = offsetof(settings, beta2),
     .help = "Memory of the mean squared gradient."},
    {.key = "eps",
     .label = "Epsilon",
     .type = SL_REAL,
     .scale = SL_LOG,
     .def = 1e-8,
     .min = 1e-12,
     .max = 1e-2,
     .offset = offsetof(settings, eps),
     .help = "Keeps the division finite."},
    {.key = "decay",
     .label = "Weight decay",
     .type = SL_REAL,
     .def = 0.1,
     .min = 0,
     .max = 10,
     .offset = offsetof(settings, decay),
     .help = "Share of every matrix that is taken away, times the learning rate, at each step."},
    {0}};

const sl_optimiser_type sl_optimiser_adamw = {
    .desc = {"adamw", "AdamW",
             "Each weight moves at its own pace, and all shrink a little (decoupled decay).",
             "arXiv 1711.05101, alg. 2", params},
    .states = 2,
    .update = update};
