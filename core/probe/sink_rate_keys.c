/* Sink_k of every key k: the share of windows, layers and heads in which alpha_k > epsilon (Gu et al.
 * 2025, sec. 3.2). Keys at the window's end are near 1 whatever the head does: few queries see them, and
 * a query has few keys fewer than they. */
#include "probe.h"

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  double alpha[SL_WINDOW_MAX];
  for (int head = 0; head < d->L * d->H; head++) {
    sl_look_alphas(k, head / d->H, head % d->H, 0, d->T, alpha);
    for (int j = 0; j < d->T; j++) out[j] += (float)(alpha[j] > k->epsilon) / (float)(d->L * d->H);
  }
}

const sl_probe_type sl_probe_sink_rate_keys = {
    .desc = {"sink_rate_keys", "Sink rate of every key",
             "Share of heads and windows in which each key takes more than ε of the attention of "
             "the queries that see it; the last keys have few.",
             "arXiv 2410.10781, sec. 3.2", NULL},
    .kind = "tokens",
    .shape = "T",
    .needs = "attention.weights",
    .add = add};
