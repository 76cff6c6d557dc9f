#include "packing.h"

static const sl_param params[] = {SL_PACKING_PARAMS, {0}};

const sl_packing_type sl_packing_causal = {
    .desc = {.id = "causal",
             .label = "Causal",
             .help = "Documents one after the other with EOS between them, cut into windows "
                     "anywhere; attention crosses documents.",
             .paper = "arXiv 2504.02732",
             .params = params},
    .needs_documents = 0,
    .bos = SL_BOS_NONE,
    .own_document = 0,
    .fill = sl_packing_fill};
