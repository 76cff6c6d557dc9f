#include "../model.h"

const sl_sink_type sl_sink_sink_logit = {
    .desc =
        {"sink_logit", "Sink logit",
         "Each head has a learned number in the denominator of the softmax, so that it may leave "
         "attention unspent.",
         "arXiv 2508.10925, sec. 2.2", NULL},
    .has = SL_SINK_LOGIT};
