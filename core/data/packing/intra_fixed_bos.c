#include "packing.h"

static const sl_option who[] = {
    {"all", "all documents", "Every token of the window sees the BOS."},
    {"first", "the first document", "The BOS belongs to the document that follows it."},
    {0}};

static const sl_param params[] = {
    SL_INTRA_PARAMS,
    {.key = "bos_visible",
     .label = "BOS is seen by",
     .help = "Which documents of the window see the BOS at its front.",
     .type = SL_CHOICE,
     .text = "all",
     .options = who,
     .offset = offsetof(sl_packing_settings, bos_visible)},
    {0}};

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
