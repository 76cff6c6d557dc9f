#include "probe.h"

static void add(const sl_look *k, float *out) {
  sl_add_head_norms(k, offsetof(sl_attention, k), k->pass->model->dims.G, out);
}

const sl_probe_type sl_probe_key_norm = {.desc = {"key_norm", "Key norms",
                                                  "Length of each token's key, by layer and head.",
                                                  "arXiv 2410.10781, sec. 3.1", NULL},
                                         .kind = "tokens",
                                         .shape = "LGT",
                                         .needs = "attention.k",
                                         .add = add};
