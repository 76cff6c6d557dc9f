#include "../model.h"

const sl_sink_type sl_sink_v_bias = {
    .desc =
        {"v_bias", "V bias",
         "A learned vector is added to what every head gives: a control, for it offers attention "
         "no place to go.",
         "arXiv 2410.10781, sec. 7.3", NULL},
    .has = SL_SINK_OUTPUT};
