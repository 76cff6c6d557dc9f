#include "packing.h"

#include <string.h>

static int32_t token_of(const sl_packing_settings *s, const sl_corpus *c) {
  return s->token[0] ? sl_vocab_find(&c->vocab, s->token) : c->vocab.bos;
}

static sl_code check(const void *settings, const sl_corpus *c, sl_error *e) {
  const sl_packing_settings *s = settings;
  if (token_of(s, c) >= 0) return SL_OK;
  return sl_fail(e, SL_E_DATA, "data.packing.token",
                 "\"%s\" is no token of this corpus; take one of its %d tokens, or leave the "
                 "setting empty for BOS.",
                 s->token, c->vocab.size);
}

static void fill(const sl_packing_type *p, const void *settings, const sl_corpus *c, sl_rng *rng,
                 int held_out, sl_batch *batch, int b) {
  const sl_packing_settings *set = settings;
  sl_window w;
  const sl_source s = sl_window_source(p, settings, c, rng, held_out);
  int at = set->place - 1;
  sl_window_begin(&w, p, settings, c, batch->T, 0);
  w.skip = sl_window_skip(p, settings, c, rng, batch->T);
  sl_window_stream(&w, &s);
  memmove(w.token + at + 1, w.token + at, (size_t)(w.n - at) * sizeof *w.token);
  w.token[at] = token_of(set, c);
  w.document[w.n] = 0; /* attention crosses documents: their numbers are not read */
  sl_window_write(&w, p, settings, batch, b);
}

static const sl_param params[] = {
    {.key = "place",
     .label = "Place",
     .help = "Where in the window the token stands; 1 is the first place.",
     .type = SL_INT,
     .def = 1,
     .min = 1,
     .max = 3,
     SL_PACKING_AT(place)},
    {.key = "token",
     .label = "Token",
     .help = "Which token stands there, as its text; BOS if this is empty.",
     .type = SL_STRING,
     .min = 0,
     .max = SL_TOKEN_TEXT_MAX,
     .text = "",
     SL_PACKING_AT(token)},
    SL_PACKING_PARAMS,
    {0}};

const sl_packing_type sl_packing_fixed_token = {
    .desc = {.id = "fixed_token",
             .label = "Fixed token",
             .help = "As causal, and the same token stands at the same place of every window: the "
                     "sink follows it there.",
             .paper = "arXiv 2410.10781, sec. 5; arXiv 2504.02732",
             .params = params},
    .needs_documents = 0,
    .bos = SL_BOS_NONE,
    .own_document = 0,
    .check = check,
    .fill = fill};
