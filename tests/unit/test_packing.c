/* Packings: windows against hand-written ones, and properties of every packing over every corpus. */
#include "data_fixture.h"

/* ---- packings against hand-written windows --------------------------------------------------- */
#define E   9
#define BOS 8

/* Documents 1 2 3 | 4 | 5 6 for ever, counted by what was drawn: the state is what was drawn before
 * the first, or -1. */
static int fake_document(const sl_corpus *c, sl_rng *rng, int held_out, int want, int skip, int max,
                         int32_t *out, int *ended) {
  (void)held_out, (void)want;
  static const int32_t docs[3][3] = {{1, 2, 3}, {4}, {5, 6}};
  static const int length[3] = {3, 1, 2};
  int *first = c->state;
  if (*first < 0) *first = (int)rng->counter;
  int d = ((int)rng->counter++ - *first) % 3;
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
  const char *more; /* "key=value …" of whole numbers */
} expected;

static void set_more(sl_pick *pick, const char *more) {
  char key[32];
  for (int value, n; more && sscanf(more, " %31[^=]=%d%n", key, &value, &n) == 2; more += n)
    set_int(pick, key, value);
}

/* clang-format off */
static const expected windows[] = {
    {"causal", 0, -1, -1, {1, 2, 3, E, 4, E, 5, 6}, {2, 3, E, 4, E, 5, 6, E},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0}, {1, 1, 1, 1, 1, 1, 1, 1}, NULL},
    {"causal_bos", 0, -1, -1, {BOS, 1, 2, 3, E, BOS, 4, E}, {1, 2, 3, E, BOS, 4, E, BOS},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0}, {1, 1, 1, 1, 1, 1, 1, 1}, NULL},
    {"causal_fixed_bos", 0, -1, -1, {BOS, 1, 2, 3, E, 4, E, 5}, {1, 2, 3, E, 4, E, 5, 6},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0}, {1, 1, 1, 1, 1, 1, 1, 1}, NULL},
    {"intra", 0, -1, -1, {1, 2, 3, E, 4, E, 5, 6}, {2, 3, E, 0, E, 0, 6, E},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0, 0, 0, 0, 1, 1, 2, 2}, {1, 1, 1, 0, 1, 0, 1, 1}, NULL},
    {"intra", 1, -1, -1, {1, 2, 3, E, 4, E, 5, 6}, {2, 3, E, 0, E, 0, 6, E},
     {0, 1, 2, 3, 0, 1, 0, 1}, {0, 0, 0, 0, 1, 1, 2, 2}, {1, 1, 1, 0, 1, 0, 1, 1}, NULL},
    {"intra_bos", 1, -1, -1, {BOS, 1, 2, 3, E, BOS, 4, E}, {1, 2, 3, E, 0, 4, E, 0},
     {0, 1, 2, 3, 4, 0, 1, 2}, {0, 0, 0, 0, 0, 1, 1, 1}, {1, 1, 1, 1, 0, 1, 1, 0}, NULL},
    {"intra_fixed_bos", 0, 0, -1, {BOS, 1, 2, 3, E, 4, E, 5}, {1, 2, 3, E, 0, E, 0, 6},
     {0, 1, 2, 3, 4, 5, 6, 7}, {-1, 0, 0, 0, 0, 1, 1, 2}, {1, 1, 1, 1, 0, 1, 0, 1}, NULL},
    {"intra_fixed_bos", 1, 0, -1, {BOS, 1, 2, 3, E, 4, E, 5}, {1, 2, 3, E, 0, E, 0, 6},
     {0, 1, 2, 3, 4, 1, 2, 1}, {-1, 0, 0, 0, 0, 1, 1, 2}, {1, 1, 1, 1, 0, 1, 0, 1}, NULL},
    {"intra_fixed_bos", 1, 1, -1, {BOS, 1, 2, 3, E, 4, E, 5}, {1, 2, 3, E, 0, E, 0, 6},
     {0, 1, 2, 3, 4, 0, 1, 0}, {0, 0, 0, 0, 0, 1, 1, 2}, {1, 1, 1, 1, 0, 1, 0, 1}, NULL},
    {"causal", 0, -1, SL_INPUT_BOS_TEXT, {BOS, 1, 2, 3, E, 4, E, 5}, {0, 2, 3, E, 4, E, 5, 6},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0}, {0, 1, 1, 1, 1, 1, 1, 1}, NULL},
    {"causal_fixed_bos", 0, -1, SL_INPUT_TEXT, {1, 2, 3, E, 4, E, 5, 6}, {2, 3, E, 4, E, 5, 6, 0},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0}, {1, 1, 1, 1, 1, 1, 1, 0}, NULL},
    {"intra_bos", 0, -1, SL_INPUT_BOS_TEXT, {BOS, 1, 2, 3, E, 4, E, 5}, {0, 2, 3, E, 0, E, 0, 6},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0, 0, 0, 0, 0, 1, 1, 2}, {0, 1, 1, 1, 0, 1, 0, 1}, NULL},
    {"intra_bos", 0, -1, SL_INPUT_TEXT, {1, 2, 3, E, 4, E, 5, 6}, {2, 3, E, 0, E, 0, 6, 0},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0, 0, 0, 0, 1, 1, 2, 2}, {1, 1, 1, 0, 1, 0, 1, 0}, NULL},
    {"intra_fixed_bos", 1, 0, SL_INPUT_BOS_TEXT, {BOS, 1, 2, 3, E, 4, E, 5},
     {0, 2, 3, E, 0, E, 0, 6}, {0, 1, 2, 3, 4, 1, 2, 1}, {-1, 0, 0, 0, 0, 1, 1, 2},
     {0, 1, 1, 1, 0, 1, 0, 1}, NULL},
    {"one_per_window", 0, -1, -1, {BOS, 1, 2, 3, E, E, E, E}, {1, 2, 3, E, 0, 0, 0, 0},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0, 0, 0, 0, 0, -2, -2, -2}, {1, 1, 1, 1, 0, 0, 0, 0}, NULL},
    {"one_per_window", 0, -1, -1, {1, 2, 3, E, E, E, E, E}, {2, 3, E, 0, 0, 0, 0, 0},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0, 0, 0, 0, -2, -2, -2, -2}, {1, 1, 1, 0, 0, 0, 0, 0}, "bos=0"},
    {"one_per_window", 0, -1, SL_INPUT_BOS_TEXT, {BOS, 1, 2, 3, E, E, E, E},
     {0, 2, 3, E, 0, 0, 0, 0}, {0, 1, 2, 3, 4, 5, 6, 7}, {0, 0, 0, 0, 0, -2, -2, -2},
     {0, 1, 1, 1, 0, 0, 0, 0}, NULL},
    {"one_per_window", 0, -1, SL_INPUT_TEXT, {1, 2, 3, E, E, E, E, E}, {2, 3, E, 0, 0, 0, 0, 0},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0, 0, 0, 0, -2, -2, -2, -2}, {1, 1, 1, 0, 0, 0, 0, 0}, NULL},
    /* A pool of one holds the first alone; of three all fit: the first, then the longest. */
    {"best_fit", 0, -1, -1, {BOS, 1, 2, 3, E, E, E, E}, {1, 2, 3, E, 0, 0, 0, 0},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0, 0, 0, 0, 0, -2, -2, -2}, {1, 1, 1, 1, 0, 0, 0, 0}, "pool=1"},
    {"best_fit", 1, -1, -1, {1, 2, 3, E, 5, 6, E, 4}, {2, 3, E, 0, 6, E, 0, E},
     {0, 1, 2, 3, 0, 1, 2, 0}, {0, 0, 0, 0, 1, 1, 1, 2}, {1, 1, 1, 0, 1, 1, 0, 1},
     "bos=0 pool=3"},
    {"best_fit", 0, -1, -1, {BOS, 1, 2, 3, E, BOS, 5, 6}, {1, 2, 3, E, 0, 5, 6, E},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0, 0, 0, 0, 0, 1, 1, 1}, {1, 1, 1, 1, 0, 1, 1, 1}, "pool=3"},
    {"best_fit", 1, 0, -1, {BOS, 1, 2, 3, E, 5, 6, E}, {1, 2, 3, E, 0, 6, E, 0},
     {0, 1, 2, 3, 4, 1, 2, 3}, {-1, 0, 0, 0, 0, 1, 1, 1}, {1, 1, 1, 1, 0, 1, 1, 0},
     "bos=2 pool=3"},
    {"best_fit", 1, 1, -1, {BOS, 1, 2, 3, E, 4, E, E}, {1, 2, 3, E, 0, E, 0, 0},
     {0, 1, 2, 3, 4, 0, 1, 0}, {0, 0, 0, 0, 0, 1, 1, -2}, {1, 1, 1, 1, 0, 1, 0, 0},
     "bos=2 pool=2"},
    {"fixed_token", 0, -1, -1, {BOS, 1, 2, 3, E, 4, E, 5}, {1, 2, 3, E, 4, E, 5, 6},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0}, {1, 1, 1, 1, 1, 1, 1, 1}, NULL},
    {"fixed_token", 0, -1, -1, {1, BOS, 2, 3, E, 4, E, 5}, {BOS, 2, 3, E, 4, E, 5, 6},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0}, {1, 1, 1, 1, 1, 1, 1, 1}, "place=2"},
    {"fixed_token", 0, -1, -1, {1, 2, BOS, 3, E, 4, E, 5}, {2, BOS, 3, E, 4, E, 5, 6},
     {0, 1, 2, 3, 4, 5, 6, 7}, {0}, {1, 1, 1, 1, 1, 1, 1, 1}, "place=3"},
};
/* clang-format on */

static void test_windows(void) {
  for (size_t k = 0; k < sizeof windows / sizeof *windows; k++) {
    const expected *x = &windows[k];
    int next = -1;
    sl_corpus c = {.type = &fake_type, .vocab = {.size = 10, .bos = BOS, .eos = E}, .state = &next};
    sl_pick pick;
    sl_batch b;
    batch_open(&b, 3, 8);
    sl_pick_set(&pick, &sl_packing_family, x->packing);
    if (x->restart) set_int(&pick, "restart_positions", 1);
    if (x->visible >= 0) set_int(&pick, "bos_visible", x->visible);
    set_more(&pick, x->more);
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
      int next = -1, at = 0;
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

/* A window that is told to start at a document starts at the first. */
static void test_start(void) {
  sl_batch b;
  batch_open(&b, 1, 6);
  for (int i = 0; i < sl_packing_family.count; i++) {
    sl_pick pick;
    sl_pick_set(&pick, &sl_packing_family, sl_packing_family.rows[i]->id);
    if (has_setting(&pick, "start")) set_int(&pick, "start", 1);
    int all = 1;
    for (int step = 0; step < 50; step++) {
      int next = -1;
      sl_corpus c = {.type = &fake_type,
                     .vocab = {.size = 10, .bos = BOS, .eos = E},
                     .longest = 3,
                     .state = &next};
      sl_pack_train(&pick, &c, 1, step, 0, &b, 0);
      all &= b.tokens[b.tokens[0] == BOS] == 1;
    }
    CHECK(all, "%s starts at a document", pick.row->id);
  }
  batch_close(&b);
}

/* ---- every packing over every corpus --------------------------------------------------------- */
static int bos_of(const sl_packing_type *p) { /* with default settings */
  return p->bos == 3 ? 1 : p->bos;
}

static int row_is_sound(const sl_batch *b, const sl_packing_type *p, const sl_vocab *v,
                        int scored_bos) {
  int T = b->T, total = 0, bos = bos_of(p), fixed = !strcmp(p->desc.id, "fixed_token");
  for (int i = 0; i < T; i++) {
    int token = b->tokens[i], w = (int)b->weight[i], d = b->document[i];
    if (token < 0 || token >= v->size || b->target[i] < 0 || b->target[i] >= v->size) return 0;
    if (w != 0 && w != 1) return 0;
    if (w == 0 && b->target[i] != 0) return 0;
    if (w && i + 1 < T && b->target[i] != b->tokens[i + 1]) return 0;
    if (w && i + 1 < T && d != b->document[i + 1] && d != SL_DOCUMENT_SHARED) return 0;
    if (d == SL_DOCUMENT_PADDING) { /* nothing but padding follows, and there is something before */
      if (!p->pads || i == 0 || token != v->eos || w || b->position[i] != i) return 0;
      if (i + 1 < T && b->document[i + 1] != SL_DOCUMENT_PADDING) return 0;
      continue;
    }
    if (d < 0 && (d != SL_DOCUMENT_SHARED || i > 0 || token != v->bos || bos != 2)) return 0;
    if (i > 0 && b->document[i - 1] >= 0 && (d < b->document[i - 1] || d > b->document[i - 1] + 1))
      return 0;
    if (!p->own_document && (d != 0 || (scored_bos && w == 0))) return 0;
    if (b->position[i] != i) return 0;
    if (token == v->bos && i > 0 && bos != 1) return 0;
    total += w;
  }
  return total > 0 && (!scored_bos || (bos != 2 && !fixed) || b->tokens[0] == v->bos);
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

/* ---- rows that pad ---------------------------------------------------------------------------- */
/* Documents of the window as spans of its tokens; how many. */
static int spans_of(const sl_batch *b, int start[], int length[]) {
  int n = 0;
  for (int i = 0; i < b->T; i++) {
    if (b->document[i] < 0) continue;
    if (n == 0 || b->document[i] != b->document[i - 1]) start[n] = i, length[n++] = 0;
    length[n - 1]++;
  }
  return n;
}

/* Every document is whole (its EOS stands behind it, or is the last target), nothing fits into the
 * padding that the pool still holds, and windows are well filled. */
static void test_best_fit(void) {
  enum { T = 128, WINDOWS = 400 };
  for (int bos = 0; bos < 3; bos++)
    for (int pool = 1; pool <= 64; pool *= 8) {
      opened o;
      sl_pick pick;
      sl_batch b;
      double used = 0;
      int whole = 1, most = 0;
      sl_pick_set(&o.pick, &sl_corpus_family, "backcopy_docs");
      open_pick(&o, NULL, 0);
      sl_pick_set(&pick, &sl_packing_family, "best_fit");
      set_int(&pick, "bos", bos);
      set_int(&pick, "pool", pool);
      batch_open(&b, 1, T);
      for (int w = 0; w < WINDOWS; w++) {
        int start[T], length[T];
        sl_pack_train(&pick, &o.c, 3, w, 0, &b, 0);
        int n = spans_of(&b, start, length), end = start[n - 1] + length[n - 1];
        for (int d = 0; d < n; d++) {
          int last = start[d] + length[d] - 1, tokens = length[d] - (bos == 1);
          int closed = b.tokens[last] == o.c.vocab.eos;
          if (bos == 1) whole &= b.tokens[start[d]] == o.c.vocab.bos;
          if (bos == 2) whole &= b.tokens[0] == o.c.vocab.bos && b.document[0] == -1;
          if (closed) whole &= b.weight[last] == 0 && b.weight[last - 1] == 1;
          if (!closed) whole &= last == T - 1 && b.target[last] == o.c.vocab.eos;
          tokens -= closed;
          whole &= tokens >= 24 && tokens <= 127;
        }
        for (int i = end; i < T; i++)
          whole &= b.document[i] == SL_DOCUMENT_PADDING && b.weight[i] == 0;
        used += (double)end / T / WINDOWS;
        if (n > most) most = n;
      }
      CHECK(whole, "best fit, BOS %d, pool %d: a document is cut or padding is wrong", bos, pool);
      CHECK(pool == 1   ? most == 1 && used < .7
            : pool == 8 ? most > 1 && used > .9
                        : used > .97,
            "best fit, BOS %d, pool %d: %.2f of the windows is filled", bos, pool, used);
      batch_close(&b);
      sl_arena_close(&o.arena);
    }
}

/* The window's document is the one that the corpus makes of the same random numbers. */
static void test_one_per_window(void) {
  enum { T = 64 };
  opened o;
  sl_pick pick;
  sl_batch b;
  int same = 1, cut = 0;
  sl_pick_set(&o.pick, &sl_corpus_family, "backcopy_docs");
  open_pick(&o, NULL, 0);
  sl_pick_set(&pick, &sl_packing_family, "one_per_window");
  batch_open(&b, 1, T);
  for (int w = 0; w < 200; w++) {
    sl_rng rng = sl_rng_at(3, SL_STREAM_TRAIN, (uint64_t)w, 0);
    int32_t out[T + 1];
    int ended, n = o.c.type->document(&o.c, &rng, 0, 0, 0, T, out, &ended);
    sl_pack_train(&pick, &o.c, 3, w, 0, &b, 0);
    int shown = n < T - 1 ? n : T - 1;
    same &= b.tokens[0] == o.c.vocab.bos && !memcmp(b.tokens + 1, out, (size_t)shown * 4);
    for (int i = shown + 1; i < T; i++) same &= b.tokens[i] == o.c.vocab.eos;
    for (int i = 0; i < T; i++) {
      same &= (b.document[i] == SL_DOCUMENT_PADDING) == (i > n + 1);
      same &= b.weight[i] == (i <= n);
    }
    cut += !ended;
  }
  CHECK(same && cut > 20, "one document per window; %d were cut", cut);
  batch_close(&b);
  sl_arena_close(&o.arena);
}

static void test_fixed_token(void) {
  opened o;
  sl_pick pick;
  sl_batch b, plain;
  sl_error e = {0};
  sl_pick_set(&o.pick, &sl_corpus_family, "backcopy_docs");
  open_pick(&o, NULL, 0);
  batch_open(&b, 1, 32);
  batch_open(&plain, 1, 31);
  sl_pick_set(&pick, &sl_packing_family, "fixed_token");
  for (int place = 1; place <= 3; place++) {
    int same = 1;
    set_int(&pick, "place", place);
    strcpy(setting(&pick, "token"), place == 2 ? "" : "q");
    int token = sl_vocab_find(&o.c.vocab, place == 2 ? "BOS" : "q");
    CHECK(sl_packing_check(&pick, &o.c, &e) == SL_OK, "%s", e.message);
    for (int w = 0; w < 50; w++) { /* without the token it is the stream of a shorter causal row */
      sl_pick causal;
      sl_pick_set(&causal, &sl_packing_family, "causal");
      set_int(&pick, "start", 1);
      set_int(&causal, "start", 1);
      sl_pack_train(&pick, &o.c, 3, w, 0, &b, 0);
      sl_pack_train(&causal, &o.c, 3, w, 0, &plain, 0);
      same &= b.tokens[place - 1] == token;
      for (int i = 0; i < 31; i++) same &= b.tokens[i + (i >= place - 1)] == plain.tokens[i];
      same &= b.target[31] == plain.target[30];
    }
    CHECK(same, "a fixed token at place %d", place);
  }
  strcpy(setting(&pick, "token"), "qu");
  CHECK(sl_packing_check(&pick, &o.c, &e) == SL_E_DATA && strstr(e.message, "\"qu\""), "%s",
        e.message);
  batch_close(&b), batch_close(&plain);
  sl_arena_close(&o.arena);
}

/* What stands in front of every window, and nothing where it varies. */
static void test_front(void) {
  enum { NOTHING = -1, A_BOS = -2, A_Q = -3 };
  static const struct {
    const char *packing, *key;
    int value, front;
  } cases[] = {{"causal", NULL, 0, NOTHING},
               {"causal_bos", NULL, 0, NOTHING},
               {"causal_bos", "start", 1, A_BOS},
               {"causal_fixed_bos", NULL, 0, A_BOS},
               {"intra", NULL, 0, NOTHING},
               {"intra_bos", NULL, 0, NOTHING},
               {"intra_fixed_bos", "bos_visible", 1, A_BOS},
               {"best_fit", "bos", 0, NOTHING},
               {"best_fit", "bos", 1, A_BOS},
               {"best_fit", "bos", 2, A_BOS},
               {"one_per_window", "bos", 0, NOTHING},
               {"one_per_window", NULL, 0, A_BOS},
               {"fixed_token", "place", 1, A_Q},
               {"fixed_token", "place", 2, NOTHING}};
  opened o;
  sl_pick_set(&o.pick, &sl_corpus_family, "backcopy_docs");
  open_pick(&o, NULL, 0);
  const int q = sl_vocab_find(&o.c.vocab, "q");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sl_pick pick;
    sl_pick_set(&pick, &sl_packing_family, cases[i].packing);
    if (cases[i].key) set_int(&pick, cases[i].key, cases[i].value);
    if (!strcmp(cases[i].packing, "fixed_token")) strcpy(setting(&pick, "token"), "q");
    int front = sl_pack_front(&pick, &o.c, 4, 64), wanted = cases[i].front;
    if (wanted == A_BOS) wanted = o.c.vocab.bos;
    if (wanted == A_Q) wanted = q;
    CHECK(front == wanted, "%s, %s %d: windows begin with %d, not %d", cases[i].packing,
          cases[i].key ? cases[i].key : "as it is", cases[i].value, front, wanted);
  }
  sl_arena_close(&o.arena);
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

int main(void) {
  test_windows();
  test_cut();
  test_start();
  test_soundness();
  test_best_fit();
  test_one_per_window();
  test_fixed_token();
  test_front();
  test_order();
  test_skip();
  return harness_end();
}
