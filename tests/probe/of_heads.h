/* Oracles of queries, keys, values and heads' outputs. */
#ifndef OF_HEADS_H
#define OF_HEADS_H

#include "of_attention.h"

/* ---- lengths ---- */

static size_t head_norms(const view *v, const char *what, int heads, double *out) {
  size_t at = 0;
  for (int l = 0; l < v->o.L; l++)
    for (int h = 0; h < heads; h++)
      for (int t = 0; t < v->o.T; t++, at++)
        for (int w = 0; w < v->o.B; w++)
          out[at] += view_norm(view_head(v, w, l, what, heads, h, t), v->o.D) / v->o.B;
  return at;
}
static size_t probe_query_norm(const view *v, double *out) {
  return head_norms(v, "q", v->o.H, out);
}
static size_t probe_key_norm(const view *v, double *out) { return head_norms(v, "k", v->o.G, out); }
static size_t probe_value_norm(const view *v, double *out) {
  return head_norms(v, "v", v->o.G, out);
}

/* Mean length behind the first token. */
static double others_norm(const view *v, int w, int l, const char *what, int heads, int h) {
  double sum = 0;
  for (int t = 1; t < v->length[w]; t++)
    sum += view_norm(view_head(v, w, l, what, heads, h, t), v->o.D);
  return sum / (v->length[w] - 1);
}

static size_t probe_value_ratio(const view *v, double *out) {
  size_t at = 0;
  for (int l = 0; l < v->o.L; l++)
    for (int g = 0; g < v->o.G; g++, at++)
      for (int w = 0; w < v->o.B; w++)
        out[at] += view_norm(view_head(v, w, l, "v", v->o.G, g, 0), v->o.D) /
                   others_norm(v, w, l, "v", v->o.G, g) / v->o.B;
  return at;
}

/* ---- q.k taken apart ---- */

/* What is compared: behind the feature map where there is one. */
static int is_mapped(const view *v) { return view_has(v, "layers.0.attention.k_map"); }
static const double *query_of(const view *v, int w, int l, int h, int t) {
  return view_head(v, w, l, is_mapped(v) ? "q_map" : "q", v->o.H, h, t);
}
static const double *key_of(const view *v, int w, int l, int g, int t) {
  return view_head(v, w, l, is_mapped(v) ? "k_map" : "k", v->o.G, g, t);
}

static double cosine_of(const view *v, const double *x, const double *y) {
  return oracle_dot(&v->o, x, y) / (view_norm(x, v->o.D) * view_norm(y, v->o.D));
}
static double cosine_at(const view *v, int w, int l, int h, int i, int j) {
  const double *q = query_of(v, w, l, h, i), *k = key_of(v, w, l, view_group(v, h), j);
  return cosine_of(v, q, k);
}

/* The score as the similarity has it. */
static double score_at(const view *v, int w, int l, int h, int i, int j) {
  const oracle_position_row *position = ORACLE_ROW(&v->o, oracle_positions, "position");
  const int32_t *place = v->o.place + w * v->o.T;
  double cap = oracle_number(&v->o, "softcap");
  double s = oracle_dot(&v->o, query_of(v, w, l, h, i), key_of(v, w, l, view_group(v, h), j)) /
             sqrt(v->o.D);
  if (position->bias) s += position->bias(&v->o, h, place[i], place[j]);
  return cap > 0 ? cap * tanh(s / cap) : s;
}

static size_t seen_means(const view *v,
                         double (*of)(const view *v, int w, int l, int h, int i, int j),
                         double *out) {
  size_t at = 0;
  for (int l = 0; l < v->o.L; l++)
    for (int h = 0; h < v->o.H; h++)
      for (int j = 0; j < v->o.T; j++, at++)
        for (int w = 0; w < v->o.B; w++) {
          double sum = 0;
          int queries = 0;
          for (int i = 0; i < v->length[w]; i++) {
            if (!oracle_sees(&v->o, w, i, j)) continue;
            sum += of(v, w, l, h, i, j);
            queries++;
          }
          if (queries) out[at] += sum / queries / v->o.B;
        }
  return at;
}
static size_t probe_key_cosine(const view *v, double *out) { return seen_means(v, cosine_at, out); }
static size_t probe_key_logit(const view *v, double *out) { return seen_means(v, score_at, out); }

/* |u_a - m|^2 written out in products of directions: no mean vector is made. */
static double off_middle(const view *v, int w, int l, int g, int a) {
  int n = v->length[w] - 1;
  const double *x = key_of(v, w, l, g, a);
  double square = 1;
  for (int t = 1; t <= n; t++) {
    square -= 2 * cosine_of(v, x, key_of(v, w, l, g, t)) / n;
    for (int s = 1; s <= n; s++)
      square += cosine_of(v, key_of(v, w, l, g, t), key_of(v, w, l, g, s)) / n / n;
  }
  return square;
}
static size_t probe_key_distance(const view *v, double *out) {
  size_t at = 0;
  for (int l = 0; l < v->o.L; l++)
    for (int g = 0; g < v->o.G; g++, at++)
      for (int w = 0; w < v->o.B; w++) {
        double spread = 0;
        for (int t = 1; t < v->length[w]; t++)
          spread += off_middle(v, w, l, g, t) / (v->length[w] - 1);
        out[at] += sqrt(off_middle(v, w, l, g, 0) / spread) / v->o.B;
      }
  return at;
}

/* The leading eigenvector of M (n,n), symmetric and not negative, by squaring M: its powers become a
 * multiple of x x^T. Returns the eigenvalue. */
static double leading(int n, const double *M, double *x) {
  double *P = view_copy(M, (size_t)(n * n) * sizeof *P), *Q = calloc((size_t)(n * n), sizeof *Q);
  for (int step = 0; step < 60; step++) {
    double trace = 0;
    for (int i = 0; i < n; i++) trace += P[i * n + i];
    if (trace <= 0) break;
    for (int i = 0; i < n * n; i++) P[i] /= trace;
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++) {
        Q[i * n + j] = 0;
        for (int k = 0; k < n; k++) Q[i * n + j] += P[i * n + k] * P[k * n + j];
      }
    memcpy(P, Q, (size_t)(n * n) * sizeof *P);
  }
  int best = 0;
  double value = 0, size = 0;
  for (int i = 1; i < n; i++)
    if (P[i * n + i] > P[best * n + best]) best = i;
  for (int i = 0; i < n; i++) size += P[i * n + best] * P[i * n + best];
  for (int i = 0; i < n; i++) x[i] = size > 0 ? P[i * n + best] / sqrt(size) : 0;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) value += x[i] * M[i * n + j] * x[j];
  free(P);
  free(Q);
  return value;
}

/* By the eigenvectors of the keys' products among themselves (T,T), one after the other taken out. */
static void principal(const view *v, int l, int g, double *out) {
  int n = v->length[0];
  double *M = calloc((size_t)(n * n), sizeof *M), *x = calloc((size_t)n, sizeof *x),
         mean[ORACLE_MOST];
  for (int d = 0; d < v->o.D; d++) {
    mean[d] = 0;
    for (int t = 0; t < n; t++) mean[d] += key_of(v, 0, l, g, t)[d] / n;
  }
  for (int a = 0; a < n; a++)
    for (int b = 0; b < n; b++)
      for (int d = 0; d < v->o.D; d++)
        M[a * n + b] += (key_of(v, 0, l, g, a)[d] - mean[d]) * (key_of(v, 0, l, g, b)[d] - mean[d]);
  for (int i = 0; i < 3 && i < v->o.D; i++) {
    double value = leading(n, M, x), sign = x[0] < 0 ? -1 : 1;
    for (int t = 0; t < n; t++) out[t * 3 + i] = sign * x[t] * sqrt(value);
    for (int a = 0; a < n; a++)
      for (int b = 0; b < n; b++) M[a * n + b] -= value * x[a] * x[b];
  }
  free(M);
  free(x);
}
static size_t probe_key_pca(const view *v, double *out) {
  size_t one = (size_t)v->o.T * 3;
  for (int l = 0; l < v->o.L; l++)
    for (int g = 0; g < v->o.G; g++, out += one) principal(v, l, g, out);
  return (size_t)v->o.L * (size_t)v->o.G * one;
}

/* ---- what heads give ---- */

static double first_share_of(const view *v, int w, int l, int h, int i) {
  double part[ORACLE_MOST], a = view_weight(v, w, l, h, i, 0);
  const double *value = view_head(v, w, l, "v", v->o.G, view_group(v, h), 0);
  for (int d = 0; d < v->o.D; d++) part[d] = a * value[d];
  return view_norm(part, v->o.D) / view_norm(view_head(v, w, l, "o", v->o.H, h, i), v->o.D);
}
static double mean_first_share(const view *v, int l, int h) {
  return over_queries(v, l, h, first_share_of);
}
static size_t probe_first_output_share(const view *v, double *out) {
  return by_head(v, out, mean_first_share);
}

static int rests_on_sink(const view *v, int w, int l, int h, int i) {
  double sink = view_share(v, w, l, h, i, 0);
  if (view_column(v)) sink += view_share(v, w, l, h, i, -1);
  return sink > 0.5;
}
static double dormancy(const view *v, int l, int h) {
  double windows = 0;
  for (int w = 0; w < v->o.B; w++) {
    double given = 0;
    int idle = 0, others = v->length[w] - 1;
    for (int i = 1; i <= others; i++) {
      if (!rests_on_sink(v, w, l, h, i)) continue;
      given += view_norm(view_head(v, w, l, "o", v->o.H, h, i), v->o.D);
      idle++;
    }
    double value = others_norm(v, w, l, "v", v->o.G, view_group(v, h));
    windows += idle > others / 2.0 && given / idle < 0.2 * value;
  }
  return windows / v->o.B;
}
static size_t probe_dormant(const view *v, double *out) { return by_head(v, out, dormancy); }

static double rests_at(const view *v, int w, int l, int h, int i) {
  double given = view_norm(view_head(v, w, l, "o", v->o.H, h, i), v->o.D);
  return rests_on_sink(v, w, l, h, i) &&
         given < 0.2 * others_norm(v, w, l, "v", v->o.G, view_group(v, h));
}
static double mean_rest(const view *v, int l, int h) { return over_queries(v, l, h, rests_at); }
static size_t probe_resting(const view *v, double *out) { return by_head(v, out, mean_rest); }

/* ---- without a head ---- */

typedef struct place_of_head {
  int layer, head;
} place_of_head;

static void no_output(oracle *o, int heads, int layer, double *x) {
  const place_of_head *off = o->edit_ctx;
  if (!heads || layer != off->layer) return;
  for (int n = 0; n < o->B * o->T; n++)
    for (int d = 0; d < o->D; d++) x[(n * o->H + off->head) * o->D + d] = 0;
}
static double worth(const view *v, int l, int h) {
  place_of_head off = {l, h};
  return view_loss(v, no_output, &off, 0) - view_loss(v, NULL, NULL, 0);
}
static size_t probe_head_ablation(const view *v, double *out) { return by_head(v, out, worth); }

static const probe_oracle of_heads[] = {PROBE_ORACLE(query_norm),
                                        PROBE_ORACLE(key_norm),
                                        PROBE_ORACLE(value_norm),
                                        PROBE_ORACLE(value_ratio),
                                        PROBE_ORACLE(key_cosine),
                                        PROBE_ORACLE(key_logit),
                                        PROBE_ORACLE(key_distance),
                                        PROBE_ORACLE(key_pca),
                                        PROBE_ORACLE(dormant),
                                        PROBE_ORACLE(resting),
                                        PROBE_ORACLE(head_ablation),
                                        PROBE_ORACLE(first_output_share),
                                        {0}};

#endif
