#include "../model.h"

#define SL_FAMILY     sl_ffn
#define SL_FAMILY_DEF "../model/ffn/ffn.def"
#define SL_FAMILY_TEXT                                                                             \
  "ffn", "Feed-forward", "The activation between the two matrices of the feed-forward layer."
#include "../../base/family.inc"
