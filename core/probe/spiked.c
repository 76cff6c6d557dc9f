#include "probe.h"

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int l = 0; l <= d->L; l++, out += 6) {
    const sl_real *x = sl_look_hidden(k, l);
    for (int c = 0; c < d->C; c++) sl_keep_largest(out, 2, (float[]){(float)c, (float)x[c]});
  }
}

const sl_probe_type sl_probe_spiked = {.desc = {"spiked", "Spiked dimensions",
                                                "The three largest numbers of the first token's "
                                                "residual vector, with their dimensions, by depth.",
                                                "arXiv 2402.17762, sec. 2", NULL},
                                       .kind = "table",
                                       .shape = "P32",
                                       .needs = "hidden",
                                       .add = add,
                                       .first_only = 1};
