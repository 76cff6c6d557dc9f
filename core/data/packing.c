#include "packing/packing.h"

/* ---- the family ------------------------------------------------------------------------------ */
#define SL_FAMILY     sl_packing
#define SL_FAMILY_DEF "../data/packing/packing.def"
#define SL_FAMILY_TEXT                                                                             \
  "packing", "Packing", "How documents are laid into windows, where BOS stands and who sees whom."
#include "../base/family.inc"

/* ---- a window's stream ----------------------------------------------------------------------- */
void sl_window_put(sl_window *w, int32_t token) {
  if (w->skip > 0) {
    w->skip--;
  } else if (w->n < w->limit) {
    w->token[w->n] = token;
    w->document[w->n++] = w->number;
  }
}

void sl_window_document(sl_window *w, const sl_source *s) {
  const sl_corpus *c = s->c;
  if (s->bos) sl_window_put(w, c->vocab.bos);
  int room = w->limit - w->n;
  if (room == 0) return;
  int ended = 0;
  int length = c->type->document(c, s->rng, s->held_out, s->fill ? room : 0, w->skip, room,
                                 w->token + w->n, &ended);
  int written = length > w->skip ? length - w->skip : 0;
  w->skip -= length - written;
  for (int i = 0; i < written; i++) w->document[w->n++] = w->number;
  if (ended) sl_window_put(w, c->vocab.eos);
  if (w->n > w->front) w->number++;
}

void sl_window_stream(sl_window *w, const sl_source *s) {
  while (w->n < w->limit) sl_window_document(w, s);
}

void sl_window_pad(sl_window *w, const sl_corpus *c) {
  w->number = SL_DOCUMENT_PADDING;
  while (w->n < w->limit) sl_window_put(w, c->vocab.eos);
}

const sl_option sl_packing_starts[] = {
    {"anywhere", "anywhere", "The stream of documents is cut into windows wherever they end."},
    {"document", "at a document", "Every window begins where a document begins."},
    {0}};

const sl_option sl_packing_viewers[] = {
    {"all", "all documents", "Every token of the window sees the BOS."},
    {"first", "the first document", "The BOS belongs to the document that follows it."},
    {0}};

/* Uniform over a window, or over the longest document if that is longer, so that no part of one is
 * never seen. */
int sl_window_skip(const sl_packing_type *p, const sl_packing_settings *s, const sl_corpus *c,
                   sl_rng *rng, int T) {
  if (c->longest == 0 || s->start == SL_START_DOCUMENT) return 0;
  int whole = c->longest + 1 + (p->bos == SL_BOS_EACH);
  return (int)sl_rng_below(rng, (uint32_t)(whole > T ? whole : T));
}

/* ---- from the stream to the five arrays ------------------------------------------------------ */
static int bos_of(const sl_packing_type *p, const void *settings) {
  return p->bos == SL_BOS_CHOSEN ? ((const sl_packing_settings *)settings)->bos : p->bos;
}

static int bos_is_shared(const sl_packing_type *p, const void *settings) {
  if (!p->own_document || bos_of(p, settings) != SL_BOS_PINNED) return 0;
  return ((const sl_packing_settings *)settings)->bos_visible == SL_BOS_VISIBLE_ALL;
}

void sl_window_begin(sl_window *w, const sl_packing_type *p, const void *settings,
                     const sl_corpus *c, int limit, int with_bos) {
  w->n = w->front = with_bos;
  w->limit = limit;
  w->skip = w->number = 0;
  w->token[0] = c->vocab.bos;
  w->document[0] = bos_is_shared(p, settings) ? SL_DOCUMENT_SHARED : 0;
}

int sl_packing_pins(const sl_packing_type *p, const void *settings) {
  return bos_of(p, settings) == SL_BOS_PINNED;
}

sl_source sl_window_source(const sl_packing_type *p, const void *settings, const sl_corpus *c,
                           sl_rng *rng, int held_out) {
  return (sl_source){c, rng, held_out, bos_of(p, settings) == SL_BOS_EACH, 0};
}

static void write_positions(const sl_window *w, const sl_packing_type *p, const void *settings,
                            int T, int32_t *position) {
  int restart = p->own_document && ((const sl_packing_settings *)settings)->restart_positions;
  int start = 0;
  for (int i = 0; i < T; i++) {
    /* Behind a BOS that all see, every document stands as if it came right after it. */
    if (restart && i > 0 && w->document[i] != w->document[i - 1])
      start = i - (w->document[0] == SL_DOCUMENT_SHARED);
    position[i] = i - start;
  }
}

void sl_window_write(const sl_window *w, const sl_packing_type *p, const void *settings,
                     sl_batch *batch, int b) {
  int T = batch->T;
  size_t row = (size_t)b * (size_t)T;
  for (int i = 0; i < T; i++) {
    int32_t now = w->document[i], next = w->document[i + 1];
    /* What follows an EOS cannot be known from inside the document, and padding is nothing to know.
     * Two in a row at the front never have weight 0 (a document has a token and its EOS), so no
     * window of two or more is without a loss. */
    int scored = next != SL_DOCUMENT_PADDING &&
                 (!p->own_document || now == next || now == SL_DOCUMENT_SHARED);
    batch->tokens[row + i] = w->token[i];
    batch->target[row + i] = scored ? w->token[i + 1] : 0;
    batch->weight[row + i] = scored ? 1 : 0;
    batch->document[row + i] = p->own_document || now == SL_DOCUMENT_PADDING ? now : 0;
  }
  write_positions(w, p, settings, T, batch->position + row);
}

void sl_packing_fill(const sl_packing_type *p, const void *settings, const sl_corpus *c,
                     sl_rng *rng, int held_out, sl_batch *batch, int b) {
  sl_window w;
  const sl_source s = sl_window_source(p, settings, c, rng, held_out);
  sl_window_begin(&w, p, settings, c, batch->T + 1, sl_packing_pins(p, settings));
  w.skip = sl_window_skip(p, settings, c, rng, batch->T);
  sl_window_stream(&w, &s);
  sl_window_write(&w, p, settings, batch, b);
}

/* ---- what trainer and evaluation ask for ----------------------------------------------------- */
static const sl_packing_type *type_of(const sl_pick *pick) {
  return (const sl_packing_type *)(const void *)pick->row;
}

sl_code sl_packing_check(const sl_pick *packing, const sl_corpus *c, sl_error *e) {
  const sl_packing_type *p = type_of(packing);
  return p->check ? p->check(&packing->settings, c, e) : SL_OK;
}

/* Where number i of n stands in the order of this epoch: a permutation without a table, by four rounds
 * of Feistel's network on the next power of four, again until the result is below n. */
static uint32_t shuffled(uint64_t seed, uint64_t epoch, uint32_t n, uint32_t i) {
  int half = 1;
  while ((uint64_t)1 << 2 * half < n) half++;
  uint32_t mask = ((uint32_t)1 << half) - 1;
  uint64_t key = sl_rng_at(seed, SL_STREAM_EPOCH, epoch, 0).key;
  do {
    for (uint64_t round = 0; round < 4; round++) {
      uint32_t left = i >> half, right = i & mask;
      left ^= (uint32_t)sl_rng_at(key, SL_STREAM_EPOCH, right, round).key & mask;
      i = right << half | left;
    }
  } while (i >= n);
  return i;
}

/* A window that never comes again, or one of the stock. */
static sl_rng training_rng(const sl_corpus *c, uint64_t seed, int64_t step, int row, int rows) {
  if (!c->unique_windows) return sl_rng_at(seed, SL_STREAM_TRAIN, (uint64_t)step, (uint64_t)row);
  uint32_t n = (uint32_t)c->unique_windows;
  uint64_t number = (uint64_t)step * (uint64_t)rows + (uint64_t)row;
  uint32_t window = shuffled(seed, number / n, n, (uint32_t)(number % n));
  return sl_rng_at(seed, SL_STREAM_UNIQUE, window, 0);
}

void sl_pack_train(const sl_pick *packing, const sl_corpus *c, uint64_t seed, int64_t step, int row,
                   sl_batch *batch, int b) {
  const sl_packing_type *p = type_of(packing);
  sl_rng rng = training_rng(c, seed, step, row, batch->B);
  p->fill(p, &packing->settings, c, &rng, 0, batch, b);
}
