/* Corpora, packings and baselines: windows against hand-written ones, distributions against the
 * table they come from, and properties of every row of both families. */
#include "../../core/base/math.h"
#include "../../core/data/data.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "char_bigrams.inc"

static int passed, failed;

#define CHECK(cond, ...) check((cond), __LINE__, __VA_ARGS__)

__attribute__((format(printf, 3, 4))) static void check(int ok, int line, const char *fmt, ...) {
  if (ok) {
    passed++;
    return;
  }
  failed++;
  va_list args;
  va_start(args, fmt);
  printf("test_data.c:%d: ", line);
  vprintf(fmt, args);
  printf("\n");
  va_end(args);
}

/* ---- helpers --------------------------------------------------------------------------------- */
typedef struct opened {
  sl_pick pick;
  sl_arena arena;
  sl_corpus c;
  sl_error e;
  sl_code code;
} opened;

static void open_pick(opened *o, const void *text, size_t size) {
  sl_text_input in = {text, size};
  o->e = (sl_error){0};
  sl_arena_open(&o->arena, sl_corpus_memory(&o->pick, in), NULL);
  o->code = sl_corpus_open(&o->c, &o->pick, in, &o->arena, &o->e);
}

static void *setting(sl_pick *pick, const char *key) {
  for (const sl_param *p = pick->row->params; p && p->key; p++)
    if (!strcmp(p->key, key)) return pick->settings.bytes + p->offset;
  printf("no setting %s\n", key);
  exit(1);
}

static void set_int(sl_pick *pick, const char *key, int32_t value) {
  memcpy(setting(pick, key), &value, sizeof value);
}

static char *sample_text(size_t *size) {
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
#define CORPORA 6
static void open_all(opened *o) {
  size_t size;
  char *text = sample_text(&size);
  static const char *ids[CORPORA] = {"backcopy", "backcopy_docs", "stories",
                                     "text",     "text",          "text"};
  for (int i = 0; i < CORPORA; i++) {
    sl_pick_set(&o[i].pick, &sl_corpus_family, ids[i]);
    if (i > 3) set_int(&o[i].pick, "documents", i - 3);
    open_pick(&o[i], text, size);
    CHECK(o[i].code == SL_OK, "%s does not open: %s", ids[i], o[i].e.message);
  }
}

static void close_all(opened *o) {
  for (int i = 0; i < CORPORA; i++) sl_arena_close(&o[i].arena);
}

static void batch_open(sl_batch *b, int B, int T) {
  size_t n = (size_t)B * (size_t)T;
  *b = (sl_batch){B,
                  T,
                  malloc(n * 4),
                  malloc(n * 4),
                  malloc(n * 4),
                  malloc(n * 4),
                  malloc(n * sizeof(sl_real))};
  memset(b->tokens, 0x77, n * 4);
  memset(b->target, 0x77, n * 4);
  memset(b->position, 0x77, n * 4);
  memset(b->document, 0x77, n * 4);
  for (size_t i = 0; i < n; i++) b->weight[i] = -7;
}

static void batch_close(sl_batch *b) {
  free(b->tokens), free(b->target), free(b->position), free(b->document), free(b->weight);
}

static int rows_equal(const sl_batch *a, int i, const sl_batch *b, int j) {
  size_t T = (size_t)a->T, p = (size_t)i * T, q = (size_t)j * T;
  return !memcmp(a->tokens + p, b->tokens + q, T * 4) &&
         !memcmp(a->target + p, b->target + q, T * 4) &&
         !memcmp(a->position + p, b->position + q, T * 4) &&
         !memcmp(a->document + p, b->document + q, T * 4) &&
         !memcmp(a->weight + p, b->weight + q, T * sizeof(sl_real));
}

/* ---- descriptors ----------------------------------------------------------------------------- */
static void lint_param(const char *row, const sl_param *p) {
  size_t end = p->offset + (p->type == SL_STRING ? (size_t)p->max + 1 : 4);
  CHECK(p->label && p->help && p->help[strlen(p->help) - 1] == '.', "%s.%s: label, help", row,
        p->key);
  CHECK(end <= SL_SETTINGS_MAX, "%s.%s: beyond the settings", row, p->key);
  if (p->type == SL_INT)
    CHECK(p->min <= p->def && p->def <= p->max && p->min < p->max, "%s.%s: range", row, p->key);
  if (p->type != SL_CHOICE) return;
  int found = 0;
  for (const sl_option *o = p->options; o->id; o++) {
    found |= !strcmp(o->id, p->text);
    CHECK(o->label && o->help, "%s.%s: option %s", row, p->key, o->id);
  }
  CHECK(found, "%s.%s: default is no option", row, p->key);
}

static void test_descriptors(void) {
  const sl_family *families[] = {&sl_corpus_family, &sl_packing_family};
  CHECK(sl_corpus_family.count == 4 && sl_packing_family.count == 6, "rows");
  for (int f = 0; f < 2; f++)
    for (int i = 0; i < families[f]->count; i++) {
      const sl_desc *d = families[f]->rows[i];
      CHECK(d->id && d->label && d->help && d->help[strlen(d->help) - 1] == '.', "%s", d->id);
      CHECK(sl_family_find(families[f], d->id) == d, "%s is found", d->id);
      if (f == 1) CHECK(strstr(d->paper, "2504.02732") != NULL, "%s: paper", d->id);
      for (const sl_param *p = d->params; p && p->key; p++) lint_param(d->id, p);
    }
  CHECK(strstr(sl_family_find(&sl_corpus_family, "backcopy")->paper, "2410.13835") != NULL,
        "paper");
}

/* ---- the chain ------------------------------------------------------------------------------- */
/* How many standard deviations chi-square is from its mean, over cells expected five times. */
static double chi_deviation(const double *expected, const int *seen, int n, double *df) {
  double chi = 0;
  *df = -1;
  for (int i = 0; i < n; i++) {
    if (expected[i] < 5) continue;
    chi += (seen[i] - expected[i]) * (seen[i] - expected[i]) / expected[i];
    *df += 1;
  }
  return *df > 0 ? fabs(chi - *df) / sqrt(2 * *df) : 0;
}

#define N SL_ALPHABET

static void test_chain_rule(void) {
  opened o;
  sl_pick_set(&o.pick, &sl_corpus_family, "backcopy");
  open_pick(&o, NULL, 0);
  CHECK(o.c.vocab.size == 67 && o.c.vocab.bos == 65 && o.c.vocab.eos == 66, "vocabulary");
  CHECK(!strcmp(o.c.vocab.text[65], "BOS") && !strcmp(o.c.vocab.text[66], "EOS"), "specials");
  static int seen[N][N];
  int copies = 0, wrong = 0, bad_first = 0, ended_any = 0, out[500];
  memset(seen, 0, sizeof seen);
  for (uint64_t d = 0; d < 2000; d++) {
    sl_rng r = sl_rng_at(11, SL_STREAM_TRAIN, d, 0);
    int ended;
    o.c.type->document(&o.c, &r, 0, 0, 0, 500, out, &ended);
    ended_any |= ended;
    bad_first += strchr(" et", sl_alphabet[out[0]]) != NULL;
    for (int i = 1; i < 500; i++) {
      if (strchr(" et", sl_alphabet[out[i - 1]])) {
        copies++;
        wrong += out[i] != out[i - 2];
      } else {
        seen[out[i - 1]][out[i]]++;
      }
    }
  }
  CHECK(copies > 100000 && wrong == 0 && bad_first == 0 && !ended_any,
        "%d copies, %d wrong, %d first tokens are triggers", copies, wrong, bad_first);
  for (int a = 0; a < N; a++) {
    double expected[N], df, total = 0, n = 0;
    for (int b = 0; b < N; b++) total += sl_bigram[a][b], n += seen[a][b];
    for (int b = 0; b < N; b++) expected[b] = n * sl_bigram[a][b] / total;
    double off = chi_deviation(expected, seen[a], N, &df);
    CHECK(off < 6, "bigrams after '%c': %.1f deviations", sl_alphabet[a], off);
    for (int b = 0; b < N; b++)
      if (!sl_bigram[a][b] && seen[a][b])
        CHECK(0, "'%c%c' never occurs", sl_alphabet[a], sl_alphabet[b]);
  }
  sl_arena_close(&o.arena);
}

static void test_chain_first(void) {
  for (int with = 0; with < 2; with++) {
    opened o;
    sl_pick_set(&o.pick, &sl_corpus_family, "backcopy");
    set_int(&o.pick, "first_trigger", with);
    open_pick(&o, NULL, 0);
    int seen[N] = {0}, out[3], ended, alternates = 1;
    double expected[N], total = 0, df;
    for (int d = 0; d < 40000; d++) {
      sl_rng r = sl_rng_at(3, SL_STREAM_TRAIN, (uint64_t)d, 0);
      o.c.type->document(&o.c, &r, 0, 0, 0, 3, out, &ended);
      seen[out[0]]++;
      /* A trigger at the front draws from the bigram; the copies after it may be triggers. */
      if (strchr(" et", sl_alphabet[out[0]]) && !sl_bigram[out[0]][out[1]]) alternates = 0;
      if (strchr(" et", sl_alphabet[out[1]]) && out[2] != out[0]) alternates = 0;
    }
    for (int i = 0; i < N; i++) {
      expected[i] = with || !strchr(" et", sl_alphabet[i]) ? sl_unigram[i] : 0;
      total += expected[i];
    }
    for (int i = 0; i < N; i++) expected[i] *= 40000 / total;
    double off = chi_deviation(expected, seen, N, &df);
    CHECK(off < 6, "first tokens, triggers %d: %.1f deviations", with, off);
    CHECK(alternates, "second and third tokens, triggers %d", with);
    sl_arena_close(&o.arena);
  }
}

static void refuse_trigger(const char *triggers, const char *shown) {
  sl_pick pick;
  sl_error e = {0};
  sl_pick_set(&pick, &sl_corpus_family, "backcopy");
  strcpy(setting(&pick, "triggers"), triggers);
  sl_code code = sl_corpus_check(&pick, &e);
  CHECK(shown ? code == SL_E_CONFIG && strstr(e.message, shown) : code == SL_OK,
        "triggers \"%s\": %s", triggers, e.message);
}

static void test_chain_settings(void) {
  refuse_trigger("", NULL);
  refuse_trigger("et \n:", NULL);
  refuse_trigger("e\t", "'\\x09'");
  refuse_trigger("et\xC3\xA9x", "'\xC3\xA9'");
  refuse_trigger("e7", "'7'");
  opened o;
  sl_pick_set(&o.pick, &sl_corpus_family, "backcopy_docs");
  int lengths[200] = {0}, out[300], ended, all = 1;
  open_pick(&o, NULL, 0);
  for (int d = 0; d < 20000; d++) {
    sl_rng r = sl_rng_at(3, SL_STREAM_TRAIN, (uint64_t)d, 0);
    lengths[o.c.type->document(&o.c, &r, 0, 0, 0, 199, out, &ended)]++;
    all &= ended;
  }
  CHECK(all && lengths[23] == 0 && lengths[24] > 120 && lengths[127] > 120 && lengths[128] == 0,
        "lengths of documents");
  const int want[][2] = {{5, 24}, {50, 50}, {500, 127}};
  for (int i = 0; i < 3; i++) {
    sl_rng r = sl_rng_at(3, SL_STREAM_TRAIN, 0, 0);
    int n = o.c.type->document(&o.c, &r, 1, want[i][0], 0, 199, out, &ended);
    CHECK(n == want[i][1] && ended, "wanted %d, has %d", want[i][0], n);
  }
  set_int(&o.pick, "doc_min", 128);
  CHECK(sl_corpus_check(&o.pick, &o.e) == SL_E_CONFIG, "shortest longer than longest");
  sl_arena_close(&o.arena);
}

/* ---- packings against hand-written windows --------------------------------------------------- */
#define E   9
#define BOS 8

/* Documents 1 2 3 | 4 | 5 6 for ever; the state is the number of the next one. */
static int fake_document(const sl_corpus *c, sl_rng *rng, int held_out, int want, int skip, int max,
                         int32_t *out, int *ended) {
  (void)rng, (void)held_out, (void)want;
  static const int32_t docs[3][3] = {{1, 2, 3}, {4}, {5, 6}};
  static const int length[3] = {3, 1, 2};
  int d = (*(int *)c->state)++ % 3;
  *ended = length[d] <= skip + max;
  int n = *ended ? length[d] : skip + max;
  for (int i = skip; i < n; i++) out[i - skip] = docs[d][i];
  return n;
}

static const sl_corpus_type fake_type = {.desc = {.id = "fake"}, .document = fake_document};

typedef struct expected {
  const char *packing;
  int restart, visible; /* bos_visible, or -1 */
  int input;            /* -1: training */
  int tokens[8], target[8], position[8], document[8], weight[8];
} expected;

/* clang-format off */
static const expected windows[] = {
    {"causal", 0, -1, -1, {1, 2, 3, E, 4, E, 5, 6}, {2, 3, E, 4, E, 5, 6, E},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0}, {1, 1, 1, 1, 1, 1, 1, 1}},
    {"causal_bos", 0, -1, -1, {BOS, 1, 2, 3, E, BOS, 4, E}, {1, 2, 3, E, BOS, 4, E, BOS},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0}, {1, 1, 1, 1, 1, 1, 1, 1}},
    {"causal_fixed_bos", 0, -1, -1, {BOS, 1, 2, 3, E, 4, E, 5}, {1, 2, 3, E, 4, E, 5, 6},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0}, {1, 1, 1, 1, 1, 1, 1, 1}},
    {"intra", 0, -1, -1, {1, 2, 3, E, 4, E, 5, 6}, {2, 3, E, 0, E, 0, 6, E},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0, 0, 0, 0, 1, 1, 2, 2}, {1, 1, 1, 0, 1, 0, 1, 1}},
    {"intra", 1, -1, -1, {1, 2, 3, E, 4, E, 5, 6}, {2, 3, E, 0, E, 0, 6, E},
     {0, 1, 2, 3, 0, 1, 0, 1}, {0, 0, 0, 0, 1, 1, 2, 2}, {1, 1, 1, 0, 1, 0, 1, 1}},
    {"intra_bos", 1, -1, -1, {BOS, 1, 2, 3, E, BOS, 4, E}, {1, 2, 3, E, 0, 4, E, 0},
     {0, 1, 2, 3, 4, 0, 1, 2}, {0, 0, 0, 0, 0, 1, 1, 1}, {1, 1, 1, 1, 0, 1, 1, 0}},
    {"intra_fixed_bos", 0, 0, -1, {BOS, 1, 2, 3, E, 4, E, 5}, {1, 2, 3, E, 0, E, 0, 6},
     {0, 1, 2, 3, 4, 5, 6, 7}, {-1, 0, 0, 0, 0, 1, 1, 2}, {1, 1, 1, 1, 0, 1, 0, 1}},
    {"intra_fixed_bos", 1, 0, -1, {BOS, 1, 2, 3, E, 4, E, 5}, {1, 2, 3, E, 0, E, 0, 6},
     {0, 1, 2, 3, 4, 1, 2, 1}, {-1, 0, 0, 0, 0, 1, 1, 2}, {1, 1, 1, 1, 0, 1, 0, 1}},
    {"intra_fixed_bos", 1, 1, -1, {BOS, 1, 2, 3, E, 4, E, 5}, {1, 2, 3, E, 0, E, 0, 6},
     {0, 1, 2, 3, 4, 0, 1, 0}, {0, 0, 0, 0, 0, 1, 1, 2}, {1, 1, 1, 1, 0, 1, 0, 1}},
    {"causal", 0, -1, SL_INPUT_BOS_TEXT, {BOS, 1, 2, 3, E, 4, E, 5}, {0, 2, 3, E, 4, E, 5, 6},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0}, {0, 1, 1, 1, 1, 1, 1, 1}},
    {"causal_fixed_bos", 0, -1, SL_INPUT_TEXT, {1, 2, 3, E, 4, E, 5, 6}, {2, 3, E, 4, E, 5, 6, 0},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0}, {1, 1, 1, 1, 1, 1, 1, 0}},
    {"intra_bos", 0, -1, SL_INPUT_BOS_TEXT, {BOS, 1, 2, 3, E, 4, E, 5}, {0, 2, 3, E, 0, E, 0, 6},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0, 0, 0, 0, 0, 1, 1, 2}, {0, 1, 1, 1, 0, 1, 0, 1}},
    {"intra_bos", 0, -1, SL_INPUT_TEXT, {1, 2, 3, E, 4, E, 5, 6}, {2, 3, E, 0, E, 0, 6, 0},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0, 0, 0, 0, 1, 1, 2, 2}, {1, 1, 1, 0, 1, 0, 1, 0}},
    {"intra_fixed_bos", 1, 0, SL_INPUT_BOS_TEXT, {BOS, 1, 2, 3, E, 4, E, 5},
     {0, 2, 3, E, 0, E, 0, 6}, {0, 1, 2, 3, 4, 1, 2, 1}, {-1, 0, 0, 0, 0, 1, 1, 2},
     {0, 1, 1, 1, 0, 1, 0, 1}},
};
/* clang-format on */

static void test_windows(void) {
  for (size_t k = 0; k < sizeof windows / sizeof *windows; k++) {
    const expected *x = &windows[k];
    int next = 0;
    sl_corpus c = {.type = &fake_type, .vocab = {.size = 10, .bos = BOS, .eos = E}, .state = &next};
    sl_pick pick;
    sl_batch b;
    batch_open(&b, 3, 8);
    sl_pick_set(&pick, &sl_packing_family, x->packing);
    if (x->restart) set_int(&pick, "restart_positions", 1);
    if (x->visible >= 0) set_int(&pick, "bos_visible", x->visible);
    if (x->input < 0)
      sl_pack_train(&pick, &c, 1, 0, 0, &b, 1);
    else
      sl_pack_held_out(&pick, &c, 1, (sl_input)x->input, 0, &b, 1);
    for (int i = 0; i < 8; i++) {
      CHECK(b.tokens[8 + i] == x->tokens[i], "window %zu (%s) token %d: %d", k, x->packing, i,
            b.tokens[8 + i]);
      CHECK(b.target[8 + i] == x->target[i], "window %zu (%s) target %d: %d", k, x->packing, i,
            b.target[8 + i]);
      CHECK(b.position[8 + i] == x->position[i], "window %zu (%s) position %d: %d", k, x->packing,
            i, b.position[8 + i]);
      CHECK(b.document[8 + i] == x->document[i], "window %zu (%s) document %d: %d", k, x->packing,
            i, b.document[8 + i]);
      CHECK((int)b.weight[8 + i] == x->weight[i], "window %zu (%s) weight %d", k, x->packing, i);
      CHECK(b.weight[i] == -7 && b.weight[16 + i] == -7 && b.tokens[i] == 0x77777777, "other rows");
    }
    batch_close(&b);
  }
}

/* Windows cut anywhere are the stream from some token on: all places come, none is wrong. */
static void test_cut(void) {
  static const int32_t stream[] = {1, 2, 3, E, 4, E, 5, 6, E};
  static const int32_t document[] = {0, 0, 0, 0, 1, 1, 2, 2, 2};
  sl_pick pick;
  sl_batch b;
  batch_open(&b, 1, 6);
  for (int pinned = 0; pinned < 2; pinned++) {
    sl_pick_set(&pick, &sl_packing_family, pinned ? "intra_fixed_bos" : "intra");
    int places[9] = {0}, all = 1;
    for (int step = 0; step < 300; step++) {
      int next = 0, at = 0;
      sl_corpus c = {.type = &fake_type,
                     .vocab = {.size = 10, .bos = BOS, .eos = E},
                     .longest = 3,
                     .state = &next};
      sl_pack_train(&pick, &c, 1, step, 0, &b, 0);
      const int32_t *t = b.tokens + pinned, *d = b.document + pinned;
      while (at < 9 &&
             !(t[0] == stream[at] && t[1] == stream[(at + 1) % 9] && t[2] == stream[(at + 2) % 9]))
        at++;
      int ok = at < 6 && d[0] == 0;
      for (int i = 0; ok && i < 6 - pinned; i++) {
        int lap = (at + i) / 9, number = document[(at + i) % 9] + 3 * lap - document[at];
        ok = t[i] == stream[(at + i) % 9] && d[i] == number;
      }
      all &= ok;
      if (ok) places[at]++;
    }
    CHECK(all, "cut windows, pinned %d", pinned);
    for (int i = 0; i < 6; i++) CHECK(places[i] > 20, "place %d came %d times", i, places[i]);
  }
  batch_close(&b);
}

/* ---- every packing over every corpus --------------------------------------------------------- */
static int row_is_sound(const sl_batch *b, const sl_packing_type *p, const sl_vocab *v,
                        int scored_bos) {
  int T = b->T, total = 0;
  for (int i = 0; i < T; i++) {
    int token = b->tokens[i], w = (int)b->weight[i], d = b->document[i];
    if (token < 0 || token >= v->size || b->target[i] < 0 || b->target[i] >= v->size) return 0;
    if (w != 0 && w != 1) return 0;
    if (w == 0 && b->target[i] != 0) return 0;
    if (w && i + 1 < T && b->target[i] != b->tokens[i + 1]) return 0;
    if (w && i + 1 < T && d != b->document[i + 1] && d != SL_DOCUMENT_SHARED) return 0;
    if (d < 0 && (d != SL_DOCUMENT_SHARED || i > 0 || token != v->bos || p->bos != 2)) return 0;
    if (i > 0 && b->document[i - 1] >= 0 && (d < b->document[i - 1] || d > b->document[i - 1] + 1))
      return 0;
    if (!p->own_document && (d != 0 || (scored_bos && w == 0))) return 0;
    if (b->position[i] != i) return 0;
    if (token == v->bos && i > 0 && p->bos != 1) return 0;
    total += w;
  }
  return total > 0 && (!scored_bos || p->bos != 2 || b->tokens[0] == v->bos);
}

static int inputs_agree(const sl_batch *with, const sl_batch *without) {
  int T = with->T;
  if (with->weight[0] != 0 || without->weight[T - 1] != 0) return 0;
  for (int k = 1; k < T; k++)
    if (with->tokens[k] != without->tokens[k - 1] || with->target[k] != without->target[k - 1] ||
        with->weight[k] != without->weight[k - 1])
      return 0;
  return 1;
}

static void test_soundness(void) {
  static const int lengths[] = {2, 3, 8, 33, 128, 700};
  opened o[CORPORA];
  open_all(o);
  for (int k = 0; k < CORPORA; k++)
    for (int q = 0; q < sl_packing_family.count; q++)
      for (int l = 0; l < 6; l++) {
        sl_pick pick;
        sl_pick_set(&pick, &sl_packing_family, sl_packing_family.rows[q]->id);
        const sl_packing_type *p = (const void *)pick.row;
        if (p->needs_documents && !o[k].c.type->has_documents) continue;
        sl_batch b, with, without;
        batch_open(&b, 1, lengths[l]);
        batch_open(&with, 1, lengths[l]);
        batch_open(&without, 1, lengths[l]);
        int sound = 1, agree = 1;
        for (int i = 0; i < 60; i++) {
          sl_pack_train(&pick, &o[k].c, 9, i, 0, &b, 0);
          sound &= row_is_sound(&b, p, &o[k].c.vocab, 1);
          sl_pack_held_out(&pick, &o[k].c, 9, SL_INPUT_PACKED, i, &b, 0);
          sound &= row_is_sound(&b, p, &o[k].c.vocab, 1);
          sl_pack_held_out(&pick, &o[k].c, 9, SL_INPUT_BOS_TEXT, i, &with, 0);
          sl_pack_held_out(&pick, &o[k].c, 9, SL_INPUT_TEXT, i, &without, 0);
          sound &= row_is_sound(&with, p, &o[k].c.vocab, 0) &&
                   row_is_sound(&without, p, &o[k].c.vocab, 0);
          agree &= inputs_agree(&with, &without);
        }
        CHECK(sound, "%s over corpus %d, T %d: a row is not sound", p->desc.id, k, lengths[l]);
        CHECK(agree, "%s over corpus %d, T %d: BOS + text differs from text", p->desc.id, k,
              lengths[l]);
        batch_close(&b), batch_close(&with), batch_close(&without);
      }
  close_all(o);
}

/* A row depends on (seed, step, row) and on nothing that was made before it or where it goes. */
static void test_order(void) {
  opened o[CORPORA];
  open_all(o);
  for (int k = 0; k < CORPORA; k++) {
    sl_pick pick;
    sl_pick_set(&pick, &sl_packing_family, "causal_fixed_bos");
    sl_batch a, b;
    batch_open(&a, 8, 32);
    batch_open(&b, 8, 32);
    for (int r = 0; r < 8; r++) sl_pack_train(&pick, &o[k].c, 4, 17, r, &a, r);
    for (int r = 7; r >= 0; r--) sl_pack_train(&pick, &o[k].c, 4, 17, r, &b, 7 - r);
    int same = 1, different = 0;
    for (int r = 0; r < 8; r++) same &= rows_equal(&a, r, &b, 7 - r);
    for (int r = 1; r < 8; r++) different += !rows_equal(&a, 0, &a, r);
    CHECK(same, "corpus %d: a row depends on the order", k);
    sl_pack_train(&pick, &o[k].c, 5, 17, 0, &b, 0);
    sl_pack_train(&pick, &o[k].c, 4, 18, 0, &b, 1);
    sl_pack_held_out(&pick, &o[k].c, 4, SL_INPUT_PACKED, 0, &b, 2);
    for (int r = 0; r < 3; r++) different += !rows_equal(&a, 0, &b, r);
    CHECK(different == 10, "corpus %d: seed, step, row or side do not matter", k);
    batch_close(&a), batch_close(&b);
  }
  close_all(o);
}

/* Leaving tokens out leaves the others as they are, and nothing is written beyond max. */
static void test_skip(void) {
  opened o[CORPORA];
  open_all(o);
  for (int k = 0; k < CORPORA; k++) {
    int all[200], part[201], ended, ended2, ok = 1;
    for (int i = 0; i < 400; i++) {
      sl_rng r = sl_rng_at(8, SL_STREAM_VALID, (uint64_t)i, 0), r2 = r;
      int skip = i % 150, max = 160 - skip;
      int n = o[k].c.type->document(&o[k].c, &r, i & 1, 0, 0, 160, all, &ended);
      part[max] = -5;
      part[0] = -6;
      int m = o[k].c.type->document(&o[k].c, &r2, i & 1, 0, skip, max, part, &ended2);
      ok &= n == m && n >= 1 && n <= 160 && ended == ended2 && part[max] == -5;
      ok &= n > skip ? !memcmp(part, all + skip, (size_t)(n - skip) * 4) : part[0] == -6;
      ok &= ended || n == 160;
      ok &= o[k].c.longest == 0 || n <= o[k].c.longest;
    }
    CHECK(ok, "corpus %d: skipping", k);
  }
  close_all(o);
}

/* ---- text ------------------------------------------------------------------------------------ */
static void refuse_utf8(const char *bad, size_t size, const char *name) {
  char text[400];
  memset(text, 'a', sizeof text);
  memcpy(text + 300, bad, size);
  opened o;
  sl_pick_set(&o.pick, &sl_corpus_family, "text");
  open_pick(&o, text, sizeof text);
  CHECK(o.code == SL_E_DATA && o.e.offset == 300 && strstr(o.e.message, "level \"byte\""),
        "%s: %d at %lld: %s", name, (int)o.code, o.e.offset, o.e.message);
  sl_arena_close(&o.arena);
  open_pick(&o, text, 300 + size); /* the same at the text's end */
  CHECK(o.code == SL_E_DATA && o.e.offset == 300, "%s at the end", name);
  sl_arena_close(&o.arena);
  set_int(&o.pick, "level", 1);
  open_pick(&o, text, sizeof text);
  CHECK(o.code == SL_OK && o.c.vocab.size == 258, "%s as bytes: %s", name, o.e.message);
  sl_arena_close(&o.arena);
}

static void test_utf8(void) {
  refuse_utf8("\xC0\x80", 2, "overlong NUL");
  refuse_utf8("\xC1\xBF", 2, "overlong of two");
  refuse_utf8("\xE0\x9F\xBF", 3, "overlong of three");
  refuse_utf8("\xF0\x8F\xBF\xBF", 4, "overlong of four");
  refuse_utf8("\xED\xA0\x80", 3, "first surrogate");
  refuse_utf8("\xED\xBF\xBF", 3, "last surrogate");
  refuse_utf8("\xF4\x90\x80\x80", 4, "beyond the last");
  refuse_utf8("\xF5\x80\x80\x80", 4, "far beyond");
  refuse_utf8("\xF8\x88\x80\x80\x80", 5, "five bytes");
  refuse_utf8("\xFF", 1, "FF");
  refuse_utf8("\x80", 1, "continuation alone");
  refuse_utf8("\xC3", 1, "one of two");
  refuse_utf8("\xE2\x82", 2, "two of three");
  refuse_utf8("\xF0\x9F\x98", 3, "three of four");
  static const char chars[] =
      "\xEF\xBB\xBF"
      "a\xC3\xA9\xE2\x82\xAC\xED\x9F\xBF\xEE\x80\x80\xF0\x90\x80\x80\xF4\x8F\xBF\xBF";
  static char text[3 + 60 * 20];
  memcpy(text, chars, 3);
  for (int i = 0; i < 60; i++) memcpy(text + 3 + i * 20, chars + 3, 20);
  opened o;
  sl_pick_set(&o.pick, &sl_corpus_family, "text");
  open_pick(&o, text, sizeof text);
  CHECK(o.code == SL_OK && o.c.vocab.size == 9, "good UTF-8: %s", o.e.message);
  static const char *sorted[] = {"a",
                                 "\xC3\xA9",
                                 "\xE2\x82\xAC",
                                 "\xED\x9F\xBF",
                                 "\xEE\x80\x80",
                                 "\xF0\x90\x80\x80",
                                 "\xF4\x8F\xBF\xBF",
                                 "BOS",
                                 "EOS"};
  for (int i = 0; o.code == SL_OK && i < 9; i++)
    CHECK(!strcmp(o.c.vocab.text[i], sorted[i]), "token %d is %s", i, o.c.vocab.text[i]);
  CHECK(o.c.train_tokens == 378 && o.c.held_out_tokens == 42, "tokens of 60 times 7");
  sl_arena_close(&o.arena);
}

static void expect_refusal(int documents, const char *text, size_t size, const char *words) {
  opened o;
  sl_pick_set(&o.pick, &sl_corpus_family, "text");
  set_int(&o.pick, "documents", documents);
  open_pick(&o, text, size);
  CHECK(o.code == SL_E_DATA && strstr(o.e.message, words), "\"%s\" is not in: %s", words,
        o.e.message);
  sl_arena_close(&o.arena);
}

static void test_text_refusals(void) {
  static char text[3 * 5000];
  memset(text, 'a', sizeof text);
  expect_refusal(0, NULL, 0, "--text FILE");
  expect_refusal(0, text, 255, "at least 256");
  expect_refusal(1, text, 400, "has 1 paragraph");
  expect_refusal(2, text, 400, "has 1 line");
  memset(text, '\n', 400);
  expect_refusal(1, text, 400, "has 0 paragraph");
  for (int i = 0; i < 5000; i++) {
    text[3 * i] = (char)(0xE3 + i / 4096);
    text[3 * i + 1] = (char)(0x80 + (i / 64 & 63));
    text[3 * i + 2] = (char)(0x80 + (i & 63));
  }
  expect_refusal(0, text, sizeof text, "4096 different");
  opened o;
  sl_pick_set(&o.pick, &sl_corpus_family, "text");
  open_pick(&o, text, 3 * 4096);
  CHECK(o.code == SL_OK && o.c.vocab.size == 4098, "4096 characters: %s", o.e.message);
  CHECK(sl_corpus_check_context(&o.c, 408, &o.e) == SL_OK, "a context that just fits: %s",
        o.e.message);
  CHECK(sl_corpus_check_context(&o.c, 409, &o.e) == SL_E_DATA &&
            strstr(o.e.message, "has 409 tokens") && strstr(o.e.message, "needs 410"),
        "a context too long: %s", o.e.message);
  CHECK(sl_corpus_check_context(&o.c, 1, &o.e) == SL_E_CONFIG, "a context of 1");
  sl_arena_close(&o.arena);
}

/* Training never shows a character of the last tenth, nor the held-out windows one of the rest. */
static void test_held_out(void) {
  static char text[4000];
  for (int line = 0; line < 200; line++) {
    int base = line < 180 ? 'a' : 'n';
    for (int i = 0; i < 18; i++) text[line * 20 + i] = (char)(base + (line * 7 + i * 5) % 13);
    memcpy(text + line * 20 + 18, "\r\n", 2);
    if (line % 4 == 3) text[line * 20 + 17] = '\n'; /* a blank line behind, "\n\r\n" */
  }
  for (int documents = 0; documents < 3; documents++) {
    opened o;
    sl_pick packing;
    sl_batch b;
    sl_pick_set(&o.pick, &sl_corpus_family, "text");
    sl_pick_set(&packing, &sl_packing_family, "causal");
    set_int(&o.pick, "documents", documents);
    open_pick(&o, text, sizeof text);
    CHECK(o.code == SL_OK, "documents %d: %s", documents, o.e.message);
    batch_open(&b, 1, 64);
    int wrong = 0, ends = 0, breaks = 0, letters[256] = {0};
    for (int i = 0; i < 2000; i++) {
      int held_out = i & 1;
      if (held_out)
        sl_pack_held_out(&packing, &o.c, 2, (sl_input)(i / 2 % 3), i, &b, 0);
      else
        sl_pack_train(&packing, &o.c, 2, i, 0, &b, 0);
      for (int t = 0; t < 64; t++) {
        int ch = (unsigned char)o.c.vocab.text[b.tokens[t]][0];
        ends += b.tokens[t] == o.c.vocab.eos;
        breaks += ch == '\n' || ch == '\r';
        letters[ch]++;
        wrong += ch >= 'a' && ch <= 'z' && (ch >= 'n') != held_out;
      }
    }
    CHECK(wrong == 0, "documents %d: %d characters of the other side", documents, wrong);
    CHECK(documents ? ends > 1000 : ends == 0, "documents %d: %d ends", documents, ends);
    CHECK(documents == 2 ? breaks == 0 : breaks > 1000, "documents %d: %d breaks", documents,
          breaks);
    for (int ch = 'a'; ch <= 'z'; ch++) CHECK(letters[ch] > 100, "'%c' is never seen", ch);
    batch_close(&b);
    sl_arena_close(&o.arena);
  }
}

/* The two sides meet without sharing a token. */
static void test_boundary(void) {
  char text[1000];
  memset(text, 'a', 900);
  memset(text + 900, 'b', 100);
  opened o;
  sl_pick_set(&o.pick, &sl_corpus_family, "text");
  open_pick(&o, text, sizeof text);
  CHECK(o.c.train_tokens == 900 && o.c.held_out_tokens == 100, "nine tenths and one");
  int out[900], ended, wrong = 0;
  for (int i = 0; i < 600; i++) {
    sl_rng r = sl_rng_at(1, SL_STREAM_TRAIN, (uint64_t)i, 0);
    int held_out = i & 1, max = held_out ? 100 - i % 7 : 900 - i % 7;
    int n = o.c.type->document(&o.c, &r, held_out, 0, 0, max, out, &ended);
    wrong += n != max || ended;
    for (int t = 0; t < n; t++) wrong += out[t] != held_out;
  }
  CHECK(wrong == 0, "%d tokens of the other side", wrong);
  sl_arena_close(&o.arena);
}

/* A line longer than a piece is seen to its end. */
static void test_long_lines(void) {
  static char text[30000];
  for (int i = 0; i < 30000; i++)
    text[i] = i % 10000 == 9999 ? '\n' : (char)('A' + i % 10000 / 200);
  opened o;
  sl_pick packing;
  sl_batch b;
  sl_pick_set(&o.pick, &sl_corpus_family, "text");
  sl_pick_set(&packing, &sl_packing_family, "intra_fixed_bos");
  set_int(&o.pick, "documents", 2);
  open_pick(&o, text, sizeof text);
  batch_open(&b, 1, 64);
  int seen[256] = {0};
  for (int i = 0; i < 3000; i++) {
    sl_pack_train(&packing, &o.c, 2, i, 0, &b, 0);
    for (int t = 1; t < 64; t++) seen[(unsigned char)o.c.vocab.text[b.tokens[t]][0]]++;
  }
  for (int ch = 'A'; ch < 'A' + 50; ch++)
    CHECK(seen[ch] > 500, "'%c' was seen %d times", ch, seen[ch]);
  batch_close(&b);
  sl_arena_close(&o.arena);
}

static void test_bytes(void) {
  static unsigned char text[2560];
  for (int i = 0; i < 2560; i++) text[i] = (unsigned char)(i * 37);
  opened o;
  sl_pick_set(&o.pick, &sl_corpus_family, "text");
  set_int(&o.pick, "level", 1);
  open_pick(&o, text, sizeof text);
  CHECK(o.code == SL_OK && o.c.vocab.size == 258 && o.c.vocab.bos == 256, "%s", o.e.message);
  CHECK(!strcmp(o.c.vocab.text['A'], "A") && !strcmp(o.c.vocab.text[10], "\\x0A") &&
            !strcmp(o.c.vocab.text[255], "\\xFF") && !strcmp(o.c.vocab.text[257], "EOS"),
        "names of bytes");
  int out[64], ended;
  sl_rng r = sl_rng_at(1, SL_STREAM_TRAIN, 0, 0);
  int n = o.c.type->document(&o.c, &r, 0, 0, 0, 64, out, &ended), ok = n == 64 && !ended;
  for (int i = 1; i < 64; i++) ok &= out[i] == ((out[i - 1] + 37) & 255);
  CHECK(ok, "a slice of bytes");
  sl_arena_close(&o.arena);
}

/* ---- stories --------------------------------------------------------------------------------- */
static void test_stories(void) {
  opened o;
  sl_pick_set(&o.pick, &sl_corpus_family, "stories");
  open_pick(&o, NULL, 0);
  const sl_vocab *v = &o.c.vocab;
  CHECK(o.code == SL_OK && v->size >= 300 && v->size <= 402, "%d words: %s", v->size, o.e.message);
  for (int i = 0; i < v->size; i++)
    for (int j = 0; j < i; j++)
      if (!strcmp(v->text[i], v->text[j])) CHECK(0, "%s twice", v->text[i]);
  static int used[512];
  int out[512], ended, shortest = 999, longest = 0, stops = 1, articles = 1;
  for (int d = 0; d < 40000; d++) {
    sl_rng r = sl_rng_at(1, SL_STREAM_TRAIN, (uint64_t)d, 0);
    int n = o.c.type->document(&o.c, &r, 0, 0, 0, 512, out, &ended), sentences = 0;
    if (n < shortest) shortest = n;
    if (n > longest) longest = n;
    for (int i = 0; i < n; i++) {
      const char *w = v->text[out[i]];
      used[out[i]]++;
      sentences += *w == '.';
      if (i == 0) continue;
      int vowel = strchr("aeiou", *w) != NULL;
      if (!strcmp(v->text[out[i - 1]], "a")) articles &= !vowel;
      if (!strcmp(v->text[out[i - 1]], "an")) articles &= vowel;
    }
    stops &= ended && sentences >= 3 && strchr(".\"", *v->text[out[n - 1]]) != NULL;
  }
  CHECK(shortest >= 30 && longest <= 127 && longest <= o.c.longest, "%d to %d tokens", shortest,
        longest);
  CHECK(stops, "a story does not end with a stop");
  CHECK(articles, "a or an");
  for (int i = 0; i < v->size - 2; i++) CHECK(used[i] > 0, "\"%s\" is never told", v->text[i]);
  CHECK(!used[v->bos] && !used[v->eos], "a corpus makes no specials");
  sl_arena_close(&o.arena);
}

/* ---- baselines and memory -------------------------------------------------------------------- */
static void test_baselines(void) {
  void *scratch = malloc(sl_baselines_scratch());
  opened o;
  sl_pick_set(&o.pick, &sl_corpus_family, "backcopy");
  *(char *)setting(&o.pick, "triggers") = 0; /* the bare chain: entropies follow from the table */
  open_pick(&o, NULL, 0);
  sl_baselines b = sl_corpus_baselines(&o.c, 1, scratch);
  double total = 0, unigram = 0, bigram = 0;
  for (int i = 0; i < N; i++) total += sl_unigram[i];
  for (int i = 0; i < N; i++) {
    double p = sl_unigram[i] / total, row = 0, h = 0;
    unigram -= p * log(p);
    for (int j = 0; j < N; j++) row += sl_bigram[i][j];
    for (int j = 0; j < N; j++)
      if (sl_bigram[i][j]) h -= sl_bigram[i][j] / row * log(sl_bigram[i][j] / row);
    bigram += p * h;
  }
  CHECK(fabs(b.uniform - log(67)) < 1e-12, "uniform %f", b.uniform);
  CHECK(fabs(b.unigram - unigram) < 0.02, "unigram %f, from the table %f", b.unigram, unigram);
  CHECK(fabs(b.bigram - bigram) < 0.03, "bigram %f, from the table %f", b.bigram, bigram);
  sl_arena_close(&o.arena);
  opened all[CORPORA];
  open_all(all);
  for (int k = 0; k < CORPORA; k++) {
    b = sl_corpus_baselines(&all[k].c, 1, scratch);
    sl_baselines again = sl_corpus_baselines(&all[k].c, 1, scratch);
    CHECK(b.bigram > 0 && b.bigram < b.unigram && b.unigram < b.uniform && b.sample == 65536,
          "corpus %d: %f %f %f", k, b.uniform, b.unigram, b.bigram);
    CHECK(!memcmp(&b.unigram, &again.unigram, 16), "corpus %d: not the same again", k);
  }
  close_all(all);
  free(scratch);
}

/* The arena said is enough, and any smaller one is refused with a sentence. */
static void test_memory(void) {
  opened o[CORPORA];
  open_all(o);
  size_t size;
  char *text = sample_text(&size);
  for (int k = 0; k < CORPORA; k++) {
    sl_text_input in = {(unsigned char *)text, size};
    size_t need = sl_corpus_memory(&o[k].pick, in), step = need > 20000 ? need / 61 : 192;
    CHECK(o[k].arena.used <= need, "corpus %d takes more than it said", k);
    int refused = 1;
    for (size_t room = 0; room + 64 <= o[k].arena.used; room += step) {
      sl_arena a;
      sl_corpus c;
      sl_error e = {0};
      sl_arena_open(&a, room, NULL);
      refused &= sl_corpus_open(&c, &o[k].pick, in, &a, &e) == SL_E_MEMORY && e.message[0];
      sl_arena_close(&a);
    }
    CHECK(refused, "corpus %d opens in too little memory", k);
  }
  close_all(o);
}

int main(void) {
  test_descriptors();
  test_chain_rule();
  test_chain_first();
  test_chain_settings();
  test_windows();
  test_cut();
  test_soundness();
  test_order();
  test_skip();
  test_utf8();
  test_text_refusals();
  test_held_out();
  test_boundary();
  test_long_lines();
  test_bytes();
  test_stories();
  test_baselines();
  test_memory();
  printf("%d passed, %d failed\n", passed, failed);
  return failed ? 1 : 0;
}
