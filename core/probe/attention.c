#include "probe.h"

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int l = 0; l < d->L; l++)
    for (int h = 0; h < d->H; h++) {
      const sl_real *w = sl_look_weights(k, l, h);
      for (int i = 0; i < d->T; i++, out += d->S, w += d->S)
        for (int j = 0; j < sl_look_seen(k, i); j++) out[j] += (float)w[j];
    }
}

const sl_probe_type sl_probe_attention = {
    .desc = {"attention", "Attention maps",
             "How much of each query's attention goes to each key, by layer and head; a slot's key "
             "comes first.",
             "arXiv 2410.10781, eq. 4", NULL},
    .kind = "matrix",
    .shape = "LHTS",
    .needs = "attention.weights",
    .add = add};
