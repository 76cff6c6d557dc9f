#include "../model.h"

#define SL_FAMILY     sl_mask
#define SL_FAMILY_DEF "../model/mask/mask.def"
#define SL_FAMILY_TEXT                                                                             \
  "mask", "Mask", "Which earlier tokens a query may see, within what the packing lets it see."
#include "../../base/family.inc"
