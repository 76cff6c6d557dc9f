/* GEGLU (Shazeer 2020, eq. 5): a = gelu(x W_gate) * (x W_in), gelu in its tanh form. */
#include "../model.h"

static void forward(const sl_kernels *k, const sl_activation *x, sl_real *a) {
  k->gelu(x->n, x->g, x->s, a);
  sl_ffn_gate(x, a);
}

static void backward(const sl_kernels *k, const sl_activation *x, const sl_real *da, sl_real *dg,
                     sl_real *du) {
  sl_ffn_gate_back(x, da, dg, du);
  k->gelu_back(x->n, x->g, x->s, dg, dg);
}

const sl_ffn_type sl_ffn_geglu = {.desc = {"geglu", "GeGLU",
                                           "GELU of one branch multiplies the other.",
                                           "arXiv 2002.05202, eq. 5", NULL},
                                  .gated = 1,
                                  .keeps = 1,
                                  .forward = forward,
                                  .backward = backward};
