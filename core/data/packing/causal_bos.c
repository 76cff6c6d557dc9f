#include "packing.h"

static const sl_param params[] = {SL_PACKING_PARAMS, {0}};

const sl_packing_type sl_packing_causal_bos = {
    .desc = {.id = "causal_bos",
             .label = "Causal + BOS",
             .help = "As causal, with a BOS in front of every document.",
             .paper = "arXiv 2504.02732",
             .params = params},
    .needs_documents = 1,
    .bos = SL_BOS_EACH,
    .own_document = 0,
    .fill = sl_packing_fill};
