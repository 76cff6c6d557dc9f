#include "../model.h"

const sl_gate_type sl_gate_head = {
    .desc =
        {"head", "Per head",
         "Each head is opened or closed as a whole, by the token that asks: it may stay silent.",
         "arXiv 2505.06708, eq. 5", NULL},
    .where = SL_GATE_OUTPUT,
    .per_head = 1};
