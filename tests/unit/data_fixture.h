/* Corpora and batches for the tests of data. */
#ifndef DATA_FIXTURE_H
#define DATA_FIXTURE_H

#include "../../core/data/data.h"
#include "../harness.h"

#include <stdlib.h>
#include <string.h>

#define CHECK check

typedef struct opened {
  sl_pick pick;
  sl_arena arena;
  sl_corpus c;
  sl_error e;
  sl_code code;
} opened;

static inline void open_pick(opened *o, const void *text, size_t size) {
  sl_text_input in = {text, size};
  o->e = (sl_error){0};
  sl_arena_open(&o->arena, sl_corpus_memory(&o->pick, in), NULL);
  o->code = sl_corpus_open(&o->c, &o->pick, in, &o->arena, &o->e);
}

static inline int has_setting(const sl_pick *pick, const char *key) {
  for (const sl_param *p = pick->row->params; p && p->key; p++)
    if (!strcmp(p->key, key)) return 1;
  return 0;
}

static inline void *setting(sl_pick *pick, const char *key) {
  for (const sl_param *p = pick->row->params; p && p->key; p++)
    if (!strcmp(p->key, key)) return pick->settings.bytes + p->offset;
  printf("no setting %s\n", key);
  exit(1);
}

static inline void set_int(sl_pick *pick, const char *key, int32_t value) {
  memcpy(setting(pick, key), &value, sizeof value);
}

static inline char *sample_text(size_t *size) {
  static char text[12000];
  sl_rng r = sl_rng_at(5, SL_STREAM_CORPUS, 0, 0);
  size_t n = 0;
  while (n < sizeof text - 40) {
    int words = 1 + (int)sl_rng_below(&r, 12);
    for (int i = 0; i < words; i++) text[n++] = (char)('a' + sl_rng_below(&r, 26));
    text[n++] = '\n';
    if (sl_rng_below(&r, 3) == 0) text[n++] = '\n';
  }
  *size = n;
  return text;
}

/* Every corpus, and the text in its three ways: opened with defaults. */
#define CORPORA 12
static inline void open_all(opened *o) {
  size_t size;
  char *text = sample_text(&size);
  static const char *ids[CORPORA] = {"backcopy", "backcopy_docs", "stories",   "text",
                                     "text",     "text",          "induction", "copy",
                                     "repeated", "random",        "dyck",      "addition"};
  for (int i = 0; i < CORPORA; i++) {
    sl_pick_set(&o[i].pick, &sl_corpus_family, ids[i]);
    if (i == 4 || i == 5) set_int(&o[i].pick, "documents", i - 3);
    open_pick(&o[i], text, size);
    CHECK(o[i].code == SL_OK, "%s does not open: %s", ids[i], o[i].e.message);
  }
}

static inline void close_all(opened *o) {
  for (int i = 0; i < CORPORA; i++) sl_arena_close(&o[i].arena);
}

static inline void batch_open(sl_batch *b, int B, int T) {
  size_t n = (size_t)B * (size_t)T;
  *b = (sl_batch){B,
                  T,
                  malloc(n * 4),
                  malloc(n * 4),
                  malloc(n * 4),
                  malloc(n * 4),
                  malloc(n * sizeof(sl_real)),
                  malloc((size_t)B * 4)};
  memset(b->tokens, 0x77, n * 4);
  memset(b->target, 0x77, n * 4);
  memset(b->position, 0x77, n * 4);
  memset(b->document, 0x77, n * 4);
  for (size_t i = 0; i < n; i++) b->weight[i] = -7;
}

static inline void batch_close(sl_batch *b) {
  free(b->tokens), free(b->target), free(b->position), free(b->document), free(b->weight),
      free(b->prefix);
}

static inline int rows_equal(const sl_batch *a, int i, const sl_batch *b, int j) {
  size_t T = (size_t)a->T, p = (size_t)i * T, q = (size_t)j * T;
  return !memcmp(a->tokens + p, b->tokens + q, T * 4) &&
         !memcmp(a->target + p, b->target + q, T * 4) &&
         !memcmp(a->position + p, b->position + q, T * 4) &&
         !memcmp(a->document + p, b->document + q, T * 4) &&
         !memcmp(a->weight + p, b->weight + q, T * sizeof(sl_real));
}

#endif
