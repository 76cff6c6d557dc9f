/* What stands in front of a packed window (a sink token), and the prefix that an objective asks for. */
#include "../../core/train/window.h"
#include "../harness.h"

#include <string.h>

static const char *const base = "\"layers\":1,\"heads\":1,\"width\":8,\"ffn_width\":8";

static int open_run(sl_trainer *t, const char *model, const char *data) {
  char json[600];
  sl_config c;
  sl_error e = {0};
  snprintf(json, sizeof json,
           "{\"model\":{%s%s},\"data\":{\"context\":16,\"corpus\":\"backcopy_docs\"%s},"
           "\"train\":{\"batch\":8,\"shards\":2}}",
           base, model, data);
  sl_code code = sl_config_parse(json, strlen(json), &c, &e);
  if (code == SL_OK) code = sl_trainer_open(t, &c, (sl_text_input){0}, sl_tier_at(0), 1, 0, &e);
  return check(code == SL_OK, "%s: %s", json, e.message);
}

/* The same windows with and without a sink token: one place later, at one position more. */
static void a_sink_token_stands_in_front(void) {
  sl_trainer plain, sink;
  if (!open_run(&plain, "", "") || !open_run(&sink, ",\"slot\":\"sink_token\"", "")) return;
  check(sink.batch.T == plain.batch.T + 1, "a window is %d long", sink.batch.T);
  for (int row = 0; row < plain.batch.B; row++) {
    sl_window_train(&plain, 3, row, &plain.batch, row);
    sl_window_train(&sink, 3, row, &sink.batch, row);
    size_t p = (size_t)row * 16, s = (size_t)row * 17;
    check(sink.batch.document[s] == SL_DOCUMENT_SHARED && sink.batch.position[s] == 0 &&
              sink.batch.weight[s] == 0,
          "row %d: the sink token is not seen by all at position 0 without a loss", row);
    for (size_t i = 0; i < 16; i++)
      check(sink.batch.tokens[s + 1 + i] == plain.batch.tokens[p + i] &&
                sink.batch.target[s + 1 + i] == plain.batch.target[p + i] &&
                sink.batch.weight[s + 1 + i] == plain.batch.weight[p + i] &&
                sink.batch.position[s + 1 + i] == plain.batch.position[p + i] + 1,
            "row %d: token %zu behind the sink token is another", row, i);
  }
  sl_trainer_close(&plain);
  sl_trainer_close(&sink);
}

static void prefixes_are_drawn(void) {
  int seen[8] = {0};
  sl_trainer t;
  const char *prefix = ",\"objective\":{\"type\":\"prefix\",\"min\":2,\"max\":5}";
  if (!open_run(&t, ",\"slot\":\"sink_token\"", prefix)) return;
  for (int step = 0; step < 10; step++)
    for (int row = 0; row < 8; row++) {
      sl_window_train(&t, step, row, &t.batch, row);
      int length = t.batch.prefix[row] - 1; /* behind the sink token */
      const sl_real *weight = t.batch.weight + (size_t)row * 17;
      if (!check(length >= 2 && length <= 5, "a prefix of %d", length)) return;
      seen[length]++;
      for (int i = 0; i < length; i++)
        check(weight[i] == 0, "token %d of a prefix of %d is predicted", i, length);
      check(weight[length] == 1, "the token behind a prefix of %d is not predicted", length);
    }
  for (int n = 2; n <= 5; n++) check(seen[n] > 0, "no prefix of %d among 80", n);
  int again = t.batch.prefix[7];
  sl_window_train(&t, 9, 7, &t.batch, 7);
  check(t.batch.prefix[7] == again, "the same window has another prefix");
  sl_trainer_close(&t);
}

int main(void) {
  a_sink_token_stands_in_front();
  prefixes_are_drawn();
  return harness_end();
}
