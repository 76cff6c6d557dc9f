/* alpha_k of every key k: the mean weight it gets from the queries at and behind it (Gu et al. 2025,
 * sec. 3.2). */
#include "probe.h"

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  double alpha[SL_WINDOW_MAX];
  for (int head = 0; head < d->L * d->H; head++) {
    sl_look_alphas(k, head / d->H, head % d->H, 0, d->T, alpha);
    for (int j = 0; j < d->T; j++) *out++ += (float)alpha[j];
  }
}

const sl_probe_type sl_probe_alpha_keys = {
    .desc = {"alpha_keys", "Attention to every key",
             "Mean attention that each key gets from itself and the tokens behind it, by layer "
             "and head.",
             "arXiv 2410.10781, sec. 3.2", NULL},
    .kind = "tokens",
    .shape = "LHT",
    .needs = "attention.weights",
    .add = add};
