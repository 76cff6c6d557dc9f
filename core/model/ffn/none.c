#include "../model.h"

const sl_ffn_type sl_ffn_none = {
    .desc = {"none", "None", "No feed-forward layer: a block is its attention alone.", NULL, NULL}};
