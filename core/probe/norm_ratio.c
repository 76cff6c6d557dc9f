#include "probe.h"

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int l = 0; l <= d->L; l++)
    out[l] += (float)sl_first_over_others(sl_look_hidden(k, l), k->length, d->C, d->C);
}

const sl_probe_type sl_probe_norm_ratio = {
    .desc = {"norm_ratio", "Norm ratio",
             "Length of the first token's residual vector over the mean of the others', by depth.",
             "arXiv 2410.10781, fig. 7", NULL},
    .kind = "series",
    .shape = "P",
    .needs = "hidden",
    .add = add};
