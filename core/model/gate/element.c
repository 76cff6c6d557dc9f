#include "../model.h"

const sl_gate_type sl_gate_element = {
    .desc = {"element", "Per element",
             "Every number that a head gives is opened or closed on its own.",
             "arXiv 2505.06708, eq. 5", NULL},
    .where = SL_GATE_OUTPUT};
