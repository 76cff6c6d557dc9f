/* Attention: weights = sim(phi(q_i), phi(k_j)) / Z_i over the keys that are seen (Gu et al. 2025, arXiv
 * 2410.10781, sec. 7.4), times values. */
#ifndef ORACLE_ATTENTION_H
#define ORACLE_ATTENTION_H

#include "mask.h"
#include "position.h"
#include "similarity.h"
#include "slot.h"

/* RMSNorm of a head's D numbers. */
static double oracle_head_norm(const oracle *o, const double *g, double *x) {
  double sum = 0;
  for (int d = 0; d < o->D; d++) sum += x[d] * x[d];
  double rms = sqrt(sum / o->D + 1e-5);
  for (int d = 0; d < o->D; d++) x[d] = x[d] / rms * g[d];
  return 1 / rms;
}

/* Values of all tokens: `name` is what they are kept as. */
static double *oracle_project(oracle *o, const char *prefix, const char *matrix, const char *name,
                              const double *x, int heads) {
  int width = heads * o->D;
  double *y = oracle_new(o, prefix, name, o->B * o->T * width);
  for (int n = 0; n < o->B * o->T; n++)
    oracle_product(o, prefix, matrix, x + n * o->C, o->C, y + n * width, width);
  return y;
}

static void oracle_norm_heads(oracle *o, const char *prefix, const char *name, int heads,
                              const double *raw, double *y) {
  char weight[32], kept[32];
  snprintf(weight, sizeof weight, "%s_norm.weight", name);
  snprintf(kept, sizeof kept, "%s_inverse_rms", name);
  double *stat = oracle_new(o, prefix, kept, o->B * o->T * heads);
  memcpy(y, raw, (size_t)(o->B * o->T * heads * o->D) * sizeof *y);
  for (int i = 0; i < o->B * o->T * heads; i++)
    stat[i] = oracle_head_norm(o, oracle_weight(o, prefix, weight), y + i * o->D);
}

/* Queries or keys of all tokens: normed where the model does so, then turned. */
static double *oracle_turned(oracle *o, const char *prefix, const char *name, const double *x,
                             int heads) {
  const oracle_position_row *position = ORACLE_ROW(o, oracle_positions, "position");
  char raw[16];
  double *y;
  if (oracle_number(o, "qk_norm") != 0) {
    snprintf(raw, sizeof raw, "%s_raw", name);
    const double *from = oracle_project(o, prefix, name, raw, x, heads);
    y = oracle_new(o, prefix, name, o->B * o->T * heads * o->D);
    oracle_norm_heads(o, prefix, name, heads, from, y);
  } else {
    y = oracle_project(o, prefix, name, name, x, heads);
  }
  for (int n = 0; n < o->B * o->T; n++)
    for (int h = 0; h < heads && position->turn; h++)
      position->turn(o, o->place[n], y + (n * heads + h) * o->D);
  return y;
}

/* phi of `count` vectors of D numbers, under the names NAME_hidden and NAME_map. */
static const double *oracle_mapped(oracle *o, const char *prefix, const char *name, int count,
                                   const double *x) {
  const oracle_similarity_row *similarity = ORACLE_ROW(o, oracle_similarities, "similarity");
  char hidden_name[32], map_name[32];
  if (!similarity->map) return x;
  snprintf(hidden_name, sizeof hidden_name, "%s_hidden", name);
  snprintf(map_name, sizeof map_name, "%s_map", name);
  double *hidden = oracle_new(o, prefix, hidden_name, count * o->D);
  double *y = oracle_new(o, prefix, map_name, count * o->D);
  for (int i = 0; i < count; i++)
    similarity->map(o, prefix, x + i * o->D, hidden + i * o->D, y + i * o->D);
  return y;
}

/* What a layer's heads work with. */
typedef struct oracle_layer {
  const char *prefix;
  const double *q, *k, *v;       /* (B,T,H,D), (B,T,G,D) twice, mapped */
  const double *slot_k, *slot_v; /* (G,D) or NULL */
  int column;                    /* 1 with a slot's column in front */
  double *A, *inverse_z;         /* (B,H,T,S), (B,H,T) */
  double *shares, *scores;       /* (B,H,T,S) or NULL */
} oracle_layer;

static double oracle_dot(const oracle *o, const double *q, const double *k) {
  double sum = 0;
  for (int d = 0; d < o->D; d++) sum += q[d] * k[d];
  return sum;
}

/* The score of a query with key j, or with the slot's (j = -1). */
static double oracle_score(const oracle *o, const oracle_layer *l, int b, int h, int i, int j) {
  const oracle_position_row *position = ORACLE_ROW(o, oracle_positions, "position");
  const double *q = l->q + ((b * o->T + i) * o->H + h) * o->D;
  double cap = oracle_number(o, "softcap");
  int g = h * o->G / o->H;
  double s;
  if (j >= 0)
    s = oracle_dot(o, q, l->k + ((b * o->T + j) * o->G + g) * o->D) / sqrt(o->D);
  else if (l->slot_k)
    s = oracle_dot(o, q, l->slot_k + g * o->D) / sqrt(o->D);
  else
    s = oracle_weight(o, l->prefix, "slot_logit")[h];
  if (j >= 0 && position->bias)
    s += position->bias(o, h, o->place[b * o->T + i], o->place[b * o->T + j]);
  return cap > 0 ? cap * tanh(s / cap) : s;
}

/* What 1/Z is multiplied by in the engine, which computes some rows relative to their largest. */
static double oracle_shift(const oracle_similarity_row *similarity, int shift, int n,
                           const double *s) {
  double largest = s[0];
  for (int j = 1; j < n; j++) largest = fmax(largest, s[j]);
  if (!similarity->relative || !shift) return 1;
  return exp(shift == 2 ? fmax(largest, 0) : largest);
}

/* Row i of A of head h in window b. */
static void oracle_attend(const oracle *o, const oracle_layer *l, int b, int h, int i) {
  const oracle_similarity_row *similarity = ORACLE_ROW(o, oracle_similarities, "similarity");
  const oracle_normaliser_row *normaliser = ORACLE_ROW(o, oracle_normalisers, "normaliser");
  int n = 0, key[ORACLE_MOST + 1], S = o->T + l->column, row = (b * o->H + h) * o->T + i;
  double s[ORACLE_MOST + 1] = {0}, e[ORACLE_MOST + 1] = {0};
  for (int j = -l->column; j < o->T; j++) {
    if (j >= 0 && !oracle_sees(o, b, i, j)) continue;
    s[n] = oracle_score(o, l, b, h, i, j);
    key[n++] = j + l->column;
  }
  similarity->sim(o, n, s, e);
  double z = normaliser->z(o, n, e);
  l->inverse_z[row] = oracle_shift(similarity, normaliser->shift, n, s) / z;
  for (int j = 0; j < n; j++) {
    double w = e[j] / z;
    if (l->shares) l->shares[row * S + key[j]] = w;
    if (l->scores) l->scores[row * S + key[j]] = s[j];
    l->A[row * S + key[j]] = similarity->end ? similarity->end(o, w) : w;
  }
}

/* o of head h at token i of window b. */
static void oracle_weigh(const oracle *o, const oracle_layer *l, int b, int h, int i, double *out) {
  const oracle_slot_row *slot = ORACLE_ROW(o, oracle_slots, "slot");
  int S = o->T + l->column, g = h * o->G / o->H;
  const double *A = l->A + ((b * o->H + h) * o->T + i) * S;
  for (int d = 0; d < o->D; d++) {
    out[d] = slot->output ? oracle_weight(o, l->prefix, "slot_v")[h * o->D + d] : 0;
    if (l->slot_v) out[d] += A[0] * l->slot_v[g * o->D + d];
    for (int j = 0; j < o->T; j++)
      out[d] += A[j + l->column] * l->v[((b * o->T + j) * o->G + g) * o->D + d];
  }
}

static void oracle_attend_all(oracle *o, oracle_layer *l, double *out) {
  const oracle_similarity_row *similarity = ORACLE_ROW(o, oracle_similarities, "similarity");
  int square = o->B * o->H * o->T * (o->T + l->column);
  l->A = oracle_new(o, l->prefix, "weights", square);
  l->inverse_z = oracle_new(o, l->prefix, "inverse_z", o->B * o->H * o->T);
  l->shares = similarity->end ? oracle_new(o, l->prefix, "shares", square) : NULL;
  l->scores = oracle_number(o, "softcap") > 0 ? oracle_new(o, l->prefix, "scores", square) : NULL;
  for (int b = 0; b < o->B; b++)
    for (int h = 0; h < o->H; h++)
      for (int i = 0; i < o->T; i++) {
        oracle_attend(o, l, b, h, i);
        oracle_weigh(o, l, b, h, i, out + ((b * o->T + i) * o->H + h) * o->D);
      }
}

/* The slot's keys (mapped) and values, where there are any. */
static void oracle_lay_slot(oracle *o, oracle_layer *l) {
  const oracle_slot_row *slot = ORACLE_ROW(o, oracle_slots, "slot");
  l->column = slot->key != NULL || slot->logit;
  if (slot->key) {
    double *k = oracle_new(o, l->prefix, "slot (as learned)", o->G * o->D);
    for (int g = 0; g < o->G; g++) slot->key(o, l->prefix, g, k + g * o->D);
    l->slot_k = oracle_mapped(o, l->prefix, "slot", o->G, k);
  }
  if (slot->value) {
    double *v = oracle_new(o, l->prefix, "slot's values", o->G * o->D);
    for (int g = 0; g < o->G; g++) slot->value(o, l->prefix, g, v + g * o->D);
    l->slot_v = v;
  }
}

static void oracle_attention(oracle *o, const char *layer, const double *x, double *y) {
  const oracle_gate_row *gate = ORACLE_ROW(o, oracle_gates, "gate");
  char prefix[32];
  snprintf(prefix, sizeof prefix, "%sattention.", layer);
  int N = o->B * o->T, HD = o->H * o->D, sums = oracle_is(o, "head_combination", "sum");
  oracle_layer l = {.prefix = prefix};
  l.q = oracle_mapped(o, prefix, "q", N * o->H, oracle_turned(o, prefix, "q", x, o->H));
  l.k = oracle_mapped(o, prefix, "k", N * o->G, oracle_turned(o, prefix, "k", x, o->G));
  l.v = oracle_project(o, prefix, "v", gate->values ? "v_raw" : "v", x, o->G);
  if (gate->values) {
    double *v = oracle_new(o, prefix, "v", N * o->G * o->D);
    oracle_gate(o, prefix, x, o->G, l.v, v);
    l.v = v;
  }
  oracle_lay_slot(o, &l);
  double *out = oracle_new(o, prefix, "o", N * HD);
  oracle_attend_all(o, &l, out);
  if (gate->outputs) {
    double *gated = oracle_new(o, prefix, "gated", N * HD);
    oracle_gate(o, prefix, x, o->H, out, gated);
    out = gated;
  }
  if (o->edit) o->edit(o, 1, atoi(layer + strlen("layers.")), out);
  if (sums) {
    double *sum = oracle_new(o, prefix, "combined", N * o->D);
    for (int i = 0; i < N * HD; i++) sum[i / HD * o->D + i % o->D] += out[i];
    out = sum;
  }
  int width = sums ? o->D : HD;
  for (int n = 0; n < N; n++)
    oracle_product(o, prefix, "o", out + n * width, width, y + n * o->C, o->C);
}

#endif
