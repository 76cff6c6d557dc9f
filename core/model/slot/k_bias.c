#include "slot_params.h"

static const sl_param params[] = {
    SL_SLOT_SCALE,
    {.key = "dims",
     .label = "Learned numbers",
     .type = SL_INT,
     .def = 0,
     .min = 0,
     .max = 256,
     .offset = offsetof(sl_sink_settings, dims),
     .help = "How many numbers of the key are learned, the rest being 0; 0 learns all."},
    {0}};

const sl_sink_type sl_sink_k_bias = {
    .desc = {"k_bias", "K bias",
             "Each head has a learned key whose value is zero: a place to attend to without "
             "reading anything.",
             "arXiv 2410.10781, sec. 7.3", params},
    .has = SL_SINK_KEY};
