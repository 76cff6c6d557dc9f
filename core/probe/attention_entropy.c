/* Mean over the queries behind the first token of the entropy of their attention, - sum_j p_j ln p_j in
 * nats, with p_j = |w_j| / sum |w| over the keys and a slot's. */
#include "../base/math.h"
#include "probe.h"

static double entropy(const sl_look *k, int layer, int head, int query) {
  const sl_shares s = sl_look_shares(k, layer, head, query);
  const int column = k->pass->model->blocks[layer].attention.column;
  double sum = 0;
  for (int j = 0; j < sl_look_seen(k, query); j++) {
    double p = sl_magnitude(s.weight[j - column]) / s.total;
    if (p > 0) sum -= p * sl_log(p);
  }
  return sum;
}

static void add(const sl_look *k, float *out) { sl_add_query_means(k, entropy, out); }

const sl_probe_type sl_probe_attention_entropy = {
    .desc = {"attention_entropy", "Attention entropy",
             "How spread out a head's attention is, in nats: 0 when all of it is on one key, ln n "
             "when n keys share it.",
             "arXiv 2303.06296", NULL},
    .kind = "matrix",
    .shape = "LH",
    .needs = "attention.weights",
    .add = add};
