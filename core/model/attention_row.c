/* A row of attention: which keys a query sees, and the way from its scores q.k to its weights:
 *
 *   s = q.k / sqrt(D) + bias of the position,  s' = cap tanh(s / cap),  e = sim(s'),  w = e / Z
 *
 * and for some similarities a finish on w. The keys that the query sees are gathered into one run of
 * numbers, worked on, and spread again. */
#include "../base/document.h"
#include "../base/math.h"
#include "attention_head.h"

#include <string.h>

/* Keys at the window's front that all see, whatever document and mask say: a sink token. */
static int always_seen(const sl_head *h) { return (h->a->sink->has & SL_SINK_TOKEN) != 0; }

sl_span sl_visible(const sl_head *h, sl_span before, int query) {
  const int32_t *document = h->document;
  sl_span s = before;
  if (query == 0) s = (sl_span){0};
  if (query == 1 && always_seen(h)) s.lead = 1;
  if (query > 0 && s.lead == query - 1 && document[s.lead] == SL_DOCUMENT_SHARED) s.lead++;
  if (query > 0 && document[query] != document[query - 1]) s.first = query;
  int low = query < h->prefix ? 0 : h->a->mask->first(&h->pass->model->config.mask.settings, query);
  int hides = query > 0 && h->pass->edit && h->pass->edit->hide_first;
  if (hides && low < 1) low = 1;
  s.shared = s.lead;
  s.from = low < s.shared ? low : s.shared;
  if (query > 0 && always_seen(h) && low > 0 && !hides) {
    if (low >= s.shared) s.shared = 1; /* at most one BOS stands between: no third run of keys */
    s.from = 0;
  }
  s.start = low > s.first ? low : s.first;
  if (s.start < s.shared) s.start = s.shared;
  s.end = query + 1;
  while (s.end < h->prefix && document[s.end] == document[query]) s.end++;
  return s;
}

/* The row's visible numbers as one run: the slot's, the shared keys', the document's own. */
static sl_real *gather(sl_real *row, int column, const sl_span *s, int *n) {
  int shared = s->shared - s->from;
  *n = column + shared + s->end - s->start;
  sl_real *keys = row + column, *run = keys + s->start - shared - column;
  if (run == row) return run;
  memmove(run + column, keys + s->from, (size_t)shared * sizeof *row);
  memmove(run, row, (size_t)column * sizeof *row);
  return run;
}

/* And back, with zeros at the keys below `keys` that the query does not see. */
static void spread(sl_real *row, int column, const sl_span *s, int keys) {
  int shared = s->shared - s->from;
  sl_real *key = row + column, *run = key + s->start - shared - column;
  if (run != row) {
    memmove(row, run, (size_t)column * sizeof *row);
    memmove(key + s->from, run + column, (size_t)shared * sizeof *row);
  }
  for (int j = 0; j < s->from; j++) key[j] = 0;
  for (int j = s->shared; j < s->start; j++) key[j] = 0;
  for (int j = s->end; j < keys; j++) key[j] = 0;
}

static sl_row row_of(const sl_head *h, int n) {
  const sl_model *m = h->pass->model;
  const sl_similarity_type *similarity = h->a->similarity;
  const sl_normaliser_type *z = h->a->normaliser;
  return (sl_row){.k = h->pass->k,
                  .similarity = &m->config.similarity.settings,
                  .normaliser = &m->config.normaliser.settings,
                  .n = n,
                  .context = h->T,
                  .shifts = similarity->shifts && (z->scale_free || z->knows_one),
                  .is_signed = similarity->is_signed,
                  .a = h->scale,
                  .one = 1,
                  .temp = sl_at(h->pass, h->a->temp)};
}

/* Whether a row's scores are scaled before the similarity sees them. */
static int adjusts(const sl_head *h) {
  return h->scores || h->pass->model->position.type->bias != NULL;
}

static sl_bias_row bias_row(const sl_head *h, int query, int keys) {
  return (sl_bias_row){.head = h->h, .query = h->position[query], .key = h->position, .n = keys};
}

static void scale_and_bias(const sl_head *h, int query, int keys, sl_real *row) {
  const sl_position *position = &h->pass->model->position;
  const sl_bias_row at = bias_row(h, query, keys);
  h->pass->k->scale((size_t)(h->a->column + keys), h->scale, row);
  if (position->type->bias) position->type->bias(h->pass, position, &at, row + h->a->column);
}

/* x = cap tanh(x / cap), tanh(y) = 1 - 2 / (exp(2y) + 1). */
static void cap_scores(const sl_head *h, int n, sl_real *x) {
  const sl_real cap = (sl_real)h->pass->model->config.softcap;
  h->pass->k->exp_row((size_t)n, 2 / cap, 0, x, x);
  for (int i = 0; i < n; i++) x[i] = cap * (1 - 2 / (x[i] + 1));
}

static void cap_back(const sl_head *h, int n, const sl_real *capped, sl_real *d) {
  const sl_real r = (sl_real)(1 / h->pass->model->config.softcap);
  for (int i = 0; i < n; i++) d[i] *= 1 - (capped[i] * r) * (capped[i] * r);
}

/* The largest score may stand for 0 where what 1 has become is of no account, or known. */
static void shift_row(const sl_head *h, const sl_real *run, sl_row *r) {
  if (!r->shifts) return;
  r->shift = r->k->max((size_t)r->n, run);
  if (!h->a->normaliser->knows_one) return;
  if (r->shift < 0) r->shift = 0;
  r->one = (sl_real)sl_exp(-(double)(r->a * r->shift));
}

void sl_weigh_row(const sl_head *h, const sl_span *s, int query, int keys) {
  const sl_similarity_type *similarity = h->a->similarity;
  const int column = h->a->column;
  sl_real *row = h->weights + (size_t)query * h->S;
  int n;
  if (adjusts(h)) scale_and_bias(h, query, keys, row);
  sl_real *run = gather(row, column, s, &n);
  sl_row r = row_of(h, n);
  if (adjusts(h)) r.a = 1;
  if (h->scores) {
    cap_scores(h, n, run);
    memcpy(h->scores + (size_t)query * h->S + (run - row), run, (size_t)n * sizeof *run);
    spread(h->scores + (size_t)query * h->S, column, s, h->T);
  }
  shift_row(h, run, &r);
  similarity->forward(&r, run, run);
  h->inverse_z[query] = h->a->normaliser->forward(&r, (sl_real)similarity->floor, run);
  if (similarity->finish) {
    memcpy(h->shares + (size_t)query * h->S + (run - row), run, (size_t)n * sizeof *run);
    spread(h->shares + (size_t)query * h->S, column, s, h->T);
    similarity->finish(&r, run);
  }
  spread(row, column, s, keys);
}

void sl_weigh_row_back(const sl_head *h, const sl_span *s, int query, int keys, sl_real *d_row) {
  const sl_similarity_type *similarity = h->a->similarity;
  const sl_position *position = &h->pass->model->position;
  const int column = h->a->column;
  const size_t at = (size_t)query * h->S;
  sl_real *row = (similarity->finish ? h->shares : h->weights) + at;
  int n;
  sl_real *w = gather(row, column, s, &n), *d = gather(d_row, column, s, &n);
  sl_row r = row_of(h, n);
  if (adjusts(h)) r.a = 1;
  if (similarity->finish) similarity->finish_back(&r, w, d);
  if (h->a->normaliser->backward) h->a->normaliser->backward(&r, w, h->inverse_z[query], d);
  similarity->backward(&r, w, h->inverse_z[query], d);
  if (h->scores) {
    cap_back(h, n, gather(h->scores + at, column, s, &n), d);
    spread(h->scores + at, column, s, h->T);
  }
  spread(row, column, s, keys);
  spread(d_row, column, s, keys);
  if (position->type->bias_back) {
    const sl_bias_row bias = bias_row(h, query, keys);
    position->type->bias_back(h->pass, position, &bias, d_row + column);
  }
  if (adjusts(h)) h->pass->k->scale((size_t)(column + keys), h->scale, d_row);
}
