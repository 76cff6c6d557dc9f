/* A limited stock of data: generated windows that come again and again, and the first of a text. */
#include "data_fixture.h"

static int find_row(const sl_batch *a, int rows, const sl_batch *b, int row) {
  for (int i = 0; i < rows; i++)
    if (rows_equal(a, i, b, row)) return i;
  return -1;
}

/* A stock of n windows: each comes once before any comes again, in another order each time, whatever
 * the batch; held-out windows are not among them and stay what they were. */
static void test_unique(void) {
  enum { T = 32, MOST = 37, EPOCHS = 6 };
  for (int n = 1; n <= MOST; n += n < 8 ? 1 : 29)
    for (int B = 1; B <= 10; B += 3) {
      opened o;
      sl_pick pick;
      sl_batch stock, b, before;
      int ok = 1, last[MOST], same_order = 0;
      sl_pick_set(&o.pick, &sl_corpus_family, "stories");
      open_pick(&o, NULL, 0);
      sl_pick_set(&pick, &sl_packing_family, "causal");
      batch_open(&stock, n, T), batch_open(&b, B, T), batch_open(&before, 1, T);
      sl_pack_held_out(&pick, &o.c, 4, SL_INPUT_PACKED, 5, &before, 0);
      sl_corpus_limit(&o.c, n * T + T / 2, T);
      for (int i = 0; i < EPOCHS * n; i++) {
        sl_pack_train(&pick, &o.c, 4, i / B, i % B, &b, 0);
        if (i < n) {
          ok &= find_row(&stock, i, &b, 0) < 0;
          memcpy(stock.tokens + i * T, b.tokens, T * 4),
              memcpy(stock.target + i * T, b.target, T * 4);
          memcpy(stock.position + i * T, b.position, T * 4);
          memcpy(stock.document + i * T, b.document, T * 4);
          memcpy(stock.weight + i * T, b.weight, T * sizeof(sl_real));
          last[i] = 0;
          continue;
        }
        int at = find_row(&stock, n, &b, 0);
        ok &= at >= 0 && last[at] == i / n - 1; /* once in each epoch */
        if (at >= 0) last[at] = i / n;
        same_order += at == i % n;
      }
      CHECK(ok, "%d windows, batch %d: a window is new, or comes twice", n, B);
      CHECK(n < 36 || same_order < EPOCHS * n / 4, "%d windows, batch %d: one order", n, B);
      sl_pack_held_out(&pick, &o.c, 4, SL_INPUT_PACKED, 5, &b, 0);
      CHECK(rows_equal(&before, 0, &b, 0) && find_row(&stock, n, &b, 0) < 0, "held out");
      batch_close(&stock), batch_close(&b), batch_close(&before);
      sl_arena_close(&o.arena);
    }
}

/* Of a text, the first tokens, or the first documents that have as many. */
static void test_unique_text(void) {
  static char text[4000]; /* lines of 19 characters; each has its own */
  for (int i = 0; i < 4000; i++) text[i] = i % 20 == 19 ? '\n' : (char)(' ' + 1 + (i / 20) % 90);
  for (int by_line = 0; by_line < 2; by_line++) {
    opened o;
    sl_pick pick;
    sl_batch b;
    int last = -1;
    sl_pick_set(&o.pick, &sl_corpus_family, "text");
    set_int(&o.pick, "documents", by_line * 2);
    open_pick(&o, text, sizeof text);
    sl_corpus_limit(&o.c, 1000000, 16);
    CHECK(o.c.train_tokens == (by_line ? 180 * 19 : 3600), "a limit beyond the text: %d",
          o.c.train_tokens);
    sl_corpus_limit(&o.c, 200, 16);
    CHECK(o.c.train_tokens == (by_line ? 209 : 200), "%d tokens of 200", o.c.train_tokens);
    sl_pick_set(&pick, &sl_packing_family, "causal");
    batch_open(&b, 1, 16);
    for (int i = 0; i < 2000; i++) {
      sl_pack_train(&pick, &o.c, 4, i, 0, &b, 0);
      for (int t = 0; t < 16; t++) {
        const char *s = o.c.vocab.text[b.tokens[t]];
        if (b.tokens[t] < o.c.vocab.bos && *s != '\n' && *s - ' ' - 1 > last) last = *s - ' ' - 1;
      }
    }
    CHECK(last == (by_line ? 10 : 9), "%d: the last line seen is %d", by_line, last);
    CHECK(sl_corpus_check_context(&o.c, 300, &o.e) == SL_E_DATA &&
              strstr(o.e.message, "unique data"),
          "a context longer than the stock: %s", o.e.message);
    batch_close(&b);
    sl_arena_close(&o.arena);
  }
}

int main(void) {
  test_unique();
  test_unique_text();
  return harness_end();
}
