/* Probes leave the run as it was, bit for bit: also those that change a pass or go backwards. A run that
 * is looked at with every probe has the checkpoint of one that never was, and so have its next steps. */
#include "../../core/probe/probe.h"
#include "../lab.h"

#define SLOT_RUN                                                                                   \
  "{\"seed\":\"9\",\"model\":{\"layers\":2,\"heads\":4,\"kv_heads\":2,\"width\":16,"               \
  "\"ffn_width\":12,\"slot\":\"kv_bias\",\"similarity\":\"sigmoid\",\"normaliser\":\"none\"},"     \
  "\"data\":{\"context\":16},\"train\":{\"steps\":20,\"batch\":4,\"shards\":2,\"lr\":0.01,"        \
  "\"dropout\":0.1,\"optimiser\":\"muon\"}," TINY_EVAL "}"

#define WIDE_RUN                                                                                   \
  "{\"seed\":\"4\",\"model\":{\"layers\":2,\"heads\":2,\"width\":24,\"position\":\"relative\"},"   \
  "\"data\":{\"context\":16},\"train\":{\"steps\":20,\"batch\":4,\"shards\":2,\"lr\":0.01}"        \
  "," TINY_EVAL "}"

static const char *const runs[] = {TINY_RUN, SLOT_RUN, WIDE_RUN};
enum { RUNS = 3, BEFORE = 6, AFTER = 5, BATCH_AND_MORE = 7 };

static sl_lab *opened(int run) {
  sl_lab *lab = sl_new();
  check(lab_open(lab, runs[run]) == 0, "%s", lab_message(lab));
  check(sl_train(lab, BEFORE) == 0, "%s", lab_message(lab));
  return lab;
}

/* Everything there is of the run: parameters, optimiser state, step, measurements. */
static void check_same_run(sl_lab *a, sl_lab *b, const char *when) {
  size_t n = 0, m = 0;
  unsigned char *x = lab_save(a, &n), *y = lab_save(b, &m);
  check(same_print(lab_print(a), lab_print(b)), "%s: other parameters", when);
  check(sl_step(a) == sl_step(b) && sl_loss(a) == sl_loss(b), "%s: another step or loss", when);
  check(x && y && n == m && !memcmp(x, y, n), "%s: another checkpoint", when);
  free(x);
  free(y);
}

static void look(sl_lab *lab, const char *id, int input) {
  const int refused = sl_probe(lab, id, input, 3, BATCH_AND_MORE);
  check(!refused || is_sentence(lab_message(lab)), "%s: %s", id, lab_message(lab));
}

/* What a probe leaves in the activations is the last windows as the model sees them: here one, for a
 * pass is of two. */
static void activations_are_the_models(sl_lab *lab, const char *id) {
  static float seen[20000];
  sl_view v;
  size_t n = 1;
  check(!sl_probe(lab, "alpha", 0, 3, BATCH_AND_MORE) && !sl_tensor(lab, "hidden.2", &v), "%s",
        lab_message(lab));
  for (int i = 0; i < v.rank; i++) n *= (size_t)v.shape[i];
  n /= 2;
  if (!check(n <= sizeof seen / sizeof *seen, "%zu numbers", n)) return;
  memcpy(seen, v.data, n * sizeof *seen);
  look(lab, id, 0);
  check(!sl_tensor(lab, "hidden.2", &v) && !memcmp(seen, v.data, n * sizeof *seen),
        "%s leaves other activations than alpha", id);
}

static void looking_changes_nothing(int run) {
  sl_lab *blind = opened(run), *seen = opened(run);
  char when[80];
  for (int i = 0; i < sl_probe_family.count; i++) {
    const char *id = sl_probe_family.rows[i]->id;
    snprintf(when, sizeof when, "after %.40s, run %d", id, run);
    look(seen, id, i % 3);
    check_same_run(blind, seen, when);
    activations_are_the_models(seen, id);
  }
  for (int step = 0; step < AFTER; step++) {
    check(sl_train(blind, 1) == 0 && sl_train(seen, 1) == 0, "%s", lab_message(seen));
    check_same_run(blind, seen, "the steps behind");
    for (int i = 0; i < sl_probe_family.count; i++) look(seen, sl_probe_family.rows[i]->id, 0);
  }
  check_same_run(blind, seen, "the end");
  sl_free(blind);
  sl_free(seen);
}

/* sl_set_epsilon is for sl_probe alone: rates are those of the windows' alpha, and what the run measures of
 * itself is as it was. */
static void epsilon_is_the_probes(void) {
  sl_lab *lab = opened(0), *blind = opened(0);
  sl_view v;
  int above = 0;
  float mean = 0;
  for (int w = 0; w < BATCH_AND_MORE; w++) {
    check(!sl_probe(lab, "alpha", 0, w, 1) && !sl_probe_view(lab, "alpha", &v), "%s",
          lab_message(lab));
    for (int i = 0; i < 4; i++) mean += ((const float *)v.data)[i] / (4 * BATCH_AND_MORE);
  }
  for (int w = 0; w < BATCH_AND_MORE; w++) {
    sl_probe(lab, "alpha", 0, w, 1);
    sl_probe_view(lab, "alpha", &v);
    for (int i = 0; i < 4; i++) above += ((const float *)v.data)[i] > mean;
  }
  check(sl_set_epsilon(lab, mean) == 0, "%s", lab_message(lab));
  for (int own = 1; own >= 0; own--) {
    check(!sl_probe(lab, "sink_rate", 0, 0, BATCH_AND_MORE) && !sl_probe_view(lab, "sink_rate", &v),
          "%s", lab_message(lab));
    float rate = *(const float *)v.data * 4 * BATCH_AND_MORE;
    check((rate > above - 0.1F && rate < above + 0.1F) == own,
          "%g of the heads' windows are above %g, not %d", (double)rate, (double)mean, above);
    check(sl_evaluate(lab) == 0 && sl_evaluate(blind) == 0 && sl_set_epsilon(lab, 0) == 0, "%s",
          lab_message(lab));
  }
  check(above > 0, "no alpha is above the mean");
  check_same_run(blind, lab, "another epsilon");
  sl_free(lab);
  sl_free(blind);
}

int main(void) {
  epsilon_is_the_probes();
  for (int run = 0; run < RUNS; run++) looking_changes_nothing(run);
  return harness_end();
}
