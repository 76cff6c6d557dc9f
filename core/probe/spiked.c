#include "probe_spike.h"

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int l = 0; l <= d->L; l++, out += 2 * SL_SPIKES)
    sl_three_largest(sl_look_hidden(k, l), d->C, out);
}

const sl_probe_type sl_probe_spiked = {.desc = {"spiked", "Spiked dimensions",
                                                "The three largest numbers of the first token's "
                                                "residual vector, with their dimensions, by depth.",
                                                "arXiv 2402.17762, sec. 2", NULL},
                                       .kind = "table",
                                       .shape = "P32",
                                       .names = "dimension|value",
                                       .needs = "hidden",
                                       .add = add,
                                       .first_only = 1};
