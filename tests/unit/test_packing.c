/* Packings: windows against hand-written ones, and properties of every packing over every corpus. */
#include "data_fixture.h"

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

/* A window that is told to start at a document starts at the first. */
static void test_start(void) {
  sl_batch b;
  batch_open(&b, 1, 6);
  for (int i = 0; i < sl_packing_family.count; i++) {
    sl_pick pick;
    sl_pick_set(&pick, &sl_packing_family, sl_packing_family.rows[i]->id);
    set_int(&pick, "start", 1);
    int all = 1;
    for (int step = 0; step < 50; step++) {
      int next = 0;
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

int main(void) {
  test_windows();
  test_cut();
  test_start();
  test_soundness();
  test_order();
  test_skip();
  return harness_end();
}
