/* Mean over the queries i that see key t of their score s_it = q_i.k_t / sqrt(D) + position bias, capped
 * where the model caps it: what the similarity is given. */
#include "../base/math.h"
#include "probe.h"

static void scores(const sl_look *k, int layer, int head, int query, int n, sl_real *row) {
  const sl_pass *p = k->pass;
  const sl_dims *d = &p->model->dims;
  const sl_position *position = &p->model->position;
  const int32_t *place = p->position + (size_t)k->row * d->T;
  const sl_bias_row at = {.head = head, .query = place[query], .key = place, .n = n};
  const double cap = p->model->config.softcap;
  const sl_real *q = sl_look_query(k, layer, head, query);
  for (int j = 0; j < n; j++)
    row[j] =
        (sl_real)(sl_dot(q, sl_look_key(k, layer, head / (d->H / d->G), j), d->D) / sl_sqrt(d->D));
  if (position->type->bias) position->type->bias(p, position, &at, row);
  for (int j = 0; j < n && cap > 0; j++)
    row[j] = (sl_real)(cap * (1 - 2 / (sl_exp(2 * row[j] / cap) + 1)));
}

static void add(const sl_look *k, float *out) { sl_add_seen_means(k, scores, out); }

const sl_probe_type sl_probe_key_logit = {
    .desc = {"key_logit", "Scores of keys",
             "Mean score that each key gets from the queries that see it, before scores become "
             "attention.",
             "arXiv 1706.03762, eq. 1", NULL},
    .kind = "tokens",
    .shape = "LHT",
    .needs = "attention.k",
    .add = add};
