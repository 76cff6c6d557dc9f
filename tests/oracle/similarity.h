/* Similarities of a query with the keys it sees, and what their row is divided by (Gu et al. 2025,
 * arXiv 2410.10781, eq. 3 and sec. 7). */
#ifndef ORACLE_SIMILARITY_H
#define ORACLE_SIMILARITY_H

#include "base.h"

/* ---- similarity: e of the n scores s of a row ---- */

static void oracle_sim_exp(const oracle *o, int n, const double *s, double *e) {
  (void)o;
  for (int j = 0; j < n; j++) e[j] = exp(s[j]);
}

typedef struct oracle_similarity_row {
  const char *id;
  void (*sim)(const oracle *o, int n, const double *s, double *e);
  int relative; /* the engine computes it relative to the row's largest */
} oracle_similarity_row;
static const oracle_similarity_row oracle_similarities[] = {{"exp", oracle_sim_exp, 1}, {0}};

/* ---- normaliser ---- */

static double oracle_z_sum(const oracle *o, int n, const double *e) {
  double z = 0;
  (void)o;
  for (int j = 0; j < n; j++) z += e[j];
  return z;
}

typedef struct oracle_normaliser_row {
  const char *id;
  double (*z)(const oracle *o, int n, const double *e);
} oracle_normaliser_row;
static const oracle_normaliser_row oracle_normalisers[] = {{"sum", oracle_z_sum}, {0}};

#endif
