#include "probe.h"

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int l = 0; l < d->L; l++) {
    const sl_real *v = sl_look_heads(k, k->pass->model->blocks[l].attention.v, d->G);
    for (int g = 0; g < d->G; g++)
      *out++ += (float)sl_first_over_others(v + (size_t)g * d->D, k->length, d->G * d->D, d->D);
  }
}

const sl_probe_type sl_probe_value_ratio = {
    .desc = {"value_ratio", "Value drain",
             "Length of the first token's value over the mean of the others': far below 1 is a "
             "drained value.",
             "arXiv 2410.13835", NULL},
    .kind = "matrix",
    .shape = "LG",
    .needs = "attention.v",
    .add = add};
