/* Over the queries i whose token stood earlier in what they see, at j - 1 < i - 1, and was followed by a
 * token at j that they see too: the mean share of attention, |w| / sum |w|, on all such j together (Olsson
 * et al. 2022: an induction head looks at what came next the last time). 0 where no token comes again. */
#include "probe.h"

/* The share, or -1 where the token is new. */
static double induced(const sl_look *k, int layer, int head, int query, const sl_span *seen) {
  const int32_t *token = k->pass->tokens + (size_t)k->row * k->pass->model->dims.T;
  const sl_shares s = sl_look_shares(k, layer, head, query);
  double sum = 0;
  int found = 0;
  for (int j = sl_model_front(&k->pass->model->config) + 1; j < query; j++) {
    if (token[j - 1] != token[query] || !sl_sees(seen, j - 1) || !sl_sees(seen, j)) continue;
    found = 1;
    if (s.total > 0) sum += sl_magnitude(s.weight[j]) / s.total;
  }
  return found ? sum : -1;
}

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int head = 0; head < d->L * d->H; head++) {
    sl_span seen = {0};
    double sum = 0;
    int count = 0;
    for (int i = 0; i < k->length; i++) {
      seen = sl_look_span(k, seen, i);
      double share = induced(k, head / d->H, head % d->H, i, &seen);
      if (share < 0) continue;
      sum += share;
      count++;
    }
    if (count) out[head] += (float)(sum / count);
  }
}

const sl_probe_type sl_probe_induction_score = {
    .desc = {"induction_score", "Induction score",
             "Mean share of attention that goes from a token to what followed the same token "
             "before: near 1 in an induction head.",
             "arXiv 2209.11895", NULL},
    .kind = "matrix",
    .shape = "LH",
    .needs = "attention.weights",
    .add = add};
