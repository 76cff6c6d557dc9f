#include "../model.h"

const sl_sink_type sl_sink_none = {
    .desc = {"none", "None", "Attention can go to tokens only.", NULL, NULL}};
