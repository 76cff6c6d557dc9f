#include "slot_params.h"

static const sl_param params[] = {SL_SLOT_SCALE, {0}};

const sl_sink_type sl_sink_kv_bias = {
    .desc = {"kv_bias", "KV bias",
             "Each head has a learned key and value of its own, besides those of the tokens.",
             "arXiv 2410.10781, sec. 7.3", params},
    .has = SL_SINK_KEY | SL_SINK_VALUE};
