#include "packing/packing.h"

/* ---- the family ------------------------------------------------------------------------------ */
#define SL_FAMILY     sl_packing
#define SL_FAMILY_DEF "../data/packing/packing.def"
#define SL_FAMILY_TEXT                                                                             \
  "packing", "Packing", "How documents are laid into windows, where BOS stands and who sees whom."
#include "../base/family.inc"

/* ---- a window's stream ----------------------------------------------------------------------- */
/* The T tokens of a window and one or two after them, each with the number of its document. */
typedef struct window {
  int n, limit;
  int skip;          /* tokens of the stream still to leave out */
  int front, number; /* where the stream begins; the document now written */
  int32_t token[SL_CONTEXT_MAX + 2], document[SL_CONTEXT_MAX + 2];
} window;

static void put(window *w, int32_t token) {
  if (w->skip > 0) {
    w->skip--;
  } else if (w->n < w->limit) {
    w->token[w->n] = token;
    w->document[w->n++] = w->number;
  }
}

typedef struct source {
  const sl_corpus *c;
  sl_rng *rng;
  int held_out;
  int bos;  /* BOS in front of every document */
  int fill; /* ask for documents that fill the window */
} source;

/* Documents, each with its specials, until the window is full. */
static void stream(window *w, const source *s) {
  const sl_corpus *c = s->c;
  while (w->n < w->limit) {
    if (s->bos) put(w, c->vocab.bos);
    int room = w->limit - w->n;
    if (room == 0) return;
    int ended = 0;
    int length = c->type->document(c, s->rng, s->held_out, s->fill ? room : 0, w->skip, room,
                                   w->token + w->n, &ended);
    int written = length > w->skip ? length - w->skip : 0;
    w->skip -= length - written;
    for (int i = 0; i < written; i++) w->document[w->n++] = w->number;
    if (ended) put(w, c->vocab.eos);
    if (w->n > w->front) w->number++;
  }
}

const sl_option sl_packing_starts[] = {
    {"anywhere", "anywhere", "The stream of documents is cut into windows wherever they end."},
    {"document", "at a document", "Every window begins where a document begins."},
    {0}};

/* Windows are cut anywhere: how many tokens of the stream to leave out. Uniform over a window, or
 * over the longest document if that is longer, so that no part of one is never seen. */
static int draw_skip(const sl_packing_type *p, const sl_packing_settings *s, const sl_corpus *c,
                     sl_rng *rng, int T) {
  if (c->longest == 0 || s->start == SL_START_DOCUMENT) return 0;
  int whole = c->longest + 1 + (p->bos == SL_BOS_EACH);
  return (int)sl_rng_below(rng, (uint32_t)(whole > T ? whole : T));
}

/* ---- from the stream to the five arrays ------------------------------------------------------ */
static int bos_is_shared(const sl_packing_type *p, const void *settings) {
  if (!p->own_document || p->bos != SL_BOS_PINNED) return 0;
  return ((const sl_packing_settings *)settings)->bos_visible == SL_BOS_VISIBLE_ALL;
}

/* An empty window, or one that begins with a BOS: of the first document, unless all see it. */
static void begin(window *w, const sl_corpus *c, int limit, int with_bos, int shared) {
  w->n = w->front = with_bos;
  w->limit = limit;
  w->skip = w->number = 0;
  w->token[0] = c->vocab.bos;
  w->document[0] = shared ? SL_DOCUMENT_SHARED : 0;
}

static void write_positions(const window *w, const sl_packing_type *p, const void *settings, int T,
                            int32_t *position) {
  int restart = p->own_document && ((const sl_packing_settings *)settings)->restart_positions;
  int start = 0;
  for (int i = 0; i < T; i++) {
    /* Behind a BOS that all see, every document stands as if it came right after it. */
    if (restart && i > 0 && w->document[i] != w->document[i - 1])
      start = i - (w->document[0] == SL_DOCUMENT_SHARED);
    position[i] = i - start;
  }
}

/* The window's first T tokens into row b. */
static void write_row(const window *w, const sl_packing_type *p, const void *settings,
                      sl_batch *batch, int b) {
  int T = batch->T;
  size_t row = (size_t)b * (size_t)T;
  for (int i = 0; i < T; i++) {
    int32_t now = w->document[i], next = w->document[i + 1];
    /* What follows an EOS cannot be known from inside the document. Two in a row never have weight
     * 0 (a document has a token and its EOS), so no window of two or more is without a loss. */
    int scored = !p->own_document || now == next || now == SL_DOCUMENT_SHARED;
    batch->tokens[row + i] = w->token[i];
    batch->target[row + i] = scored ? w->token[i + 1] : 0;
    batch->weight[row + i] = scored ? 1 : 0;
    batch->document[row + i] = p->own_document ? now : 0;
  }
  write_positions(w, p, settings, T, batch->position + row);
}

void sl_packing_fill(const sl_packing_type *p, const void *settings, const sl_corpus *c,
                     sl_rng *rng, int held_out, sl_batch *batch, int b) {
  window w;
  begin(&w, c, batch->T + 1, p->bos == SL_BOS_PINNED, bos_is_shared(p, settings));
  w.skip = draw_skip(p, settings, c, rng, batch->T);
  const source s = {c, rng, held_out, p->bos == SL_BOS_EACH, 0};
  stream(&w, &s);
  write_row(&w, p, settings, batch, b);
}

/* ---- what trainer and evaluation ask for ----------------------------------------------------- */
static const sl_packing_type *type_of(const sl_pick *pick) {
  return (const sl_packing_type *)(const void *)pick->row;
}

void sl_pack_train(const sl_pick *packing, const sl_corpus *c, uint64_t seed, int64_t step, int row,
                   sl_batch *batch, int b) {
  const sl_packing_type *p = type_of(packing);
  sl_rng rng = sl_rng_at(seed, SL_STREAM_TRAIN, (uint64_t)step, (uint64_t)row);
  p->fill(p, &packing->settings, c, &rng, 0, batch, b);
}

/* T + 1 text tokens from a document's start. Both inputs that are made of text draw as many, so
 * that they hold the same text; behind a BOS the last one finds no place. */
static void text_window(const sl_packing_type *p, const void *settings, const sl_corpus *c,
                        sl_rng *rng, int with_bos, sl_batch *batch, int b) {
  int T = batch->T;
  window w;
  begin(&w, c, T + 1 + with_bos, with_bos, bos_is_shared(p, settings));
  const source s = {c, rng, 1, 0, 1};
  stream(&w, &s);
  write_row(&w, p, settings, batch, b);
  size_t unscored = (size_t)b * (size_t)T + (with_bos ? 0 : (size_t)T - 1);
  batch->target[unscored] = 0;
  batch->weight[unscored] = 0;
}

void sl_pack_held_out(const sl_pick *packing, const sl_corpus *c, uint64_t seed, sl_input input,
                      int row, sl_batch *batch, int b) {
  const sl_packing_type *p = type_of(packing);
  sl_rng rng = sl_rng_at(seed, SL_STREAM_VALID, (uint64_t)row, input != SL_INPUT_PACKED);
  if (input == SL_INPUT_PACKED)
    p->fill(p, &packing->settings, c, &rng, 1, batch, b);
  else
    text_window(p, &packing->settings, c, &rng, input == SL_INPUT_BOS_TEXT, batch, b);
}
