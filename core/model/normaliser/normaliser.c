#include "../model.h"

#define SL_FAMILY     sl_normaliser
#define SL_FAMILY_DEF "../model/normaliser/normaliser.def"
#define SL_FAMILY_TEXT                                                                             \
  "normaliser", "Normaliser", "What the unnormalised weights of a row are divided by."
#include "../../base/family.inc"
