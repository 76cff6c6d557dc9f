/* Mean over the queries i that see key t of cos(q_i, k_t) = q_i.k_t / (|q_i| |k_t|), of queries and
 * keys as they are compared: turned, normed, behind a feature map where the model has one. It is the
 * angle that makes the sink (Gu et al. 2025, sec. 3.1): the first key's cosine is highest while its
 * length is small. */
#include "probe.h"

static void cosines(const sl_look *k, int layer, int head, int query, int n, sl_real *row) {
  const sl_dims *d = &k->pass->model->dims;
  const sl_real *q = sl_look_query(k, layer, head, query);
  double length = sl_norm_of(q, d->D);
  for (int j = 0; j < n; j++) {
    const sl_real *key = sl_look_key(k, layer, head / (d->H / d->G), j);
    double both = length * sl_norm_of(key, d->D);
    row[j] = both > 0 ? (sl_real)(sl_dot(q, key, d->D) / both) : 0;
  }
}

static void add(const sl_look *k, float *out) { sl_add_seen_means(k, cosines, out); }

const sl_probe_type sl_probe_key_cosine = {
    .desc = {"key_cosine", "Angle of queries and keys",
             "Mean cosine between each key and the queries that see it: 1 where they point the "
             "same way, whatever their lengths.",
             "arXiv 2410.10781, sec. 3.1", NULL},
    .kind = "tokens",
    .shape = "LHT",
    .needs = "attention.k",
    .add = add};
