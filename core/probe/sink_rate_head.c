#include "probe.h"

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int l = 0; l < d->L; l++)
    for (int h = 0; h < d->H; h++)
      if (sl_look_alpha(k, l, h, 0) > k->epsilon) out[l * d->H + h] += 1;
}

const sl_probe_type sl_probe_sink_rate_head = {
    .desc = {"sink_rate_head", "Sink rate by head",
             "Share of windows in which the first key takes more than ε of the head's attention.",
             "arXiv 2410.10781, sec. 3.2", NULL},
    .kind = "matrix",
    .shape = "LH",
    .needs = "attention.weights",
    .add = add};
