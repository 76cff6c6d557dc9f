/* Inputs to look at: held-out text, made-up tokens and the user's prompt, with and without BOS, in
 * every packing; and a text in the tokens of a corpus. */
#include "../lab.h"
#include "data_fixture.h"

enum { T = 24 };

static const sl_input pairs[][2] = {{SL_INPUT_BOS_TEXT, SL_INPUT_TEXT},
                                    {SL_INPUT_BOS_RANDOM, SL_INPUT_RANDOM},
                                    {SL_INPUT_BOS_REPEATED, SL_INPUT_REPEATED},
                                    {SL_INPUT_BOS_PROMPT, SL_INPUT_PROMPT}};
enum { PAIRS = sizeof pairs / sizeof *pairs, MADE_UP = 1 /* from this one on */ };

/* The same text, of which the same is scored. */
static int differ_by_bos(const sl_batch *with, const sl_batch *without, const sl_vocab *v) {
  int ok = with->tokens[0] == v->bos && with->weight[0] == 0 && without->weight[T - 1] == 0;
  for (int i = 1; i < T; i++)
    ok &= with->tokens[i] == without->tokens[i - 1] && with->target[i] == without->target[i - 1] &&
          with->weight[i] == without->weight[i - 1] &&
          (with->document[i] < 0) == (without->document[i - 1] < 0);
  return ok;
}

/* What holds of made-up windows: one document without specials, all of it scored, padding behind. */
static int is_plain(const sl_batch *b, const sl_vocab *v, int text, int bos) {
  int ok = 1;
  for (int i = bos; i < T; i++) {
    if (i >= text + bos) {
      ok &= b->document[i] == SL_DOCUMENT_PADDING && b->tokens[i] == v->eos && b->weight[i] == 0;
      continue;
    }
    ok &= b->document[i] == 0 && b->tokens[i] >= 0 && b->tokens[i] < v->bos && b->position[i] == i;
    int last = i + 1 == text + bos || (!bos && i == T - 1);
    ok &= b->weight[i] == !last && (last || i == T - 1 || b->target[i] == b->tokens[i + 1]);
  }
  return ok && (!bos || (b->tokens[0] == v->bos && b->position[0] == 0));
}

static void test_windows(opened *o, const sl_pick *packing) {
  const char *name = packing->row->id;
  const sl_vocab *v = &o->c.vocab;
  sl_batch with, without, other;
  batch_open(&with, 1, T), batch_open(&without, 1, T), batch_open(&other, 1, T);
  for (int p = 0; p < PAIRS; p++) {
    int prompt = pairs[p][0] == SL_INPUT_BOS_PROMPT, agree = 1, plain = 1, same = 0, again = 1;
    int text = prompt ? o->c.prompt_length : T + 1, alike = 1;
    for (int row = 0; row < 30; row++) {
      sl_pack_held_out(packing, &o->c, 6, pairs[p][0], row, &with, 0);
      sl_pack_held_out(packing, &o->c, 6, pairs[p][1], row, &without, 0);
      sl_pack_held_out(packing, &o->c, 6, pairs[p][0], row, &other, 0);
      agree &= differ_by_bos(&with, &without, v);
      again &= rows_equal(&with, 0, &other, 0);
      sl_pack_held_out(packing, &o->c, 6, pairs[p][0], row + 1, &other, 0);
      same += rows_equal(&with, 0, &other, 0);
      if (p >= MADE_UP) plain &= is_plain(&with, v, text, 1) && is_plain(&without, v, text, 0);
      for (int i = 1; i < T; i++) alike &= without.tokens[i] == without.tokens[0];
      if (prompt) plain &= !memcmp(without.tokens, o->c.prompt, (size_t)text * sizeof(int32_t));
    }
    CHECK(agree, "%s, input %d: with and without BOS differ by more", name, pairs[p][0]);
    CHECK(again, "%s, input %d: not the same again", name, pairs[p][0]);
    CHECK(plain, "%s, input %d: not what it should be", name, pairs[p][0]);
    CHECK(prompt ? same == 30 : same < 8, "%s, input %d: %d windows alike", name, pairs[p][0],
          same);
    CHECK(alike == (pairs[p][1] == SL_INPUT_REPEATED), "%s, input %d: one token", name,
          pairs[p][1]);
  }
  batch_close(&with), batch_close(&without), batch_close(&other);
}

static void test_inputs(void) {
  int32_t prompt[T];
  opened o;
  sl_pick_set(&o.pick, &sl_corpus_family, "stories");
  open_pick(&o, NULL, 0);
  o.c.prompt = prompt;
  for (int i = 0; i < T; i++) prompt[i] = 3 + i;
  for (int k = 0; k < sl_packing_family.count; k++)
    for (int length = 1; length < T; length += 11) {
      sl_pick packing;
      sl_pick_set(&packing, &sl_packing_family, sl_packing_family.rows[k]->id);
      o.c.prompt_length = length;
      test_windows(&o, &packing);
    }
  sl_arena_close(&o.arena);
}

/* Tokens of the vocabulary come equally often. */
static void test_random_tokens(void) {
  opened o;
  sl_pick packing;
  sl_batch b;
  int seen[70] = {0}, ok = 1;
  sl_pick_set(&o.pick, &sl_corpus_family, "backcopy");
  open_pick(&o, NULL, 0);
  sl_pick_set(&packing, &sl_packing_family, "causal");
  batch_open(&b, 1, T);
  for (int row = 0; row < 65 * 40; row++) {
    sl_pack_held_out(&packing, &o.c, 6, SL_INPUT_RANDOM, row, &b, 0);
    for (int i = 0; i < T; i++) seen[b.tokens[i]]++;
  }
  for (int i = 0; i < 65; i++) ok &= seen[i] > 960 - 5 * 31 && seen[i] < 960 + 5 * 31;
  CHECK(ok && !seen[65] && !seen[66], "random tokens are not uniform");
  batch_close(&b);
  sl_arena_close(&o.arena);
}

/* ---- a text in tokens ------------------------------------------------------------------------ */
static void encodes(const char *corpus, const char *text, const char *tokens) {
  opened o;
  int32_t out[64];
  int n = -1;
  char got[256] = "";
  sl_pick_set(&o.pick, &sl_corpus_family, corpus);
  open_pick(&o, NULL, 0);
  sl_text_input in = {(const unsigned char *)text, strlen(text)};
  sl_code code = sl_corpus_encode(&o.c, in, 64, out, &n, &o.e);
  for (int i = 0; code == SL_OK && i < n; i++) {
    strcat(got, i ? "/" : "");
    strcat(got, o.c.vocab.text[out[i]]);
  }
  CHECK(code == SL_OK && !strcmp(got, tokens), "\"%s\" in %s: %s, not %s (%s)", text, corpus, got,
        tokens, o.e.message);
  int m = -1;
  out[2] = -7;
  CHECK(sl_corpus_encode(&o.c, in, 2, out, &m, &o.e) == SL_OK && m == n && (n < 3 || out[2] == -7),
        "\"%s\" in %s, two tokens of it", text, corpus);
  sl_arena_close(&o.arena);
}

static void refuses(const char *corpus, const char *text, int at, const char *shown) {
  opened o;
  int n;
  sl_pick_set(&o.pick, &sl_corpus_family, corpus);
  open_pick(&o, NULL, 0);
  sl_text_input in = {(const unsigned char *)text, strlen(text)};
  CHECK(sl_corpus_encode(&o.c, in, 0, NULL, &n, &o.e) == SL_E_DATA && o.e.offset == at &&
            strstr(o.e.message, shown),
        "\"%s\" in %s: at %lld: %s", text, corpus, o.e.offset, o.e.message);
  sl_arena_close(&o.arena);
}

static void test_encode(void) {
  encodes("backcopy", "To be", "T/o/ /b/e");
  encodes("stories", "anna was  in a garden.", "anna/was/in/a/garden/.");
  encodes("addition", "12+3 =15", "1/2/+/3/=/1/5");
  encodes("induction", "abz a", "a/b/z/a");
  encodes("copy", "a a1 b|ab", "a/a1/b/|/a/b");
  encodes("dyck", "([ ])", "(/[/]/)");
  refuses("backcopy", "ab7", 2, "\"7\"");
  refuses("backcopy", "a\xC3\xA9", 1, "\"\xC3\xA9\"");
  refuses("backcopy", "a\xC3", 1, "\"\\xC3\"");
  refuses("stories", "anna inside", 5, "\"inside\"");
  refuses("stories", "anna was \xC3\xA9t\xC3\xA9 .", 9, "\"\xC3\xA9t\xC3\xA9\"");
  refuses("induction", "a EOS", 2, "\"E\"");
}

/* ---- through the public header ---------------------------------------------------------------- */
static void test_prompt(void) {
  sl_lab *lab = sl_new();
  sl_view tokens, documents, view;
  CHECK(sl_set_prompt(lab, "a", 1) == NULL && is_sentence(lab_message(lab)), "no run");
  CHECK(lab_open(lab, TINY_RUN) == 0, "%s", lab_message(lab));
  CHECK(sl_probe(lab, "alpha", SL_INPUT_PROMPT, 0, 1) != 0 && strstr(lab_message(lab), "prompt"),
        "no prompt: %s", lab_message(lab));
  CHECK(sl_probe(lab, "alpha", SL_INPUT_COUNT, 0, 1) != 0 && strstr(lab_message(lab), "0 to 8"),
        "no input: %s", lab_message(lab));
  CHECK(sl_set_prompt(lab, "", 0) == NULL && is_sentence(lab_message(lab)), "an empty prompt");
  const char *answer = sl_set_prompt(lab, "hello", 5);
  CHECK(answer && !strcmp(answer, "{\"tokens\":5,\"kept\":5}"), "%s", answer);
  CHECK(sl_set_prompt(lab, "he77o", 5) == NULL && strstr(lab_message(lab), "byte 2"), "%s",
        lab_message(lab));
  for (int input = 0; input < SL_INPUT_COUNT; input++) {
    CHECK(sl_probe(lab, "alpha,attention", input, 3, 2) == 0 &&
              sl_probe_view(lab, "alpha", &view) == 0 &&
              sl_probe_tokens(lab, &tokens, &documents) == 0,
          "input %d: %s", input, lab_message(lab));
    const float *alpha = view.data;
    CHECK(alpha[0] >= 0 && alpha[0] <= 1, "input %d: alpha is %f", input, (double)alpha[0]);
  }
  CHECK(sl_probe_prefix(lab) == 0, "a prefix of %d tokens", sl_probe_prefix(lab));
  const int32_t *t = tokens.data, *d = documents.data; /* of the prompt, which was last */
  CHECK(t[2] == t[3] && d[4] == 0 && d[5] == SL_DOCUMENT_PADDING && t[5] == 66,
        "the refused prompt took the place of the one before");
  answer = sl_set_prompt(lab, "hello hello hello", 17);
  CHECK(answer && !strcmp(answer, "{\"tokens\":17,\"kept\":15}"), "%s", answer);
  sl_free(lab);
}

/* The same prompt is measured alike, however much padding stands behind it. */
static void test_padding_is_not_measured(void) {
  static const char *const probes = "alpha,sink_rate,value_ratio,norm_ratio,max_over_median";
  float first[64];
  size_t measured = 0;
  for (int context = 16; context <= 64; context *= 2) {
    char run[600];
    sl_lab *lab = sl_new();
    /* Rotary positions: parameters do not depend on the context. */
    snprintf(run, sizeof run,
             "{\"seed\":\"7\",\"model\":{\"layers\":2,\"heads\":2,\"width\":16,\"ffn_width\":12,"
             "\"position\":\"rotary\",\"init_embedding\":1},\"data\":{\"context\":%d},"
             "\"train\":{\"batch\":4}," TINY_EVAL "}",
             context);
    CHECK(lab_open(lab, run) == 0 && sl_set_prompt(lab, "hello you", 9) &&
              sl_probe(lab, probes, SL_INPUT_BOS_PROMPT, 0, 1) == 0,
          "%s", lab_message(lab));
    size_t at = 0;
    char id[32];
    for (const char *p = probes; *p; p += strcspn(p, ",") + (p[strcspn(p, ",")] == ',')) {
      sl_view v;
      snprintf(id, sizeof id, "%.*s", (int)strcspn(p, ","), p);
      sl_probe_view(lab, id, &v);
      size_t n = 1;
      for (int i = 0; i < v.rank; i++) n *= (size_t)v.shape[i];
      for (size_t i = 0; i < n; i++, at++) {
        float x = ((const float *)v.data)[i];
        if (context == 16) first[at] = x;
        CHECK(x == first[at], "%s in a context of %d: %g, in 16: %g", id, context, (double)x,
              (double)first[at]);
      }
    }
    if (context == 16) measured = at;
    CHECK(at == measured && at > 10, "%zu numbers", at);
    sl_free(lab);
  }
}

int main(void) {
  test_inputs();
  test_random_tokens();
  test_encode();
  test_prompt();
  test_padding_is_not_measured();
  return harness_end();
}
