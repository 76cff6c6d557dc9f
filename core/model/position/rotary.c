/* Rotary positions (Su et al. 2021, eq. 34): the pair (x[2i], x[2i+1]) of every query and key is
 * turned by position * base^(-2i/R), so that a score depends on the distance alone. R numbers of a
 * head turn, its first ones: all D, or a fraction (Black et al. 2022, arXiv 2204.06745),
 * and the rest of a score knows no positions. */
#include "../../base/math.h"
#include "../model.h"

typedef struct settings {
  double base, fraction;
} settings;

static int pairs(const void *s, const sl_dims *d) {
  return (int)(((const settings *)s)->fraction * d->D / 2);
}

static sl_code check(const void *s, const sl_dims *d, sl_error *e) {
  if (d->D % 2)
    return sl_fail(e, SL_E_CONFIG, "model.position",
                   "Rotary positions turn pairs of numbers: the head size must be even, not %d.",
                   d->D);
  if (!pairs(s, d))
    return sl_fail(e, SL_E_CONFIG, "model.position.fraction",
                   "%g of a head's %d numbers holds no pair to turn; choose a larger fraction.",
                   ((const settings *)s)->fraction, d->D);
  return SL_OK;
}

static void plan(sl_plan *p, const sl_model_config *c, const sl_dims *d, sl_position *o) {
  const int shape[] = {d->T, pairs(&c->position.settings, d), 0};
  o->cos = sl_plan_add(p, SL_STATE, "position.cos", shape);
  o->sin = sl_plan_add(p, SL_STATE, "position.sin", shape);
}

static void fill(const sl_position *o, const sl_dims *d, sl_real *state) {
  const int half = pairs(o->settings, d);
  double log_base = sl_log(((const settings *)o->settings)->base);
  for (int t = 0; t < d->T; t++)
    for (int i = 0; i < half; i++) {
      double angle = t * sl_exp(-(double)i / half * log_base);
      state[o->cos.at + (size_t)t * half + i] = (sl_real)sl_cos(angle);
      state[o->sin.at + (size_t)t * half + i] = (sl_real)sl_sin(angle);
    }
}

static void turn(const sl_pass *p, const sl_position *o, int direction, int heads, sl_real *qk) {
  const sl_dims *d = &p->model->dims;
  const sl_real *cos = sl_weight(p, o->cos), *sin = sl_weight(p, o->sin), sign = (sl_real)direction;
  const int R = 2 * pairs(o->settings, d);
  if (R == d->D) {
    p->k->rope(p->N, heads, R, p->position, cos, sin, sign, qk);
    return;
  }
  for (int i = 0; i < p->N * heads; i++)
    p->k->rope(1, 1, R, p->position + i / heads, cos, sin, sign, qk + (size_t)i * d->D);
}

static const sl_param params[] = {
    {.key = "base",
     .label = "Base",
     .type = SL_REAL,
     .scale = SL_LOG,
     .def = 10000,
     .min = 10,
     .max = 1e6,
     .offset = offsetof(settings, base),
     .help = "The slowest pair turns once in about 6 times this many positions."},
    {.key = "fraction",
     .label = "Fraction",
     .type = SL_REAL,
     .def = 1,
     .min = 0.01,
     .max = 1,
     .offset = offsetof(settings, fraction),
     .help = "How much of a head turns; the rest of it does not know positions."},
    {0}};

const sl_position_type sl_position_rotary = {
    .desc = {"rotary", "Rotary (RoPE)",
             "Queries and keys are turned by an angle that grows with the position, so that only "
             "distances count.",
             "arXiv 2104.09864, eq. 34", params},
    .check = check,
    .plan = plan,
    .fill = fill,
    .turn = turn};
