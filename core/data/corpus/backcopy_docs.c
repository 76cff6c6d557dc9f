/* Backcopy cut into documents of uniform length, so that there is something to pack. */
#include "corpus_chain.h"

static sl_code check(const void *settings, sl_error *e) {
  const sl_chain_settings *s = settings;
  if (s->doc_min > s->doc_max)
    return sl_fail(e, SL_E_CONFIG, "data.corpus.doc_min",
                   "The shortest document (%d) is longer than the longest (%d).", (int)s->doc_min,
                   (int)s->doc_max);
  return sl_chain_check(settings, e);
}

static sl_code open(sl_corpus *c, const void *settings, sl_text_input text, sl_arena *arena,
                    sl_error *e) {
  const sl_chain_settings *s = settings;
  SL_TRY(sl_chain_open(c, settings, text, arena, e));
  c->longest = s->doc_max;
  return SL_OK;
}

static int document(const sl_corpus *c, sl_rng *rng, int held_out, int want, int skip, int max,
                    int32_t *out, int *ended) {
  (void)held_out;
  const sl_chain_settings *s = c->settings;
  int length = s->doc_min + (int)sl_rng_below(rng, (uint32_t)(s->doc_max - s->doc_min) + 1);
  if (want > 0) length = want < s->doc_min ? s->doc_min : want > s->doc_max ? s->doc_max : want;
  *ended = length <= skip + max;
  int n = *ended ? length : skip + max;
  sl_chain_draw(c, rng, skip, n, out);
  return n;
}

static const sl_param params[] = {
    SL_CHAIN_PARAMS,
    {.key = "doc_min",
     .label = "Shortest document",
     .help = "Fewest characters a document has; lengths are uniform between the two.",
     .unit = "tokens",
     .type = SL_INT,
     .def = 24,
     .min = 1,
     .max = 1024,
     .offset = offsetof(sl_chain_settings, doc_min)},
    {.key = "doc_max",
     .label = "Longest document",
     .help = "Most characters a document has.",
     .unit = "tokens",
     .type = SL_INT,
     .def = 127,
     .min = 1,
     .max = 1024,
     .offset = offsetof(sl_chain_settings, doc_max)},
    {0}};

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
