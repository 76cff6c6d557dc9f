#include "probe.h"

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int l = 0; l < d->L; l++) {
    const sl_real *x = sl_look_heads(k, k->pass->model->blocks[l].attention.v);
    for (int h = 0; h < d->H; h++)
      for (int t = 0; t < d->T; t++)
        *out++ += (float)sl_norm_of(x + ((size_t)t * d->H + h) * d->D, d->D);
  }
}

const sl_probe_type sl_probe_value_norm = {
    .desc = {"value_norm", "Value norms",
             "Length of each token's value, by layer and head.",
             "arXiv 2410.10781, sec. 3", NULL},
    .kind = "tokens",
    .shape = "LHT",
    .needs = "attention.v",
    .add = add};
