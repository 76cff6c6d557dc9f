/* A random string, a bar, and the same string again. */
#include "../../base/math.h"
#include "corpus_parts.h"

typedef struct settings {
  sl_lengths lengths; /* of the string */
  int32_t symbols;
} settings;

static const char *const bar[] = {"|"};

static sl_code check(const void *set, sl_error *e) {
  const settings *s = set;
  if (s->lengths.min <= s->lengths.max) return SL_OK;
  return sl_fail(e, SL_E_CONFIG, "data.corpus.string_min",
                 "The shortest string (%d) is longer than the longest (%d).", (int)s->lengths.min,
                 (int)s->lengths.max);
}

static sl_code open(sl_corpus *c, const void *set, sl_text_input text, sl_arena *arena,
                    sl_error *e) {
  const settings *s = set;
  double mean = (s->lengths.min + s->lengths.max) / 2.0;
  double nats = sl_log(s->lengths.max - s->lengths.min + 1) + mean * sl_log(s->symbols);
  c->longest = 2 * s->lengths.max + 1;
  c->floor = nats / (2 * mean + 2);
  return sl_symbols_open(c, s->symbols, bar, 1, arena, e);
}

static size_t memory(const void *set, sl_text_input text) {
  return sl_symbols_memory(((const settings *)set)->symbols, 1);
}

static int document(const sl_corpus *c, sl_rng *rng, int held_out, int want, int skip, int max,
                    int32_t *out, int *ended) {
  const settings *s = c->settings;
  int m = sl_lengths_draw(&s->lengths, rng, want > 2 ? (want - 1) / 2 : want);
  int n = sl_document_cut(2 * m + 1, skip, max, ended);
  sl_rng again = *rng; /* the second time draws the same */
  for (int i = 0; i < n; i++) {
    int32_t token = s->symbols;
    if (i < m) token = (int32_t)sl_rng_below(rng, (uint32_t)s->symbols);
    if (i > m) token = (int32_t)sl_rng_below(&again, (uint32_t)s->symbols);
    if (i >= skip) out[i - skip] = token;
  }
  return n;
}

static const sl_param params[] = {
    SL_SYMBOLS_PARAM(settings, 32),
    {.key = "string_min",
     .label = "Shortest string",
     .help = "Fewest tokens that are copied; lengths are uniform between the two.",
     .unit = "tokens",
     .type = SL_INT,
     .def = 8,
     .min = 1,
     .max = 511,
     .offset = offsetof(settings, lengths.min)},
    {.key = "string_max",
     .label = "Longest string",
     .help = "Most tokens that are copied.",
     .unit = "tokens",
     .type = SL_INT,
     .def = 24,
     .min = 1,
     .max = 511,
     .offset = offsetof(settings, lengths.max)},
    {0}};

const sl_corpus_type sl_corpus_copy = {
    .desc = {.id = "copy",
             .label = "Copy",
             .help = "A random string, a bar, and the same string again: the second half can be "
                     "known, the first cannot.",
             .paper = "arXiv 1410.5401, sec. 4.1",
             .params = params},
    .has_documents = 1,
    .check = check,
    .open = open,
    .memory = memory,
    .document = document};
