#include "../model.h"

#define SL_FAMILY      sl_gate
#define SL_FAMILY_DEF  "../model/gate/gate.def"
#define SL_FAMILY_TEXT "gate", "Gate", "A learned tap on what a head gives, opened by the input."
#include "../../base/family.inc"
