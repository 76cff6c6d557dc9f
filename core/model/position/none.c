#include "../model.h"

static void plan(sl_plan *p, const sl_model_config *c, const sl_dims *d, sl_position *o) {
  (void)p, (void)c, (void)d, (void)o;
}

const sl_position_type sl_position_none = {
    .desc =
        {"none", "None",
         "Nothing tells the model where a token stands, except what the causal mask gives away.",
         "arXiv 2410.10781, sec. 7.1", NULL},
    .plan = plan};
