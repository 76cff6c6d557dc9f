#include "../model.h"

#define SL_FAMILY     sl_sink
#define SL_FAMILY_DEF "../model/slot/slot.def"
#define SL_FAMILY_TEXT                                                                             \
  "slot", "Sink slot", "A place for attention to go to that is not one of the tokens."
#include "../../base/family.inc"
