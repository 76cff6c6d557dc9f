/* Attention: o_i = sum_j w_ij v_j, w_ij = sim(q_i, k_j) / Z_i over the keys that i may see (Gu et
 * al. 2025, arXiv 2410.10781, sec. 7.4). Backward: dw = do v^T, dv = w^T do, ds from the families,
 * dq = ds k, dk = ds^T q. Saved: q, k (turned), v, o, the weights and 1/Z.
 *
 * A head is computed SL_ATTENTION_ROWS queries at a time, against only the keys up to the last of
 * them, so that about half of the square is never touched. All of them use the head's keys and
 * values as packed once: by_key for products with one column a key, by_channel for the others.
 * Where there is a slot, its key and value stand in front of the head's own (S,D). */
#include "../base/format.h"
#include "../base/math.h"
#include "attention_head.h"

#include <string.h>

/* ---- layout ---------------------------------------------------------------------------------- */

static sl_head_norm plan_head_norm(sl_plan *p, const sl_dims *d, const char *name, int heads) {
  sl_head_norm n;
  char full[40];
  sl_snprintf(full, sizeof full, "attention.%s_norm.weight", name);
  n.weight = sl_plan_param(p, full, (int[]){d->D, 0}, SL_INIT_ONE, 0);
  sl_snprintf(full, sizeof full, "attention.%s_inverse_rms", name);
  n.stat = sl_plan_add(p, SL_SAVED, full, (int[]){d->N, heads, 0});
  sl_snprintf(full, sizeof full, "attention.%s_raw", name);
  n.raw = sl_plan_add(p, SL_SAVED, full, (int[]){d->N, heads * d->D, 0});
  return n;
}

static void plan_maps(sl_plan *p, const sl_model_config *c, const sl_dims *d, sl_attention *a) {
  int queries[] = {d->N, d->H * d->D, 0}, keys[] = {d->N, d->G * d->D, 0};
  int slots[] = {d->G, d->D, 0};
  const sl_similarity_type *s = a->similarity;
  if (!s->map) return;
  if (s->map_plan) s->map_plan(p, c, d, a);
  a->q_map = sl_plan_add(p, SL_SAVED, "attention.q_map", queries);
  a->k_map = sl_plan_add(p, SL_SAVED, "attention.k_map", keys);
  if (s->map_hidden) {
    a->q_hidden = sl_plan_add(p, SL_SAVED, "attention.q_hidden", queries);
    a->k_hidden = sl_plan_add(p, SL_SAVED, "attention.k_hidden", keys);
  }
  if (!(a->sink->has & SL_SINK_KEY)) return;
  a->sink_map = sl_plan_add(p, SL_SAVED, "attention.slot_map", slots);
  if (s->map_hidden) a->sink_hidden = sl_plan_add(p, SL_SAVED, "attention.slot_hidden", slots);
}

static void plan_saved(sl_plan *p, const sl_model_config *c, const sl_dims *d, sl_attention *a) {
  int queries[] = {d->N, d->H * d->D, 0}, keys[] = {d->N, d->G * d->D, 0};
  int square[] = {d->B, d->H, d->T, d->S, 0};
  a->q = sl_plan_add(p, SL_SAVED, "attention.q", queries);
  a->k = sl_plan_add(p, SL_SAVED, "attention.k", keys);
  a->v = sl_plan_add(p, SL_SAVED, "attention.v", keys);
  a->o = sl_plan_add(p, SL_SAVED, "attention.o", queries);
  a->weights = sl_plan_add(p, SL_SAVED, "attention.weights", square);
  a->inverse_z = sl_plan_add(p, SL_SAVED, "attention.inverse_z", (int[]){d->B, d->H, d->T, 0});
  if (a->similarity->finish) a->shares = sl_plan_add(p, SL_SAVED, "attention.shares", square);
  if (c->softcap > 0) a->scores = sl_plan_add(p, SL_SAVED, "attention.scores", square);
  if (c->head_combination == SL_COMBINE_SUM)
    a->combined = sl_plan_add(p, SL_SAVED, "attention.combined", (int[]){d->N, d->D, 0});
}

static void plan_scratch(sl_plan *p, const sl_model_config *c, const sl_dims *d, sl_attention *a) {
  int queries[] = {d->N, d->H * d->D, 0}, keys[] = {d->N, d->G * d->D, 0};
  int head[] = {d->S, d->D, 0};
  size_t mark = sl_plan_mark(p);
  a->dq = sl_plan_add(p, SL_SCRATCH, "attention.dq", queries);
  a->dk = sl_plan_add(p, SL_SCRATCH, "attention.dk", keys);
  a->dv = sl_plan_add(p, SL_SCRATCH, "attention.dv", keys);
  a->d_out = sl_plan_add(p, SL_SCRATCH, "attention.d_out", queries);
  a->d_rows = sl_plan_add(p, SL_SCRATCH, "attention.d_rows", (int[]){SL_ATTENTION_ROWS, d->S, 0});
  a->by_key =
      sl_plan_add(p, SL_SCRATCH, "attention.by_key", (int[]){(int)sl_gemm_panels(d->S, d->D), 0});
  a->by_channel = sl_plan_add(p, SL_SCRATCH, "attention.by_channel",
                              (int[]){(int)sl_gemm_panels(d->D, d->S), 0});
  a->temp = sl_plan_add(p, SL_SCRATCH, "attention.row", (int[]){d->S, 0});
  if (a->gate->where || c->qk_norm || c->head_combination == SL_COMBINE_SUM)
    a->d_raw = sl_plan_add(p, SL_SCRATCH, "attention.d_raw", queries);
  if (a->column) {
    a->ext_k = sl_plan_add(p, SL_SCRATCH, "attention.ext_k", head);
    a->ext_v = sl_plan_add(p, SL_SCRATCH, "attention.ext_v", head);
    a->d_sink = sl_plan_add(p, SL_SCRATCH, "attention.d_slot", (int[]){3, d->G, d->D, 0});
  }
  if (a->gate->where) a->d_gate = sl_plan_add(p, SL_SCRATCH, "attention.d_gate", queries);
  sl_plan_release(p, mark);
}

void sl_attention_plan(sl_plan *p, const sl_model_config *c, const sl_dims *d, sl_attention *a) {
  int HD = d->H * d->D, GD = d->G * d->D;
  a->similarity = (const sl_similarity_type *)c->similarity.row;
  a->normaliser = (const sl_normaliser_type *)c->normaliser.row;
  a->mask = (const sl_mask_type *)c->mask.row;
  a->sink = (const sl_sink_type *)c->slot.row;
  a->gate = (const sl_gate_type *)c->gate.row;
  a->column = sl_sink_column(c);
  a->to_q = sl_linear_plan(p, c, "attention", "q", d->C, HD, 1);
  a->to_k = sl_linear_plan(p, c, "attention", "k", d->C, GD, 1);
  a->to_v = sl_linear_plan(p, c, "attention", "v", d->C, GD, 1);
  a->to_o = sl_linear_plan(p, c, "attention", "o", c->head_combination ? d->D : HD, d->C,
                           sl_residual_shrink(c));
  if (c->qk_norm) {
    a->q_norm = plan_head_norm(p, d, "q", d->H);
    a->k_norm = plan_head_norm(p, d, "k", d->G);
  }
  sl_head_gate_plan(p, c, d, a);
  sl_sink_plan(p, c, d, a);
  plan_maps(p, c, d, a);
  plan_saved(p, c, d, a);
  plan_scratch(p, c, d, a);
}

/* ---- one head -------------------------------------------------------------------------------- */

static sl_real *square_of(const sl_head *h, sl_slot at) {
  size_t index = (size_t)h->b * h->pass->model->dims.H + h->h;
  return sl_at(h->pass, at) + index * h->T * h->S;
}

static sl_head head_of(const sl_pass *p, const sl_attention *a, int b, int h) {
  const sl_dims *d = &p->model->dims;
  sl_head o = {.pass = p,
               .a = a,
               .document = p->document + (size_t)b * d->T,
               .position = p->position + (size_t)b * d->T,
               .prefix = p->prefix ? p->prefix[b] : 0,
               .b = b,
               .h = h,
               .g = h / (d->H / d->G),
               .T = d->T,
               .D = d->D,
               .S = d->S,
               .scale = (sl_real)(1 / sl_sqrt(d->D))};
  o.weights = square_of(&o, a->weights);
  o.inverse_z = sl_at(p, a->inverse_z) + ((size_t)b * d->H + h) * d->T;
  if (a->similarity->finish) o.shares = square_of(&o, a->shares);
  if (p->model->config.softcap > 0) o.scores = square_of(&o, a->scores);
  return o;
}

/* A matrix of one row a token or key. */
typedef struct rows {
  sl_real *at;
  int stride;
} rows;

static rows of_queries(const sl_head *h, sl_slot slot) {
  int HD = h->pass->model->dims.H * h->D;
  return (rows){sl_at(h->pass, slot) + (size_t)h->b * h->T * HD + (size_t)h->h * h->D, HD};
}

static rows of_keys(const sl_head *h, sl_slot slot) {
  int GD = h->pass->model->dims.G * h->D;
  return (rows){sl_at(h->pass, slot) + (size_t)h->b * h->T * GD + (size_t)h->g * h->D, GD};
}

static sl_slot query_slot(const sl_attention *a) { return a->similarity->map ? a->q_map : a->q; }
static sl_slot key_slot(const sl_attention *a) { return a->similarity->map ? a->k_map : a->k; }

/* The head's keys or values behind the slot's; `first` fills the slot's. */
static rows behind_slot(const sl_head *h, sl_slot ext, rows own,
                        void (*first)(const sl_pass *p, const sl_attention *a, int g,
                                      sl_real *row)) {
  if (!h->a->column) return own;
  sl_real *x = sl_at(h->pass, ext);
  first(h->pass, h->a, h->g, x);
  for (int t = 0; t < h->T; t++)
    memcpy(x + (size_t)(t + 1) * h->D, own.at + (size_t)t * own.stride, (size_t)h->D * sizeof *x);
  return (rows){x, h->D};
}

static rows keys_of(const sl_head *h) {
  return behind_slot(h, h->a->ext_k, of_keys(h, key_slot(h->a)), sl_sink_key);
}
static rows values_of(const sl_head *h) {
  return behind_slot(h, h->a->ext_v, of_keys(h, h->a->v), sl_sink_value);
}

/* Packs (S,D) numbers of the head for products with one column a key, and others with one a channel;
 * both may be used with fewer keys. */
static void pack_head(const sl_head *h, rows by_key, rows by_channel) {
  const sl_pass *p = h->pass;
  sl_gemm keys = {.op = SL_GEMM_NT, .N = h->S, .K = h->D, .ldb = by_key.stride};
  sl_gemm channels = {.op = SL_GEMM_NN, .N = h->D, .K = h->S, .ldb = by_channel.stride};
  p->k->gemm_pack(&keys, by_key.at, sl_at(p, h->a->by_key));
  p->k->gemm_pack(&channels, by_channel.at, sl_at(p, h->a->by_channel));
}

static void head_forward(const sl_head *h) {
  const sl_pass *p = h->pass;
  const sl_attention *a = h->a;
  const rows q = of_queries(h, query_slot(a)), o = of_queries(h, a->o);
  sl_span s = {0};
  pack_head(h, keys_of(h), values_of(h));
  for (int i = 0; i < h->T; i += SL_ATTENTION_ROWS) {
    int end = i + SL_ATTENTION_ROWS < h->T ? i + SL_ATTENTION_ROWS : h->T;
    int keys = sl_keys_of_rows(h, i, end), columns = keys + a->column;
    sl_real *block = h->weights + (size_t)i * h->S;
    sl_gemm scores = {SL_GEMM_NT, 0, end - i, columns, h->D, q.stride, h->D, h->S, NULL};
    p->k->gemm_packed(&scores, q.at + (size_t)i * q.stride, sl_at(p, a->by_key), h->D, block,
                      p->work);
    for (int row = i; row < end; row++) {
      s = sl_visible(h, s, row);
      if (a->sink->has & SL_SINK_LOGIT)
        h->weights[(size_t)row * h->S] = sl_weight(p, a->sink_logit)[h->h] / h->scale;
      sl_weigh_row(h, &s, row, keys);
    }
    sl_gemm values = {SL_GEMM_NN, 0, end - i, h->D, columns, h->S, h->D, o.stride, NULL};
    p->k->gemm_packed(&values, block, sl_at(p, a->by_channel), h->S, o.at + (size_t)i * o.stride,
                      p->work);
  }
}

/* Where the gradients of a head's keys or values are added up: in their place, or, behind the
 * slot's, in `ext`, from where they are delivered at the end. */
static rows collect(const sl_head *h, sl_slot ext, sl_slot into) {
  if (!h->a->column) return of_keys(h, into);
  sl_real *d = sl_at(h->pass, ext);
  memset(d, 0, (size_t)h->S * h->D * sizeof *d);
  return (rows){d, h->D};
}

/* which: 0 the slot's key, 1 its value. */
static void deliver(const sl_head *h, sl_slot collected, sl_slot into, int which) {
  if (!h->a->column) return;
  const sl_real *d = sl_at(h->pass, collected);
  size_t D = (size_t)h->D;
  rows own = of_keys(h, into);
  sl_real *slot =
      sl_at(h->pass, h->a->d_sink) + ((size_t)which * h->pass->model->dims.G + (size_t)h->g) * D;
  h->pass->k->add(D, d, slot);
  for (int t = 0; t < h->T; t++)
    h->pass->k->add(D, d + (size_t)(t + 1) * D, own.at + (size_t)t * own.stride);
}

/* dL/dw of the rows [i, end), which become dL/d(q.k). */
static void rows_back(const sl_head *h, sl_span *s, int i, int end, rows d_out) {
  const sl_pass *p = h->pass;
  const sl_attention *a = h->a;
  sl_real *d_rows = sl_at(p, a->d_rows);
  int keys = sl_keys_of_rows(h, i, end), columns = keys + a->column;
  sl_gemm weights = {SL_GEMM_NT, 0, end - i, columns, h->D, d_out.stride, h->D, h->S, NULL};
  p->k->gemm_packed(&weights, d_out.at + (size_t)i * d_out.stride, sl_at(p, a->by_key), h->D,
                    d_rows, p->work);
  for (int row = i; row < end; row++) {
    sl_real *d_row = d_rows + (size_t)(row - i) * h->S;
    *s = sl_visible(h, *s, row);
    sl_weigh_row_back(h, s, row, keys, d_row);
    if (a->sink->has & SL_SINK_LOGIT) {
      sl_grad(p, a->sink_logit)[h->h] += d_row[0] / h->scale;
      d_row[0] = 0;
    }
  }
}

static void head_backward(const sl_head *h) {
  const sl_pass *p = h->pass;
  const sl_attention *a = h->a;
  const rows q = of_queries(h, query_slot(a)), dq = of_queries(h, a->dq);
  const rows d_out = of_queries(h, a->d_out);
  sl_span s = {0};
  pack_head(h, values_of(h), keys_of(h));
  const rows dk = collect(h, a->ext_k, a->dk),
             dv = collect(h, a->ext_v, a->dv); /* packed already */
  for (int i = 0; i < h->T; i += SL_ATTENTION_ROWS) {
    int end = i + SL_ATTENTION_ROWS < h->T ? i + SL_ATTENTION_ROWS : h->T, n = end - i;
    int columns = sl_keys_of_rows(h, i, end) + a->column;
    const sl_real *d_rows = sl_at(p, a->d_rows);
    sl_gemm to_values = {SL_GEMM_TN, 1, columns, h->D, n, h->S, d_out.stride, dv.stride, NULL};
    sl_gemm to_keys = {SL_GEMM_TN, 1, columns, h->D, n, h->S, q.stride, dk.stride, NULL};
    sl_gemm to_queries = {SL_GEMM_NN, 0, n, h->D, columns, h->S, h->D, dq.stride, NULL};
    p->k->gemm(&to_values, h->weights + (size_t)i * h->S, d_out.at + (size_t)i * d_out.stride,
               dv.at, p->work);
    rows_back(h, &s, i, end, d_out);
    p->k->gemm_packed(&to_queries, d_rows, sl_at(p, a->by_channel), h->S,
                      dq.at + (size_t)i * dq.stride, p->work);
    p->k->gemm(&to_keys, d_rows, q.at + (size_t)i * q.stride, dk.at, p->work);
  }
  deliver(h, a->ext_k, a->dk, 0);
  deliver(h, a->ext_v, a->dv, 1);
}

/* ---- the layer ------------------------------------------------------------------------------- */

static const double head_norm_eps = 1e-5;

/* Queries or keys (N,heads D) of x: projected, normed, turned. */
static void project(const sl_pass *p, const sl_linear *to, const sl_head_norm *norm, int heads,
                    const sl_real *x, sl_real *y) {
  const sl_dims *d = &p->model->dims;
  const sl_position *position = &p->model->position;
  int norms = p->model->config.qk_norm;
  sl_real *raw = norms ? sl_at(p, norm->raw) : y;
  sl_linear_forward(p, to, x, raw);
  if (norms)
    p->k->rmsnorm(p->N * heads, d->D, (sl_real)head_norm_eps, raw, sl_weight(p, norm->weight), y,
                  sl_at(p, norm->stat));
  if (position->type->turn) position->type->turn(p, position, 1, heads, y);
}

static void project_back(const sl_pass *p, const sl_attention *a, const sl_linear *to,
                         const sl_head_norm *norm, int heads, const sl_real *x, sl_real *dy,
                         int accumulate, sl_real *dx) {
  const sl_dims *d = &p->model->dims;
  const sl_position *position = &p->model->position;
  sl_real *d_raw = dy;
  if (position->type->turn) position->type->turn(p, position, -1, heads, dy);
  if (p->model->config.qk_norm) {
    d_raw = sl_at(p, a->d_raw);
    memset(d_raw, 0, (size_t)p->N * heads * d->D * sizeof *d_raw);
    p->k->rmsnorm_back(p->N * heads, d->D, sl_at(p, norm->raw), sl_weight(p, norm->weight),
                       sl_at(p, norm->stat), dy, d_raw, sl_grad(p, norm->weight));
  }
  sl_linear_backward(p, to, x, d_raw, accumulate, dx);
}

static sl_map map_of_queries(const sl_pass *p, const sl_attention *a) {
  const sl_dims *d = &p->model->dims;
  return (sl_map){p->N * d->H, sl_at(p, a->q), sl_at(p, a->q_hidden), sl_at(p, a->q_map)};
}
static sl_map map_of_keys(const sl_pass *p, const sl_attention *a) {
  const sl_dims *d = &p->model->dims;
  return (sl_map){p->N * d->G, sl_at(p, a->k), sl_at(p, a->k_hidden), sl_at(p, a->k_map)};
}

static void map_forward(const sl_pass *p, const sl_attention *a) {
  if (!a->similarity->map) return;
  const sl_map q = map_of_queries(p, a), k = map_of_keys(p, a);
  a->similarity->map(p, a, &q);
  a->similarity->map(p, a, &k);
  sl_sink_map(p, a);
}

static void map_backward(const sl_pass *p, const sl_attention *a) {
  if (!a->similarity->map) return;
  const sl_map q = map_of_queries(p, a), k = map_of_keys(p, a);
  a->similarity->map_back(p, a, &q, sl_at(p, a->dq));
  a->similarity->map_back(p, a, &k, sl_at(p, a->dk));
}

/* The heads' outputs added up, (N,H,D) to (N,D). */
static void add_heads(const sl_pass *p, const sl_real *o, sl_real *sum) {
  const size_t D = (size_t)p->model->dims.D;
  for (int n = 0; n < p->N; n++, sum += D) {
    memcpy(sum, o, D * sizeof *sum);
    o += D;
    for (int h = 1; h < p->model->dims.H; h++, o += D) p->k->add(D, o, sum);
  }
}

static void add_heads_back(const sl_pass *p, const sl_real *d_sum, sl_real *d_out) {
  const size_t D = (size_t)p->model->dims.D;
  for (int n = 0; n < p->N; n++, d_sum += D)
    for (int h = 0; h < p->model->dims.H; h++, d_out += D) memcpy(d_out, d_sum, D * sizeof *d_out);
}

/* What the heads give once gated; what w_o reads. */
static sl_real *gated_of(const sl_pass *p, const sl_attention *a) {
  return sl_at(p, a->gate->where == SL_GATE_OUTPUT ? a->gated : a->o);
}
static sl_real *out_of(const sl_pass *p, const sl_attention *a) {
  return p->model->config.head_combination == SL_COMBINE_SUM ? sl_at(p, a->combined)
                                                             : gated_of(p, a);
}

static void every_head(const sl_pass *p, const sl_attention *a, void (*run)(const sl_head *h)) {
  for (int b = 0; b < p->B; b++)
    for (int h = 0; h < p->model->dims.H; h++) {
      const sl_head one = head_of(p, a, b, h);
      run(&one);
    }
}

void sl_attention_forward(const sl_pass *p, const sl_attention *a, const sl_real *x, sl_real *y) {
  const sl_dims *d = &p->model->dims;
  int gates_values = a->gate->where == SL_GATE_VALUE;
  project(p, &a->to_q, &a->q_norm, d->H, x, sl_at(p, a->q));
  project(p, &a->to_k, &a->k_norm, d->G, x, sl_at(p, a->k));
  sl_linear_forward(p, &a->to_v, x, sl_at(p, gates_values ? a->v_raw : a->v));
  if (a->gate->where) sl_head_gate_open(p, a, x);
  if (gates_values) sl_head_gate_forward(p, a, sl_at(p, a->v_raw), sl_at(p, a->v));
  map_forward(p, a);
  every_head(p, a, head_forward);
  sl_sink_output(p, a, sl_at(p, a->o));
  if (a->gate->where == SL_GATE_OUTPUT)
    sl_head_gate_forward(p, a, sl_at(p, a->o), sl_at(p, a->gated));
  if (p->edit) sl_edit_at(p, SL_POINT_HEADS, sl_layer_of(p->model, a), gated_of(p, a));
  if (p->model->config.head_combination == SL_COMBINE_SUM)
    add_heads(p, gated_of(p, a), sl_at(p, a->combined));
  sl_linear_forward(p, &a->to_o, out_of(p, a), y);
}

/* dy to the gradient of what the heads gave, before their gate. */
static void outputs_back(const sl_pass *p, const sl_attention *a, const sl_real *dy) {
  sl_real *d_out = sl_at(p, a->d_out);
  if (p->model->config.head_combination == SL_COMBINE_SUM) {
    sl_linear_backward(p, &a->to_o, out_of(p, a), dy, 0, sl_at(p, a->d_raw));
    add_heads_back(p, sl_at(p, a->d_raw), d_out);
  } else {
    sl_linear_backward(p, &a->to_o, out_of(p, a), dy, 0, d_out);
  }
  if (a->gate->where == SL_GATE_OUTPUT) sl_head_gate_backward(p, a, sl_at(p, a->o), d_out);
  sl_sink_output_back(p, a, d_out);
}

void sl_attention_backward(const sl_pass *p, const sl_attention *a, const sl_real *x,
                           const sl_real *dy, sl_real *dx) {
  const sl_dims *d = &p->model->dims;
  size_t bytes = (size_t)p->N * d->G * d->D * sizeof(sl_real);
  outputs_back(p, a, dy);
  memset(sl_at(p, a->dk), 0, bytes);
  memset(sl_at(p, a->dv), 0, bytes);
  sl_sink_begin_back(p, a);
  every_head(p, a, head_backward);
  sl_sink_end_back(p, a);
  map_backward(p, a);
  if (a->gate->where == SL_GATE_VALUE)
    sl_head_gate_backward(p, a, sl_at(p, a->v_raw), sl_at(p, a->dv));
  project_back(p, a, &a->to_q, &a->q_norm, d->H, x, sl_at(p, a->dq), 0, dx);
  project_back(p, a, &a->to_k, &a->k_norm, d->G, x, sl_at(p, a->dk), 1, dx);
  sl_linear_backward(p, &a->to_v, x, sl_at(p, a->dv), 1, dx);
  if (a->gate->where) sl_linear_backward(p, &a->to_gate, x, sl_at(p, a->d_gate), 1, dx);
}
