#include "../model.h"

void sl_ffn_gate(const sl_activation *x, sl_real *a) {
  for (size_t i = 0; i < x->n; i++) a[i] *= x->u[i];
}

void sl_ffn_gate_back(const sl_activation *x, const sl_real *da, sl_real *dg, sl_real *du) {
  for (size_t i = 0; i < x->n; i++) {
    sl_real s = x->s ? x->s[i] : x->g[i] > 0, d = da[i];
    dg[i] = d * x->u[i];
    du[i] = d * (x->g[i] * s);
  }
}
