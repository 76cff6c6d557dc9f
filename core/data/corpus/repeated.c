/* One random token again and again, or a block of them. */
#include "../../base/math.h"
#include "corpus_parts.h"

#define BLOCK_MAX 256

typedef struct settings {
  sl_lengths lengths;
  int32_t symbols, block;
} settings;

static sl_code open(sl_corpus *c, const void *set, sl_text_input text, sl_arena *arena,
                    sl_error *e) {
  const settings *s = set;
  double drawn = 0; /* tokens of a document that are not a repetition */
  for (int n = s->lengths.min; n <= s->lengths.max; n++) drawn += n < s->block ? n : s->block;
  drawn /= s->lengths.max - s->lengths.min + 1;
  c->longest = s->lengths.max;
  c->floor = sl_lengths_floor(&s->lengths, drawn * sl_log(s->symbols));
  return sl_symbols_open(c, s->symbols, NULL, 0, arena, e);
}

static size_t memory(const void *set, sl_text_input text) {
  return sl_symbols_memory(((const settings *)set)->symbols, 0);
}

static int document(const sl_corpus *c, sl_rng *rng, int held_out, int want, int skip, int max,
                    int32_t *out, int *ended) {
  const settings *s = c->settings;
  int32_t block[BLOCK_MAX];
  int n = sl_document_cut(sl_lengths_draw(&s->lengths, rng, want), skip, max, ended);
  for (int i = 0; i < s->block; i++) block[i] = (int32_t)sl_rng_below(rng, (uint32_t)s->symbols);
  for (int i = skip; i < n; i++) out[i - skip] = block[i % s->block];
  return n;
}

static const sl_param params[] = {SL_SYMBOLS_PARAM(settings, 64),
                                  {.key = "block",
                                   .label = "Block",
                                   .help = "How many random tokens are repeated; 1 repeats one.",
                                   .unit = "tokens",
                                   .type = SL_INT,
                                   .def = 1,
                                   .min = 1,
                                   .max = BLOCK_MAX,
                                   .offset = offsetof(settings, block)},
                                  SL_LENGTH_PARAMS(settings, 24, 127),
                                  {0}};

const sl_corpus_type sl_corpus_repeated = {
    .desc = {.id = "repeated",
             .label = "Repeated tokens",
             .help = "Every document is one random token, or one random block, again and again.",
             .paper = "arXiv 2410.10781, sec. 3.3",
             .params = params},
    .has_documents = 1,
    .check = sl_lengths_check,
    .open = open,
    .memory = memory,
    .document = document};
