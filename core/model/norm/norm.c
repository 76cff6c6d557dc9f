#include "../model.h"

#include "../../base/family.h"

#define SL_ROW(id) SL_ROW_EXTERN(sl_norm_type, sl_norm, id)
#include "norm.def"
#undef SL_ROW

static const sl_desc *const rows[] = {
#define SL_ROW(id) SL_ROW_ENTRY(sl_norm, id)
#include "norm.def"
#undef SL_ROW
};

const sl_family sl_norm_family = {"norm", "Norm",
                               "How activations are rescaled before they are used.",
                               rows, sizeof rows / sizeof *rows};
