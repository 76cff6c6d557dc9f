#include "probe.h"

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int l = 0; l <= d->L; l++) {
    const sl_real *x = sl_look_hidden(k, l);
    for (int t = 0; t < d->T; t++, x += d->C) *out++ += (float)sl_norm_of(x, d->C);
  }
}

const sl_probe_type sl_probe_hidden_norm = {
    .desc = {"hidden_norm", "Residual norms",
             "Length of each token's vector in the residual stream, before the first block and "
             "after each.",
             "arXiv 2410.10781, sec. 3.1", NULL},
    .kind = "tokens",
    .shape = "PT",
    .needs = "hidden",
    .add = add};
