/* Backcopy, one endless document: BOS and then the chain is the window of Guo et al. */
#include "corpus_chain.h"

static int document(const sl_corpus *c, sl_rng *rng, int held_out, int want, int skip, int max,
                    int32_t *out, int *ended) {
  (void)held_out;
  (void)want;
  sl_chain_draw(c, rng, skip, skip + max, out);
  *ended = 0;
  return skip + max;
}

static const sl_param params[] = {SL_CHAIN_PARAMS, {0}};

const sl_corpus_type sl_corpus_backcopy = {
    .desc = {.id = "backcopy",
             .label = "Backcopy",
             .help = "Characters that follow each other as in a play, except that the one after a "
                     "trigger repeats the one before it: attention is needed there only.",
             .paper = "arXiv 2410.13835, Bigram-Backcopy task",
             .params = params},
    .has_documents = 0,
    .check = sl_chain_check,
    .open = sl_chain_open,
    .memory = sl_chain_memory,
    .document = document};
