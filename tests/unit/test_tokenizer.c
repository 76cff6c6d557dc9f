/* Tokenizers of the user's own text: words and pieces against counts made here, texts that come back
 * as they were, several files, prompts, and texts that a stranger wrote. */
#include "../lab.h"
#include "data_fixture.h"

enum { CHARACTERS, WORDS, BPE, TOKENIZERS };
enum { WHOLE, BLANK_LINE, LINE, FILES };

typedef struct choice {
  int tokenizer, vocabulary, documents, level;
} choice;

static void open_text(opened *o, choice c, const char *text, size_t size) {
  sl_pick_set(&o->pick, &sl_corpus_family, "text");
  set_int(&o->pick, "tokenizer", c.tokenizer);
  set_int(&o->pick, "vocabulary", c.vocabulary);
  set_int(&o->pick, "documents", c.documents);
  set_int(&o->pick, "level", c.level);
  open_pick(o, text, size);
}

/* Tokens of a text as their names, with | between. */
static const char *names_of(const opened *o, const char *text) {
  static char out[4000];
  int32_t token[1000];
  int n = 0;
  sl_error e = {0};
  sl_text_input in = {(const unsigned char *)text, strlen(text)};
  out[0] = 0;
  if (sl_corpus_encode(&o->c, in, 1000, token, &n, &e)) return strcpy(out, e.message);
  for (int i = 0; i < n && i < 1000; i++) {
    strcat(out, i ? "|" : "");
    strcat(out, o->c.vocab.text[token[i]]);
  }
  return out;
}

static void is(const char *got, const char *expected) {
  CHECK(!strcmp(got, expected), "\"%s\", not \"%s\"", got, expected);
}

/* ---- words ------------------------------------------------------------------------------------ */
static void test_words(void) {
  /* The first nine tenths hold, in this order: "the" 60 times, "a" 40, "." 40, "cat" 20 and "dog" 20.
   * Only the rest has "bird". */
  static char text[4000];
  opened o;
  for (int i = 0; i < 20; i++) strcat(text, "the  cat. the\ta. the dog a ");
  for (int i = 0; i < 12; i++) strcat(text, "bird ");
  open_text(&o, (choice){WORDS, 64, WHOLE, 0}, text, strlen(text));
  CHECK(o.code == SL_OK && o.c.vocab.size == 5 + 3, "%d tokens: %s", o.c.vocab.size, o.e.message);
  static const char *const order[] = {"the", ".", "a", "cat", "dog", "UNK", "BOS", "EOS"};
  for (int i = 0; o.code == SL_OK && i < 8; i++) is(o.c.vocab.text[i], order[i]);
  CHECK(o.c.vocab.spaced && o.c.vocab.unknown == 5 && o.c.vocab.bos == 6, "specials");
  CHECK(o.c.train_tokens == 20 * 9 && o.c.held_out_tokens == 12, "%d and %d words",
        o.c.train_tokens, o.c.held_out_tokens);
  is(names_of(&o, "the dog.the bird"), "the|dog|.|the|UNK");
  CHECK(strstr(names_of(&o, "the zoo"), "no token for \"zoo\"") != NULL, "%s",
        names_of(&o, "the zoo"));
  sl_arena_close(&o.arena);
  /* A small vocabulary keeps the most frequent; of those as frequent, the first. */
  char many[6000] = "";
  for (int i = 0; i < 8; i++)
    for (int w = 0; w < 100; w++) {
      char word[8];
      snprintf(word, sizeof word, "%c%c ", 'a' + w / 26, 'a' + w % 26);
      if (i < 4 || w % 2) strcat(many, word);
    }
  open_text(&o, (choice){WORDS, 64, WHOLE, 0}, many, strlen(many));
  CHECK(o.c.vocab.size == 66 && !strcmp(o.c.vocab.text[0], "ab") &&
            !strcmp(o.c.vocab.text[49], "dv") && !strcmp(o.c.vocab.text[50], "aa") &&
            !strcmp(o.c.vocab.text[62], "ay") && !strcmp(o.c.vocab.text[63], "UNK"),
        "%d: %s %s %s %s", o.c.vocab.size, o.c.vocab.text[0], o.c.vocab.text[49],
        o.c.vocab.text[50], o.c.vocab.text[62]);
  sl_arena_close(&o.arena);
}

/* Line ends are tokens; signs stand alone; other scripts are letters, their punctuation is not. */
static void test_word_pieces(void) {
  char text[4000] = "";
  opened o;
  for (int i = 0; i < 40; i++)
    strcat(text, "don't (x) \xC3\xA9t\xC3\xA9\n\n\xE2\x80\x9Cja\xE2\x80\x9D 42nd!! ");
  open_text(&o, (choice){WORDS, 256, WHOLE, 0}, text, strlen(text));
  is(names_of(&o, "don't (x) \xC3\xA9t\xC3\xA9\n\n\xE2\x80\x9Cja\xE2\x80\x9D 42nd!!"),
     "don|'|t|(|x|)|\xC3\xA9t\xC3\xA9|\n|\n|\xE2\x80\x9C|ja|\xE2\x80\x9D|42nd|!|!");
  sl_arena_close(&o.arena);
}

/* ---- pieces ----------------------------------------------------------------------------------- */
/* Byte-pair encoding as in its paper, on words that begin with their space, counting everything anew
 * for each merge. Letters and single spaces only. */
typedef struct oracle {
  int words, tokens, length[4000], word[4000][40];
  char name[300][140];
} oracle;

static oracle learned;

static void merge_in(int *word, int *length, int left, int right, int token) {
  int n = 0;
  for (int i = 0; i < *length; i++) {
    int both = i + 1 < *length && word[i] == left && word[i + 1] == right;
    word[n++] = both ? token : word[i];
    i += both;
  }
  *length = n;
}

static void learn(oracle *k, const char *text, size_t n, int most) {
  memset(k, 0, sizeof *k);
  char letters[80] = "";
  for (int c = 1; c < 128; c++)
    if (memchr(text, c, n)) letters[k->tokens] = k->name[k->tokens][0] = (char)c, k->tokens++;
  k->words = 0;
  for (size_t i = 0; i < n; i++) {
    if (i == 0 || text[i] == ' ' || k->length[k->words - 1] == 32) k->words++;
    int *word = k->word[k->words - 1];
    word[k->length[k->words - 1]++] = (int)(strchr(letters, text[i]) - letters);
  }
  for (; k->tokens < most; k->tokens++) {
    static int count[300][300];
    int left = 0, right = 0;
    memset(count, 0, sizeof count);
    for (int w = 0; w < k->words; w++)
      for (int i = 0; i + 1 < k->length[w]; i++) count[k->word[w][i]][k->word[w][i + 1]]++;
    for (int a = 0; a < k->tokens; a++)
      for (int b = 0; b < k->tokens; b++)
        if (count[a][b] > count[left][right]) left = a, right = b;
    if (count[left][right] < 2) return;
    strcat(strcpy(k->name[k->tokens], k->name[left]), k->name[right]);
    for (int w = 0; w < k->words; w++) merge_in(k->word[w], &k->length[w], left, right, k->tokens);
  }
}

static void compare_bpe(const char *text, size_t size, int most, const char *what) {
  opened o;
  size_t train = size - size / 10;
  open_text(&o, (choice){BPE, most, WHOLE, 0}, text, size);
  learn(&learned, text, train, most);
  CHECK(o.code == SL_OK && o.c.vocab.size == learned.tokens + 2, "%s: %d tokens, by hand %d (%s)",
        what, o.c.vocab.size - 2, learned.tokens, o.e.message);
  int same = 1, n = 0, ended;
  for (int i = 0; o.code == SL_OK && i < learned.tokens; i++)
    if (strcmp(o.c.vocab.text[i], learned.name[i]) && same) {
      same = 0;
      CHECK(0, "%s: token %d is \"%s\", by hand \"%s\"", what, i, o.c.vocab.text[i],
            learned.name[i]);
    }
  /* What was learnt from is cut as it was when learning ended. */
  static int32_t token[20000];
  sl_rng rng = sl_rng_at(1, SL_STREAM_TRAIN, 0, 0);
  int total = 0;
  for (int w = 0; w < learned.words; w++) total += learned.length[w];
  CHECK(o.c.train_tokens == total, "%s: %d tokens, by hand %d", what, o.c.train_tokens, total);
  o.c.type->document(&o.c, &rng, 0, 0, 0, total, token, &ended);
  for (int w = 0; w < learned.words; w++)
    for (int i = 0; i < learned.length[w]; i++) same &= token[n++] == learned.word[w][i];
  CHECK(same, "%s: tokens differ from those by hand", what);
  sl_arena_close(&o.arena);
}

static void test_bpe(void) {
  static char text[9000];
  uint32_t seed = 4;
  for (int letters = 1; letters <= 20; letters += letters < 3 ? 1 : 8)
    for (int longest = 3; longest <= 60; longest *= 4) {
      size_t n = 0;
      char what[60];
      while (n < sizeof text - 70) {
        int length = 1 + (int)(harness_u32(&seed) % (uint32_t)longest);
        for (int i = 0; i < length; i++)
          text[n++] = (char)('a' + harness_u32(&seed) % (uint32_t)letters *
                                       (harness_u32(&seed) % 3 ? 1 : 0) % letters);
        text[n++] = ' ';
      }
      snprintf(what, sizeof what, "%d letters, words of %d", letters, longest);
      compare_bpe(text, n, 256, what);
      compare_bpe(text, n, 64, what);
    }
}

static void test_bpe_refusal(void) {
  char text[600] = "";
  opened o;
  for (int i = 0; i < 200; i++) strcat(text, (char[3]){(char)('0' + i % 70), ' ', 0});
  open_text(&o, (choice){BPE, 64, WHOLE, 0}, text, strlen(text));
  CHECK(o.code == SL_E_DATA && !strcmp(o.e.path, "data.corpus.vocabulary") &&
            strstr(o.e.message, "71 different"),
        "%s", o.e.message);
  sl_arena_close(&o.arena);
}

/* The tokens' names, one after the other, are the text, of characters of every length. */
static void test_bpe_comes_back(void) {
  static char text[20000], back[20000];
  static const char *const chars[] = {
      "a", "b", " ", "\n", "\t", ".", "\"", "1", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80",
      "\r"};
  static int32_t token[20000];
  uint32_t seed = 9;
  for (int round = 0; round < 20; round++) {
    size_t n = 0;
    while (n < sizeof text - 200) {
      const char *c = chars[harness_u32(&seed) % 12];
      int times = harness_u32(&seed) % 8 ? 1 : 1 + (int)(harness_u32(&seed) % 40);
      for (int i = 0; i < times; i++) memcpy(text + n, c, strlen(c)), n += strlen(c);
    }
    opened o;
    open_text(&o, (choice){BPE, 300, WHOLE, 0}, text, n);
    size_t at = 0;
    int ended, longest = 0;
    for (int part = 0; part < 2; part++) {
      sl_rng rng = sl_rng_at(1, SL_STREAM_TRAIN, 0, 0);
      int tokens = part ? o.c.held_out_tokens : o.c.train_tokens;
      o.c.type->document(&o.c, &rng, part, 0, 0, tokens, token, &ended);
      for (int i = 0; i < tokens; i++) {
        const char *name = o.c.vocab.text[token[i]];
        memcpy(back + at, name, strlen(name)), at += strlen(name);
        if ((int)strlen(name) > longest) longest = (int)strlen(name);
      }
    }
    CHECK(at == n && !memcmp(text, back, n), "round %d: not the same text", round);
    CHECK(longest > 4, "round %d: nothing was learnt", round);
    sl_arena_close(&o.arena);
  }
}

/* ---- files ------------------------------------------------------------------------------------ */
/* Documents of the corpus by the one character that they are made of, with the longest length. */
static void documents(const opened *o, int held_out, char *seen) {
  int32_t token[400];
  int ended, used[128] = {0};
  for (int i = 0; i < 400; i++) {
    sl_rng rng = sl_rng_at(1, SL_STREAM_TRAIN, (uint64_t)i, 0);
    int n = o->c.type->document(&o->c, &rng, held_out, 0, 0, 400, token, &ended), same = ended;
    for (int k = 1; k < n; k++) same &= token[k] == token[0];
    int *longest = &used[same ? (int)*o->c.vocab.text[token[0]] : '?'];
    if (n > *longest) *longest = n;
  }
  *seen = 0;
  for (int c = 0; c < 128; c++)
    if (used[c]) sprintf(seen + strlen(seen), "%c%d", c, used[c]);
}

static void files(choice c, const char *text, size_t size, const char *train, const char *rest) {
  opened o;
  char seen[200] = "", left[200] = "";
  open_text(&o, c, text, size);
  if (o.code == SL_OK) documents(&o, 0, seen), documents(&o, 1, left);
  CHECK(!strcmp(seen, train) && !strcmp(left, rest), "documents %d: %s, held out %s; %s",
        c.documents, seen, left, o.e.message);
  sl_arena_close(&o.arena);
}

static void test_files(void) {
  static char text[1000];
  size_t n = 0;
  static const struct {
    char first;
    int length;
  } parts[] = {{'a', 120}, {'c', 80}, {'e', 60}};
  for (int f = 0; f < 3; f++) { /* each of two paragraphs, alike; a mark at the front is no text */
    if (f) text[n++] = 0x1C;
    if (f) memcpy(text + n, "\xEF\xBB\xBF", 3), n += 3;
    memset(text + n, parts[f].first, (size_t)parts[f].length), n += (size_t)parts[f].length;
  }
  files((choice){0, 64, WHOLE, 0}, text, n, "a120c80", "e60");
  files((choice){0, 64, FILES, 0}, text, n, "a120c80", "e60");
  for (size_t i = 0; i < n; i++) /* two lines each, and a blank one between */
    if (i == 50 || i == 51 || i == 140 || i == 141) text[i] = '\n';
  files((choice){0, 64, BLANK_LINE, 0}, text, n, "a68c62", "e60");
  files((choice){0, 64, LINE, 0}, text, n, "a68c62", "e60");
  text[30] = ' ', text[31] = '\t'; /* of blanks nothing is left in words */
  for (size_t i = 0; i < n; i++)
    if (text[i] == '\n') text[i] = ' ';
  opened o;
  open_text(&o, (choice){WORDS, 64, WHOLE, 0}, text, n);
  CHECK(o.code == SL_OK && o.c.longest <= 5, "words of files: %d, %s", o.c.longest, o.e.message);
  sl_arena_close(&o.arena);
  /* In bytes the separator is a byte like others, unless files are asked for. */
  memset(text, 'x', 300);
  text[200] = 0x1C;
  open_text(&o, (choice){0, 64, WHOLE, 1}, text, 300);
  CHECK(o.code == SL_OK && o.c.longest == 0 && o.c.train_tokens == 270, "bytes: %s", o.e.message);
  sl_arena_close(&o.arena);
  files((choice){0, 64, FILES, 1}, text, 300, "x200", "x99");
  memset(text, 'x', 300);
  open_text(&o, (choice){0, 64, FILES, 0}, text, 300);
  CHECK(o.code == SL_E_DATA && strstr(o.e.message, "has 1 file,"), "one file: %s", o.e.message);
  sl_arena_close(&o.arena);
  memset(text, ' ', 300);
  open_text(&o, (choice){WORDS, 64, WHOLE, 0}, text, 300);
  CHECK(o.code == SL_E_DATA && strstr(o.e.message, "nothing is left"), "blanks: %s", o.e.message);
  sl_arena_close(&o.arena);
}

/* ---- through the public header ---------------------------------------------------------------- */
static void test_resume(void) {
  static char text[6000];
  uint32_t seed = 3;
  for (size_t i = 0; i < sizeof text - 1; i++)
    text[i] = "etaoin shrdlu.\n "[harness_u32(&seed) % 16];
  for (int k = 0; k < TOKENIZERS; k++) {
    char run[800];
    static const char *const ids[] = {"characters", "words", "bpe"};
    snprintf(run, sizeof run,
             "{" TINY_MODEL ",\"data\":{\"context\":16,\"packing\":\"best_fit\",\"unique\":500,"
             "\"corpus\":{\"type\":\"text\",\"documents\":\"line\",\"tokenizer\":\"%s\","
             "\"vocabulary\":64}},\"train\":{\"steps\":12,\"batch\":4,\"shards\":2}," TINY_EVAL "}",
             ids[k]);
    sl_lab *whole = sl_new(), *part = sl_new(), *fresh = sl_new();
    CHECK(lab_open_text(whole, run, text, sizeof text - 1) == 0 &&
              lab_open_text(part, run, text, sizeof text - 1) == 0,
          "%s: %s", ids[k], lab_message(whole));
    size_t size = 0;
    sl_train(whole, 12);
    sl_train(part, 5);
    unsigned char *file = lab_save(part, &size);
    CHECK(sl_load(fresh, file, size, text, sizeof text - 1, 1, 0) == 0, "%s", lab_message(fresh));
    sl_train(fresh, 12);
    CHECK(sl_step(fresh) == 12 && same_print(lab_print(whole), lab_print(fresh)),
          "%s: resumed to other bits", ids[k]);
    text[7] ^= 1;
    CHECK(sl_load(fresh, file, size, text, sizeof text - 1, 1, 0) != 0, "%s: another text", ids[k]);
    text[7] ^= 1;
    free(file);
    sl_free(whole), sl_free(part), sl_free(fresh);
  }
}

/* ---- fuzz ------------------------------------------------------------------------------------- */
/* A text of bytes as they come, in every way of reading it: taken or refused with a sentence; what is
 * taken has only tokens of its vocabulary and takes no more memory than it said. */
static void try_text(const char *text, size_t size, choice c) {
  opened o;
  int32_t token[300];
  open_text(&o, c, text, size);
  sl_text_input in = {(const unsigned char *)text, size};
  CHECK(o.arena.used <= sl_corpus_memory(&o.pick, in), "takes more memory than it said");
  if (o.code) {
    CHECK(is_sentence(o.e.message) && o.code == SL_E_DATA, "\"%s\"", o.e.message);
  } else {
    int ok = o.c.vocab.size <= SL_CONTEXT_MAX * 2 + 2;
    for (int i = 0; i < 20; i++) {
      int ended;
      sl_rng rng = sl_rng_at(1, SL_STREAM_TRAIN, (uint64_t)i, 0);
      int n = o.c.type->document(&o.c, &rng, i & 1, 0, 0, 300, token, &ended);
      ok &= n >= 1 && n <= 300 && (o.c.longest == 0 || n <= o.c.longest);
      for (int k = 0; k < n; k++) ok &= token[k] >= 0 && token[k] < o.c.vocab.bos;
    }
    int n;
    sl_error e = {0};
    if (size > 400) in.size = 400;
    sl_code code = sl_corpus_encode(&o.c, in, 300, token, &n, &e);
    CHECK(code == SL_OK ? n <= 400 : is_sentence(e.message), "prompt: %s", e.message);
    CHECK(ok, "a document of tokenizer %d, documents %d, level %d", c.tokenizer, c.documents,
          c.level);
  }
  sl_arena_close(&o.arena);
}

static void test_fuzz(int rounds) {
  static char text[5000];
  uint32_t seed = 77;
  for (int round = 0; round < rounds; round++) {
    size_t size = harness_u32(&seed) % sizeof text;
    int kind = (int)(harness_u32(&seed) % 4);
    for (size_t i = 0; i < size; i++) {
      uint32_t r = harness_u32(&seed);
      text[i] = kind == 0   ? (char)r
                : kind == 1 ? "ab \n.\r\t\x1C"[r % 8]
                : kind == 2 ? (char)(r % 50 ? 'a' + r % 5 : r >> 8)
                            : "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"[i % 9];
    }
    choice c = {.tokenizer = (int)(harness_u32(&seed) % TOKENIZERS),
                .vocabulary = 64 << harness_u32(&seed) % 7,
                .documents = (int)(harness_u32(&seed) % 4),
                .level = (int)(harness_u32(&seed) % 2)};
    try_text(text, size, c);
  }
}

/* Any smaller arena is refused. */
static void test_memory(void) {
  size_t size;
  char *text = sample_text(&size);
  for (int k = 0; k < TOKENIZERS; k++) {
    opened o;
    open_text(&o, (choice){k, 512, LINE, 0}, text, size);
    sl_text_input in = {(unsigned char *)text, size};
    size_t need = o.arena.used;
    int refused = 1;
    for (size_t room = 0; room + 64 <= need; room += need / 97) {
      sl_arena a;
      sl_corpus c;
      sl_error e = {0};
      sl_arena_open(&a, room, NULL);
      refused &= sl_corpus_open(&c, &o.pick, in, &a, &e) == SL_E_MEMORY && e.message[0];
      sl_arena_close(&a);
    }
    CHECK(refused && o.code == SL_OK, "tokenizer %d opens in too little memory", k);
    sl_arena_close(&o.arena);
  }
}

int main(int argc, char **argv) {
  test_words();
  test_word_pieces();
  test_bpe();
  test_bpe_refusal();
  test_bpe_comes_back();
  test_files();
  test_resume();
  test_memory();
  test_fuzz(argc > 1 ? atoi(argv[1]) : 400);
  return harness_end();
}
