/* A_{n,i} of the last token n with every token i, when all tokens of the window are the same. */
#include "probe_theory.h"

static void measure(sl_trainer *t, const sl_probe_run *run, float *out) {
  const sl_dims *d = &t->model.dims;
  const sl_pass pass = sl_repeated(t, run);
  const sl_look k = sl_look_at(t, run, &pass, 0);
  for (int i = 0; i < d->L * d->H; i++) {
    const sl_real *row = sl_look_weights(&k, i / d->H, i % d->H) + (size_t)(k.length - 1) * d->S;
    for (int j = 0; j < k.length; j++)
      out[i * d->T + j] = (float)row[t->model.blocks[0].attention.column + j];
  }
}

const sl_probe_type sl_probe_repeated_row = {
    .desc = {"repeated_row", "Attention on one token repeated",
             "Where the last token looks when all tokens are the same: a sink that needs no "
             "particular token would still be there.",
             "arXiv 2410.10781, app. C.1", NULL},
    .kind = "tokens",
    .shape = "LHT",
    .needs = "attention.weights",
    .measure = measure};
