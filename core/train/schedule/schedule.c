#include "../train.h"

#define SL_FAMILY      sl_schedule
#define SL_FAMILY_DEF  "../train/schedule/schedule.def"
#define SL_FAMILY_TEXT "schedule", "Schedule", "How the learning rate changes over the run."
#include "../../base/family.inc"
