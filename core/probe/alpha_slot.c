#include "probe.h"

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  if (!sl_sink_attended(&k->pass->model->config)) return;
  for (int l = 0; l < d->L; l++)
    for (int h = 0; h < d->H; h++) out[l * d->H + h] += (float)sl_look_alpha(k, l, h, -1);
}

const sl_probe_type sl_probe_alpha_slot = {
    .desc = {"alpha_slot", "Attention to the slot",
             "Mean attention that the sink slot gets in each head; 0 where there is none.",
             "arXiv 2410.10781, sec. 7.3", NULL},
    .kind = "matrix",
    .shape = "LH",
    .needs = "attention.weights",
    .add = add};
