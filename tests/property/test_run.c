/* Properties of whole runs, through the public header, to the last bit:
 *   20 steps = 10 steps, save, load, 10 steps
 *   one worker = two = four, whatever shard falls to whom and in whatever order
 *   looking at a run (evaluation, probes, tensors, saving) changes nothing in it
 *   two engines that exchange shards stay equal
 * and a step is as long as rate, schedule and clipping say */
#include "../lab.h"

#include <math.h>
#include <pthread.h>

static const char *const runs[] = {
    TINY_RUN,
    "{\"seed\":\"11\",\"model\":{\"layers\":1,\"heads\":1,\"width\":20,\"ffn_width\":28,"
    "\"position\":\"learned\",\"norm\":\"layernorm\",\"norm_placement\":\"post\",\"ffn\":"
    "\"swiglu\","
    "\"init_embedding\":1},\"data\":{\"corpus\":\"backcopy\",\"packing\":\"causal_fixed_bos\","
    "\"context\":33},\"train\":{\"steps\":20,\"batch\":7,\"shards\":5,\"lr\":0.1,"
    "\"optimiser\":\"sgd\"}," TINY_EVAL "}",
    "{\"seed\":\"3\"," TINY_MODEL ",\"data\":{\"corpus\":\"stories\",\"packing\":"
    "\"intra_fixed_bos\",\"context\":24},\"train\":{\"steps\":20,\"batch\":4,\"shards\":1,"
    "\"clip\":0}," TINY_EVAL "}",
    /* all that only a step of training has */
    "{\"seed\":\"5\"," TINY_MODEL ",\"data\":{\"corpus\":\"backcopy\",\"packing\":"
    "\"causal_fixed_bos\",\"context\":24},\"train\":{\"steps\":20,\"batch\":7,\"shards\":3,"
    "\"schedule\":\"wsd\",\"optimiser\":\"rmsprop\",\"dropout\":0.3,\"label_smoothing\":0.1,"
    "\"z_loss\":0.01,\"l2\":0.01}," TINY_EVAL "}",
    "{\"seed\":\"2\"," TINY_MODEL ",\"data\":{\"context\":16},\"train\":{\"steps\":20,\"batch\":4,"
    "\"shards\":4,\"optimiser\":\"muon\",\"dropout\":0.1}," TINY_EVAL "}",
    "{\"seed\":\"2\"," TINY_MODEL ",\"data\":{\"context\":16},\"train\":{\"steps\":20,\"batch\":4,"
    "\"shards\":2,\"optimiser\":\"orthoadam\"}," TINY_EVAL "}"};
enum { RUNS = sizeof runs / sizeof *runs };

static const char *arithmetic = "strict"; /* of the labs that are made */

static sl_lab *new_lab(void) {
  sl_lab *lab = sl_new();
  check(sl_set_arithmetic(lab, arithmetic) == 0, "arithmetic: %s", lab_message(lab));
  return lab;
}

static sl_lab *opened(const char *json, int workers) {
  sl_lab *lab = new_lab();
  if (check(sl_open(lab, json, strlen(json), NULL, 0, workers, 0) == 0, "open: %s",
            lab_message(lab)))
    return lab;
  exit(harness_end());
}

static void check_same(sl_lab *a, sl_lab *b, const char *what, int run) {
  print pa = lab_print(a), pb = lab_print(b);
  check(same_print(pa, pb), "run %d: %s: %s at step %d, but %s at step %d", run, what, pa.hash,
        (int)sl_step(a), pb.hash, (int)sl_step(b));
  double la = sl_loss(a), lb = sl_loss(b);
  check(la == lb || (isnan(la) && isnan(lb)), "run %d: %s: loss %.17g, but %.17g", run, what, la,
        lb);
}

/* ---- resuming ---- */

static void resume(int run, int cut) {
  sl_lab *whole = opened(runs[run], 1), *part = opened(runs[run], 1), *fresh = new_lab();
  size_t size = 0;
  sl_train(whole, 20);
  sl_train(part, cut);
  unsigned char *file = lab_save(part, &size);
  check(sl_load(fresh, file, size, NULL, 0, 2, 0) == 0, "load: %s", lab_message(fresh));
  check(sl_step(fresh) == cut, "run %d: step %d after loading", run, (int)sl_step(fresh));
  check_same(part, fresh, "loaded", run);
  sl_train(part, 20);
  sl_train(fresh, 20);
  check(sl_step(whole) == 20 && sl_step(fresh) == 20, "run %d: not at step 20", run);
  check_same(whole, part, "saved on the way", run);
  check_same(whole, fresh, "resumed", run);
  check(sl_metrics_count(whole) == sl_metrics_count(fresh), "run %d: %d records, resumed %d", run,
        sl_metrics_count(whole), sl_metrics_count(fresh));
  for (int i = 0; i < sl_metrics_count(whole) && i < sl_metrics_count(fresh); i++)
    check(!strcmp(sl_metrics_json(whole, i), sl_metrics_json(fresh, i)),
          "run %d: record %d differs after resuming", run, i);
  free(file);
  sl_free(whole);
  sl_free(part);
  sl_free(fresh);
}

/* ---- workers ---- */

enum { REVERSED, ROUND_ROBIN, THREADS };
typedef struct crew {
  int how, workers;
} crew;

typedef struct member {
  sl_task task;
  void *arg;
  int n, worker, workers;
} member;

static void *work(void *arg) {
  member *m = arg;
  for (int i = m->worker; i < m->n; i += m->workers) m->task(m->arg, i, m->worker);
  return NULL;
}

static void run_crew(void *ctx, sl_task task, void *arg, int n) {
  const crew *c = ctx;
  pthread_t threads[8];
  member members[8];
  if (c->how == REVERSED)
    for (int i = n - 1; i >= 0; i--) task(arg, i, c->workers - 1);
  if (c->how == ROUND_ROBIN)
    for (int i = 0; i < n; i++) task(arg, (i + 2) % n, i % c->workers);
  if (c->how != THREADS) return;
  for (int w = 0; w < c->workers; w++) {
    members[w] = (member){task, arg, n, w, c->workers};
    pthread_create(&threads[w], NULL, work, &members[w]);
  }
  for (int w = 0; w < c->workers; w++) pthread_join(threads[w], NULL);
}

static void workers(int run) {
  static crew crews[] = {{REVERSED, 2}, {ROUND_ROBIN, 3}, {THREADS, 2}, {THREADS, 4}};
  sl_lab *one = opened(runs[run], 1);
  sl_train(one, 12);
  for (int i = 0; i < 4; i++) {
    sl_lab *many = opened(runs[run], crews[i].workers);
    char what[60];
    snprintf(what, sizeof what, "%d workers, way %d", crews[i].workers, crews[i].how);
    sl_set_runner(many, run_crew, &crews[i]);
    sl_train(many, 12);
    check_same(one, many, what, run);
    sl_free(many);
  }
  sl_free(one);
}

static int shards_of(sl_lab *lab) {
  const char *at = strstr(sl_config_json(lab), "\"shards\":");
  return at ? atoi(at + strlen("\"shards\":")) : 0;
}

/* One step in pieces, last shard first. */
static void by_hand(int run) {
  sl_lab *whole = opened(runs[run], 1), *pieces = opened(runs[run], 1);
  int n = shards_of(whole);
  sl_train(whole, 6);
  for (int step = 0; step < 6; step++) {
    for (int s = n - 1; s >= 0; s--) check(sl_shard(pieces, s) == 0, "%s", lab_message(pieces));
    check(sl_apply(pieces) == 0, "%s", lab_message(pieces));
  }
  check_same(whole, pieces, "shards in reverse", run);
  sl_free(whole);
  sl_free(pieces);
}

static void copy_shard(sl_lab *from, sl_lab *to, int shard) {
  char name[24];
  sl_view source = {0}, target = {0};
  snprintf(name, sizeof name, "shards.%d", shard);
  int found = !sl_tensor(from, name, &source) && !sl_tensor(to, name, &target);
  if (!check(found && source.shape[0] == target.shape[0], "no view %s", name)) return;
  memcpy((void *)(uintptr_t)target.data, source.data, (size_t)source.shape[0] * sizeof(float));
}

/* Two engines compute every other shard and exchange them, as the page's workers do. */
static void exchanged(int run) {
  sl_lab *whole = opened(runs[run], 1), *two[] = {opened(runs[run], 1), opened(runs[run], 1)};
  int n = shards_of(whole);
  sl_train(whole, 6);
  for (int step = 0; step < 6; step++) {
    for (int s = 0; s < n; s++) sl_shard(two[s % 2], s);
    sl_shard(two[1], 0); /* both have the step's batch in place, even where there is one shard */
    for (int s = 0; s < n; s++) copy_shard(two[s % 2], two[1 - s % 2], s);
    for (int i = 0; i < 2; i++) check(sl_apply(two[i]) == 0, "%s", lab_message(two[i]));
  }
  check_same(whole, two[0], "exchanged shards", run);
  check_same(whole, two[1], "exchanged shards, other engine", run);
  sl_free(whole);
  sl_free(two[0]);
  sl_free(two[1]);
}

/* ---- how far a step goes ---- */

/* Length of what a step changed; the parameters before it are replaced by those after. */
static double moved(sl_lab *lab, float *before) {
  const char *list = sl_tensors_json(lab);
  double sum = 0;
  size_t n = 0;
  char name[64];
  for (const char *at = list; (at = strstr(at, "{\"name\":\"")) != NULL; at += 9) {
    sl_view v;
    static const char param[] = "\",\"role\":\"param\"";
    if (sscanf(at + 9, "%60[^\"]", name) != 1) continue;
    if (strncmp(at + 9 + strlen(name), param, strlen(param))) continue;
    check(sl_tensor(lab, name, &v) == 0, "%s", lab_message(lab));
    size_t size = 1;
    for (int d = 0; d < v.rank; d++) size *= (size_t)v.shape[d];
    for (size_t i = 0; i < size; i++, n++) {
      double step = (double)((const float *)v.data)[i] - (double)before[n];
      before[n] = ((const float *)v.data)[i];
      sum += step * step;
    }
  }
  return sqrt(sum);
}

/* Without momentum and decay, a clipped step has the length lr * clip: so the schedule shows. */
static void steps_are_as_long_as_asked(void) {
  static const char json[] =
      "{\"model\":{\"layers\":1,\"heads\":1,\"width\":8,\"ffn_width\":8,\"init_matrix\":0},"
      "\"data\":{"
      "\"context\":16},\"train\":{\"steps\":14,\"warmup\":4,\"batch\":4,\"shards\":2,\"lr\":2,"
      "\"clip\":0.01,\"schedule\":{\"type\":\"cosine\",\"floor\":0.2},\"optimiser\":{\"type\":"
      "\"sgd\","
      "\"momentum\":0,\"decay\":0}}," TINY_EVAL "}";
  static float params[20000];
  sl_lab *lab = opened(json, 1);
  moved(lab, params);
  for (int step = 0; step < 14; step++) {
    double progress = (step - 4) / 10.0,
           lr = 2 * (0.2 + 0.8 * 0.5 * (1 + cos(acos(-1) * progress)));
    if (step < 4) lr = 2 * (step + 1) / 4.0;
    sl_train(lab, 1);
    double far = moved(lab, params);
    check(fabs(far - 0.01 * lr) < 1e-4 * lr * 0.01 + 1e-6, "step %d moves by %g, not %g", step, far,
          0.01 * lr);
  }
  sl_free(lab);
}

/* A step follows the whole gradient where clip is 0 or above its norm, else a gradient of that norm. */
static void clipping_can_be_off(void) {
  static const double clips[] = {0, 0.1, 1000};
  static float params[20000];
  for (int i = 0; i < 3; i++) {
    char json[400];
    snprintf(json, sizeof json,
             "{" TINY_MODEL ",\"data\":{\"context\":16},\"train\":{\"steps\":9,\"batch\":2,"
             "\"shards\":1,\"lr\":0.5,\"clip\":%g,\"optimiser\":{\"type\":\"sgd\",\"momentum\":0}}"
             "," TINY_EVAL "}",
             clips[i]);
    sl_lab *lab = opened(json, 1);
    sl_view g;
    double norm = 0;
    moved(lab, params);
    check(!sl_shard(lab, 0) && !sl_tensor(lab, "shards.0", &g), "%s", lab_message(lab));
    for (int j = 0; j < g.shape[0] - 2; j++)
      norm += (double)((const float *)g.data)[j] * ((const float *)g.data)[j];
    norm = sqrt(norm);
    check(norm > 0.2, "the gradient's norm is only %g", norm);
    check(sl_apply(lab) == 0, "%s", lab_message(lab));
    double want = 0.5 * (i == 1 ? 0.1 : norm), far = moved(lab, params);
    check(fabs(far - want) < 1e-5 * want, "clip %g: a step of %g, not %g", clips[i], far, want);
    sl_free(lab);
  }
}

/* Decay takes its share of matrices and tables, and leaves the scales of the norms alone. */
static void decay_is_for_matrices(void) {
  static const char json[] =
      "{\"model\":{\"layers\":1,\"heads\":1,\"width\":8,\"ffn_width\":8,\"norm\":\"layernorm\"},"
      "\"data\":{\"context\":16},\"train\":{\"steps\":9,\"batch\":2,\"shards\":1,\"lr\":0.1,"
      "\"clip\":"
      "1e-6,\"optimiser\":{\"type\":\"sgd\",\"decay\":0.5}}," TINY_EVAL "}";
  static const char *const names[] = {"embedding", "layers.0.attention.w_q", "unembedding",
                                      "layers.0.norm1.weight", "layers.0.norm2.bias"};
  for (int i = 0; i < 5; i++) {
    sl_lab *lab = opened(json, 1);
    sl_view v;
    check(sl_tensor(lab, names[i], &v) == 0, "%s", lab_message(lab));
    float before = ((const float *)v.data)[3];
    sl_train(lab, 1);
    float after = ((const float *)v.data)[3], want = i < 3 ? 0.95f * before : before;
    check(fabsf(after - want) < 2e-7f, "%s: %g decays to %g", names[i], (double)before,
          (double)after);
    sl_free(lab);
  }
}

/* ---- looking ---- */

static void look_at(sl_lab *lab, int step) {
  sl_view v, w;
  const char *probes = "attention,hidden_norm,alpha,spiked,value_ratio,sink_rate,key_norm";
  check(sl_evaluate(lab) == 0, "%s", lab_message(lab));
  check(sl_probe(lab, probes, step % 3, step, 1 + step % 5) == 0, "%s", lab_message(lab));
  check(sl_probe_view(lab, "attention", &v) == 0, "%s", lab_message(lab));
  check(sl_probe_tokens(lab, &v, &w) == 0, "%s", lab_message(lab));
  check(sl_tensor(lab, "embedding", &v) == 0, "%s", lab_message(lab));
  check(sl_save(lab, &v) == 0, "%s", lab_message(lab));
  check(sl_metrics_json(lab, 0) && sl_run_json(lab) && sl_data_json(lab) && sl_tensors_json(lab) &&
            sl_config_json(lab) && sl_registry_json(lab),
        "%s", lab_message(lab));
  check(sl_resolve_json(lab, "{}", 2) && sl_estimate_json(lab, "{}", 2, NULL, 0, 3), "%s",
        lab_message(lab));
  check(sl_open(lab, "{\"sed\":1}", 9, NULL, 0, 1, 0) != 0, "a misspelt key was taken");
}

static void looking_changes_nothing(int run) {
  sl_lab *blind = opened(runs[run], 1), *seen = opened(runs[run], 1);
  sl_train(blind, 12);
  for (int step = 0; step < 12; step++) {
    look_at(seen, step);
    if (step % 3 == 1) { /* in the middle of a step, too */
      sl_shard(seen, 0);
      look_at(seen, step);
    }
    check(sl_train(seen, 1) == 0, "%s", lab_message(seen));
  }
  check_same(blind, seen, "looked at", run);
  sl_free(blind);
  sl_free(seen);
}

/* Opening again in the same lab, and beside another lab, gives the same run. */
static void labs_are_independent(int run) {
  sl_lab *alone = opened(runs[run], 1), *other = opened(runs[(run + 1) % RUNS], 1);
  sl_train(alone, 8);
  sl_train(other, 3);
  uint32_t generation = sl_generation(other);
  check(sl_open(other, runs[run], strlen(runs[run]), NULL, 0, 1, 0) == 0, "%s", lab_message(other));
  check(sl_generation(other) != generation, "opening leaves the generation as it was");
  check(isnan(sl_loss(other)) && sl_step(other) == 0, "an opened run has a loss or a step");
  sl_train(other, 8);
  check_same(alone, other, "opened again", run);
  sl_free(alone);
  sl_free(other);
}

/* ---- arithmetics ---- */

static int arithmetic_is(sl_lab *lab, const char *name) {
  char member[40];
  snprintf(member, sizeof member, "\"arithmetic\":\"%s\"", name);
  return strstr(sl_run_json(lab), member) != NULL;
}

/* Another arithmetic gives other bits, and going on in it is written down. */
static void arithmetics_differ(int run) {
  arithmetic = "strict";
  sl_lab *strict = opened(runs[run], 1);
  arithmetic = "fma";
  sl_lab *fma = opened(runs[run], 1), *mixed = new_lab();
  size_t size = 0;
  sl_train(strict, 10);
  sl_train(fma, 10);
  check(!same_print(lab_print(strict), lab_print(fma)), "run %d: strict and fma agree", run);
  check(arithmetic_is(strict, "strict") && arithmetic_is(fma, "fma"), "run %d: names", run);
  check(sl_set_arithmetic(strict, "exact") != 0, "an unknown arithmetic is taken");
  unsigned char *file = lab_save(strict, &size);
  check(sl_load(mixed, file, size, NULL, 0, 1, 0) == 0, "load: %s", lab_message(mixed));
  sl_train(mixed, 1);
  check(arithmetic_is(mixed, "mixed"), "run %d: a strict checkpoint went on in fma", run);
  free(file);
  file = lab_save(mixed, &size);
  check(sl_load(fma, file, size, NULL, 0, 1, 0) == 0, "load: %s", lab_message(fma));
  check(arithmetic_is(fma, "mixed"), "run %d: a mixed checkpoint was taken for fma", run);
  free(file);
  sl_free(strict);
  sl_free(fma);
  sl_free(mixed);
}

static void every_run(void) {
  for (int run = 0; run < RUNS; run++) {
    resume(run, 10);
    resume(run, 0);
    resume(run, 7);
    workers(run);
    by_hand(run);
    exchanged(run);
    looking_changes_nothing(run);
    labs_are_independent(run);
  }
}

int main(void) {
  steps_are_as_long_as_asked();
  clipping_can_be_off();
  decay_is_for_matrices();
  every_run();
  sl_lab *lab = sl_new();
  if (strstr(sl_arithmetics_json(lab), "fma")) {
    for (int run = 0; run < RUNS; run++) arithmetics_differ(run);
    arithmetic = "fma";
    every_run();
  } else {
    printf("fma: this build or processor has none\n");
  }
  sl_free(lab);
  return harness_end();
}
