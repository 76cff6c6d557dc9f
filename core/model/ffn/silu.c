/* SiLU, or Swish (Ramachandran et al. 2017): a = u s, s = sigmoid(u), which is kept. Backward:
 * du = da (s + u s (1 - s)). */
#include "../elementwise.h"
#include "../model.h"

static void forward(const sl_kernels *k, const sl_activation *x, sl_real *a) {
  sl_sigmoid_row(k, x->n, 1, 0, x->u, x->s);
  for (size_t i = 0; i < x->n; i++) a[i] = x->u[i] * x->s[i];
}

static void backward(const sl_kernels *k, const sl_activation *x, const sl_real *da, sl_real *dg,
                     sl_real *du) {
  (void)k, (void)dg;
  for (size_t i = 0; i < x->n; i++) {
    sl_real s = x->s[i];
    du[i] = da[i] * (s + x->u[i] * (s * (1 - s)));
  }
}

const sl_ffn_type sl_ffn_silu = {.desc = {"silu", "SiLU (Swish)",
                                          "A smooth step: x times its own sigmoid.",
                                          "arXiv 1710.05941", NULL},
                                 .keeps = 1,
                                 .forward = forward,
                                 .backward = backward};
