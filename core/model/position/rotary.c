/* Rotary positions (Su et al. 2021, eq. 34): the pair (x[2i], x[2i+1]) of every query and key is
 * turned by position * base^(-2i/D), so that a score depends on the distance alone. */
#include "../../base/math.h"
#include "../model.h"

typedef struct settings {
  double base;
} settings;

static sl_code check(const void *s, const sl_dims *d, sl_error *e) {
  (void)s;
  if (d->D % 2)
    return sl_fail(e, SL_E_CONFIG, "model.position",
                   "Rotary positions turn pairs of numbers: the head size must be even, not %d.",
                   d->D);
  return SL_OK;
}

static void plan(sl_plan *p, const sl_model_config *c, const sl_dims *d, sl_position *o) {
  (void)c;
  o->cos = sl_plan_add(p, SL_STATE, "position.cos", (int[]){d->T, d->D / 2, 0});
  o->sin = sl_plan_add(p, SL_STATE, "position.sin", (int[]){d->T, d->D / 2, 0});
}

static void fill(const sl_position *o, const sl_dims *d, sl_real *state) {
  double log_base = sl_log(((const settings *)o->settings)->base);
  for (int t = 0; t < d->T; t++)
    for (int i = 0; i < d->D / 2; i++) {
      double angle = t * sl_exp(-2.0 * i / d->D * log_base);
      state[o->cos.at + (size_t)t * (d->D / 2) + i] = (sl_real)sl_cos(angle);
      state[o->sin.at + (size_t)t * (d->D / 2) + i] = (sl_real)sl_sin(angle);
    }
}

static void turn(const sl_pass *p, const sl_position *o, int direction, sl_real *qk) {
  const sl_dims *d = &p->model->dims;
  p->k->rope(p->N, d->H, d->D, p->position, sl_weight(p, o->cos), sl_weight(p, o->sin),
             (sl_real)direction, qk);
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
