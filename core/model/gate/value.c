#include "../model.h"

const sl_gate_type sl_gate_value = {
    .desc = {"value", "On the values",
             "Every number of a token's value is opened or closed before it is read.",
             "arXiv 2505.06708, sec. 2", NULL},
    .where = SL_GATE_VALUE};
