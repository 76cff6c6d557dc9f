/* Mean over the queries i behind the first token of the share of attention that goes to the token before,
 * |w_{i,i-1}| / sum |w|. */
#include "probe.h"

static double before(const sl_look *k, int layer, int head, int query) {
  const sl_shares s = sl_look_shares(k, layer, head, query);
  return s.total > 0 ? sl_magnitude(s.weight[query - 1]) / s.total : 0;
}

static void add(const sl_look *k, float *out) { sl_add_query_means(k, before, out); }

const sl_probe_type sl_probe_previous_token_score = {
    .desc = {"previous_token_score", "Attention to the token before",
             "Mean share of a head's attention that goes to the token right before: near 1 in a "
             "previous-token head.",
             "arXiv 2209.11895", NULL},
    .kind = "matrix",
    .shape = "LH",
    .needs = "attention.weights",
    .add = add};
