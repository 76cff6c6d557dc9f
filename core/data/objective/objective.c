#include "../data.h"

#define SL_FAMILY     sl_objective
#define SL_FAMILY_DEF "../data/objective/objective.def"
#define SL_FAMILY_TEXT                                                                             \
  "objective", "Objective", "Which tokens of a window are predicted, and from what."
#include "../../base/family.inc"
