#include "../model.h"

const sl_sink_type sl_sink_sink_token = {
    .desc = {"sink_token", "Sink token",
             "A learned vector stands in front of every window, as a token that nobody has to "
             "predict.",
             "arXiv 2410.10781, sec. 7.3", NULL},
    .has = SL_SINK_TOKEN};
