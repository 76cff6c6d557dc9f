/* The three largest |h| of the residual stream in the first window, by depth: token (its place), channel
 * and value. */
#include "probe.h"

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int l = 0; l <= d->L; l++) sl_add_largest(k, l, out + (size_t)l * 9);
}

const sl_probe_type sl_probe_top_activations = {
    .desc = {"top_activations", "Largest activations",
             "The three largest numbers of the residual stream, by depth: which token, which "
             "dimension, how large.",
             "arXiv 2402.17762, sec. 2", NULL},
    .kind = "table",
    .shape = "P33",
    .names = "token (from 0)|dimension|value",
    .needs = "hidden",
    .add = add,
    .first_only = 1};
