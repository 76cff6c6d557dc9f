/* Attention: weights = sim(q_i, k_j) / Z_i over the keys that are seen (Gu et al. 2025, arXiv
 * 2410.10781, eq. 3), times values; a token sees its own document and what every document sees
 * (Barbero et al. 2025, arXiv 2504.02732). */
#ifndef ORACLE_ATTENTION_H
#define ORACLE_ATTENTION_H

#include "position.h"
#include "similarity.h"

/* Queries, keys or values of all tokens. */
static double *oracle_project(oracle *o, const char *prefix, const char *name, const double *x,
                              int turns) {
  const oracle_position_row *position = ORACLE_ROW(o, oracle_positions, "position");
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

static double oracle_score(const oracle *o, const double *q, const double *k) {
  double sum = 0;
  for (int d = 0; d < o->D; d++) sum += q[d] * k[d];
  return sum / sqrt(o->D);
}

/* Row i of A of head h in window b; returns 1/Z. */
static double oracle_attend(const oracle *o, const double *q, const double *k, int b, int h, int i,
                            double *A) {
  const oracle_similarity_row *similarity = ORACLE_ROW(o, oracle_similarities, "similarity");
  const oracle_normaliser_row *normaliser = ORACLE_ROW(o, oracle_normalisers, "normaliser");
  int HD = o->H * o->D, n = 0, key[ORACLE_MOST];
  double s[ORACLE_MOST] = {0}, e[ORACLE_MOST] = {0}, largest = 0;
  for (int j = 0; j < o->T; j++) {
    A[j] = 0;
    if (!oracle_sees(o, b, i, j)) continue;
    s[n] = oracle_score(o, q + (b * o->T + i) * HD + h * o->D, k + (b * o->T + j) * HD + h * o->D);
    key[n++] = j;
  }
  similarity->sim(o, n, s, e);
  double z = normaliser->z(o, n, e);
  for (int j = 0; j < n; j++) {
    A[key[j]] = e[j] / z;
    largest = fmax(largest, e[j]);
  }
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

#endif
