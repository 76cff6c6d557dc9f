/* What any token gets on one token repeated is at most the bound of rotary positions, both as measured: for
 * random weights, and with every choice that leaves a softmax over all earlier tokens what it is. */
#include "../../core/probe/probe.h"
#include "../walk.h"

static const char run_json[] = "{\"data\":{\"context\":12},\"train\":{\"batch\":2,\"shards\":1}}";
enum { SEEDS = 3 };
static const double rounding = 1e-5;
static int closer; /* weights that half the exponent would not allow */

static void theory_model(sl_model_config *c, uint32_t seed) {
  c->init_matrix = 0.1 * seed * seed; /* from uniform to peaked attention */
  sl_pick_set(&c->similarity, &sl_similarity_family, "exp");
  sl_pick_set(&c->normaliser, &sl_normaliser_family, "sum");
  sl_pick_set(&c->slot, &sl_sink_family, "none");
  sl_pick_set(&c->mask, &sl_mask_family, "causal");
  if (strcmp(c->position.row->id, "rotary") != 0)
    sl_pick_set(&c->position, &sl_position_family, "rotary");
}

static void compare(sl_trainer *t, const char *what) {
  const sl_dims *d = &t->model.dims;
  const sl_probe_type *most = (const void *)sl_family_find(&sl_probe_family, "repeated_most");
  const sl_probe_type *bound = (const void *)sl_family_find(&sl_probe_family, "rotary_bound");
  sl_probe_set set = 0;
  sl_probe_run run = {.count = 1};
  sl_error e = {0};
  float *all = calloc(sl_probes_size(d), sizeof *all);
  check(!sl_probe_parse("repeated_most,rotary_bound", &set, &e), "%s", e.message);
  check(!sl_probes_check(set, &t->model, &e), "%s: %s", what, e.message);
  sl_probes_run(t, set, &run, all);
  const float *got = sl_probe_out(most, d, all), *limit = sl_probe_out(bound, d, all);
  for (int i = 0; i < d->L * d->H * d->T; i++) {
    const int before = i % d->T;
    const double exponential = limit[i] * before / (1 - limit[i]);
    check(got[i] > 0 && got[i] <= limit[i] * (1 + rounding), "%s: %g at token %d, bound %g", what,
          (double)got[i], before + 1, (double)limit[i]);
    closer += before > 0 && got[i] > sqrt(exponential) / (sqrt(exponential) + before) + rounding;
  }
  free(all);
}

int main(void) {
  static covering s;
  static sl_trainer t;
  sl_config config;
  sl_error e = {0};
  check(!sl_config_parse(run_json, strlen(run_json), &config, &e), "%s", e.message);
  sl_model_config base = config.model;
  base.layers = 2;
  base.width = 16;
  base.heads = 2;
  base.ffn_width = 24;
  base.init_embedding = 0.5;
  covering_open(&s, &base, NULL, 0);
  cover(&s);
  for (int i = 0; i < s.n * SEEDS; i++) {
    char name[600];
    covering_config(&s, s.rows[i / SEEDS], &config.model);
    config.seed = (uint64_t)i;
    theory_model(&config.model, 1 + (uint32_t)(i % SEEDS));
    config_name(s.factors, s.of_model, &config.model, name, sizeof name);
    sl_code code = sl_trainer_open(&t, &config, (sl_text_input){0}, sl_tier_at(0), 1, 0, &e);
    if (!check(!code, "%s: %s", name, e.message)) continue;
    compare(&t, name);
    sl_trainer_close(&t);
  }
  check(closer > 0, "half the exponent would bound the weights too");
  return harness_end();
}
