/* What can be looked at besides the training data: windows that are held out, made up, or the user's. */
#include "packing/packing.h"

const sl_input_type sl_input_types[] = {
#define SL_INPUT(NAME, id, source, with_bos, label, help) {id, label, help, source, with_bos},
    SL_INPUTS(SL_INPUT)
#undef SL_INPUT
};

/* Tokens from a document's start; rows that pad hold one document. */
static void put_text(sl_window *w, const sl_packing_type *p, const sl_corpus *c, sl_rng *rng) {
  const sl_source s = {c, rng, 1, 0, 1};
  if (p->pads)
    sl_window_document(w, &s);
  else
    sl_window_stream(w, &s);
}

static int32_t any_token(const sl_vocab *v, sl_rng *rng) {
  return (int32_t)sl_rng_below(rng, (uint32_t)sl_vocab_plain(v));
}

/* T + 1 tokens of text. Inputs that differ in the BOS alone draw as many, so that they hold the same
 * text; behind a BOS the last one finds no place. */
static void fill(const sl_input_type *input, const sl_packing_type *p, const void *settings,
                 const sl_corpus *c, sl_rng *rng, sl_batch *batch, int b) {
  int T = batch->T, bos = input->with_bos;
  sl_window w;
  sl_window_begin(&w, p, settings, c, T + 1 + bos, bos);
  switch (input->source) {
    case SL_FROM_PROMPT:
      for (int i = 0; i < c->prompt_length; i++) sl_window_put(&w, c->prompt[i]);
      break;
    case SL_FROM_REPEATED: {
      int32_t token = any_token(&c->vocab, rng);
      while (w.n < w.limit) sl_window_put(&w, token);
      break;
    }
    case SL_FROM_RANDOM:
      while (w.n < w.limit) sl_window_put(&w, any_token(&c->vocab, rng));
      break;
    default: put_text(&w, p, c, rng);
  }
  sl_window_pad(&w, c);
  sl_window_write(&w, p, settings, batch, b);
  size_t unscored = (size_t)b * (size_t)T + (bos ? 0 : (size_t)T - 1);
  batch->target[unscored] = 0;
  batch->weight[unscored] = 0;
}

void sl_pack_held_out(const sl_pick *packing, const sl_corpus *c, uint64_t seed, sl_input input,
                      int row, sl_batch *batch, int b) {
  const sl_packing_type *p = (const sl_packing_type *)(const void *)packing->row;
  const sl_input_type *type = &sl_input_types[input];
  sl_rng rng = sl_rng_at(seed, SL_STREAM_VALID, (uint64_t)row, type->source);
  if (type->source == SL_FROM_PACKING)
    p->fill(p, &packing->settings, c, &rng, 1, batch, b);
  else
    fill(type, p, &packing->settings, c, &rng, batch, b);
}

int32_t sl_pack_front(const sl_pick *packing, const sl_corpus *c, uint64_t seed, int T) {
  enum { WINDOWS = 16 };
  int32_t tokens[SL_CONTEXT_MAX], others[3][SL_CONTEXT_MAX], prefix = 0, front = -1;
  sl_real weight[SL_CONTEXT_MAX];
  sl_batch batch = {1, T, tokens, others[0], others[1], others[2], weight, &prefix};
  for (int i = 0; i < WINDOWS; i++) {
    sl_pack_held_out(packing, c, seed, SL_INPUT_PACKED, i, &batch, 0);
    if (i && tokens[0] != front) return -1;
    front = tokens[0];
  }
  return front;
}
