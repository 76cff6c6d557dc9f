#include "../model.h"

#define SL_FAMILY     sl_similarity
#define SL_FAMILY_DEF "../model/similarity/similarity.def"
#define SL_FAMILY_TEXT                                                                             \
  "similarity", "Similarity",                                                                      \
      "What turns the score of a query and a key into an unnormalised weight."
#include "../../base/family.inc"
