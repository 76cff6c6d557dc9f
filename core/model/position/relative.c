/* Relative positions of T5 (Raffel et al. 2019, sec. 2.1), the causal half: a learned number for
 * every head and bucket of distances is added to the score. The first half of the buckets holds one
 * distance each, the others grow in powers up to max_distance. Backward: the number of a bucket gets
 * the sum of dL/dscore over the pairs in it. */
#include "../../base/math.h"
#include "position_bias.h"

typedef struct settings {
  int32_t buckets, max_distance;
} settings;

static sl_code check(const void *settings_of_row, const sl_dims *d, sl_error *e) {
  const settings *s = settings_of_row;
  (void)d;
  if (s->max_distance <= s->buckets / 2)
    return sl_fail(e, SL_E_CONFIG, "model.position.max_distance",
                   "Half of the %d buckets hold one distance each, so the others must reach beyond "
                   "%d; choose a larger one.",
                   s->buckets, s->buckets / 2);
  return SL_OK;
}

static void plan(sl_plan *p, const sl_model_config *c, const sl_dims *d, sl_position *o) {
  const settings *s = o->settings;
  o->table = sl_plan_param(p, "position.relative", (int[]){s->buckets, d->H, 0}, SL_INIT_NORMAL,
                           c->init_embedding);
  o->buckets = sl_plan_add(p, SL_STATE, "position.buckets", (int[]){d->T, 0});
}

/* The little that is added keeps a distance on a boundary in the farther bucket. */
static int bucket_of(const settings *s, int distance) {
  int half = s->buckets / 2;
  if (distance < half) return distance;
  double share = sl_log((double)distance / half) / sl_log((double)s->max_distance / half);
  int bucket = half + (int)(share * (s->buckets - half) + 1e-9);
  return bucket < s->buckets ? bucket : s->buckets - 1;
}

static void fill(const sl_position *o, const sl_dims *d, sl_real *state) {
  for (int t = 0; t < d->T; t++) state[o->buckets.at + t] = (sl_real)bucket_of(o->settings, t);
}

/* Where a head's number for key j stands in the table. */
static size_t place(const sl_pass *p, const sl_position *o, const sl_bias_row *r, int j) {
  size_t bucket = (size_t)sl_weight(p, o->buckets)[sl_distance(r, j)];
  return bucket * (size_t)p->model->dims.H + (size_t)r->head;
}

static void bias(const sl_pass *p, const sl_position *o, const sl_bias_row *r, sl_real *scores) {
  const sl_real *table = sl_weight(p, o->table);
  for (int j = 0; j < r->n; j++) scores[j] += table[place(p, o, r, j)];
}

static void bias_back(const sl_pass *p, const sl_position *o, const sl_bias_row *r,
                      const sl_real *d_scores) {
  sl_real *d_table = sl_grad(p, o->table);
  for (int j = 0; j < r->n; j++) d_table[place(p, o, r, j)] += d_scores[j];
}

static const sl_param params[] = {
    {.key = "buckets",
     .label = "Buckets",
     .type = SL_INT,
     .scale = SL_POWER2,
     .def = 32,
     .min = 4,
     .max = 256,
     .offset = offsetof(settings, buckets),
     .help = "How many distances are told apart; all far ones share the last."},
    {.key = "max_distance",
     .label = "Largest distance",
     .unit = "tokens",
     .type = SL_INT,
     .scale = SL_POWER2,
     .def = 128,
     .min = 4,
     .max = 4096,
     .offset = offsetof(settings, max_distance),
     .help = "From here on all distances are the same."},
    {0}};

const sl_position_type sl_position_relative = {
    .desc = {"relative", "Relative (T5)",
             "Every head learns a number for each distance, which is added to the scores; the "
             "layers share them.",
             "arXiv 1910.10683, sec. 2.1", params},
    .check = check,
    .plan = plan,
    .fill = fill,
    .bias = bias,
    .bias_back = bias_back};
