#include "packing.h"

static const sl_param params[] = {SL_PACKING_PARAMS, SL_RESTART_PARAM, {0}};

const sl_packing_type sl_packing_intra_bos = {
    .desc = {.id = "intra_bos",
             .label = "Within documents + BOS",
             .help = "A BOS in front of every document, and a token sees its own document only.",
             .paper = "arXiv 2504.02732",
             .params = params},
    .needs_documents = 1,
    .bos = SL_BOS_EACH,
    .own_document = 1,
    .fill = sl_packing_fill};
