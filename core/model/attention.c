/* Attention: o_i = sum_j w_ij v_j, w_ij = sim(q_i, k_j) / Z_i over the keys that i may see (Gu et
 * al. 2025, arXiv 2410.10781, eq. 3). Backward: dw = do v^T, dv = w^T do, ds from the families,
 * dq = ds k, dk = ds^T q. Saved: q, k (turned), v, o, the weights and 1/Z.
 *
 * A head is computed SL_ATTENTION_ROWS queries at a time, against only the keys up to the last of
 * them, so that about half of the square is never touched. All of them use the head's keys and
 * values as packed once: by_key for products with one column a key, by_channel for the others. */
#include "../base/math.h"
#include "model.h"

#include <string.h>

void sl_attention_plan(sl_plan *p, const sl_model_config *c, const sl_dims *d, sl_attention *a) {
  int HD = d->H * d->D;
  a->similarity = (const sl_similarity_type *)c->similarity.row;
  a->normaliser = (const sl_normaliser_type *)c->normaliser.row;
  a->to_q = sl_linear_plan(p, c, "attention", "q", d->C, HD, 1);
  a->to_k = sl_linear_plan(p, c, "attention", "k", d->C, HD, 1);
  a->to_v = sl_linear_plan(p, c, "attention", "v", d->C, HD, 1);
  a->to_o = sl_linear_plan(p, c, "attention", "o", HD, d->C, sl_residual_shrink(c));
  int rows[] = {d->N, HD, 0};
  a->q = sl_plan_add(p, SL_SAVED, "attention.q", rows);
  a->k = sl_plan_add(p, SL_SAVED, "attention.k", rows);
  a->v = sl_plan_add(p, SL_SAVED, "attention.v", rows);
  a->o = sl_plan_add(p, SL_SAVED, "attention.o", rows);
  a->weights = sl_plan_add(p, SL_SAVED, "attention.weights", (int[]){d->B, d->H, d->T, d->T, 0});
  a->inverse_z = sl_plan_add(p, SL_SAVED, "attention.inverse_z", (int[]){d->B, d->H, d->T, 0});
  size_t mark = sl_plan_mark(p);
  a->dq = sl_plan_add(p, SL_SCRATCH, "attention.dq", rows);
  a->dk = sl_plan_add(p, SL_SCRATCH, "attention.dk", rows);
  a->dv = sl_plan_add(p, SL_SCRATCH, "attention.dv", rows);
  a->d_out = sl_plan_add(p, SL_SCRATCH, "attention.d_out", rows);
  a->d_rows = sl_plan_add(p, SL_SCRATCH, "attention.d_rows", (int[]){SL_ATTENTION_ROWS, d->T, 0});
  a->by_key =
      sl_plan_add(p, SL_SCRATCH, "attention.by_key", (int[]){(int)sl_gemm_panels(d->T, d->D), 0});
  a->by_channel = sl_plan_add(p, SL_SCRATCH, "attention.by_channel",
                              (int[]){(int)sl_gemm_panels(d->D, d->T), 0});
  sl_plan_release(p, mark);
}

/* The keys a query sees: [0, shared) and [start, query]. */
typedef struct span {
  int shared, start;
} span;

/* The span of a query from that of the query before it. */
static span visible(span before, const int32_t *document, int query) {
  span s = before;
  if (query == 0) return (span){0, 0};
  if (s.shared == query - 1 && document[s.shared] < 0) s.shared++;
  if (document[query] != document[query - 1]) s.start = query;
  if (s.start < s.shared) s.start = s.shared;
  return s;
}

/* One row's keys as one run of numbers: the shared keys move next to the document's own. */
static sl_real *gather_row(sl_real *row, span s, int query, int *n) {
  *n = s.shared + query + 1 - s.start;
  sl_real *run = row + s.start - s.shared;
  if (run != row) memmove(run, row, (size_t)s.shared * sizeof *row);
  return run;
}

/* And back, with zeros where the query sees nothing: between, and after itself up to `end`. */
static void spread_row(sl_real *row, span s, int query, int end) {
  if (s.start != s.shared) memmove(row, row + s.start - s.shared, (size_t)s.shared * sizeof *row);
  for (int j = s.shared; j < s.start; j++) row[j] = 0;
  for (int j = query + 1; j < end; j++) row[j] = 0;
}

/* One head of one window. */
typedef struct head {
  const sl_pass *pass;
  const sl_attention *a;
  const int32_t *document; /* (T) */
  size_t at;               /* of its first number in q, k, v, o: (T,D) with stride HD */
  sl_real *weights;        /* (T,T) */
  sl_real *inverse_z;      /* (T) */
  sl_real scale;           /* 1 / sqrt(D) */
  int T, D, HD;
} head;

static head head_of(const sl_pass *p, const sl_attention *a, int b, int h) {
  const sl_dims *d = &p->model->dims;
  size_t index = (size_t)b * d->H + h;
  return (head){.pass = p,
                .a = a,
                .document = p->document + (size_t)b * d->T,
                .at = (size_t)b * d->T * d->H * d->D + (size_t)h * d->D,
                .weights = sl_at(p, a->weights) + index * d->T * d->T,
                .inverse_z = sl_at(p, a->inverse_z) + index * d->T,
                .scale = (sl_real)(1 / sl_sqrt(d->D)),
                .T = d->T,
                .D = d->D,
                .HD = d->H * d->D};
}

static void weigh_row(const head *h, span s, int i, int end) {
  const sl_kernels *k = h->pass->k;
  sl_real *row = h->weights + (size_t)i * h->T;
  int n;
  sl_real *run = gather_row(row, s, i, &n);
  int shift = h->a->similarity->shifts && h->a->normaliser->scale_free;
  sl_real max = shift ? k->max((size_t)n, run) : 0;
  h->a->similarity->forward(k, n, h->scale, max, run, run);
  h->inverse_z[i] = h->a->normaliser->forward(k, n, run);
  spread_row(row, s, i, end);
}

/* Packs (T,D) numbers of the head for products with one column a key, and others with one a channel;
 * both may be used with fewer keys. */
static void pack_head(const head *h, const sl_real *by_key, const sl_real *by_channel) {
  const sl_pass *p = h->pass;
  sl_gemm keys = {.op = SL_GEMM_NT, .N = h->T, .K = h->D, .ldb = h->HD};
  sl_gemm channels = {.op = SL_GEMM_NN, .N = h->D, .K = h->T, .ldb = h->HD};
  p->k->gemm_pack(&keys, by_key, sl_at(p, h->a->by_key));
  p->k->gemm_pack(&channels, by_channel, sl_at(p, h->a->by_channel));
}

static void head_forward(const head *h) {
  const sl_pass *p = h->pass;
  const sl_real *q = sl_at(p, h->a->q) + h->at;
  sl_real *o = sl_at(p, h->a->o) + h->at;
  span s = {0, 0};
  pack_head(h, sl_at(p, h->a->k) + h->at, sl_at(p, h->a->v) + h->at);
  for (int i = 0; i < h->T; i += SL_ATTENTION_ROWS) {
    int end = i + SL_ATTENTION_ROWS < h->T ? i + SL_ATTENTION_ROWS : h->T;
    sl_real *block = h->weights + (size_t)i * h->T;
    sl_gemm scores = {SL_GEMM_NT, 0, end - i, end, h->D, h->HD, h->HD, h->T, NULL};
    p->k->gemm_packed(&scores, q + (size_t)i * h->HD, sl_at(p, h->a->by_key), h->D, block, p->work);
    for (int row = i; row < end; row++) {
      s = visible(s, h->document, row);
      weigh_row(h, s, row, end);
    }
    sl_gemm values = {SL_GEMM_NN, 0, end - i, h->D, end, h->T, h->HD, h->HD, NULL};
    p->k->gemm_packed(&values, block, sl_at(p, h->a->by_channel), h->T, o + (size_t)i * h->HD,
                      p->work);
  }
}

void sl_attention_forward(const sl_pass *p, const sl_attention *a, const sl_real *x, sl_real *y) {
  const sl_dims *d = &p->model->dims;
  const sl_position *position = &p->model->position;
  sl_linear_forward(p, &a->to_q, x, sl_at(p, a->q));
  sl_linear_forward(p, &a->to_k, x, sl_at(p, a->k));
  sl_linear_forward(p, &a->to_v, x, sl_at(p, a->v));
  if (position->type->turn) {
    position->type->turn(p, position, 1, sl_at(p, a->q));
    position->type->turn(p, position, 1, sl_at(p, a->k));
  }
  for (int b = 0; b < p->B; b++)
    for (int h = 0; h < d->H; h++) {
      head one = head_of(p, a, b, h);
      head_forward(&one);
    }
  sl_linear_forward(p, &a->to_o, sl_at(p, a->o), y);
}

/* d_row: dL/dw of row i, becomes dL/ds. */
static void weigh_row_back(const head *h, span s, int i, int end, sl_real *d_row) {
  sl_real *row = h->weights + (size_t)i * h->T;
  int n;
  sl_real *run = gather_row(row, s, i, &n);
  sl_real *d_run = gather_row(d_row, s, i, &n);
  h->a->normaliser->backward(h->pass->k, n, run, d_run);
  h->a->similarity->backward(h->pass->k, n, h->scale, run, h->inverse_z[i], d_run);
  spread_row(row, s, i, end);
  spread_row(d_row, s, i, end);
}

static void head_backward(const head *h) {
  const sl_pass *p = h->pass;
  const sl_attention *a = h->a;
  const sl_real *q = sl_at(p, a->q) + h->at, *d_out = sl_at(p, a->d_out) + h->at;
  sl_real *dq = sl_at(p, a->dq) + h->at, *dk = sl_at(p, a->dk) + h->at;
  sl_real *dv = sl_at(p, a->dv) + h->at, *d_rows = sl_at(p, a->d_rows);
  span s = {0, 0};
  pack_head(h, sl_at(p, a->v) + h->at, sl_at(p, a->k) + h->at);
  for (int i = 0; i < h->T; i += SL_ATTENTION_ROWS) {
    int end = i + SL_ATTENTION_ROWS < h->T ? i + SL_ATTENTION_ROWS : h->T, rows = end - i;
    size_t first = (size_t)i * h->HD;
    const sl_real *block = h->weights + (size_t)i * h->T;
    sl_gemm weights = {SL_GEMM_NT, 0, rows, end, h->D, h->HD, h->HD, h->T, NULL};
    p->k->gemm_packed(&weights, d_out + first, sl_at(p, a->by_key), h->D, d_rows, p->work);
    sl_gemm to_keys = {SL_GEMM_TN, 1, end, h->D, rows, h->T, h->HD, h->HD, NULL};
    p->k->gemm(&to_keys, block, d_out + first, dv, p->work);
    for (int row = i; row < end; row++) {
      s = visible(s, h->document, row);
      weigh_row_back(h, s, row, end, d_rows + (size_t)(row - i) * h->T);
    }
    sl_gemm to_queries = {SL_GEMM_NN, 0, rows, h->D, end, h->T, h->HD, h->HD, NULL};
    p->k->gemm_packed(&to_queries, d_rows, sl_at(p, a->by_channel), h->T, dq + first, p->work);
    p->k->gemm(&to_keys, d_rows, q + first, dk, p->work);
  }
}

void sl_attention_backward(const sl_pass *p, const sl_attention *a, const sl_real *x,
                           const sl_real *dy, sl_real *dx) {
  const sl_dims *d = &p->model->dims;
  const sl_position *position = &p->model->position;
  size_t bytes = (size_t)p->N * d->H * d->D * sizeof(sl_real);
  sl_linear_backward(p, &a->to_o, sl_at(p, a->o), dy, 0, sl_at(p, a->d_out));
  memset(sl_at(p, a->dk), 0, bytes);
  memset(sl_at(p, a->dv), 0, bytes);
  for (int b = 0; b < p->B; b++)
    for (int h = 0; h < d->H; h++) {
      head one = head_of(p, a, b, h);
      head_backward(&one);
    }
  if (position->type->turn) {
    position->type->turn(p, position, -1, sl_at(p, a->dq));
    position->type->turn(p, position, -1, sl_at(p, a->dk));
  }
  sl_linear_backward(p, &a->to_q, x, sl_at(p, a->dq), 0, dx);
  sl_linear_backward(p, &a->to_k, x, sl_at(p, a->dk), 1, dx);
  sl_linear_backward(p, &a->to_v, x, sl_at(p, a->dv), 1, dx);
}
