#include "../model.h"

static void forward(const sl_kernels *k, const sl_activation *x, sl_real *a) {
  k->gelu(x->n, x->u, x->s, a);
}

static void backward(const sl_kernels *k, const sl_activation *x, const sl_real *da, sl_real *dg,
                     sl_real *du) {
  (void)dg;
  k->gelu_back(x->n, x->u, x->s, da, du);
}

const sl_ffn_type sl_ffn_gelu = {
    .desc = {"gelu", "GELU",
             "A smooth step: x times the chance that a normal number is below x (tanh form).",
             "arXiv 1606.08415, sec. 2", NULL},
    .keeps = 1,
    .forward = forward,
    .backward = backward};
