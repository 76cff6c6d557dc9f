/* Corpora made from the seed alone: what must hold of every document, how often what comes, and the
 * floors that are said to be exact. */
#include "data_fixture.h"

#include <math.h>

enum { MOST = 1100 };

typedef struct made {
  int32_t token[MOST];
  int n;
} made;

static made make(const opened *o, uint64_t number) {
  made m;
  int ended;
  sl_rng rng = sl_rng_at(21, SL_STREAM_TRAIN, number, 0);
  m.n = o->c.type->document(&o->c, &rng, 0, 0, 0, MOST, m.token, &ended);
  CHECK(ended && m.n <= o->c.longest, "%s: a document of %d tokens", o->pick.row->id, m.n);
  return m;
}

/* settings: "key=value …" of whole numbers */
static void open_with(opened *o, const char *id, const char *settings) {
  char key[32];
  sl_pick_set(&o->pick, &sl_corpus_family, id);
  for (int value, n; sscanf(settings, " %31[^=]=%d%n", key, &value, &n) == 2; settings += n)
    set_int(&o->pick, key, value);
  open_pick(o, NULL, 0);
  CHECK(o->code == SL_OK, "%s %s: %s", id, settings, o->e.message);
}

static void set_real(opened *o, const char *key, double value) {
  memcpy(setting(&o->pick, key), &value, sizeof value);
}

/* Whether `seen` of n is what a share of p gives, within five standard deviations. */
static int share_is(double seen, double n, double p) {
  return fabs(seen - n * p) <= 5 * sqrt(n * p * (1 - p)) + 1e-9;
}

/* ---- induction ---- */

static void test_induction(void) {
  for (int k = 0; k < 3; k++) {
    opened o;
    double repeat = k / 2.0, can = 0, does = 0;
    sl_pick_set(&o.pick, &sl_corpus_family, "induction");
    set_int(&o.pick, "symbols", 16);
    set_real(&o, "repeat", repeat);
    open_pick(&o, NULL, 0);
    for (uint64_t d = 0; d < 2000; d++) {
      made m = make(&o, d);
      for (int i = 1; i < m.n; i++)
        for (int j = i - 2; j >= 0; j--)
          if (m.token[j] == m.token[i - 1]) { /* it was there: what followed it last? */
            can++;
            does += m.token[i] == m.token[j + 1];
            break;
          }
    }
    CHECK(share_is(does, can, repeat + (1 - repeat) / 16), "induction: %.0f of %.0f at %.1f", does,
          can, repeat);
    CHECK(o.c.floor == 0, "no floor is known of induction");
    sl_arena_close(&o.arena);
  }
}

/* ---- copy, repeated ---- */

static void test_copy(void) {
  opened o;
  int lengths[25] = {0}, ok = 1;
  double first[32] = {0}, all = 0;
  open_with(&o, "copy", "");
  CHECK(!strcmp(o.c.vocab.text[32], "|") && o.c.vocab.size == 35, "the bar");
  for (uint64_t d = 0; d < 8000; d++) {
    made m = make(&o, d);
    int half = m.n / 2;
    ok &= m.n % 2 && half >= 8 && half <= 24 && m.token[half] == 32;
    for (int i = 0; i < half; i++)
      ok &= m.token[i] == m.token[half + 1 + i] && m.token[i] >= 0 && m.token[i] < 32;
    lengths[half]++;
    first[m.token[0]]++;
    all++;
  }
  CHECK(ok, "a copy is not one");
  for (int i = 8; i <= 24; i++) CHECK(share_is(lengths[i], all, 1.0 / 17), "length %d", i);
  for (int i = 0; i < 32; i++) CHECK(share_is(first[i], all, 1.0 / 32), "symbol %d", i);
  set_int(&o.pick, "string_min", 25);
  CHECK(sl_corpus_check(&o.pick, &o.e) == SL_E_CONFIG, "shortest longer than longest");
  sl_arena_close(&o.arena);
}

static void test_repeated(void) {
  for (int block = 1; block < 200; block *= 5) {
    opened o;
    char settings[40];
    int ok = 1, differ = 0;
    snprintf(settings, sizeof settings, "block=%d", block);
    open_with(&o, "repeated", settings);
    for (uint64_t d = 0; d < 500; d++) {
      made m = make(&o, d);
      for (int i = block; i < m.n; i++) ok &= m.token[i] == m.token[i - block];
      for (int i = 1; i < m.n; i++) differ += m.token[i] != m.token[i - 1];
    }
    CHECK(ok && (differ > 0) == (block > 1), "a block of %d is not repeated", block);
    sl_arena_close(&o.arena);
  }
}

/* ---- random ---- */

static void test_random(void) {
  for (int zipf = 0; zipf < 2; zipf++) {
    opened o;
    double seen[64] = {0}, all = 0, sum = 0;
    open_with(&o, "random", zipf ? "distribution=1" : "");
    for (uint64_t d = 0; d < 4000; d++) {
      made m = make(&o, d);
      for (int i = 0; i < m.n; i++) seen[m.token[i]]++;
      all += m.n;
    }
    for (int k = 1; k <= 64; k++) sum += zipf ? 1.0 / k : 1;
    for (int k = 1; k <= 64; k++)
      CHECK(share_is(seen[k - 1], all, (zipf ? 1.0 / k : 1) / sum), "random %d: token %d, %.0f",
            zipf, k, seen[k - 1]);
    sl_arena_close(&o.arena);
  }
}

/* ---- brackets ---- */

static void test_dyck(void) {
  static const char *const settings[] = {"", "kinds=1 depth=2", "kinds=8 depth=64 doc_min=100",
                                         "depth=1 doc_min=2 doc_max=2", "doc_max=81 doc_min=81"};
  for (size_t k = 0; k < sizeof settings / sizeof *settings; k++) {
    opened o;
    int ok = 1, deepest = 0;
    double nats = 0, squares = 0, tokens = 0;
    enum { DOCUMENTS = 4000 };
    open_with(&o, "dyck", settings[k]);
    int kinds = *(int32_t *)setting(&o.pick, "kinds"), most = *(int32_t *)setting(&o.pick, "depth");
    int least = *(int32_t *)setting(&o.pick, "doc_min");
    int longest = *(int32_t *)setting(&o.pick, "doc_max") / 2 * 2;
    for (uint64_t d = 0; d < DOCUMENTS; d++) {
      made m = make(&o, d);
      int32_t open[128];
      int depth = 0;
      double here = 0;
      for (int i = 0; i < m.n; i++) {
        /* Nats as the rule has it: a coin where both may come, and the kind of what opens. */
        if (depth && depth < most && i + depth < longest) here += log(2);
        if (m.token[i] % 2 == 0) {
          here += log(kinds);
          open[depth++] = m.token[i] / 2;
        } else {
          ok &= depth > 0 && open[depth - 1] == m.token[i] / 2;
          depth--;
        }
        ok &= depth <= most && (depth > 0 || i + 1 == m.n || i + 1 < least);
        if (depth > deepest) deepest = depth;
      }
      ok &= depth == 0 && (m.n >= least || m.n == longest) && m.n <= longest;
      nats += here;
      tokens += m.n + 1;
      squares += (here - o.c.floor * (m.n + 1)) * (here - o.c.floor * (m.n + 1));
    }
    CHECK(ok, "dyck \"%s\": not balanced as it should be", settings[k]);
    CHECK(deepest == most || deepest > 12, "dyck \"%s\": %d deep", settings[k], deepest);
    CHECK(fabs(nats - o.c.floor * tokens) <= 5 * sqrt(squares) + 1e-9 * nats,
          "dyck \"%s\": floor %.5f, sample %.5f", settings[k], o.c.floor, nats / tokens);
    sl_arena_close(&o.arena);
  }
}

/* ---- addition ---- */

static void test_addition(void) {
  for (int reversed = 0; reversed < 2; reversed++) {
    opened o;
    int ok = 1, carried = 0;
    open_with(&o, "addition", reversed ? "digits=4 reversed=1" : "digits=4");
    for (uint64_t d = 0; d < 3000; d++) {
      made m = make(&o, d);
      char text[16] = "", sum[8];
      for (int i = 0; i < m.n; i++) strcat(text, o.c.vocab.text[m.token[i]]);
      ok &= m.n == 15 && text[4] == '+' && text[9] == '=';
      for (int i = 0; i < 5; i++) sum[i] = reversed ? text[14 - i] : text[10 + i];
      sum[5] = 0;
      ok &= atoi(text) + atoi(text + 5) == atoi(sum);
      carried += sum[0] == '1';
    }
    CHECK(ok && carried > 1000, "a sum is wrong; %d were carried", carried);
    sl_arena_close(&o.arena);
  }
}

/* ---- floors ---- */

/* Nats that a whole document holds over its tokens and its EOS, worked out by hand. */
static void test_floors(void) {
  const struct {
    const char *id, *settings;
    double nats, tokens;
  } cases[] = {
      {"copy", "string_min=2 string_max=2 symbols=4", 2 * log(4), 6},
      {"copy", "string_min=1 string_max=3 symbols=8", 2 * log(8) + log(3), 6},
      {"repeated", "doc_min=4 doc_max=4 symbols=4", log(4), 5},
      {"repeated", "doc_min=1 doc_max=4 symbols=4 block=3", 9.0 / 4 * log(4) + log(4), 3.5},
      {"random", "doc_min=3 doc_max=3 symbols=32", 3 * log(32), 4},
      {"random", "doc_min=1 doc_max=2 symbols=2", 1.5 * log(2) + log(2), 2.5},
      {"dyck", "doc_min=2 doc_max=4 depth=2 kinds=1", log(2), 4},
      {"dyck", "doc_min=2 doc_max=4 depth=2 kinds=3", log(2) + 1.5 * log(3), 4},
      {"addition", "digits=3", 6 * log(10), 13},
      {"addition", "digits=1 reversed=1", 2 * log(10), 7}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    opened o;
    open_with(&o, cases[k].id, cases[k].settings);
    double floor = cases[k].nats / cases[k].tokens;
    CHECK(fabs(o.c.floor - floor) < 1e-5 * floor, "%s %s: floor %.7f, by hand %.7f", cases[k].id,
          cases[k].settings, o.c.floor, floor);
    sl_arena_close(&o.arena);
  }
}

/* Every token of the vocabulary comes, no special does, and texts differ. */
static void test_vocabularies(void) {
  static const char *const ids[] = {"induction", "copy", "repeated", "random", "dyck", "addition"};
  for (int k = 0; k < 6; k++) {
    opened o;
    int seen[SL_CONTEXT_MAX] = {0}, ok = 1;
    open_with(&o, ids[k], k < 4 ? "symbols=512" : "");
    const sl_vocab *v = &o.c.vocab;
    for (uint64_t d = 0; d < 4000; d++) {
      made m = make(&o, d);
      for (int i = 0; i < m.n; i++) seen[m.token[i]] = 1;
    }
    for (int i = 0; i < v->size; i++) {
      ok &= seen[i] == (i < v->size - 2);
      for (int j = 0; j < i; j++) ok &= strcmp(v->text[i], v->text[j]) != 0;
    }
    CHECK(ok && v->bos == v->size - 2 && v->eos == v->size - 1, "%s: vocabulary", ids[k]);
    sl_arena_close(&o.arena);
  }
}

int main(void) {
  test_induction();
  test_copy();
  test_repeated();
  test_random();
  test_dyck();
  test_addition();
  test_floors();
  test_vocabularies();
  return harness_end();
}
