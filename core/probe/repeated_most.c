/* max_i A_{t,i} of each token t of the window, when all its tokens are the same: what rotary_bound bounds. Of
 * weights that may be negative the largest above 0. */
#include "probe_theory.h"

static void measure(sl_trainer *t, const sl_probe_run *run, float *out) {
  const sl_dims *d = &t->model.dims;
  const sl_pass pass = sl_repeated(t, run);
  const sl_look k = sl_look_at(t, run, &pass, 0);
  const int column = t->model.blocks[0].attention.column;
  for (int i = 0; i < d->L * d->H; i++)
    for (int query = 0; query < k.length; query++) {
      const sl_real *row = sl_look_weights(&k, i / d->H, i % d->H) + (size_t)query * d->S;
      float *most = &out[i * d->T + query];
      for (int j = column; j < sl_look_seen(&k, query); j++)
        if ((float)row[j] > *most) *most = (float)row[j];
    }
}

const sl_probe_type sl_probe_repeated_most = {
    .desc = {"repeated_most", "Most attention on one token repeated",
             "The most that any token gets from each token when all tokens are the same: what the "
             "bound for rotary positions is about.",
             "arXiv 2410.10781, app. C.1", NULL},
    .kind = "tokens",
    .shape = "LHT",
    .needs = "attention.weights",
    .measure = measure};
