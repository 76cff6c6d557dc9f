#include "../train.h"

#include "../../base/family.h"

#define SL_ROW(id) SL_ROW_EXTERN(sl_optimiser_type, sl_optimiser, id)
#include "optimiser.def"
#undef SL_ROW

static const sl_desc *const rows[] = {
#define SL_ROW(id) SL_ROW_ENTRY(sl_optimiser, id)
#include "optimiser.def"
#undef SL_ROW
};

const sl_family sl_optimiser_family = {"optimiser", "Optimiser",
                               "How gradients become changes of the weights.",
                               rows, sizeof rows / sizeof *rows};
