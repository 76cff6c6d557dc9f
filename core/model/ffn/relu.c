#include "../model.h"

static void forward(const sl_kernels *k, const sl_activation *x, sl_real *a) {
  k->relu(x->n, x->u, a);
}

static void backward(const sl_kernels *k, const sl_activation *x, const sl_real *da, sl_real *dg,
                     sl_real *du) {
  (void)dg;
  k->relu_back(x->n, x->u, da, du);
}

const sl_ffn_type sl_ffn_relu = {
    .desc = {"relu", "ReLU", "Keeps what is positive and drops the rest.", NULL, NULL},
    .forward = forward,
    .backward = backward};
