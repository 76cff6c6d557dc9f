/* Settings that change while a run is open, through the public header, to the last bit: what was
 * changed is recorded with its step, and run files, checkpoints and workers repeat it. Also that
 * evaluation has nothing of what only training has. */
#include "../lab.h"

#include <math.h>

#define RUN(train)                                                                                 \
  "{\"seed\":\"7\"," TINY_MODEL ",\"data\":{\"context\":16},\"train\":{\"steps\":20,\"batch\":6,"  \
  "\"shards\":4,\"lr\":0.01,\"warmup\":3,\"schedule\":\"linear\"" train "}," TINY_EVAL "}"

static const char *const runs[] = {
    RUN(",\"dropout\":0.2"), RUN(",\"optimiser\":{\"type\":\"sgd\",\"momentum\":0.5}"),
    RUN(",\"optimiser\":{\"type\":\"lion\",\"decay\":0},\"l2\":0.1")};
enum { RUNS = sizeof runs / sizeof *runs };

typedef struct change {
  int step;
  const char *path;
  double value;
} change;

static const change changes[] = {{0, "train.lr", 0.02},          {4, "train.lr", 0.1},
                                 {4, "train.lr", 0.03},          {4, "train.optimiser.decay", 0.7},
                                 {7, "train.l2", 1.0 / 3},       {12, "train.optimiser.decay", 0},
                                 {12, "train.lr", 0.00123456789}};
enum { CHANGES = sizeof changes / sizeof *changes };

static sl_lab *opened(const char *json) {
  sl_lab *lab = sl_new();
  if (check(lab_open(lab, json) == 0, "open: %s", lab_message(lab))) return lab;
  exit(harness_end());
}

/* Trains to `end`, with the changes on the way that are not behind it. */
static void train_to(sl_lab *lab, int end) {
  while (sl_step(lab) < end) {
    for (int i = 0; i < CHANGES; i++)
      if (changes[i].step == sl_step(lab))
        check(sl_set_live(lab, changes[i].path, changes[i].value) == 0, "%s", lab_message(lab));
    check(sl_train(lab, 1) == 0, "%s", lab_message(lab));
  }
}

static void same(sl_lab *a, sl_lab *b, const char *what, int run) {
  print pa = lab_print(a), pb = lab_print(b);
  check(same_print(pa, pb), "run %d: %s: %s, but %s", run, what, pa.hash, pb.hash);
}

/* The part of the run file from "changes" to the end of its list, or "". */
static const char *recorded(sl_lab *lab) {
  static char text[4000];
  const char *json = sl_run_json(lab), *at = strstr(json, "\"changes\":[");
  text[0] = 0;
  if (at) snprintf(text, sizeof text, "%.*s", (int)(strchr(at, ']') - at + 1), at);
  return text;
}

/* ---- repeating ---- */

static void resume(int run, int cut) {
  sl_lab *whole = opened(runs[run]), *plain = opened(runs[run]), *part = opened(runs[run]);
  sl_lab *fresh = sl_new();
  size_t size = 0;
  char was[4000];
  sl_train(plain, 20);
  train_to(whole, 20);
  check(!same_print(lab_print(whole), lab_print(plain)), "run %d: changes change nothing", run);
  train_to(part, cut);
  unsigned char *file = lab_save(part, &size);
  check(sl_load(fresh, file, size, NULL, 0, 2, 0) == 0, "load: %s", lab_message(fresh));
  snprintf(was, sizeof was, "%s", recorded(part));
  check(!strcmp(recorded(fresh), was), "run %d: loaded at %d with other changes", run, cut);
  train_to(fresh, 20);
  same(whole, fresh, "resumed", run);
  snprintf(was, sizeof was, "%s", recorded(whole));
  check(!strcmp(recorded(fresh), was), "run %d: resumed at %d with other changes", run, cut);
  free(file);
  sl_free(whole);
  sl_free(plain);
  sl_free(part);
  sl_free(fresh);
}

/* What stands in the run file is enough to train it again. */
static void replay(int run) {
  sl_lab *whole = opened(runs[run]), *again = opened(runs[run]);
  char list[4000];
  train_to(whole, 20);
  snprintf(list, sizeof list, "%s", recorded(whole));
  const char *at = strstr(list, "{\"step\":");
  while (sl_step(again) < 20) {
    int step, used;
    char path[60];
    double value;
    while (at &&
           sscanf(at, "{\"step\":%d,\"path\":\"%59[^\"]\",\"value\":%lf%n", &step, path, &value,
                  &used) == 3 &&
           step == sl_step(again)) {
      check(sl_set_live(again, path, value) == 0, "%s", lab_message(again));
      at = strstr(at + used, "{\"step\":");
    }
    sl_train(again, 1);
  }
  check(!at, "run %d: a recorded change was not reached: %s", run, at ? at : "");
  same(whole, again, "replayed", run);
  sl_free(whole);
  sl_free(again);
}

/* Two engines that exchange shards, changed between the same two steps. */
static void exchanged(int run) {
  sl_lab *whole = opened(runs[run]), *two[] = {opened(runs[run]), opened(runs[run])};
  train_to(whole, 14);
  for (int step = 0; step < 14; step++) {
    for (int s = 0; s < 4; s++) sl_shard(two[s % 2], s);
    for (int s = 0; s < 4; s++) {
      sl_view from, to;
      char name[24];
      snprintf(name, sizeof name, "shards.%d", s);
      sl_tensor(two[s % 2], name, &from);
      sl_tensor(two[1 - s % 2], name, &to);
      memcpy((void *)(uintptr_t)to.data, from.data, (size_t)from.shape[0] * sizeof(float));
    }
    for (int i = 0; i < 2; i++) { /* even with the gradients computed: they do not depend on it */
      for (int c = 0; c < CHANGES; c++)
        if (changes[c].step == step) sl_set_live(two[i], changes[c].path, changes[c].value);
      check(sl_apply(two[i]) == 0, "%s", lab_message(two[i]));
    }
  }
  same(whole, two[0], "exchanged", run);
  same(whole, two[1], "exchanged, other engine", run);
  sl_free(whole);
  sl_free(two[0]);
  sl_free(two[1]);
}

/* ---- what a change does ---- */

static double weight(sl_lab *lab) {
  sl_view v;
  check(sl_tensor(lab, "layers.0.attention.w_q", &v) == 0, "%s", lab_message(lab));
  return ((const float *)v.data)[5];
}

static void a_change_holds_from_the_coming_step(void) {
  sl_lab *lab = opened(
      "{" TINY_MODEL ",\"data\":{\"context\":16},\"train\":{\"steps\":9,\"batch\":2,\"shards\":1,"
      "\"lr\":0.1,\"clip\":1e-7,\"optimiser\":{\"type\":\"sgd\",\"decay\":0.5}}," TINY_EVAL "}");
  static const struct {
    const char *path;
    double value, factor; /* of the weight in the step that follows */
  } steps[] = {{"train.optimiser.decay", 0.5, 0.95},
               {"train.lr", 0.2, 0.9},
               {"train.optimiser.decay", 0, 1},
               {"train.optimiser.decay", 2, 0.6},
               {"train.lr", 0.05, 0.9}};
  for (int i = 0; i < 5; i++) {
    double before = weight(lab);
    check(sl_set_live(lab, steps[i].path, steps[i].value) == 0, "%s", lab_message(lab));
    check(weight(lab) == before, "a change moves a weight by itself");
    sl_train(lab, 1);
    check(fabs(weight(lab) - steps[i].factor * before) < 1e-6 * fabs(before),
          "%s = %g: %g became %g", steps[i].path, steps[i].value, before, weight(lab));
  }
  const char *config = sl_config_json(lab);
  check(strstr(config, "\"lr\":0.1,") && strstr(config, "\"decay\":0.5"),
        "the configuration is no longer that of the start: %s", config);
  sl_free(lab);
}

static void the_record(void) {
  sl_lab *lab = opened(runs[0]);
  check(!*recorded(lab), "a run that nobody changed records changes");
  train_to(lab, 5);
  check(!strcmp(recorded(lab), "\"changes\":[{\"step\":0,\"path\":\"train.lr\",\"value\":0.02},"
                               "{\"step\":4,\"path\":\"train.lr\",\"value\":0.03},"
                               "{\"step\":4,\"path\":\"train.optimiser.decay\",\"value\":0.7}]"),
        "recorded: %s", recorded(lab));
  check(lab_open(lab, runs[0]) == 0 && !*recorded(lab), "a run opened anew has the old changes");
  sl_free(lab);
}

static void refusals(void) {
  static const change bad[] = {{0, "train.lrr", 1},
                               {0, "train", 1},
                               {0, "", 1},
                               {0, "train.steps", 30},
                               {0, "train.optimiser", 1},
                               {0, "train.optimiser.beta1", 0.5},
                               {0, "train.optimiser.momentum", 0.5}, /* AdamW has none */
                               {0, "model.width", 8},
                               {0, "train.lr", 0},
                               {0, "train.lr", 1e9},
                               {0, "train.lr", NAN},
                               {0, "train.lr.x", 1},
                               {0, "train.optimiser.decay", -1}};
  sl_lab *lab = sl_new();
  check(sl_set_live(lab, "train.lr", 1) != 0 && is_sentence(lab_message(lab)), "no run: %s",
        lab_message(lab));
  check(lab_open(lab, runs[0]) == 0, "%s", lab_message(lab));
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    check(sl_set_live(lab, bad[i].path, bad[i].value) != 0 && is_sentence(lab_message(lab)),
          "%s = %g: %s", bad[i].path, bad[i].value, lab_message(lab));
  check(sl_set_live(lab, "nothing", 1) != 0 &&
            strstr(lab_message(lab), "train.lr, train.optimiser.decay, train.l2"),
        "the sentence does not name what can be changed: %s", lab_message(lab));
  check(!*recorded(lab), "refused changes are recorded: %s", recorded(lab));
  sl_train(lab, 20);
  check(sl_set_live(lab, "train.lr", 1) != 0 && is_sentence(lab_message(lab)), "after the end: %s",
        lab_message(lab));
  sl_free(lab);
}

/* As often as a slider may move; and a checkpoint that holds it all. */
static void many_changes(void) {
  sl_lab *lab = opened(RUN("")), *fresh = sl_new();
  size_t size = 0;
  int made = 0;
  for (int step = 0; step < 19; step++) {
    for (int i = 0; i < 1000; i++)
      made += !sl_set_live(lab, i % 2 ? "train.lr" : "train.l2", 0.001 + 0.000012345678 * i);
    sl_train(lab, 1);
  }
  check(made == 19000, "%d of 19000 changes were taken: %s", made, lab_message(lab));
  unsigned char *file = lab_save(lab, &size);
  check(sl_load(fresh, file, size, NULL, 0, 1, 0) == 0, "load: %s", lab_message(fresh));
  sl_train(lab, 1);
  sl_train(fresh, 1);
  same(lab, fresh, "often changed", 0);
  free(file);
  sl_free(lab);
  sl_free(fresh);
}

/* ---- evaluation ---- */

/* Held-out windows are measured without dropout, smoothing, z-loss and L2. */
static void evaluation_is_plain(void) {
  sl_lab *plain = opened(RUN("")),
         *other = opened(RUN(",\"dropout\":0.5,\"label_smoothing\":0.5,\"z_loss\":0.5,\"l2\":0.5"));
  sl_train(plain, 0);
  sl_train(other, 0);
  char record[8000];
  snprintf(record, sizeof record, "%s", sl_metrics_json(plain, 0));
  check(!strcmp(sl_metrics_json(other, 0), record), "evaluation is not plain: %s",
        sl_metrics_json(other, 0));
  sl_train(plain, 1);
  sl_train(other, 1);
  check(sl_loss(other) > sl_loss(plain) + 1, "the training loss has no L2: %g", sl_loss(other));
  sl_free(plain);
  sl_free(other);
}

int main(void) {
  for (int run = 0; run < RUNS; run++) {
    for (int cut = 0; cut < 20; cut += 4) resume(run, cut);
    resume(run, 13);
    resume(run, 20);
    replay(run);
    exchanged(run);
  }
  a_change_holds_from_the_coming_step();
  the_record();
  refusals();
  many_changes();
  evaluation_is_plain();
  return harness_end();
}
