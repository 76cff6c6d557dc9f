#include "probe.h"

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  int sinks = 0;
  if (!sl_sink_attended(&k->pass->model->config)) return;
  for (int l = 0; l < d->L; l++)
    for (int h = 0; h < d->H; h++) sinks += sl_look_alpha(k, l, h, -1) > k->epsilon;
  *out += (float)sinks / (float)(d->L * d->H);
}

const sl_probe_type sl_probe_sink_rate_slot = {
    .desc =
        {"sink_rate_slot", "Sink rate of the slot",
         "Share of heads and windows in which the sink slot takes more than ε of the attention; "
         "0 where there is none.",
         "arXiv 2410.10781, sec. 7.3", NULL},
    .kind = "series",
    .shape = "1",
    .needs = "attention.weights",
    .add = add};
