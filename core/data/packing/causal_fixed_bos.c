#include "packing.h"

static const sl_param params[] = {SL_PACKING_PARAMS, {0}};

const sl_packing_type sl_packing_causal_fixed_bos = {
    .desc = {.id = "causal_fixed_bos",
             .label = "Causal + fixed BOS",
             .help = "As causal, and every window begins with one BOS at position 0.",
             .paper = "arXiv 2504.02732",
             .params = params},
    .needs_documents = 0,
    .bos = SL_BOS_PINNED,
    .own_document = 0,
    .fill = sl_packing_fill};
