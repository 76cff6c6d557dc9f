#include "../train.h"

#define SL_FAMILY      sl_optimiser
#define SL_FAMILY_DEF  "../train/optimiser/optimiser.def"
#define SL_FAMILY_TEXT "optimiser", "Optimiser", "How gradients become changes of the weights."
#include "../../base/family.inc"
