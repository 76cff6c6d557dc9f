/* The key, from 0, whose alpha_k (mean over the windows) is largest in each head. */
#include "probe.h"

extern const sl_probe_type sl_probe_alpha_keys;

static void derive(const sl_trainer *t, const float *alpha, float *out) {
  const sl_dims *d = &t->model.dims;
  const int keys = sl_sink_keys(t);
  for (int head = 0; head < d->L * d->H; head++, alpha += d->T) {
    int best = 0;
    for (int j = 1; j < keys; j++)
      if (alpha[j] > alpha[best]) best = j;
    out[head] = (float)best;
  }
}

const sl_probe_type sl_probe_sink_position = {
    .desc = {"sink_position", "Where the sink is",
             "The key that gets the most attention in each head, counted from 0; the last eight "
             "are left out, for few queries see them.",
             "arXiv 2410.10781, sec. 3.2", NULL},
    .kind = "matrix",
    .shape = "LH",
    .needs = "attention.weights",
    .from = &sl_probe_alpha_keys,
    .derive = derive};
