#include "../model.h"

#define SL_FAMILY      sl_position
#define SL_FAMILY_DEF  "../model/position/position.def"
#define SL_FAMILY_TEXT "position", "Position", "How the model knows where a token stands."
#include "../../base/family.inc"
