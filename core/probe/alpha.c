#include "probe.h"

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int l = 0; l < d->L; l++)
    for (int h = 0; h < d->H; h++) out[l * d->H + h] += (float)sl_look_alpha(k, l, h, 0);
}

const sl_probe_type sl_probe_alpha = {
    .desc = {"alpha", "Attention to the first token",
             "Mean attention that the first key gets in each head.", "arXiv 2410.10781, sec. 3.2",
             NULL},
    .kind = "matrix",
    .shape = "LH",
    .needs = "attention.weights",
    .add = add};
