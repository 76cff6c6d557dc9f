/* The median |h| of the residual stream in a window, by depth; the mean over the windows. */
#include "probe.h"

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int l = 0; l <= d->L; l++) {
    float largest;
    out[l] += sl_median(sl_look_hidden(k, l), (size_t)k->length * d->C, &largest);
  }
}

const sl_probe_type sl_probe_median_activation = {
    .desc = {"median_activation", "Median activation",
             "The size that half of the residual stream's numbers do not reach, by depth: what "
             "massive activations are measured against.",
             "arXiv 2402.17762, sec. 2", NULL},
    .kind = "series",
    .shape = "P",
    .needs = "hidden",
    .add = add};
