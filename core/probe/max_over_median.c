#include "probe.h"

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int l = 0; l <= d->L; l++) {
    float largest, median = sl_median(sl_look_hidden(k, l), (size_t)k->length * d->C, &largest);
    out[l] += largest / median;
  }
}

const sl_probe_type sl_probe_max_over_median = {
    .desc = {"max_over_median", "Max over median",
             "Largest activation over the median one in the residual stream, by depth: massive "
             "activations stand far out.",
             "arXiv 2402.17762, sec. 2", NULL},
    .kind = "series",
    .shape = "P",
    .needs = "hidden",
    .add = add};
