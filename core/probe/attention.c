#include "probe.h"

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int l = 0; l < d->L; l++)
    for (int h = 0; h < d->H; h++) {
      const sl_real *w = sl_look_weights(k, l, h);
      for (int i = 0; i < d->T; i++, out += d->T, w += d->T)
        for (int j = 0; j <= i; j++) out[j] += (float)w[j];
    }
}

const sl_probe_type sl_probe_attention = {
    .desc = {"attention", "Attention maps",
             "How much of each query's attention goes to each key, by layer and head.",
             "arXiv 2410.10781, eq. 3", NULL},
    .kind = "matrix",
    .shape = "LHTT",
    .needs = "attention.weights",
    .add = add};
