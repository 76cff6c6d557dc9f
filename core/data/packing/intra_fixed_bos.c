#include "packing.h"

static const sl_param params[] = {SL_PACKING_PARAMS, SL_RESTART_PARAM, SL_BOS_VISIBLE_PARAM, {0}};

const sl_packing_type sl_packing_intra_fixed_bos = {
    .desc = {.id = "intra_fixed_bos",
             .label = "Within documents + fixed BOS",
             .help = "A token sees its own document and the one BOS at position 0 of the window.",
             .paper = "arXiv 2504.02732",
             .params = params},
    .needs_documents = 1,
    .bos = SL_BOS_PINNED,
    .own_document = 1,
    .fill = sl_packing_fill};
