/* A learned key whose value is fixed: v' = size [1,0,...,0], v'' = size [1,...,1] / sqrt(D) (Gu et al.
 * 2025, sec. 7.3). */
#include "../../base/math.h"
#include "slot_params.h"

enum { FIRST, ALL };
static const sl_option directions[] = {
    {"first", "the first number", "The value is the size in its first number, else zero."},
    {"all", "all numbers alike", "The size is shared out evenly over all numbers."},
    {0}};

static void value(const sl_sink_settings *s, int D, sl_real *v) {
  if (s->direction == FIRST) v[0] = (sl_real)s->size;
  for (int i = 0; i < D && s->direction == ALL; i++) v[i] = (sl_real)(s->size / sl_sqrt(D));
}

static const sl_param params[] = {
    SL_SLOT_SCALE,
    {.key = "size",
     .label = "Length of the value",
     .type = SL_REAL,
     .def = 1,
     .min = 0,
     .max = 100,
     .offset = offsetof(sl_sink_settings, size),
     .help = "How long the slot's value is: what attending to it costs."},
    {.key = "direction",
     .label = "Direction of the value",
     .type = SL_CHOICE,
     .text = "first",
     .options = directions,
     .offset = offsetof(sl_sink_settings, direction),
     .help = "Where the slot's value points."},
    {0}};

const sl_sink_type sl_sink_k_bias_fixed = {
    .desc = {"k_bias_fixed", "K bias, fixed value",
             "Each head has a learned key whose value is given: the longer it is, the less it "
             "serves as a sink.",
             "arXiv 2410.10781, sec. 7.3", params},
    .has = SL_SINK_KEY,
    .value = value};
