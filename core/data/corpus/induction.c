/* Random tokens among which pairs come back: … A B … A B. What has to be looked up is the token
 * behind the last A, which is what an induction head does (Olsson et al. 2022). */
#include "corpus_parts.h"

#include <string.h>

typedef struct settings {
  sl_lengths lengths;
  int32_t symbols;
  double repeat;
} settings;

static sl_code open(sl_corpus *c, const void *set, sl_text_input text, sl_arena *arena,
                    sl_error *e) {
  const settings *s = set;
  c->longest = s->lengths.max;
  return sl_symbols_open(c, s->symbols, NULL, 0, arena, e);
}

static size_t memory(const void *set, sl_text_input text) {
  return sl_symbols_memory(((const settings *)set)->symbols, 0);
}

static int document(const sl_corpus *c, sl_rng *rng, int held_out, int want, int skip, int max,
                    int32_t *out, int *ended) {
  const settings *s = c->settings;
  int32_t after[SL_SYMBOLS_MAX]; /* what stood behind the symbol when it last had one, or -1 */
  int n = sl_document_cut(sl_lengths_draw(&s->lengths, rng, want), skip, max, ended);
  int32_t last = 0;
  memset(after, 0xFF, sizeof after);
  for (int i = 0; i < n; i++) {
    int again = i > 0 && after[last] >= 0 && sl_rng_uniform(rng) < s->repeat;
    int32_t token = again ? after[last] : (int32_t)sl_rng_below(rng, (uint32_t)s->symbols);
    if (i > 0) after[last] = token;
    if (i >= skip) out[i - skip] = token;
    last = token;
  }
  return n;
}

static const sl_param params[] = {
    SL_SYMBOLS_PARAM(settings, 32),
    {.key = "repeat",
     .label = "Share of repetitions",
     .help = "How often a token that was there before is followed by what followed it last; else "
             "any token follows.",
     .type = SL_REAL,
     .def = 0.5,
     .min = 0,
     .max = 1,
     .offset = offsetof(settings, repeat)},
    SL_LENGTH_PARAMS(settings, 24, 127),
    {0}};

const sl_corpus_type sl_corpus_induction = {
    .desc = {.id = "induction",
             .label = "Induction",
             .help = "Random tokens among which pairs come back (A B … A B): only by looking back "
                     "can one know what follows.",
             .paper = "arXiv 2209.11895",
             .params = params},
    .has_documents = 1,
    .check = sl_lengths_check,
    .open = open,
    .memory = memory,
    .document = document};
