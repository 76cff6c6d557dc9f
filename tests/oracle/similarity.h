/* Similarities of a query with the keys it sees, and what their row is divided by (Gu et al. 2025,
 * arXiv 2410.10781, sec. 7.4). */
#ifndef ORACLE_SIMILARITY_H
#define ORACLE_SIMILARITY_H

#include "base.h"

/* ---- similarity: e of the n scores s of a row, and what becomes of a weight in the end ---- */

static void oracle_sim_exp(const oracle *o, int n, const double *s, double *e) {
  (void)o;
  for (int j = 0; j < n; j++) e[j] = exp(s[j]);
}

static void oracle_sim_sigmoid(const oracle *o, int n, const double *s, double *e) {
  int biased = !strcmp(o->choice(o->ctx, "similarity", "bias"), "log_context");
  for (int j = 0; j < n; j++) e[j] = 1 / (1 + exp(-s[j]) * (biased ? o->T : 1));
}

static double oracle_elu(double x) { return x > 0 ? x : exp(x) - 1; }

static void oracle_sim_elu(const oracle *o, int n, const double *s, double *e) {
  (void)o;
  for (int j = 0; j < n; j++) e[j] = oracle_elu(s[j]) + 1;
}

static void oracle_sim_same(const oracle *o, int n, const double *s, double *e) {
  (void)o;
  for (int j = 0; j < n; j++) e[j] = s[j];
}

static void oracle_sim_relu(const oracle *o, int n, const double *s, double *e) {
  (void)o;
  for (int j = 0; j < n; j++) e[j] = fmax(s[j], 0);
}

/* Zuhri et al. 2025 (2504.20966); relative to the largest where the row is divided by a sum. */
static void oracle_sim_softpick(const oracle *o, int n, const double *s, double *e) {
  double m = s[0];
  int divided = oracle_is(o, "normaliser", "sum") || oracle_is(o, "normaliser", "scaled");
  for (int j = 0; j < n; j++) m = fmax(m, s[j]);
  for (int j = 0; j < n; j++) e[j] = divided ? exp(s[j] - m) - exp(-m) : exp(s[j]) - 1;
}
static double oracle_end_softpick(const oracle *o, double w) {
  (void)o;
  return w > 0 ? w : 0;
}

/* Bondarenko et al. 2023 (2306.12929), eq. 4. */
static double oracle_end_clipped(const oracle *o, double w) {
  double gamma = o->setting(o->ctx, "similarity", "gamma");
  double zeta = o->setting(o->ctx, "similarity", "zeta");
  return fmin(fmax((zeta - gamma) * w + gamma, 0), 1);
}

/* ---- feature maps of D numbers ---- */

static void oracle_map_elu(const oracle *o, const char *prefix, const double *x, double *hidden,
                           double *y) {
  (void)prefix, (void)hidden;
  for (int d = 0; d < o->D; d++) y[d] = oracle_elu(x[d]) + 1;
}

static void oracle_map_mlp(const oracle *o, const char *prefix, const double *x, double *hidden,
                           double *y) {
  oracle_product(o, prefix, "map_in", x, o->D, hidden, o->D);
  for (int d = 0; d < o->D; d++) hidden[d] = fmax(hidden[d], 0);
  oracle_product(o, prefix, "map_out", hidden, o->D, y, o->D);
}

typedef struct oracle_similarity_row {
  const char *id;
  void (*sim)(const oracle *o, int n, const double *s, double *e);
  int relative; /* the engine may compute it relative to the row's largest score */
  double (*end)(const oracle *o, double w);
  void (*map)(const oracle *o, const char *prefix, const double *x, double *hidden, double *y);
} oracle_similarity_row;
static const oracle_similarity_row oracle_similarities[] = {
    {"exp", oracle_sim_exp, 1, NULL, NULL},
    {"sigmoid", oracle_sim_sigmoid, 0, NULL, NULL},
    {"elu", oracle_sim_elu, 0, NULL, NULL},
    {"elu_map", oracle_sim_same, 0, NULL, oracle_map_elu},
    {"identity", oracle_sim_same, 0, NULL, NULL},
    {"mlp", oracle_sim_same, 0, NULL, oracle_map_mlp},
    {"relu", oracle_sim_relu, 0, NULL, NULL},
    {"softpick", oracle_sim_softpick, 0, oracle_end_softpick, NULL},
    {"clipped", oracle_sim_exp, 1, oracle_end_clipped, NULL},
    {0}};

/* ---- normaliser ---- */

static double oracle_z_sum(const oracle *o, int n, const double *e) {
  double z = oracle_is(o, "similarity", "softpick") ? 1e-8 : 0;
  for (int j = 0; j < n; j++) z += fabs(e[j]);
  return z;
}

static double oracle_z_none(const oracle *o, int n, const double *e) {
  (void)o, (void)n, (void)e;
  return 1;
}

static double oracle_z_keys(const oracle *o, int n, const double *e) {
  (void)o, (void)e;
  return n;
}

static double oracle_z_scaled(const oracle *o, int n, const double *e) {
  return oracle_z_sum(o, n, e) / o->setting(o->ctx, "normaliser", "alpha");
}

static double oracle_z_pnorm(const oracle *o, int n, const double *e) {
  double p = o->setting(o->ctx, "normaliser", "p"), sum = 0;
  for (int j = 0; j < n; j++) sum += pow(e[j], p);
  return pow(sum, 1 / p);
}

static double oracle_z_max_abs(const oracle *o, int n, const double *e) {
  double sum = 0;
  (void)o;
  for (int j = 0; j < n; j++) sum += e[j];
  return fmax(fabs(sum), 1);
}

static double oracle_z_off_by_one(const oracle *o, int n, const double *e) {
  return 1 + oracle_z_sum(o, n, e);
}

typedef struct oracle_normaliser_row {
  const char *id;
  double (*z)(const oracle *o, int n, const double *e);
  int shift; /* of relative similarities: 1 by the largest score, 2 by that or 0 if it is below */
} oracle_normaliser_row;
static const oracle_normaliser_row oracle_normalisers[] = {{"sum", oracle_z_sum, 1},
                                                           {"none", oracle_z_none, 0},
                                                           {"keys", oracle_z_keys, 0},
                                                           {"scaled", oracle_z_scaled, 1},
                                                           {"pnorm", oracle_z_pnorm, 1},
                                                           {"max_abs", oracle_z_max_abs, 0},
                                                           {"off_by_one", oracle_z_off_by_one, 2},
                                                           {0}};

#endif
