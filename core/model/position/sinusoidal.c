/* Sinusoidal positions (Vaswani et al. 2017, sec. 3.5): x_n = token_n + scale PE[position_n], with
 * PE[p][2i] = sin(p base^(-2i/C)), PE[p][2i+1] = cos of the same. Nothing is learned. */
#include "../../base/math.h"
#include "../model.h"

typedef struct settings {
  double base, scale;
} settings;

static void plan(sl_plan *p, const sl_model_config *c, const sl_dims *d, sl_position *o) {
  (void)c;
  o->table = sl_plan_add(p, SL_STATE, "position.sinusoids", (int[]){d->T, d->C, 0});
}

static void fill(const sl_position *o, const sl_dims *d, sl_real *state) {
  const settings *s = o->settings;
  sl_real *row = state + o->table.at;
  for (int t = 0; t < d->T; t++, row += d->C)
    for (int i = 0; i < d->C; i++) {
      double angle = t * sl_exp(-(double)(i - i % 2) / d->C * sl_log(s->base));
      row[i] = (sl_real)(s->scale * (i % 2 ? sl_cos(angle) : sl_sin(angle)));
    }
}

static void embed(const sl_pass *p, const sl_position *o, sl_real *x) {
  p->k->gather(p->N, p->model->dims.C, p->position, sl_weight(p, o->table), 1, x);
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
     .help = "The slowest wave is about 6 times this many positions long."},
    {.key = "scale",
     .label = "Scale",
     .type = SL_REAL,
     .scale = SL_LOG,
     .def = 1,
     .min = 0.001,
     .max = 4,
     .offset = offsetof(settings, scale),
     .help = "What the waves are multiplied by: how loud positions are beside the token "
             "embeddings."},
    {0}};

const sl_position_type sl_position_sinusoidal = {
    .desc = {"sinusoidal", "Sinusoidal",
             "Waves of many lengths, read off at the position, are added to the token's vector; "
             "nothing is learned.",
             "arXiv 1706.03762, sec. 3.5", params},
    .plan = plan,
    .fill = fill,
    .embed = embed};
