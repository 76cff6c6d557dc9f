/* The user's own text, by characters or by bytes. Its last tenth is held out: training never draws
 * from it. As one whole, a document begins anywhere and does not end before the window does; as
 * paragraphs or lines, each is a document. */
#include "../../base/format.h"
#include "../../base/utf8.h"
#include "../data.h"

#include <string.h>

#define CHARS_MAX  4096       /* distinct characters */
#define TOKENS_MIN 256        /* shortest text */
#define BYTES_MAX  0x10000000 /* longest: counts stay far inside 32 bits */
#define PIECE_MAX  2048       /* a longer paragraph counts as several documents */

enum { LEVEL_CHAR, LEVEL_BYTE };
enum { WHOLE, BLANK_LINE, LINE };

typedef struct text_settings {
  int32_t level, documents;
} text_settings;

typedef struct span {
  int32_t start, length;
} span;

typedef struct text_state {
  uint16_t *tokens;
  span *docs;      /* NULL for the text as one whole */
  uint32_t *chars; /* sorted code points; NULL for bytes */
  const char **names;
  char *name_bytes;
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

/* A byte order mark at the front is not text. */
static size_t text_start(sl_text_input in) {
  return in.size >= 3 && memcmp(in.bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

static sl_code collect_chars(text_state *t, sl_text_input in, sl_error *e) {
  int size = 0;
  for (size_t i = text_start(in); i < in.size; i += (size_t)size) {
    const char *why = NULL;
    uint32_t cp = sl_utf8_decode(in.bytes + i, in.size - i, &size, &why);
    if (why)
      return sl_fail_at(e, SL_E_DATA, "text", (long long)i,
                        "The text is not UTF-8: the byte 0x%02X at %zu %s; level \"byte\" still "
                        "takes it.",
                        in.bytes[i], i, why);
    int at = place_of(t, cp);
    if (is_char(t, at, cp)) continue;
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
    lines += in.bytes[i] == '\n';
  }
  m.docs = s->documents == WHOLE ? 0 : lines + m.tokens / PIECE_MAX;
  m.chars = s->level == LEVEL_BYTE ? 256 : m.tokens < CHARS_MAX ? m.tokens : CHARS_MAX;
  return m;
}

#define NAME_SIZE 5 /* four bytes of UTF-8, or \x0A, and the end */

static size_t memory(const void *settings, sl_text_input in) {
  bounds m = measure(settings, in);
  return sl_arena_round(sizeof(text_state)) + sl_arena_round(m.tokens * sizeof(uint16_t)) +
         sl_arena_round(m.docs * sizeof(span)) + sl_arena_round(m.chars * sizeof(uint32_t)) +
         sl_arena_round((m.chars + 2) * sizeof(char *)) + sl_arena_round(m.chars * NAME_SIZE);
}

static text_state *take(const text_settings *s, sl_text_input in, sl_arena *arena) {
  bounds m = measure(s, in);
  text_state *t = sl_arena_take(arena, sizeof *t);
  if (!t) return NULL;
  t->tokens = sl_arena_take(arena, m.tokens * sizeof *t->tokens);
  t->docs = m.docs ? sl_arena_take(arena, m.docs * sizeof *t->docs) : NULL;
  t->chars = sl_arena_take(arena, m.chars * sizeof *t->chars);
  t->names = sl_arena_take(arena, (m.chars + 2) * sizeof *t->names);
  t->name_bytes = sl_arena_take(arena, m.chars * NAME_SIZE);
  int all = t->tokens && (t->docs || !m.docs) && t->chars && t->names && t->name_bytes;
  return all ? t : NULL;
}

/* ---- tokens ---------------------------------------------------------------------------------- */
static void tokenize_chars(text_state *t, sl_text_input in) {
  int size = 0;
  const char *why = NULL;
  for (size_t i = text_start(in); i < in.size; i += (size_t)size) {
    uint32_t cp = sl_utf8_decode(in.bytes + i, in.size - i, &size, &why);
    t->tokens[t->n++] = (uint16_t)place_of(t, cp);
  }
  for (int i = 0; i < t->char_count; i++)
    sl_utf8_encode(t->chars[i], t->name_bytes + i * NAME_SIZE);
}

static void tokenize_bytes(text_state *t, sl_text_input in) {
  for (size_t i = 0; i < in.size; i++) t->tokens[t->n++] = in.bytes[i];
  t->char_count = 256;
  for (int i = 0; i < 256; i++) {
    t->chars[i] = (uint32_t)i;
    const char *form = i >= 0x20 && i < 0x7F ? "%c" : "\\x%02X";
    sl_snprintf(t->name_bytes + i * NAME_SIZE, NAME_SIZE, form, i);
  }
}

static void name_tokens(sl_corpus *c, text_state *t) {
  int V = t->char_count + 2;
  for (int i = 0; i < t->char_count; i++) t->names[i] = t->name_bytes + i * NAME_SIZE;
  t->names[V - 2] = "BOS";
  t->names[V - 1] = "EOS";
  c->vocab = (sl_vocab){.size = V, .bos = V - 2, .eos = V - 1, .text = t->names};
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
static void split_documents(text_state *t, int by) {
  int start = -1, end = 0; /* of the paragraph now read */
  for (int line = 0; line < t->n;) {
    int stop = line;
    while (stop < t->n && t->chars[t->tokens[stop]] != '\n') stop++;
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

/* The last tenth, in whole documents: those that begin behind nine tenths of the tokens. */
static sl_code hold_out(sl_corpus *c, text_state *t, int by, sl_error *e) {
  if (by == WHOLE) {
    t->split = t->training = t->n - t->n / 10;
    c->train_tokens = t->split;
    c->held_out_tokens = t->n - t->split;
    return SL_OK;
  }
  if (t->doc_count < 2)
    return sl_fail(
        e, SL_E_DATA, "text",
        "The text has %d %s, and one has to be held out: set \"documents\" to \"whole\".",
        t->doc_count, by == LINE ? "line" : "paragraph");
  int total = 0;
  for (int d = 0; d < t->doc_count; d++) {
    total += t->docs[d].length;
    if (t->docs[d].length > c->longest) c->longest = t->docs[d].length;
  }
  for (; t->split < t->doc_count - 1; t->split++) {
    if (t->split > 0 && c->train_tokens >= total - total / 10) break;
    c->train_tokens += t->docs[t->split].length;
  }
  t->training = t->split;
  c->held_out_tokens = total - c->train_tokens;
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
  if (s->level == LEVEL_CHAR) {
    SL_TRY(collect_chars(t, in, e));
    tokenize_chars(t, in);
  } else {
    tokenize_bytes(t, in);
  }
  if (t->n < TOKENS_MIN)
    return sl_fail(e, SL_E_DATA, "text", "The text has %d %s; it needs at least %d.", t->n,
                   s->level == LEVEL_CHAR ? "characters" : "bytes", TOKENS_MIN);
  name_tokens(c, t);
  c->state = t;
  if (s->documents != WHOLE) split_documents(t, s->documents);
  return hold_out(c, t, s->documents, e);
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

static const sl_option levels[] = {
    {"char", "characters", "Every character of the text is a token (UTF-8)."},
    {"byte", "bytes", "Every byte is a token: takes any file."},
    {0}};

static const sl_option units[] = {
    {"whole", "the whole text", "Windows begin anywhere and no document ends."},
    {"blank_line", "paragraphs", "A blank line parts two documents."},
    {"line", "lines", "Every line is a document."},
    {0}};

static const sl_param params[] = {{.key = "level",
                                   .label = "Tokens are",
                                   .help = "Whether a token is a character or a byte.",
                                   .type = SL_CHOICE,
                                   .text = "char",
                                   .options = levels,
                                   .offset = offsetof(text_settings, level)},
                                  {.key = "documents",
                                   .label = "Documents are",
                                   .help = "What of the text counts as one document.",
                                   .type = SL_CHOICE,
                                   .text = "whole",
                                   .options = units,
                                   .offset = offsetof(text_settings, documents)},
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
    .limit = limit};
