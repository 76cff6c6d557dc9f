#include "../train.h"

#include "../../base/family.h"

#define SL_ROW(id) SL_ROW_EXTERN(sl_schedule_type, sl_schedule, id)
#include "schedule.def"
#undef SL_ROW

static const sl_desc *const rows[] = {
#define SL_ROW(id) SL_ROW_ENTRY(sl_schedule, id)
#include "schedule.def"
#undef SL_ROW
};

const sl_family sl_schedule_family = {"schedule", "Schedule",
                               "How the learning rate changes over the run.",
                               rows, sizeof rows / sizeof *rows};
