#include "../model.h"

const sl_gate_type sl_gate_none = {
    .desc = {"none", "None", "Whatever a head gives goes on as it is.", NULL, NULL}};
