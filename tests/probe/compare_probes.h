/* Every probe against its oracle, on models of several kinds. Included by a test of each precision. */
#ifndef COMPARE_PROBES_H
#define COMPARE_PROBES_H

#include "oracles.h"

#define SMALL "\"layers\":2,\"width\":16,\"ffn_width\":20,\"init_embedding\":1"
#define RUN(model, data, eval)                                                                     \
  "{\"seed\":\"5\",\"model\":{" model "},\"data\":{" data                                          \
  "},\"train\":{\"steps\":400,\"batch\":2,\"shards\":1},\"eval\":{" eval "\"epsilon\":0.2}}"
#define OF(key, row) "\"" key "\":\"" row "\""

typedef struct probe_case {
  const char *name, *json;
  int steps; /* trained; 0: random parameters */
  int input;
  double epsilon;
} probe_case;

static const probe_case probe_cases[] = {
    {"softmax", RUN(SMALL ",\"heads\":2", "\"context\":20", ""), 0, SL_INPUT_PACKED, 0},
    {"slot, grouped heads, documents",
     RUN(SMALL ",\"heads\":4,\"kv_heads\":2,\"head_size\":6," OF("slot", "kv_bias") "," OF(
             "position", "rotary") "," OF("gate", "head"),
         OF("corpus", "backcopy_docs") "," OF("packing", "intra_bos") ",\"context\":40",
         "\"tokens\":18,"),
     0, SL_INPUT_PACKED, 0.12},
    {"sigmoid, no sum",
     RUN(SMALL ",\"heads\":2,\"kv_heads\":1," OF("similarity", "sigmoid") "," OF(
             "normaliser", "none") "," OF("norm", "layernorm"),
         "\"context\":20", ""),
     0, SL_INPUT_BOS_RANDOM, 0},
    {"one head, post norm",
     RUN(SMALL ",\"heads\":1,\"norm_placement\":\"post\",\"softcap\":5," OF("position", "alibi"),
         "\"context\":20", ""),
     0, SL_INPUT_PACKED, 0.1},
    {"feature map, sink token, window",
     RUN(SMALL ",\"heads\":2," OF("similarity", "elu_map") "," OF("slot", "sink_token") "," OF(
             "ffn", "swiglu") ","
                              "\"mask\":{\"type\":\"shifted_window\",\"size\":7}",
         "\"context\":30", ""),
     0, SL_INPUT_PACKED, 0.15},
    {"sandwich, prefix, padding, sink logit, sum of heads",
     RUN(SMALL ",\"heads\":2,\"norm_placement\":\"sandwich\",\"head_combination\":\"sum\"," OF(
             "slot", "sink_logit") "," OF("gate", "element") "," OF("position", "relative"),
         OF("corpus", "backcopy_docs") "," OF("packing", "one_per_window") "," OF(
             "objective", "prefix") ",\"context\":60",
         ""),
     0, SL_INPUT_PACKED, 0},
    {"softpick, value gate, queries and keys normed",
     RUN(SMALL ",\"heads\":2,\"qk_norm\":true,\"bias\":true,\"tied\":true," OF(
             "similarity", "softpick") "," OF("gate", "value") "," OF("slot", "v_bias"),
         "\"context\":20", ""),
     0, SL_INPUT_REPEATED, 0},
    {"no positions, more channels than tokens",
     RUN("\"layers\":2,\"width\":72,\"ffn_width\":20,\"heads\":2,\"tied\":true,"
         "\"init_embedding\":1," OF("position", "none") "," OF("ffn", "none"),
         "\"context\":10", ""),
     0, SL_INPUT_PACKED, 0},
    {"relative positions",
     RUN("\"layers\":1,\"width\":24,\"ffn_width\":20,\"heads\":2,"
         "\"init_embedding\":1," OF("position", "relative"),
         "\"context\":14", ""),
     0, SL_INPUT_TEXT, 0},
    {"a trained sink",
     "{\"seed\":\"1\",\"model\":{\"layers\":1,\"heads\":1,\"width\":32,\"ffn_width\":128,"
     "\"norm\":\"layernorm\",\"init_embedding\":1,\"bias\":true,\"init_matrix\":0.14},\"data\":{"
     "\"corpus\":{\"type\":\"backcopy\",\"triggers\":\" et\",\"first_trigger\":false},"
     "\"packing\":\"causal_fixed_bos\",\"context\":32},\"train\":{\"steps\":250,\"batch\":4,"
     "\"shards\":1,\"lr\":0.3,\"clip\":1,\"optimiser\":{\"type\":\"sgd\",\"momentum\":0.9}}}",
     250, SL_INPUT_PACKED, 0}};
enum { PROBE_CASES = sizeof probe_cases / sizeof *probe_cases, WINDOWS = 5 };

/* By probe: the largest error, and whether it gave anything but zeros. */
static double worst[64];
static int gave[64];

static const sl_probe_type *probe_at(int i) {
  return (const sl_probe_type *)(const void *)sl_probe_family.rows[i];
}

static int case_open(const probe_case *c, sl_trainer *t) {
  sl_config config;
  sl_error e = {0};
  uint32_t seed = 11;
  sl_code code = sl_config_parse(c->json, strlen(c->json), &config, &e);
  if (!code) code = sl_trainer_open(t, &config, (sl_text_input){0}, sl_tier_at(0), 1, 0, &e);
  for (int i = 0; i < c->steps && !code; i++) code = sl_trainer_step(t, &e);
  for (size_t i = 0; i < t->n && !code && !c->steps; i++)
    t->params[i] += (sl_real)(0.5 * harness_uniform(&seed));
  return check(!code, "%s: %s: %s", c->name, e.path, e.message);
}

/* Relative to the largest that is expected. */
static void compare_probe(const view *v, const probe_case *c, int i, const float *got,
                          double tolerance) {
  const sl_probe_type *p = probe_at(i);
  const probe_oracle *o = probe_oracle_of(p->desc.id);
  size_t n = sl_probe_size(p, &v->t->model.dims), bad = 0;
  double *want = calloc(n + 1, sizeof *want), largest = 0, error = 0;
  if (!o) return;
  size_t wrote = o->write(v, want);
  check(wrote == n, "%s: %s has %zu numbers, its oracle %zu", c->name, p->desc.id, n, wrote);
  for (size_t j = 0; j < n; j++) largest = fmax(largest, fabs(want[j]));
  for (size_t j = 0; j < n; j++) {
    double off = fabs((double)got[j] - want[j]) / (largest > 0 ? largest : 1);
    if (!(off <= error)) {
      error = off;
      bad = j;
    }
  }
  check(error <= tolerance, "%s: %s is off by %.1e of its largest: number %zu is %.9g, not %.9g",
        c->name, p->desc.id, error, bad, (double)got[bad], want[bad]);
  if (error > worst[i]) worst[i] = error;
  gave[i] |= largest > 0;
  free(want);
}

static void compare_case(const probe_case *c, double tolerance) {
  sl_trainer t;
  sl_error e = {0};
  sl_probe_set set = 0;
  if (!case_open(c, &t)) return;
  sl_probe_run run = {.input = (sl_input)c->input, .count = WINDOWS, .epsilon = c->epsilon};
  view v = view_open(&t, run);
  view_ready(&v);
  float *all = calloc(sl_probes_size(&t.model.dims), sizeof *all);
  float *alone = calloc(sl_probes_size(&t.model.dims), sizeof *alone);
  for (int i = 0; i < sl_probe_family.count; i++) {
    sl_probe_set one = (sl_probe_set)1 << i;
    if (!sl_probes_check(one, &t.model, &e)) set |= one;
  }
  sl_probes_run(&t, set, &run, all);
  for (int i = 0; i < sl_probe_family.count; i++) {
    if (!(set >> i & 1)) continue;
    const float *got = sl_probe_out(probe_at(i), &t.model.dims, all);
    compare_probe(&v, c, i, got, tolerance);
    sl_probes_run(&t, (sl_probe_set)1 << i, &run, alone);
    check(!memcmp(got, sl_probe_out(probe_at(i), &t.model.dims, alone),
                  sl_probe_size(probe_at(i), &t.model.dims) * sizeof *got),
          "%s: %s is another when it is asked for alone", c->name, probe_at(i)->desc.id);
  }
  view_close(&v);
  free(all);
  free(alone);
  sl_trainer_close(&t);
}

static int compare_probes(double tolerance) {
  for (int i = 0; i < sl_probe_family.count; i++)
    check(probe_oracle_of(probe_at(i)->desc.id) != NULL, "tests/probe has no oracle of \"%s\"",
          probe_at(i)->desc.id);
  for (int c = 0; c < PROBE_CASES; c++) compare_case(&probe_cases[c], tolerance);
  for (int i = 0; i < sl_probe_family.count; i++) {
    check(gave[i], "%s was zero in every case", probe_at(i)->desc.id);
    printf("%-24s %.1e\n", probe_at(i)->desc.id, worst[i]);
  }
  return harness_end();
}

#endif
