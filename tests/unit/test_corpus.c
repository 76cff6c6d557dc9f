/* Corpora and baselines: distributions against the table they come from, refusals, and what is held
 * out. */
#include "../../core/base/math.h"
#include "data_fixture.h"

#include <math.h>

#include "char_bigrams.inc"

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
  CHECK(sl_corpus_family.count == 10 && sl_packing_family.count == 9, "rows");
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
    /* Within documents of one token each nothing is uncertain. */
    int alike = !strcmp(all[k].c.type->desc.id, "repeated");
    CHECK((alike ? fabs(b.bigram) < 1e-9 : b.bigram > 0) && b.bigram < b.unigram &&
              b.unigram < b.uniform && b.sample == 65536,
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
  test_utf8();
  test_text_refusals();
  test_held_out();
  test_boundary();
  test_long_lines();
  test_bytes();
  test_stories();
  test_baselines();
  test_memory();
  return harness_end();
}
