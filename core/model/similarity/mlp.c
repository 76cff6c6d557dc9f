/* phi(x) = relu(x W_in) W_out on the numbers of a head, the same for queries and keys and all heads
 * of a layer; sim = phi(q).phi(k) / sqrt(D) (Gu et al. 2025, sec. 7.4). */
#include "similarity_common.h"

static void map_plan(sl_plan *p, const sl_model_config *c, const sl_dims *d, sl_attention *a) {
  a->map_in = sl_linear_plan(p, c, "attention", "map_in", d->D, d->D, 1);
  a->map_out = sl_linear_plan(p, c, "attention", "map_out", d->D, d->D, 1);
}

static void map(const sl_pass *p, const sl_attention *a, const sl_map *m) {
  sl_linear_rows(p, &a->map_in, m->rows, m->x, m->hidden);
  p->k->relu((size_t)m->rows * a->map_in.out, m->hidden, m->hidden);
  sl_linear_rows(p, &a->map_out, m->rows, m->hidden, m->y);
}

/* The gradient of the hidden numbers takes the place of what the map gave, which is not read again. */
static void map_back(const sl_pass *p, const sl_attention *a, const sl_map *m, sl_real *d) {
  sl_linear_rows_back(p, &a->map_out, m->rows, m->hidden, d, 0, m->y);
  p->k->relu_back((size_t)m->rows * a->map_in.out, m->hidden, m->y, m->y);
  sl_linear_rows_back(p, &a->map_in, m->rows, m->x, m->y, 0, d);
}

const sl_similarity_type sl_similarity_mlp = {
    .desc = {"mlp", "MLP kernel",
             "A small learned network turns queries and keys before they are multiplied.",
             "arXiv 2410.10781, sec. 7.4", NULL},
    .is_signed = 1,
    .can_vanish = 1,
    .is_kernel = 1,
    .forward = sl_similarity_linear,
    .backward = sl_similarity_linear_back,
    .map_hidden = 1,
    .map_plan = map_plan,
    .map = map,
    .map_back = map_back};
