/* Backcopy cut into documents of uniform length, so that there is something to pack. */
#include "corpus_chain.h"

static sl_code check(const void *settings, sl_error *e) {
  SL_TRY(sl_lengths_check(&((const sl_chain_settings *)settings)->lengths, e));
  return sl_chain_check(settings, e);
}

static sl_code open(sl_corpus *c, const void *settings, sl_text_input text, sl_arena *arena,
                    sl_error *e) {
  const sl_chain_settings *s = settings;
  SL_TRY(sl_chain_open(c, settings, text, arena, e));
  c->longest = s->lengths.max;
  return SL_OK;
}

static int document(const sl_corpus *c, sl_rng *rng, int held_out, int want, int skip, int max,
                    int32_t *out, int *ended) {
  (void)held_out;
  const sl_chain_settings *s = c->settings;
  int n = sl_document_cut(sl_lengths_draw(&s->lengths, rng, want), skip, max, ended);
  sl_chain_draw(c, rng, skip, n, out);
  return n;
}

static const sl_param params[] = {
    SL_CHAIN_PARAMS, SL_LENGTH_PARAMS(sl_chain_settings, 24, 127), {0}};

const sl_corpus_type sl_corpus_backcopy_docs = {
    .desc = {.id = "backcopy_docs",
             .label = "Backcopy documents",
             .help = "The backcopy chain in documents of random length, each a new start: the "
                     "material for comparing ways of packing.",
             .paper = "arXiv 2410.13835, Bigram-Backcopy task",
             .params = params},
    .has_documents = 1,
    .check = check,
    .open = open,
    .memory = sl_chain_memory,
    .document = document};
