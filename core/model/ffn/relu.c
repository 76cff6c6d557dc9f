#include "../model.h"

static void forward(const sl_kernels *k, size_t n, const sl_real *g, const sl_real *u, sl_real *a) {
  (void)g;
  k->relu(n, u, a);
}

static void backward(const sl_kernels *k, size_t n, const sl_real *g, const sl_real *u,
                     const sl_real *da, sl_real *dg, sl_real *du) {
  (void)g, (void)dg;
  k->relu_back(n, u, da, du);
}

const sl_ffn_type sl_ffn_relu = {
    .desc = {"relu", "ReLU", "Keeps what is positive and drops the rest.", NULL, NULL},
    .forward = forward,
    .backward = backward};
