/* What generated corpora share: lengths of documents, made-up symbols, and drawing in proportion to
 * counts. */
#ifndef SL_CORPUS_PARTS_H
#define SL_CORPUS_PARTS_H

#include "../data.h"

/* ---- lengths ---- */
/* Uniform between the two. First in a row's settings, so that sl_lengths_check takes them. */
typedef struct sl_lengths {
  int32_t min, max;
} sl_lengths;

#define SL_LENGTH_PARAMS(of, shortest, longest)                                                    \
  {.key = "doc_min",                                                                               \
   .label = "Shortest document",                                                                   \
   .help = "Fewest tokens a document has; lengths are uniform between the two.",                   \
   .unit = "tokens",                                                                               \
   .type = SL_INT,                                                                                 \
   .def = (shortest),                                                                              \
   .min = 1,                                                                                       \
   .max = 1024,                                                                                    \
   .offset = offsetof(of, lengths.min)},                                                           \
  {                                                                                                \
    .key = "doc_max", .label = "Longest document", .help = "Most tokens a document has.",          \
    .unit = "tokens", .type = SL_INT, .def = (longest), .min = 1, .max = 1024,                     \
    .offset = offsetof(of, lengths.max)                                                            \
  }

sl_code sl_lengths_check(const void *lengths, sl_error *e);
/* A length: the one that is wanted, as near as the limits allow, if one is. */
int sl_lengths_draw(const sl_lengths *l, sl_rng *rng, int want);
/* As a document's answer: how many tokens are made, and whether it ends there. */
int sl_document_cut(int length, int skip, int max, int *ended);
/* The floor of documents that hold `nats` on average besides their length. */
double sl_lengths_floor(const sl_lengths *l, double nats);

/* ---- symbols ---- */
#define SL_SYMBOLS_MAX 512
#define SL_SYMBOLS_PARAM(of, count)                                                                \
  {                                                                                                \
    .key = "symbols", .label = "Symbols", .help = "How many different tokens there are.",          \
    .type = SL_INT, .scale = SL_POWER2, .def = (count), .min = 2, .max = SL_SYMBOLS_MAX,           \
    .offset = offsetof(of, symbols)                                                                \
  }

/* Fills the corpus's vocabulary: n letters a … z, a1 … z1, a2 …, then the `more` texts. */
sl_code sl_symbols_open(sl_corpus *c, int n, const char *const *texts, int more, sl_arena *arena,
                        sl_error *e);
size_t sl_symbols_memory(int n, int more);

/* ---- drawing ---- */
/* An index below n with probability in proportion to its count; cumulative: n + 1 sums, from 0. One
 * integer below the total and a search: the same on every platform. */
int sl_draw_counts(const uint32_t *cumulative, int n, sl_rng *rng);

#endif
