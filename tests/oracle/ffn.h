/* Feed-forward layers.
 *
 *   GELU           Hendrycks & Gimpel 2016 (1606.08415), sec. 2, tanh form
 *   SiLU           Ramachandran et al. 2017 (1710.05941)
 *   gated ones     Shazeer 2020 (2002.05202), eq. 5 */
#ifndef ORACLE_FFN_H
#define ORACLE_FFN_H

#include "base.h"

static double oracle_relu(double x) { return x > 0 ? x : 0; }
static double oracle_relu2(double x) { return pow(fmax(x, 0), 2); }
static double oracle_gelu_gate(double x) {
  return 0.5 * (1 + tanh(sqrt(2 / acos(-1)) * (x + 0.044715 * x * x * x)));
}
static double oracle_gelu(double x) { return x * oracle_gelu_gate(x); }
static double oracle_sigmoid(double x) { return 1 / (1 + exp(-x)); }
static double oracle_silu(double x) { return x * oracle_sigmoid(x); }

/* f(x W_in), or f(x W_gate) times x W_in. */
typedef struct oracle_ffn_row {
  const char *id;
  int gated;
  double (*f)(double x);    /* NULL: there is no such layer */
  double (*kept)(double x); /* for the backward pass, or NULL */
} oracle_ffn_row;
static const oracle_ffn_row oracle_ffns[] = {{"none", 0, NULL, NULL},
                                             {"relu", 0, oracle_relu, NULL},
                                             {"relu2", 0, oracle_relu2, NULL},
                                             {"gelu", 0, oracle_gelu, oracle_gelu_gate},
                                             {"silu", 0, oracle_silu, oracle_sigmoid},
                                             {"reglu", 1, oracle_relu, NULL},
                                             {"geglu", 1, oracle_gelu, oracle_gelu_gate},
                                             {"swiglu", 1, oracle_silu, oracle_sigmoid},
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
      a[f] = g ? row->f(g[f]) * u[f] : row->f(u[f]);
      if (s) s[f] = row->kept(g ? g[f] : u[f]);
    }
    oracle_product(o, prefix, "out", a + n * F, F, y + n * o->C, o->C);
  }
}

#endif
