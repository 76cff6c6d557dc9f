/* The n-th allocation fails, for every n: each call then answers with a sentence, nothing crashes,
 * what was open is as it was, and nothing is lost. Linked with malloc, calloc, realloc and free
 * wrapped. */
#include "../lab.h"

#include <malloc.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void __real_free(void *p);

static long live, live_bytes; /* blocks and bytes that are out */
static long calls, fail_at;   /* fail_at: the call that fails, 0: none */

static int fails(void) { return ++calls == fail_at; }

static void *given(void *p) {
  live += p != NULL;
  live_bytes += p ? (long)malloc_usable_size(p) : 0;
  return p;
}
static void taken(void *p) {
  live -= p != NULL;
  live_bytes -= p ? (long)malloc_usable_size(p) : 0;
}

void *__wrap_malloc(size_t size) { return fails() ? NULL : given(__real_malloc(size)); }
void *__wrap_calloc(size_t n, size_t size) {
  return fails() ? NULL : given(__real_calloc(n, size));
}
void *__wrap_realloc(void *old, size_t size) {
  if (fails()) return NULL;
  taken(old);
  void *p = __real_realloc(old, size);
  return given(p ? p : old), p;
}
void __wrap_free(void *p) {
  taken(p);
  __real_free(p);
}

/* ---- the calls ---- */

/* clang-format off */

static char text[3000];
static unsigned char *checkpoint, *text_checkpoint; /* of two other runs */
static size_t checkpoint_size, text_checkpoint_size;

#define OTHER_RUN                                                                                  \
  "{\"seed\":\"9\"," TINY_MODEL ",\"data\":{\"corpus\":\"stories\",\"packing\":\"intra\","         \
  "\"context\":24},\"train\":{\"steps\":9,\"batch\":4,\"shards\":2}," TINY_EVAL "}"
#define TEXT_RUN                                                                                   \
  "{" TINY_MODEL                                                                                   \
  ",\"data\":{\"context\":16,\"corpus\":{\"type\":\"text\",\"documents\":\"line\"}},"              \
  "\"train\":{\"steps\":9,\"batch\":2,\"shards\":1,\"optimiser\":\"sgd\"}," TINY_EVAL "}"

/* Each returns whether it succeeded. */
static int open_run(sl_lab *l) { return lab_open(l, OTHER_RUN) == 0; }
static int open_text(sl_lab *l) { return lab_open_text(l, TEXT_RUN, text, sizeof text) == 0; }
static int open_bad(sl_lab *l) { return lab_open(l, "{\"model\":{\"layer\":1}}") != 0; }
static int resolve(sl_lab *l) { return sl_resolve_json(l, TINY_RUN, strlen(TINY_RUN)) != NULL; }
static int estimate(sl_lab *l) {
  return sl_estimate_json(l, TEXT_RUN, strlen(TEXT_RUN), text, sizeof text, 3) != NULL;
}
static int registry(sl_lab *l) { return sl_registry_json(l) != NULL; }
static int markdown(sl_lab *l) { return sl_registry_markdown(l) != NULL; }
static int config(sl_lab *l) { return sl_config_json(l) != NULL; }
static int data(sl_lab *l) { return sl_data_json(l) != NULL; }
static int tensors(sl_lab *l) { return sl_tensors_json(l) != NULL; }
static int run_file(sl_lab *l) { return sl_run_json(l) != NULL; }
static int metrics(sl_lab *l) { return sl_metrics_json(l, 0) != NULL; }
static int fingerprint(sl_lab *l) { return sl_fingerprint(l) != NULL; }
static int evaluate(sl_lab *l) { return sl_evaluate(l) == 0; }
static int set_live(sl_lab *l) { return sl_set_live(l, "train.optimiser.decay", 0.2) == 0; }
static int train(sl_lab *l) { return sl_train(l, 2) == 0; }
static int pieces(sl_lab *l) {
  int rc = 0;
  for (int s = 0; s < 4; s++) rc |= sl_shard(l, s);
  return (rc | sl_apply(l)) == 0;
}
static int probe(sl_lab *l) {
  sl_view v, w;
  return sl_probe(l, "attention,alpha,spiked", 1, 2, 3) == 0 &&
         sl_probe_view(l, "alpha", &v) == 0 && sl_probe_tokens(l, &v, &w) == 0 &&
         sl_tensor(l, "embedding", &v) == 0;
}
static int prompt(sl_lab *l) { return sl_set_prompt(l, "some text of mine", 17) != NULL; }
static int preview(sl_lab *l) {
  return sl_preview_json(l, TEXT_RUN, strlen(TEXT_RUN), text, sizeof text, 3) != NULL;
}
static int save(sl_lab *l) {
  sl_view v;
  return sl_save(l, &v) == 0;
}
static int load(sl_lab *l) { return sl_load(l, checkpoint, checkpoint_size, NULL, 0, 2, 0) == 0; }
static int load_text(sl_lab *l) {
  return sl_load(l, text_checkpoint, text_checkpoint_size, text, sizeof text, 1, 0) == 0;
}
static int refused(sl_lab *l) {
  return sl_load(l, checkpoint, checkpoint_size / 2, NULL, 0, 1, 0) != 0 &&
         is_sentence(lab_message(l));
}

typedef struct call {
  const char *name;
  int (*run)(sl_lab *l);
  int never_allocates; /* architecture: no step allocates */
} call;

static const call all[] = {
    {"open", open_run, 0},
    {"open text", open_text, 0},
    {"open bad", open_bad, 0},
    {"resolve", resolve, 0},
    {"estimate", estimate, 0},
    {"registry", registry, 0},
    {"markdown", markdown, 0},
    {"config", config, 0},
    {"data", data, 0},
    {"tensors", tensors, 0},
    {"run file", run_file, 0},
    {"metrics", metrics, 0},
    {"fingerprint", fingerprint, 0},
    {"set live", set_live, 0},
    {"evaluate", evaluate, 1},
    {"train", train, 1},
    {"pieces", pieces, 1},
    {"probe", probe, 1},
    {"prompt", prompt, 0},
    {"preview", preview, 0},
    {"save", save, 0},
    {"load", load, 0},
    {"load text", load_text, 0},
    {"refused", refused, 0},
};
/* clang-format on */

/* ---- one failure ---- */

static void check_answer(sl_lab *l, const call *c, long n) {
  const char *m = lab_message(l);
  /* The shortest possible sentence stands for what there is no memory to say. */
  check(is_sentence(m) || strstr(m, "Out of memory"), "%s, allocation %ld: \"%s\"", c->name, n, m);
  check(!c->never_allocates, "%s failed", c->name);
}

/* Runs the call with its n-th allocation failing; returns whether there was an n-th. */
static int fail_once(const call *c, long n) {
  sl_lab *l = sl_new();
  if (!check(l && lab_open(l, TINY_RUN) == 0 && sl_train(l, 3) == 0, "no run: %s", lab_message(l)))
    return 0;
  print before = lab_print(l);
  calls = 0;
  fail_at = n;
  int ok = c->run(l);
  int failed = calls >= n;
  fail_at = 0;
  if (!ok) {
    check(failed, "%s fails with all its memory: %s", c->name, lab_message(l));
    check_answer(l, c, n);
    check(same_print(before, lab_print(l)), "%s, allocation %ld: the run was changed", c->name, n);
    check(sl_train(l, 1) == 0 && sl_step(l) == 4, "%s, allocation %ld: trains no more: %s", c->name,
          n, lab_message(l));
    check(c->run(l), "%s, allocation %ld: the second try fails: %s", c->name, n, lab_message(l));
  }
  check(!failed || !c->never_allocates, "%s allocates", c->name);
  sl_free(l);
  return failed;
}

static void every_allocation(const call *c) {
  long start = live, n = 1;
  while (n < 100000 && fail_once(c, n)) n++;
  check(n < 100000, "%s never comes to its end", c->name);
  check(live == start, "%s: %ld blocks were lost", c->name, live - start);
  printf("%s: %ld allocations\n", c->name, n - 1);
}

static void first_handle(void) {
  calls = 0;
  fail_at = 1;
  check(sl_new() == NULL, "a handle without memory");
  fail_at = 0;
}

/* What sl_open holds is what the estimate said, but for the allocator's rounding. */
static void check_estimate(const char *json, const char *more, size_t size, int workers) {
  sl_lab *l = sl_new();
  const char *e = sl_estimate_json(l, json, strlen(json), more, size, workers);
  double said = e ? strtod(strstr(e, "\"bytes\":") + 8, NULL) : 0;
  long before = live_bytes;
  check(sl_open(l, json, strlen(json), more, size, workers, 0) == 0, "%s", lab_message(l));
  double held = (double)(live_bytes - before);
  check(held <= said + 8192 && held >= 0.98 * said - 1024,
        "%s: the estimate is %.0f, held are %.0f", json, said, held);
  before = live_bytes;
  sl_train(l, 5);
  sl_evaluate(l);
  check(live_bytes == before, "training claimed %ld bytes", live_bytes - before);
  sl_free(l);
}

static void make_checkpoints(void) {
  sl_lab *l = sl_new();
  open_run(l);
  set_live(l);
  sl_train(l, 3);
  checkpoint = lab_save(l, &checkpoint_size);
  open_text(l);
  sl_train(l, 2);
  text_checkpoint = lab_save(l, &text_checkpoint_size);
  sl_free(l);
}

int main(void) {
  for (size_t i = 0; i < sizeof text; i++)
    text[i] = i % 37 == 36 ? '\n' : (char)('a' + (i * i + i / 7) % 23);
  make_checkpoints();
  long start = live;
  first_handle();
  check_estimate("{}", NULL, 0, 1);
  check_estimate(TINY_RUN, NULL, 0, 1);
  check_estimate(OTHER_RUN, NULL, 0, 3);
  /* the optimiser's scratch is larger than that of so small a batch */
  check_estimate("{\"train\":{\"batch\":1,\"shards\":1,\"steps\":9,\"optimiser\":\"muon\"},"
                 "\"model\":{\"width\":64,\"ffn_width\":256},\"data\":{\"context\":8}}",
                 NULL, 0, 2);
  check_estimate(TEXT_RUN, text, sizeof text, 2);
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) every_allocation(&all[i]);
  check(live == start, "%ld blocks were lost", live - start);
  free(checkpoint);
  free(text_checkpoint);
  check(live == 0, "%ld blocks are left", live);
  return harness_end();
}
