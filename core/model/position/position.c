#include "../model.h"

#include "../../base/family.h"

#define SL_ROW(id) SL_ROW_EXTERN(sl_position_type, sl_position, id)
#include "position.def"
#undef SL_ROW

static const sl_desc *const rows[] = {
#define SL_ROW(id) SL_ROW_ENTRY(sl_position, id)
#include "position.def"
#undef SL_ROW
};

const sl_family sl_position_family = {"position", "Position",
                               "How the model knows where a token stands.",
                               rows, sizeof rows / sizeof *rows};
