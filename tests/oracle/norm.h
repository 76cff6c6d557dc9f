/* Norms: y and what is kept of a token.
 *
 *   RMSNorm        Zhang & Sennrich 2019 (1910.07467), eq. 4
 *   LayerNorm      Ba et al. 2016 (1607.06450), eq. 4 */
#ifndef ORACLE_NORM_H
#define ORACLE_NORM_H

#include "base.h"

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

/* All tokens. */
static void oracle_norm(oracle *o, const char *prefix, const double *x, double *y) {
  const oracle_norm_row *row = ORACLE_ROW(o, oracle_norms, "norm");
  double *kept = oracle_new(o, prefix, row->kept, o->B * o->T * row->kept_size);
  for (int n = 0; n < o->B * o->T; n++)
    row->apply(o, prefix, x + n * o->C, y + n * o->C, kept + n * row->kept_size);
}

#endif
