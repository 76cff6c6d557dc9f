/* Squared ReLU (So et al. 2021, Primer): a = max(u, 0)^2. Backward: du = 2 max(u, 0) da. */
#include "../model.h"

static void forward(const sl_kernels *k, const sl_activation *x, sl_real *a) {
  k->relu(x->n, x->u, a);
  for (size_t i = 0; i < x->n; i++) a[i] *= a[i];
}

static void backward(const sl_kernels *k, const sl_activation *x, const sl_real *da, sl_real *dg,
                     sl_real *du) {
  (void)k, (void)dg;
  for (size_t i = 0; i < x->n; i++) du[i] = x->u[i] > 0 ? 2 * x->u[i] * da[i] : 0;
}

const sl_ffn_type sl_ffn_relu2 = {
    .desc = {"relu2", "Squared ReLU",
             "Keeps what is positive and squares it: large numbers become larger still.",
             "arXiv 2109.08668", NULL},
    .forward = forward,
    .backward = backward};
