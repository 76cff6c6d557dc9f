#include "../model.h"

#include "../../base/family.h"

#define SL_ROW(id) SL_ROW_EXTERN(sl_similarity_type, sl_similarity, id)
#include "similarity.def"
#undef SL_ROW

static const sl_desc *const rows[] = {
#define SL_ROW(id) SL_ROW_ENTRY(sl_similarity, id)
#include "similarity.def"
#undef SL_ROW
};

const sl_family sl_similarity_family = {"similarity", "Similarity",
                               "What turns the score of a query and a key into an unnormalised weight.",
                               rows, sizeof rows / sizeof *rows};
