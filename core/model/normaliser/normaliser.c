#include "../model.h"

#include "../../base/family.h"

#define SL_ROW(id) SL_ROW_EXTERN(sl_normaliser_type, sl_normaliser, id)
#include "normaliser.def"
#undef SL_ROW

static const sl_desc *const rows[] = {
#define SL_ROW(id) SL_ROW_ENTRY(sl_normaliser, id)
#include "normaliser.def"
#undef SL_ROW
};

const sl_family sl_normaliser_family = {"normaliser", "Normaliser",
                               "What the unnormalised weights of a row are divided by.",
                               rows, sizeof rows / sizeof *rows};
