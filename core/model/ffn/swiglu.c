/* SwiGLU (Shazeer 2020, eq. 5): a = silu(x W_gate) * (x W_in). */
#include "../model.h"

static void forward(const sl_kernels *k, const sl_activation *x, sl_real *a) {
  k->swiglu(x->n, x->g, x->u, x->s, a);
}

static void backward(const sl_kernels *k, const sl_activation *x, const sl_real *da, sl_real *dg,
                     sl_real *du) {
  k->swiglu_back(x->n, x->g, x->u, x->s, da, dg, du);
}

const sl_ffn_type sl_ffn_swiglu = {
    .desc = {"swiglu", "SwiGLU",
             "One branch opens or closes the other: two numbers multiply, and spikes come easily.",
             "arXiv 2002.05202, eq. 5", NULL},
    .gated = 1,
    .keeps = 1,
    .forward = forward,
    .backward = backward};
