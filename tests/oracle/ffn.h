/* Feed-forward layers.
 *
 *   GELU           Hendrycks & Gimpel 2016 (1606.08415), sec. 2, tanh form
 *   SwiGLU         Shazeer 2020 (2002.05202), eq. 5 */
#ifndef ORACLE_FFN_H
#define ORACLE_FFN_H

#include "base.h"

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

static void oracle_feed_forward(oracle *o, const char *layer, const double *x, double *y) {
  const oracle_ffn_row *row = ORACLE_ROW(o, oracle_ffns, "ffn");
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

#endif
