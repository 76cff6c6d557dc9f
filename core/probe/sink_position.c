/* The key, from 0, whose alpha_k (mean over the windows) is largest in each head. The last eight keys
 * of those that are measured are left out: alpha_k is near 1 there by construction (at the last one it
 * is the weight on itself of one query). */
#include "probe.h"

enum { LAST_KEYS = 8 };

extern const sl_probe_type sl_probe_alpha_keys;

static void derive(const sl_trainer *t, const float *alpha, float *out) {
  const sl_dims *d = &t->model.dims;
  int keys = d->T - sl_model_front(&t->model.config);
  if (keys > t->config.eval.tokens) keys = t->config.eval.tokens;
  for (int head = 0; head < d->L * d->H; head++, alpha += d->T) {
    int best = 0;
    for (int j = 1; j < keys - LAST_KEYS; j++)
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
