#include "probe.h"

static void add(const sl_look *k, float *out) {
  sl_add_head_norms(k, offsetof(sl_attention, q), k->pass->model->dims.H, out);
}

const sl_probe_type sl_probe_query_norm = {
    .desc = {"query_norm", "Query norms", "Length of each token's query, by layer and head.",
             "arXiv 2410.10781, sec. 3.1", NULL},
    .kind = "tokens",
    .shape = "LHT",
    .needs = "attention.q",
    .add = add};
