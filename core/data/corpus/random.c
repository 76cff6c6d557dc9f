/* Tokens that have nothing to do with each other. */
#include "../../base/math.h"
#include "corpus_parts.h"

#define MOST 0x100000 /* count of the most frequent token */

typedef struct settings {
  sl_lengths lengths;
  int32_t symbols, distribution;
  double exponent;
} settings;

static sl_code open(sl_corpus *c, const void *set, sl_text_input text, sl_arena *arena,
                    sl_error *e) {
  const settings *s = set;
  uint32_t *cumulative = sl_arena_take(arena, ((size_t)s->symbols + 1) * sizeof *cumulative);
  double power = s->distribution ? s->exponent : 0, n_log_n = 0;
  if (!cumulative)
    return sl_fail(e, SL_E_MEMORY, "data.corpus", "No memory left for the corpus's counts.");
  for (int i = 0; i < s->symbols; i++) {
    uint32_t count = (uint32_t)(MOST * sl_exp(-power * sl_log(i + 1))) + 1;
    cumulative[i + 1] = cumulative[i] + count;
    n_log_n += count * sl_log(count);
  }
  double total = cumulative[s->symbols], entropy = sl_log(total) - n_log_n / total;
  c->state = cumulative;
  c->longest = s->lengths.max;
  c->floor = sl_lengths_floor(&s->lengths, (s->lengths.min + s->lengths.max) / 2.0 * entropy);
  return sl_symbols_open(c, s->symbols, NULL, 0, arena, e);
}

static size_t memory(const void *set, sl_text_input text) {
  int n = ((const settings *)set)->symbols;
  return sl_symbols_memory(n, 0) + sl_arena_round(((size_t)n + 1) * sizeof(uint32_t));
}

static int document(const sl_corpus *c, sl_rng *rng, int held_out, int want, int skip, int max,
                    int32_t *out, int *ended) {
  const settings *s = c->settings;
  int n = sl_document_cut(sl_lengths_draw(&s->lengths, rng, want), skip, max, ended);
  for (int i = 0; i < n; i++) {
    int32_t token = sl_draw_counts(c->state, s->symbols, rng);
    if (i >= skip) out[i - skip] = token;
  }
  return n;
}

static const sl_option distributions[] = {
    {"uniform", "equally often", "Every token is as likely."},
    {"zipf", "Zipf's law", "The k-th token is 1/k^s as likely as the first, as words are."},
    {0}};

static const sl_param params[] = {SL_SYMBOLS_PARAM(settings, 64),
                                  {.key = "distribution",
                                   .label = "Tokens come",
                                   .help = "How likely each token is.",
                                   .type = SL_CHOICE,
                                   .text = "uniform",
                                   .options = distributions,
                                   .offset = offsetof(settings, distribution)},
                                  {.key = "exponent",
                                   .label = "Exponent s",
                                   .help = "How fast Zipf's law falls.",
                                   .type = SL_REAL,
                                   .def = 1,
                                   .min = 0,
                                   .max = 4,
                                   .offset = offsetof(settings, exponent)},
                                  SL_LENGTH_PARAMS(settings, 24, 127),
                                  {0}};

const sl_corpus_type sl_corpus_random = {
    .desc = {.id = "random",
             .label = "Random tokens",
             .help = "Tokens drawn one by one, none of which says anything about the next.",
             .paper = "arXiv 2410.10781, sec. 3.3",
             .params = params},
    .has_documents = 1,
    .check = sl_lengths_check,
    .open = open,
    .memory = memory,
    .document = document};
