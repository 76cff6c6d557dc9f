#include "probe.h"

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int key = 0; key < SL_SINK_KEYS; key++) {
    int sinks = 0;
    for (int l = 0; l < d->L; l++)
      for (int h = 0; h < d->H; h++) sinks += sl_look_alpha(k, l, h, key) > k->epsilon;
    out[key] += (float)sinks / (float)(d->L * d->H);
  }
}

const sl_probe_type sl_probe_sink_rate = {
    .desc = {"sink_rate", "Sink rate",
             "Share of heads and windows in which key k takes more than ε of the attention, for "
             "the first four keys.",
             "arXiv 2410.10781, sec. 3.2", NULL},
    .kind = "series",
    .shape = "K",
    .needs = "attention.weights",
    .add = add};
