#include "../model.h"

static void forward(const sl_kernels *k, size_t n, const sl_real *g, const sl_real *u, sl_real *a) {
  (void)g;
  k->gelu(n, u, a);
}

static void backward(const sl_kernels *k, size_t n, const sl_real *g, const sl_real *u,
                     const sl_real *da, sl_real *dg, sl_real *du) {
  (void)g, (void)dg;
  k->gelu_back(n, u, da, du);
}

const sl_ffn_type sl_ffn_gelu = {
    .desc = {"gelu", "GELU",
             "A smooth step: x times the chance that a normal number is below x (tanh form).",
             "arXiv 1606.08415, sec. 2", NULL},
    .forward = forward,
    .backward = backward};
