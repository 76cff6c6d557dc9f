/* The backcopy chain (Guo et al. 2024, arXiv 2410.13835): a Markov chain over the
 * characters of a play, except that the token after a trigger copies the token before it. What the
 * two rows made of it share. */
#ifndef SL_CORPUS_CHAIN_H
#define SL_CORPUS_CHAIN_H

#include "corpus_parts.h"

#define SL_TRIGGERS_MAX 64

typedef struct sl_chain_settings {
  char triggers[SL_TRIGGERS_MAX + 1];
  int32_t first_trigger;
  sl_lengths lengths; /* backcopy_docs only */
} sl_chain_settings;

/* The parameters both rows have. */
#define SL_CHAIN_PARAMS                                                                            \
  {.key = "triggers",                                                                              \
   .label = "Triggers",                                                                            \
   .help = "Characters after which the chain repeats the character before them.",                  \
   .type = SL_STRING,                                                                              \
   .min = 0,                                                                                       \
   .max = SL_TRIGGERS_MAX,                                                                         \
   .text = " et",                                                                                  \
   .offset = offsetof(sl_chain_settings, triggers)},                                               \
  {                                                                                                \
    .key = "first_trigger", .label = "First may be a trigger",                                     \
    .help = "Whether a document may begin with a trigger, which has nothing before it to copy.",   \
    .type = SL_BOOL, .def = 0, .max = 1, .offset = offsetof(sl_chain_settings, first_trigger)      \
  }

sl_code sl_chain_check(const void *settings, sl_error *e);
sl_code sl_chain_open(sl_corpus *c, const void *settings, sl_text_input text, sl_arena *arena,
                      sl_error *e);
size_t sl_chain_memory(const void *settings, sl_text_input text);
/* n tokens from the chain's start, of which the first `skip` are not written. */
void sl_chain_draw(const sl_corpus *c, sl_rng *rng, int skip, int n, int32_t *out);

#endif
