/* What several probes share. */
#include "../base/math.h"
#include "probe.h"

#include <string.h>

int sl_window_length(const sl_pass *pass, int row) {
  const int32_t *document = pass->document + (size_t)row * pass->model->dims.T;
  int n = pass->model->dims.T;
  while (n > 1 && document[n - 1] == SL_DOCUMENT_PADDING) n--;
  return n;
}

/* ---- attention ---- */

const sl_real *sl_look_weights(const sl_look *k, int layer, int head) {
  const sl_dims *d = &k->pass->model->dims;
  return sl_at(k->pass, k->pass->model->blocks[layer].attention.weights) +
         ((size_t)k->row * d->H + head) * d->T * d->S;
}

int sl_look_seen(const sl_look *k, int query) {
  int prefix = k->pass->prefix ? k->pass->prefix[k->row] : 0;
  return k->pass->model->blocks[0].attention.column + (query < prefix ? prefix : query + 1);
}

const sl_real *sl_look_heads(const sl_look *k, sl_slot slot, int heads) {
  const sl_dims *d = &k->pass->model->dims;
  return sl_at(k->pass, slot) + (size_t)k->row * d->T * heads * d->D;
}

const sl_real *sl_look_stream(const sl_look *k, sl_slot slot) {
  const sl_dims *d = &k->pass->model->dims;
  return sl_at(k->pass, slot) + (size_t)k->row * d->T * d->C;
}

const sl_real *sl_look_hidden(const sl_look *k, int layer) {
  return sl_look_stream(k, k->pass->model->hidden[layer]);
}

/* What the weights of a row are divided by where a share of attention is meant. */
static double row_sum(const sl_look *k, const sl_attention *a, int query, const sl_real *row) {
  double total = 0;
  if (a->normaliser->unit_rows && !a->similarity->finish) return 1;
  for (int j = 0; j < sl_look_seen(k, query); j++) total += sl_magnitude(row[j]);
  return total;
}

sl_shares sl_look_shares(const sl_look *k, int layer, int head, int query) {
  const sl_attention *a = &k->pass->model->blocks[layer].attention;
  const sl_real *row = sl_look_weights(k, layer, head) + (size_t)query * k->pass->model->dims.S;
  return (sl_shares){row + a->column, row_sum(k, a, query, row)};
}

void sl_look_alphas(const sl_look *k, int layer, int head, int key, int n, double *alpha) {
  const sl_model *m = k->pass->model;
  const int slot = key < 0 ? m->blocks[layer].attention.column : 0;
  int front = sl_model_front(&m->config), first = key < 0 ? 0 : front + key;
  int end = k->tokens + front < k->length ? k->tokens + front : k->length;
  for (int j = 0; j < n; j++) alpha[j] = 0;
  for (int i = first; i < end; i++) {
    const sl_shares s = sl_look_shares(k, layer, head, i);
    for (int j = 0; j < n && first + j <= i && s.total > 0; j++)
      alpha[j] += sl_magnitude(s.weight[first + j - slot]) / s.total;
  }
  for (int j = 0; j < n && first + j < end; j++) alpha[j] /= end - first - j;
}

double sl_look_alpha(const sl_look *k, int layer, int head, int key) {
  double alpha;
  sl_look_alphas(k, layer, head, key, 1, &alpha);
  return alpha;
}

int sl_sink_keys(const sl_trainer *t) {
  enum { LAST_KEYS = 8 };
  const int keys = t->model.dims.T - sl_model_front(&t->model.config);
  return (keys < t->config.eval.tokens ? keys : t->config.eval.tokens) - LAST_KEYS;
}

/* ---- queries and keys ---- */

static const sl_real *compared(const sl_look *k, sl_slot mapped, sl_slot plain, int layer,
                               int heads, int head) {
  const sl_attention *a = &k->pass->model->blocks[layer].attention;
  return sl_look_heads(k, a->similarity->map ? mapped : plain, heads) +
         (size_t)head * k->pass->model->dims.D;
}

const sl_real *sl_look_query(const sl_look *k, int layer, int head, int query) {
  const sl_attention *a = &k->pass->model->blocks[layer].attention;
  const sl_dims *d = &k->pass->model->dims;
  return compared(k, a->q_map, a->q, layer, d->H, head) + (size_t)query * d->H * d->D;
}

const sl_real *sl_look_key(const sl_look *k, int layer, int g, int key) {
  const sl_attention *a = &k->pass->model->blocks[layer].attention;
  const sl_dims *d = &k->pass->model->dims;
  return compared(k, a->k_map, a->k, layer, d->G, g) + (size_t)key * d->G * d->D;
}

sl_span sl_look_span(const sl_look *k, sl_span before, int query) {
  const sl_pass *p = k->pass;
  const sl_head h = {.pass = p,
                     .a = &p->model->blocks[0].attention,
                     .document = p->document + (size_t)k->row * p->model->dims.T,
                     .prefix = p->prefix ? p->prefix[k->row] : 0};
  return sl_visible(&h, before, query);
}

void sl_add_seen_means(const sl_look *k, sl_row_of row_of, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  sl_real row[SL_WINDOW_MAX];
  double sum[SL_WINDOW_MAX];
  int count[SL_WINDOW_MAX];
  for (int head = 0; head < d->L * d->H; head++, out += d->T) {
    sl_span s = {0};
    memset(sum, 0, sizeof sum);
    memset(count, 0, sizeof count);
    for (int i = 0; i < k->length; i++) {
      s = sl_look_span(k, s, i);
      row_of(k, head / d->H, head % d->H, i, s.end, row);
      for (int j = 0; j < s.end; j++)
        if (sl_sees(&s, j)) {
          sum[j] += row[j];
          count[j]++;
        }
    }
    for (int j = 0; j < d->T; j++)
      if (count[j]) out[j] += (float)(sum[j] / count[j]);
  }
}

void sl_add_query_means(const sl_look *k, sl_of_query of_query, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int head = 0; head < d->L * d->H && k->length > 1; head++) {
    double sum = 0;
    for (int i = 1; i < k->length; i++) sum += of_query(k, head / d->H, head % d->H, i);
    out[head] += (float)(sum / (k->length - 1));
  }
}

/* ---- norms and sizes ---- */

double sl_dot(const sl_real *x, const sl_real *y, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++) sum += (double)x[i] * y[i];
  return sum;
}

double sl_magnitude(double x) { return x < 0 ? -x : x; }

double sl_norm_of(const sl_real *x, int n) { return sl_sqrt(sl_dot(x, x, n)); }

double sl_first_over_others(const sl_real *x, int T, int stride, int n) {
  double others = 0;
  for (int t = 1; t < T; t++) others += sl_norm_of(x + (size_t)t * stride, n);
  return sl_norm_of(x, n) / (others / (T - 1));
}

void sl_add_head_norms(const sl_look *k, size_t slot, int heads, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int l = 0; l < d->L; l++) {
    const char *attention = (const char *)&k->pass->model->blocks[l].attention;
    const sl_real *x = sl_look_heads(k, *(const sl_slot *)(attention + slot), heads);
    for (int h = 0; h < heads; h++)
      for (int t = 0; t < d->T; t++)
        *out++ += (float)sl_norm_of(x + ((size_t)t * heads + h) * d->D, d->D);
  }
}

/* By halving the interval it lies in: needs no copy of x. */
float sl_median(const sl_real *x, size_t n, float *largest) {
  float low = 0, high = 0;
  for (size_t i = 0; i < n; i++)
    if ((float)sl_magnitude(x[i]) > high) high = (float)sl_magnitude(x[i]);
  *largest = high;
  for (int i = 0; i < 24; i++) {
    float middle = 0.5f * (low + high);
    size_t below = 0;
    for (size_t j = 0; j < n; j++) below += (float)sl_magnitude(x[j]) <= middle;
    if (2 * below < n)
      low = middle;
    else
      high = middle;
  }
  return high;
}

void sl_keep_largest(float *entries, int width, const float *x) {
  for (int i = 3; i--;) {
    float *here = entries + (size_t)i * width;
    if (sl_magnitude(x[width - 1]) <= sl_magnitude(here[width - 1])) return;
    for (int j = 0; j < width; j++) {
      if (i < 2) here[width + j] = here[j];
      here[j] = x[j];
    }
  }
}

void sl_add_largest(const sl_look *k, int layer, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  const sl_real *x = sl_look_hidden(k, layer);
  for (int t = 0; t < k->length; t++)
    for (int c = 0; c < d->C; c++)
      sl_keep_largest(out, 3, (float[]){(float)t, (float)c, (float)*x++});
}

double *sl_look_room(const sl_look *k) { return (double *)(void *)k->pass->scratch; }
