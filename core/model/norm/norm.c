#include "../model.h"

#define SL_FAMILY      sl_norm
#define SL_FAMILY_DEF  "../model/norm/norm.def"
#define SL_FAMILY_TEXT "norm", "Norm", "How activations are rescaled before they are used."
#include "../../base/family.inc"
