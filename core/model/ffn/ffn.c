#include "../model.h"

#include "../../base/family.h"

#define SL_ROW(id) SL_ROW_EXTERN(sl_ffn_type, sl_ffn, id)
#include "ffn.def"
#undef SL_ROW

static const sl_desc *const rows[] = {
#define SL_ROW(id) SL_ROW_ENTRY(sl_ffn, id)
#include "ffn.def"
#undef SL_ROW
};

const sl_family sl_ffn_family = {"ffn", "Feed-forward",
                               "The activation between the two matrices of the feed-forward layer.",
                               rows, sizeof rows / sizeof *rows};
