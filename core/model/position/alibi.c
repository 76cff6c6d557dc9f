/* ALiBi (Press et al. 2021, sec. 3): the score of head h = 1..H loses slope_h times the distance from
 * the query back to the key, slope_h = 2^(-8h/H). Nothing is learned, so nothing flows back. */
#include "../../base/math.h"
#include "position_bias.h"

static void plan(sl_plan *p, const sl_model_config *c, const sl_dims *d, sl_position *o) {
  (void)c;
  o->table = sl_plan_add(p, SL_STATE, "position.slopes", (int[]){d->H, 0});
}

static void fill(const sl_position *o, const sl_dims *d, sl_real *state) {
  for (int h = 0; h < d->H; h++)
    state[o->table.at + h] = (sl_real)sl_exp(-8.0 * (h + 1) / d->H * sl_log(2));
}

static void bias(const sl_pass *p, const sl_position *o, const sl_bias_row *r, sl_real *scores) {
  const sl_real slope = sl_weight(p, o->table)[r->head];
  for (int j = 0; j < r->n; j++) scores[j] -= slope * (sl_real)sl_distance(r, j);
}

const sl_position_type sl_position_alibi = {
    .desc = {"alibi", "ALiBi",
             "A score falls with the distance to its key, in every head at a pace of its own.",
             "arXiv 2108.12409, sec. 3", NULL},
    .plan = plan,
    .fill = fill,
    .bias = bias};
