/* Settings that several optimisers have, each written once, and the step of Adam that most of them
 * take for some or all tensors. */
#ifndef SL_OPTIMISER_SETTINGS_H
#define SL_OPTIMISER_SETTINGS_H

#include "../../base/math.h"
#include "../train.h"

/* Parts of a list of parameters; `settings` is the row's struct. */
#define SL_OPTIMISER_SHARE(settings, member, name, value, most, text)                              \
  {                                                                                                \
    .key = #member, .label = name, .type = SL_REAL, .def = value, .min = 0.01, .max = most,        \
    .offset = offsetof(settings, member), .help = text                                             \
  }
#define SL_OPTIMISER_BETA1(settings, value)                                                        \
  SL_OPTIMISER_SHARE(settings, beta1, "β₁", value, 0.9999, "Memory of the mean gradient.")
#define SL_OPTIMISER_BETA2(settings, value)                                                        \
  SL_OPTIMISER_SHARE(settings, beta2, "β₂", value, 0.99999, "Memory of the mean squared gradient.")
#define SL_OPTIMISER_EPS(settings)                                                                 \
  {                                                                                                \
    .key = "eps", .label = "Epsilon", .type = SL_REAL, .scale = SL_LOG, .def = 1e-8, .min = 1e-12, \
    .max = 1e-2, .offset = offsetof(settings, eps), .help = "Keeps the division finite."           \
  }
#define SL_OPTIMISER_MOMENTUM(settings, value, text)                                               \
  {                                                                                                \
    .key = "momentum", .label = "Momentum", .type = SL_REAL, .def = value, .min = 0, .max = 0.999, \
    .offset = offsetof(settings, momentum), .live = 1, .help = text                                \
  }
#define SL_OPTIMISER_DECAY(settings, value, text)                                                  \
  {                                                                                                \
    .key = "decay", .label = "Weight decay", .type = SL_REAL, .def = value, .min = 0, .max = 10,   \
    .offset = offsetof(settings, decay), .live = 1, .help = text                                   \
  }
#define SL_DECOUPLED                                                                               \
  "Share of every matrix that is taken away, times the learning rate, at each step."
#define SL_IN_GRADIENT "Times each matrix, added to its gradient: the oldest form of decay."

typedef struct sl_adam_settings {
  double beta1, beta2, eps, decay;
} sl_adam_settings;

/* What the kernel needs for this step of Adam with decoupled decay. */
static inline sl_adamw_step sl_adam_step(const sl_adam_settings *c, const sl_update *u) {
  double t = (double)u->t;
  return (sl_adamw_step){.lr = (sl_real)u->lr,
                         .beta1 = (sl_real)c->beta1,
                         .beta2 = (sl_real)c->beta2,
                         .eps = (sl_real)c->eps,
                         .decay = u->decays ? (sl_real)c->decay : 0,
                         .correct1 = (sl_real)(1 / (1 - sl_pow(c->beta1, t))),
                         .correct2 = (sl_real)(1 / (1 - sl_pow(c->beta2, t))),
                         .grad_scale = (sl_real)u->grad_scale};
}

/* Moments under 1e-36 become 0, as in the kernels: denormal numbers are slow. */
static inline sl_real sl_moment(sl_real x) {
  return x < (sl_real)1e-36 && x > (sl_real)-1e-36 ? 0 : x;
}

#endif
