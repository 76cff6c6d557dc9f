#include "probe.h"

static void add(const sl_look *k, float *out) {
  sl_add_head_norms(k, offsetof(sl_attention, v), k->pass->model->dims.G, out);
}

const sl_probe_type sl_probe_value_norm = {
    .desc = {"value_norm", "Value norms", "Length of each token's value, by layer and head.",
             "arXiv 2410.10781, sec. 3.1", NULL},
    .kind = "tokens",
    .shape = "LGT",
    .needs = "attention.v",
    .add = add};
