/* The user's own text, read by characters or by bytes, which a tokenizer makes into tokens. Its last
 * tenth is held out: training never draws from it, nor does the tokenizer learn from it. As one whole, a
 * document begins anywhere and does not end before the window does; as files, paragraphs or lines, each
 * is a document. Files are parted by the character SL_SEPARATOR. */
#include "../../base/format.h"
#include "../../base/utf8.h"
#include "../tokenizer/tokenizer.h"

#include <string.h>

#define CHARS_MAX  SL_TOKENS_MAX /* distinct characters */
#define TOKENS_MIN 256           /* shortest text */
#define BYTES_MAX  0x10000000    /* longest: counts stay far inside 32 bits */
#define PIECE_MAX  2048          /* a longer document counts as several */
#define PROMPT_MAX 8192          /* characters of a prompt */

enum { LEVEL_CHAR, LEVEL_BYTE };
enum { WHOLE, BLANK_LINE, LINE, FILES };

typedef struct text_settings {
  int32_t level, documents, tokenizer, vocabulary;
} text_settings;

typedef struct span {
  int32_t start, length;
} span;

typedef struct text_state {
  uint16_t *tokens;
  span *docs;         /* NULL for the text as one whole */
  uint32_t *chars;    /* sorted code points; NULL for bytes */
  const char **names; /* of chars */
  char *name_bytes;
  sl_tokenizer tokenizer;
  int n, doc_count, char_count;
  int split;    /* first token, or first document, that is held out */
  int training; /* tokens, or documents, that training draws from: split, or fewer */
} text_state;

/* ---- characters ------------------------------------------------------------------------------- */
/* Where a code point stands among the sorted ones, or would. */
static int place_of(const text_state *t, uint32_t cp) {
  int low = 0, high = t->char_count;
  while (low < high) {
    int mid = (low + high) / 2;
    if (t->chars[mid] < cp)
      low = mid + 1;
    else
      high = mid;
  }
  return low;
}

static int is_char(const text_state *t, int at, uint32_t cp) {
  return at < t->char_count && t->chars[at] == cp;
}

/* The next character, or what is wrong at `at`; 0 at the end. A byte order mark at the front of a file
 * is not text. */
static int next_char(sl_text_input in, size_t *at, uint32_t *cp, const char **why) {
  while (*at < in.size) {
    int size = 0, front = *at == 0 || in.bytes[*at - 1] == SL_SEPARATOR;
    *cp = sl_utf8_decode(in.bytes + *at, in.size - *at, &size, why);
    if (*why) return 1;
    *at += (size_t)size;
    if (*cp != 0xFEFF || !front) return 1;
  }
  return 0;
}

static sl_code collect_chars(text_state *t, sl_text_input in, sl_error *e) {
  const char *why = NULL;
  uint32_t cp;
  for (size_t i = 0; next_char(in, &i, &cp, &why);) {
    if (why)
      return sl_fail_at(e, SL_E_DATA, "text", (long long)i,
                        "The text is not UTF-8: the byte 0x%02X at %zu %s; level \"byte\" still "
                        "takes it.",
                        in.bytes[i], i, why);
    int at = place_of(t, cp);
    if (is_char(t, at, cp) || cp == SL_SEPARATOR) continue;
    if (t->char_count == CHARS_MAX)
      return sl_fail_at(e, SL_E_DATA, "text", (long long)i,
                        "The text has more than %d different characters; level \"byte\" still "
                        "takes it.",
                        CHARS_MAX);
    memmove(t->chars + at + 1, t->chars + at, (size_t)(t->char_count - at) * sizeof *t->chars);
    t->chars[at] = cp;
    t->char_count++;
  }
  return SL_OK;
}

/* What a document is: several files are documents, if nothing smaller is. A byte may have any value, so
 * in bytes files are told apart only if that is asked for. */
static int documents_of(const text_settings *s, sl_text_input in) {
  if (s->documents != WHOLE || s->level == LEVEL_BYTE || !in.size) return s->documents;
  return memchr(in.bytes, SL_SEPARATOR, in.size) ? FILES : WHOLE;
}

/* ---- memory ---------------------------------------------------------------------------------- */
/* How much of everything the text may need, found in one look over its bytes. */
typedef struct bounds {
  size_t tokens, docs, chars;
} bounds;

static bounds measure(const text_settings *s, sl_text_input in) {
  bounds m = {1, 0, 0}; /* 1: nothing of size 0 is taken from the arena */
  size_t lines = 1;
  for (size_t i = 0; i < in.size; i++) {
    m.tokens += s->level == LEVEL_BYTE || (in.bytes[i] & 0xC0) != 0x80;
    lines += in.bytes[i] == '\n' || in.bytes[i] == SL_SEPARATOR;
  }
  m.docs = documents_of(s, in) == WHOLE ? 0 : lines + m.tokens / PIECE_MAX;
  m.chars = s->level == LEVEL_BYTE ? 256 : m.tokens < CHARS_MAX ? m.tokens : CHARS_MAX;
  return m;
}

#define NAME_SIZE 5 /* four bytes of UTF-8, or \x0A, and the end */

static size_t memory(const void *settings, sl_text_input in) {
  const text_settings *s = settings;
  bounds m = measure(s, in);
  return sl_arena_round(sizeof(text_state)) + sl_arena_round(m.tokens * sizeof(uint16_t)) +
         sl_arena_round(m.docs * sizeof(span)) + sl_arena_round(m.chars * sizeof(uint32_t)) +
         sl_arena_round((m.chars + 1) * sizeof(char *)) + sl_arena_round(m.chars * NAME_SIZE) +
         sl_tokenizers[s->tokenizer]->memory(s->vocabulary, m.chars);
}

static text_state *take(const text_settings *s, sl_text_input in, sl_arena *arena) {
  bounds m = measure(s, in);
  text_state *t = sl_arena_take(arena, sizeof *t);
  if (!t) return NULL;
  t->tokens = sl_arena_take(arena, m.tokens * sizeof *t->tokens);
  t->docs = m.docs ? sl_arena_take(arena, m.docs * sizeof *t->docs) : NULL;
  t->chars = sl_arena_take(arena, m.chars * sizeof *t->chars);
  t->names = sl_arena_take(arena, (m.chars + 1) * sizeof *t->names);
  t->name_bytes = sl_arena_take(arena, m.chars * NAME_SIZE);
  int all = t->tokens && (t->docs || !m.docs) && t->chars && t->names && t->name_bytes;
  return all ? t : NULL;
}

/* ---- symbols --------------------------------------------------------------------------------- */
static void read_chars(text_state *t, sl_text_input in) {
  const char *why = NULL;
  uint32_t cp;
  for (size_t i = 0; next_char(in, &i, &cp, &why);)
    t->tokens[t->n++] = cp == SL_SEPARATOR ? SL_SYMBOL_NONE : (uint16_t)place_of(t, cp);
  for (int i = 0; i < t->char_count; i++)
    sl_utf8_encode(t->chars[i], t->name_bytes + i * NAME_SIZE);
}

static void read_bytes(text_state *t, sl_text_input in, int by) {
  for (size_t i = 0; i < in.size; i++)
    t->tokens[t->n++] = by == FILES && in.bytes[i] == SL_SEPARATOR ? SL_SYMBOL_NONE : in.bytes[i];
  t->char_count = 256;
  for (int i = 0; i < 256; i++) {
    t->chars[i] = (uint32_t)i;
    const char *form = i >= 0x20 && i < 0x7F ? "%c" : "\\x%02X";
    sl_snprintf(t->name_bytes + i * NAME_SIZE, NAME_SIZE, form, i);
  }
}

/* ---- documents ------------------------------------------------------------------------------- */
static void add_document(text_state *t, int start, int end) {
  for (; start < end; start += PIECE_MAX) {
    int length = end - start < PIECE_MAX ? end - start : PIECE_MAX;
    t->docs[t->doc_count++] = (span){start, length};
  }
}

static int is_blank(const text_state *t, int start, int end) {
  for (int i = start; i < end; i++) {
    uint32_t cp = t->chars[t->tokens[i]];
    if (cp != ' ' && cp != '\t' && cp != '\r') return 0;
  }
  return 1;
}

/* Lines, or runs of lines that are not blank; without the line ends that part them. */
static void split_lines(text_state *t, int by, int from, int to) {
  int start = -1, end = 0; /* of the paragraph now read */
  for (int line = from; line < to;) {
    int stop = line;
    while (stop < to && t->chars[t->tokens[stop]] != '\n') stop++;
    int last = stop > line && t->chars[t->tokens[stop - 1]] == '\r' ? stop - 1 : stop;
    int blank = is_blank(t, line, last);
    if (start >= 0 && (blank || by == LINE)) {
      add_document(t, start, end);
      start = -1;
    }
    if (!blank) {
      if (start < 0) start = line;
      end = last;
    }
    line = stop + 1;
  }
  if (start >= 0) add_document(t, start, end);
}

static void split_documents(text_state *t, int by) {
  for (int start = 0, stop; start < t->n; start = stop + 1) {
    for (stop = start; stop < t->n && t->tokens[stop] != SL_SYMBOL_NONE;) stop++;
    if (by == FILES)
      add_document(t, start, stop);
    else
      split_lines(t, by, start, stop);
  }
}

/* The last tenth, in whole documents: those that begin behind nine tenths of the symbols. */
static sl_code hold_out(text_state *t, int by, sl_error *e) {
  static const char *const names[] = {"", "paragraph", "line", "file"};
  if (!t->docs) {
    t->split = t->n - t->n / 10;
    return SL_OK;
  }
  if (t->doc_count < 2)
    return sl_fail(
        e, SL_E_DATA, "text",
        "The text has %d %s, and one has to be held out: set \"documents\" to \"whole\".",
        t->doc_count, names[by]);
  int total = 0, before = 0;
  for (int d = 0; d < t->doc_count; d++) total += t->docs[d].length;
  for (; t->split < t->doc_count - 1; t->split++) {
    if (t->split > 0 && before >= total - total / 10) break;
    before += t->docs[t->split].length;
  }
  return SL_OK;
}

/* ---- tokens ---------------------------------------------------------------------------------- */
/* The tokenizer learns from what is trained on. */
static sl_code learn(sl_corpus *c, text_state *t, const text_settings *s, sl_arena *arena,
                     sl_error *e) {
  sl_tokenizer *k = &t->tokenizer;
  for (int i = 0; i < t->char_count; i++) t->names[i] = t->name_bytes + i * NAME_SIZE;
  *k = (sl_tokenizer){.type = sl_tokenizers[s->tokenizer],
                      .symbols = t->char_count,
                      .code = t->chars,
                      .symbol_names = t->names};
  int n = t->docs ? t->docs[t->split].start : t->split;
  SL_TRY(k->type->train(k, t->tokens, n, s->vocabulary, arena, e));
  k->names[k->size] = "BOS";
  k->names[k->size + 1] = "EOS";
  c->vocab = (sl_vocab){.size = k->size + 2,
                        .bos = k->size,
                        .eos = k->size + 1,
                        .text = k->names,
                        .unknown = k->type->unknown ? k->size - 1 : 0,
                        .spaced = k->type->spaced};
  return SL_OK;
}

/* Symbols become tokens, document by document; those of which nothing is left go. */
static void encode_all(text_state *t) {
  const sl_tokenizer *k = &t->tokenizer;
  if (!t->docs) {
    int train = k->type->encode(k, t->tokens, t->split);
    int rest = k->type->encode(k, t->tokens + t->split, t->n - t->split);
    memmove(t->tokens + train, t->tokens + t->split, (size_t)rest * sizeof *t->tokens);
    t->split = train;
    t->n = train + rest;
    return;
  }
  int kept = 0, split = t->split;
  for (int d = 0; d < t->doc_count; d++) {
    span doc = t->docs[d];
    doc.length = k->type->encode(k, t->tokens + doc.start, doc.length);
    if (d == split) t->split = kept;
    if (doc.length) t->docs[kept++] = doc;
  }
  t->doc_count = kept;
}

static sl_code count_tokens(sl_corpus *c, text_state *t, sl_error *e) {
  t->training = t->split;
  if (!t->docs) {
    c->train_tokens = t->split;
    c->held_out_tokens = t->n - t->split;
  }
  for (int d = 0; d < t->doc_count; d++) {
    int length = t->docs[d].length;
    *(d < t->split ? &c->train_tokens : &c->held_out_tokens) += length;
    if (length > c->longest) c->longest = length;
  }
  if (c->train_tokens && c->held_out_tokens) return SL_OK;
  return sl_fail(e, SL_E_DATA, "text",
                 "In tokens, nothing is left of the text's %s; take a longer text.",
                 c->train_tokens ? "held-out tenth" : "training part");
}

static sl_code encode(const sl_corpus *c, sl_text_input in, int max, int32_t *out, int *n,
                      sl_error *e) {
  const text_state *t = c->state;
  const text_settings *s = c->settings;
  uint16_t symbols[PROMPT_MAX];
  int count = 0;
  for (size_t i = 0, start; (start = i) < in.size; count++) {
    const char *why = NULL;
    uint32_t cp = in.bytes[i];
    if (s->level == LEVEL_BYTE)
      i++;
    else if (!next_char(in, &i, &cp, &why))
      break;
    int at = place_of(t, cp);
    if (why || !is_char(t, at, cp)) return sl_corpus_no_token(&c->vocab, in, start, e);
    if (count == PROMPT_MAX)
      return sl_fail(e, SL_E_DATA, "prompt", "A prompt has at most %d characters.", PROMPT_MAX);
    symbols[count] = (uint16_t)at;
  }
  *n = t->tokenizer.type->encode(&t->tokenizer, symbols, count);
  for (int i = 0; i < *n && i < max; i++) out[i] = symbols[i];
  return SL_OK;
}

static void limit(sl_corpus *c, int tokens) {
  text_state *t = c->state;
  if (!t->docs) {
    if (tokens < t->training) c->train_tokens = t->training = tokens;
    return;
  }
  c->train_tokens = t->training = 0;
  while (t->training < t->split && c->train_tokens < tokens)
    c->train_tokens += t->docs[t->training++].length;
}

/* ---- the row --------------------------------------------------------------------------------- */
static sl_code open(sl_corpus *c, const void *settings, sl_text_input in, sl_arena *arena,
                    sl_error *e) {
  const text_settings *s = settings;
  if (in.size > BYTES_MAX)
    return sl_fail(e, SL_E_DATA, "text", "The text has %zu bytes; the most is %d.", in.size,
                   BYTES_MAX);
  text_state *t = take(s, in, arena);
  if (!t)
    return sl_fail(e, SL_E_MEMORY, "text", "No memory left for a text of %zu bytes.", in.size);
  int by = documents_of(s, in);
  if (s->level == LEVEL_CHAR) {
    SL_TRY(collect_chars(t, in, e));
    read_chars(t, in);
  } else {
    read_bytes(t, in, by);
  }
  if (t->n < TOKENS_MIN)
    return sl_fail(e, SL_E_DATA, "text", "The text has %d %s; it needs at least %d.", t->n,
                   s->level == LEVEL_CHAR ? "characters" : "bytes", TOKENS_MIN);
  c->state = t;
  if (t->docs) split_documents(t, by);
  SL_TRY(hold_out(t, by, e));
  SL_TRY(learn(c, t, s, arena, e));
  encode_all(t);
  return count_tokens(c, t, e);
}

static const uint16_t *slice(const text_state *t, sl_rng *rng, int held_out, int most, int *length,
                             int *ended) {
  int from = held_out ? t->split : 0, n = (held_out ? t->n : t->training) - from;
  *ended = most > n; /* the text ends before the window; the context check keeps that from being */
  *length = most < n ? most : n;
  return t->tokens + from + sl_rng_below(rng, (uint32_t)(n - *length) + 1);
}

/* One of the part's documents; if a length is wanted, the first of a few that has it. */
static const uint16_t *pick(const text_state *t, sl_rng *rng, int held_out, int want, int most,
                            int *length, int *ended) {
  int from = held_out ? t->split : 0, n = (held_out ? t->doc_count : t->training) - from;
  const span *best = NULL;
  for (int tries = want > 0 ? 16 : 1; tries > 0; tries--) {
    const span *d = t->docs + from + sl_rng_below(rng, (uint32_t)n);
    if (!best || d->length > best->length) best = d;
    if (best->length >= want) break;
  }
  *ended = best->length <= most;
  *length = *ended ? best->length : most;
  return t->tokens + best->start;
}

static int document(const sl_corpus *c, sl_rng *rng, int held_out, int want, int skip, int max,
                    int32_t *out, int *ended) {
  const text_state *t = c->state;
  int length;
  const uint16_t *from = t->docs ? pick(t, rng, held_out, want, skip + max, &length, ended)
                                 : slice(t, rng, held_out, skip + max, &length, ended);
  for (int i = skip; i < length; i++) out[i - skip] = from[i];
  return length;
}

static const sl_option levels[] = {{"char", "characters", "Characters of UTF-8."},
                                   {"byte", "bytes", "Any file can be read."},
                                   {0}};

static const sl_option units[] = {
    {"whole", "the whole text",
     "Windows begin anywhere and no document ends; of several files, each is a document."},
    {"blank_line", "paragraphs", "A blank line parts two documents."},
    {"line", "lines", "Every line is a document."},
    {"file", "files", "Every file is a document, if there are several."},
    {0}};

static const sl_param params[] = {
    {.key = "level",
     .label = "Read by",
     .help = "Whether the text is made of characters or of bytes.",
     .type = SL_CHOICE,
     .text = "char",
     .options = levels,
     .offset = offsetof(text_settings, level)},
    {.key = "documents",
     .label = "Documents are",
     .help =
         "What of the text counts as one document; one of more than 2048 characters as several.",
     .type = SL_CHOICE,
     .text = "whole",
     .options = units,
     .offset = offsetof(text_settings, documents)},
    {.key = "tokenizer",
     .label = "Tokens are",
     .help = "How characters become tokens; words and pieces are learnt from the text itself.",
     .type = SL_CHOICE,
     .text = "characters",
     .options = sl_tokenizer_options,
     .offset = offsetof(text_settings, tokenizer)},
    {.key = "vocabulary",
     .label = "Vocabulary",
     .help = "How many different words or pieces are learnt at most.",
     .unit = "tokens",
     .type = SL_INT,
     .scale = SL_POWER2,
     .def = 512,
     .min = 64,
     .max = SL_TOKENS_MAX,
     .offset = offsetof(text_settings, vocabulary)},
    {0}};

const sl_corpus_type sl_corpus_text = {
    .desc = {.id = "text",
             .label = "Your own text",
             .help = "A text of yours; its last tenth is kept from training and measured on.",
             .params = params},
    .has_documents = 1,
    .needs_text = 1,
    .open = open,
    .memory = memory,
    .document = document,
    .encode = encode,
    .limit = limit};
