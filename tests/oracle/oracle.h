/* The whole forward pass once more, written down from the papers: double precision, one loop per
 * sum sign, nothing stored that is not asked for, no line of core. It reads weights by tensor name
 * and settings by key, and leaves what it computed under the names the engine uses.
 *
 *   decoder        Vaswani et al. 2017 (1706.03762), with post (sec. 3.1) or pre (Xiong 2020) norms
 *   attention      Gu et al. 2025 (2410.10781), eq. 3: sim(q_i, k_j) / Z_i over visible j
 *   mask           own document, and what every document sees (Barbero et al. 2025, 2504.02732)
 *   rotary         Su et al. 2021 (2104.09864), eq. 34
 *   RMSNorm        Zhang & Sennrich 2019 (1910.07467), eq. 4
 *   LayerNorm      Ba et al. 2016 (1607.06450), eq. 4
 *   GELU           Hendrycks & Gimpel 2016 (1606.08415), sec. 2, tanh form
 *   SwiGLU         Shazeer 2020 (2002.05202), eq. 5 */
#ifndef ORACLE_H
#define ORACLE_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ORACLE_TENSORS = 64, ORACLE_MOST = 128 /* most T, C, F and HD */ };

typedef struct oracle_tensor {
  char name[64];
  int size;
  double *x;
} oracle_tensor;

typedef struct oracle {
  /* given */
  int B, T, C, H, D, F, V, L;
  int post;                                                    /* norms stand after the sublayers */
  int bias;                                                    /* every product has one */
  const char *position, *norm, *similarity, *normaliser, *ffn; /* ids of rows */
  double (*setting)(void *ctx, const char *family, const char *key);
  const double *(*weight)(void *ctx, const char *name);
  void *ctx;
  const int32_t *tokens, *target, *place, *document; /* (B,T) */
  const double *loss_weight;                         /* (B,T) */
  /* computed */
  oracle_tensor out[ORACLE_TENSORS];
  int count;
  double loss; /* sum of weight times loss */
  int unknown; /* a row that is not written down here was asked for */
} oracle;

/* ---- names ---- */

static double *oracle_new(oracle *o, const char *prefix, const char *name, int size) {
  oracle_tensor *t = &o->out[o->count++];
  snprintf(t->name, sizeof t->name, "%s%s", prefix, name);
  t->size = size;
  t->x = calloc((size_t)size, sizeof *t->x);
  return t->x;
}

static const double *oracle_weight(const oracle *o, const char *prefix, const char *name) {
  char full[96];
  snprintf(full, sizeof full, "%s%s", prefix, name);
  return o->weight(o->ctx, full);
}

static void oracle_free(oracle *o) {
  for (int i = 0; i < o->count; i++) free(o->out[i].x);
  o->count = 0;
}

/* y_j = sum_i x_i W_ij (+ b_j), the weights being w_name and b_name. */
static void oracle_product(const oracle *o, const char *prefix, const char *name, const double *x,
                           int n, double *y, int m) {
  char w[40], b[40];
  snprintf(w, sizeof w, "w_%s", name);
  snprintf(b, sizeof b, "b_%s", name);
  const double *W = oracle_weight(o, prefix, w);
  for (int j = 0; j < m; j++) {
    y[j] = o->bias ? oracle_weight(o, prefix, b)[j] : 0;
    for (int i = 0; i < n; i++) y[j] += x[i] * W[i * m + j];
  }
}

/* ---- positions: what is added to an embedding, and what is done to a query or key ---- */

static void oracle_place_learned(const oracle *o, int place, double *x) {
  const double *table = o->weight(o->ctx, "position.table");
  for (int c = 0; c < o->C; c++) x[c] += table[place * o->C + c];
}

static void oracle_turn_rotary(const oracle *o, int place, double *x) {
  for (int i = 1; i <= o->D / 2; i++) {
    double theta = pow(o->setting(o->ctx, "position", "base"), -2.0 * (i - 1) / o->D);
    double cosine = cos(place * theta), sine = sin(place * theta);
    double x1 = x[2 * i - 2], x2 = x[2 * i - 1];
    x[2 * i - 2] = x1 * cosine - x2 * sine;
    x[2 * i - 1] = x2 * cosine + x1 * sine;
  }
}

typedef struct oracle_position_row {
  const char *id;
  void (*place)(const oracle *o, int place, double *x); /* (C) */
  void (*turn)(const oracle *o, int place, double *x);  /* (D) */
} oracle_position_row;
static const oracle_position_row oracle_positions[] = {{"none", NULL, NULL},
                                                       {"learned", oracle_place_learned, NULL},
                                                       {"rotary", NULL, oracle_turn_rotary},
                                                       {0}};

/* ---- norms: y and what is kept of a token ---- */

static void oracle_rmsnorm(const oracle *o, const char *prefix, const double *x, double *y,
                           double *kept) {
  const double *g = oracle_weight(o, prefix, "weight");
  double sum = 0;
  for (int c = 0; c < o->C; c++) sum += x[c] * x[c];
  double rms = sqrt(sum / o->C + o->setting(o->ctx, "norm", "eps"));
  for (int c = 0; c < o->C; c++) y[c] = x[c] / rms * g[c];
  kept[0] = 1 / rms;
}

static void oracle_layernorm(const oracle *o, const char *prefix, const double *x, double *y,
                             double *kept) {
  const double *g = oracle_weight(o, prefix, "weight"), *b = oracle_weight(o, prefix, "bias");
  double mean = 0, variance = 0;
  for (int c = 0; c < o->C; c++) mean += x[c] / o->C;
  for (int c = 0; c < o->C; c++) variance += (x[c] - mean) * (x[c] - mean) / o->C;
  double sigma = sqrt(variance + o->setting(o->ctx, "norm", "eps"));
  for (int c = 0; c < o->C; c++) y[c] = g[c] / sigma * (x[c] - mean) + b[c];
  kept[0] = mean;
  kept[1] = 1 / sigma;
}

typedef struct oracle_norm_row {
  const char *id, *kept;
  int kept_size;
  void (*apply)(const oracle *o, const char *prefix, const double *x, double *y, double *kept);
} oracle_norm_row;
static const oracle_norm_row oracle_norms[] = {
    {"rmsnorm", "inverse_rms", 1, oracle_rmsnorm},
    {"layernorm", "mean_inverse_deviation", 2, oracle_layernorm},
    {0}};

/* ---- similarity and normaliser ---- */

static double oracle_scaled_dot(const oracle *o, const double *q, const double *k) {
  double sum = 0;
  for (int d = 0; d < o->D; d++) sum += q[d] * k[d];
  return sum / sqrt(o->D);
}

static double oracle_sim_exp(const oracle *o, const double *q, const double *k) {
  return exp(oracle_scaled_dot(o, q, k));
}

typedef struct oracle_similarity_row {
  const char *id;
  double (*sim)(const oracle *o, const double *q, const double *k);
  int relative; /* the engine computes it relative to the row's largest */
} oracle_similarity_row;
static const oracle_similarity_row oracle_similarities[] = {{"exp", oracle_sim_exp, 1}, {0}};

static double oracle_z_sum(const oracle *o, int n, const double *sim) {
  double z = 0;
  (void)o;
  for (int j = 0; j < n; j++) z += sim[j];
  return z;
}

typedef struct oracle_normaliser_row {
  const char *id;
  double (*z)(const oracle *o, int n, const double *sim);
} oracle_normaliser_row;
static const oracle_normaliser_row oracle_normalisers[] = {{"sum", oracle_z_sum}, {0}};

/* ---- feed-forward ---- */

static double oracle_relu(double u, double g) {
  (void)g;
  return u > 0 ? u : 0;
}
static double oracle_gelu_gate(double u, double g) {
  (void)g;
  return 0.5 * (1 + tanh(sqrt(2 / acos(-1)) * (u + 0.044715 * u * u * u)));
}
static double oracle_gelu(double u, double g) { return u * oracle_gelu_gate(u, g); }
static double oracle_swiglu_gate(double u, double g) {
  (void)u;
  return 1 / (1 + exp(-g));
}
static double oracle_swiglu(double u, double g) { return g * oracle_swiglu_gate(u, g) * u; }

typedef struct oracle_ffn_row {
  const char *id;
  int gated;
  double (*activation)(double u, double g);
  double (*kept)(double u, double g); /* for the backward pass, or NULL */
} oracle_ffn_row;
static const oracle_ffn_row oracle_ffns[] = {{"relu", 0, oracle_relu, NULL},
                                             {"gelu", 0, oracle_gelu, oracle_gelu_gate},
                                             {"swiglu", 1, oracle_swiglu, oracle_swiglu_gate},
                                             {0}};

/* ---- which rows are written down here ---- */

static const void *oracle_row(const void *table, size_t row_size, const char *id) {
  for (const char *row = table; *(const char *const *)(const void *)row; row += row_size)
    if (!strcmp(*(const char *const *)(const void *)row, id)) return row;
  return NULL;
}
#define ORACLE_ROW(table, id) oracle_row(table, sizeof *(table), id)

/* Whether a family's row has its oracle. */
static int oracle_knows(const char *family, const char *id) {
  if (!strcmp(family, "position")) return ORACLE_ROW(oracle_positions, id) != NULL;
  if (!strcmp(family, "norm")) return ORACLE_ROW(oracle_norms, id) != NULL;
  if (!strcmp(family, "similarity")) return ORACLE_ROW(oracle_similarities, id) != NULL;
  if (!strcmp(family, "normaliser")) return ORACLE_ROW(oracle_normalisers, id) != NULL;
  if (!strcmp(family, "ffn")) return ORACLE_ROW(oracle_ffns, id) != NULL;
  return 0;
}

/* ---- sublayers ---- */

static void oracle_norm(oracle *o, const char *prefix, const double *x, double *y) {
  const oracle_norm_row *row = ORACLE_ROW(oracle_norms, o->norm);
  double *kept = oracle_new(o, prefix, row->kept, o->B * o->T * row->kept_size);
  for (int n = 0; n < o->B * o->T; n++)
    row->apply(o, prefix, x + n * o->C, y + n * o->C, kept + n * row->kept_size);
}

/* Queries, keys or values of all tokens. */
static double *oracle_project(oracle *o, const char *prefix, const char *name, const double *x,
                              int turns) {
  const oracle_position_row *position = ORACLE_ROW(oracle_positions, o->position);
  int HD = o->H * o->D;
  double *y = oracle_new(o, prefix, name, o->B * o->T * HD);
  for (int n = 0; n < o->B * o->T; n++) {
    oracle_product(o, prefix, name, x + n * o->C, o->C, y + n * HD, HD);
    for (int h = 0; h < o->H && turns && position->turn; h++)
      position->turn(o, o->place[n], y + n * HD + h * o->D);
  }
  return y;
}

static int oracle_sees(const oracle *o, int b, int i, int j) {
  const int32_t *document = o->document + b * o->T;
  return j <= i && (document[j] == document[i] || document[j] < 0);
}

/* Row i of A of head h in window b; returns 1/Z. */
static double oracle_attend(const oracle *o, const double *q, const double *k, int b, int h, int i,
                            double *A) {
  const oracle_similarity_row *similarity = ORACLE_ROW(oracle_similarities, o->similarity);
  const oracle_normaliser_row *normaliser = ORACLE_ROW(oracle_normalisers, o->normaliser);
  int HD = o->H * o->D, n = 0, key[ORACLE_MOST];
  double sim[ORACLE_MOST] = {0}, largest = 0;
  for (int j = 0; j < o->T; j++) {
    A[j] = 0;
    if (!oracle_sees(o, b, i, j)) continue;
    sim[n] =
        similarity->sim(o, q + (b * o->T + i) * HD + h * o->D, k + (b * o->T + j) * HD + h * o->D);
    if (sim[n] > largest) largest = sim[n];
    key[n++] = j;
  }
  double z = normaliser->z(o, n, sim);
  for (int j = 0; j < n; j++) A[key[j]] = sim[j] / z;
  return (similarity->relative ? largest : 1) / z;
}

static void oracle_attention(oracle *o, const char *layer, const double *x, double *y) {
  char prefix[32];
  snprintf(prefix, sizeof prefix, "%sattention.", layer);
  int T = o->T, HD = o->H * o->D;
  const double *q = oracle_project(o, prefix, "q", x, 1);
  const double *k = oracle_project(o, prefix, "k", x, 1);
  const double *v = oracle_project(o, prefix, "v", x, 0);
  double *A = oracle_new(o, prefix, "weights", o->B * o->H * T * T);
  double *inverse_z = oracle_new(o, prefix, "inverse_z", o->B * o->H * T);
  double *out = oracle_new(o, prefix, "o", o->B * T * HD);
  for (int b = 0; b < o->B; b++)
    for (int h = 0; h < o->H; h++)
      for (int i = 0; i < T; i++) {
        int row = (b * o->H + h) * T + i;
        inverse_z[row] = oracle_attend(o, q, k, b, h, i, A + row * T);
        for (int d = 0; d < o->D; d++)
          for (int j = 0; j < T; j++)
            out[(b * T + i) * HD + h * o->D + d] +=
                A[row * T + j] * v[(b * T + j) * HD + h * o->D + d];
      }
  for (int n = 0; n < o->B * T; n++)
    oracle_product(o, prefix, "o", out + n * HD, HD, y + n * o->C, o->C);
}

static void oracle_feed_forward(oracle *o, const char *layer, const double *x, double *y) {
  const oracle_ffn_row *row = ORACLE_ROW(oracle_ffns, o->ffn);
  char prefix[32];
  snprintf(prefix, sizeof prefix, "%sffn.", layer);
  int N = o->B * o->T, F = o->F;
  double *u = oracle_new(o, prefix, "u", N * F), *a = oracle_new(o, prefix, "a", N * F);
  double *g = row->gated ? oracle_new(o, prefix, "g", N * F) : NULL;
  double *s = row->kept ? oracle_new(o, prefix, "s", N * F) : NULL;
  for (int n = 0; n < N; n++) {
    oracle_product(o, prefix, "in", x + n * o->C, o->C, u + n * F, F);
    if (g) oracle_product(o, prefix, "gate", x + n * o->C, o->C, g + n * F, F);
    for (int f = n * F; f < (n + 1) * F; f++) {
      a[f] = row->activation(u[f], g ? g[f] : 0);
      if (s) s[f] = row->kept(u[f], g ? g[f] : 0);
    }
    oracle_product(o, prefix, "out", a + n * F, F, y + n * o->C, o->C);
  }
}

/* ---- block and whole ---- */

static void oracle_block(oracle *o, int layer, const double *x, double *y) {
  char prefix[24], norm1[32], norm2[32];
  snprintf(prefix, sizeof prefix, "layers.%d.", layer);
  snprintf(norm1, sizeof norm1, "%snorm1.", prefix);
  snprintf(norm2, sizeof norm2, "%snorm2.", prefix);
  int n = o->B * o->T * o->C;
  double *in1 = oracle_new(o, prefix, "in1", n), *in2 = oracle_new(o, prefix, "in2", n);
  double *m = oracle_new(o, prefix, "middle", n);
  if (o->post) {
    oracle_attention(o, prefix, x, in1);
    for (int i = 0; i < n; i++) in1[i] += x[i];
    oracle_norm(o, norm1, in1, m);
    oracle_feed_forward(o, prefix, m, in2);
    for (int i = 0; i < n; i++) in2[i] += m[i];
    oracle_norm(o, norm2, in2, y);
  } else {
    oracle_norm(o, norm1, x, in1);
    oracle_attention(o, prefix, in1, m);
    for (int i = 0; i < n; i++) m[i] += x[i];
    oracle_norm(o, norm2, m, in2);
    oracle_feed_forward(o, prefix, in2, y);
    for (int i = 0; i < n; i++) y[i] += m[i];
  }
}

static void oracle_losses(oracle *o, const double *top) {
  int N = o->B * o->T;
  const double *U = o->weight(o->ctx, "unembedding");
  double *logits = oracle_new(o, "", "logits", N * o->V);
  double *losses = oracle_new(o, "", "losses", N);
  for (int n = 0; n < N; n++) {
    double sum = 0;
    for (int v = 0; v < o->V; v++) {
      if (o->bias) logits[n * o->V + v] = o->weight(o->ctx, "unembedding_bias")[v];
      for (int c = 0; c < o->C; c++) logits[n * o->V + v] += top[n * o->C + c] * U[v * o->C + c];
      sum += exp(logits[n * o->V + v]);
    }
    if (o->loss_weight[n] == 0) continue;
    losses[n] = -log(exp(logits[n * o->V + o->target[n]]) / sum);
    o->loss += o->loss_weight[n] * losses[n];
  }
}

static void oracle_run(oracle *o) {
  o->count = 0;
  o->loss = 0;
  o->unknown = !oracle_knows("position", o->position) || !oracle_knows("norm", o->norm) ||
               !oracle_knows("similarity", o->similarity) ||
               !oracle_knows("normaliser", o->normaliser) || !oracle_knows("ffn", o->ffn);
  if (o->unknown) return;
  const oracle_position_row *position = ORACLE_ROW(oracle_positions, o->position);
  const double *E = o->weight(o->ctx, "embedding");
  int N = o->B * o->T;
  double *x = oracle_new(o, "", "hidden.0", N * o->C);
  for (int n = 0; n < N; n++) {
    for (int c = 0; c < o->C; c++) x[n * o->C + c] = E[o->tokens[n] * o->C + c];
    if (position->place) position->place(o, o->place[n], x + n * o->C);
  }
  for (int l = 0; l < o->L; l++) {
    char name[24];
    snprintf(name, sizeof name, "hidden.%d", l + 1);
    double *y = oracle_new(o, "", name, N * o->C);
    oracle_block(o, l, x, y);
    x = y;
  }
  if (!o->post) {
    double *top = oracle_new(o, "", "final_norm.out", N * o->C);
    oracle_norm(o, "final_norm.", x, top);
    x = top;
  }
  oracle_losses(o, x);
}

#endif
