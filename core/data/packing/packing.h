/* What the packings share: a window, the loops that fill it, and their settings. Most rows only say
 * where their BOS goes and who sees whom; the others have a fill of their own, made of these parts. */
#ifndef SL_PACKING_H
#define SL_PACKING_H

#include "../data.h"

enum { SL_BOS_NONE, SL_BOS_EACH, SL_BOS_PINNED, SL_BOS_CHOSEN /* the settings say which */ };
enum { SL_BOS_VISIBLE_ALL, SL_BOS_VISIBLE_FIRST };

enum { SL_START_ANYWHERE, SL_START_DOCUMENT };

#define SL_TOKEN_TEXT_MAX 32

/* Settings of the rows; each row's params name those it has. */
typedef struct sl_packing_settings {
  int32_t start;
  int32_t restart_positions; /* own_document only */
  int32_t bos_visible;       /* own_document and SL_BOS_PINNED only */
  int32_t bos;               /* of rows with SL_BOS_CHOSEN */
  int32_t pool;              /* best_fit only */
  int32_t place;             /* fixed_token only, from 1 */
  char token[SL_TOKEN_TEXT_MAX + 1];
} sl_packing_settings;

#define SL_PACKING_AT(member) .offset = offsetof(sl_packing_settings, member)

extern const sl_option sl_packing_starts[], sl_packing_viewers[];

/* Of every row that cuts a stream into windows. */
#define SL_PACKING_PARAMS                                                                          \
  {                                                                                                \
    .key = "start", .label = "Windows start",                                                      \
    .help = "Whether a window may begin in the middle of a document.", .type = SL_CHOICE,          \
    .text = "anywhere", .options = sl_packing_starts, SL_PACKING_AT(start)                         \
  }

/* Of every row with several documents that do not see each other. */
#define SL_RESTART_PARAM                                                                           \
  {                                                                                                \
    .key = "restart_positions", .label = "Restart positions",                                      \
    .help = "Whether positions begin anew with each document or run through the window.",          \
    .type = SL_BOOL, .def = 0, .max = 1, SL_PACKING_AT(restart_positions)                          \
  }

/* Of those of them whose BOS may stand at the window's front. */
#define SL_BOS_VISIBLE_PARAM                                                                       \
  {                                                                                                \
    .key = "bos_visible", .label = "BOS is seen by",                                               \
    .help = "Which documents of the window see the BOS at its front.", .type = SL_CHOICE,          \
    .text = "all", .options = sl_packing_viewers, SL_PACKING_AT(bos_visible)                       \
  }

/* The fill of rows that cut a stream into windows. */
void sl_packing_fill(const sl_packing_type *p, const void *settings, const sl_corpus *c,
                     sl_rng *rng, int held_out, sl_batch *batch, int b);

/* ---- parts of a fill ------------------------------------------------------------------------- */
/* The T tokens of a window and one or two after them, each with the number of its document. */
typedef struct sl_window {
  int n, limit;
  int skip;          /* tokens of the stream still to leave out */
  int front, number; /* where the stream begins; the document now written */
  int32_t token[SL_CONTEXT_MAX + 2], document[SL_CONTEXT_MAX + 2];
} sl_window;

/* Where a window's documents come from. */
typedef struct sl_source {
  const sl_corpus *c;
  sl_rng *rng;
  int held_out;
  int bos;  /* BOS in front of every document */
  int fill; /* ask for documents that fill the window */
} sl_source;

/* An empty window for `limit` tokens, or one that begins with a BOS: of the first document, unless the
 * row lets all see it. */
void sl_window_begin(sl_window *w, const sl_packing_type *p, const void *settings,
                     const sl_corpus *c, int limit, int with_bos);
/* Whether the row's windows begin with a BOS. */
int sl_packing_pins(const sl_packing_type *p, const void *settings);
/* A token of the document now written, if there is room. */
void sl_window_put(sl_window *w, int32_t token);
sl_source sl_window_source(const sl_packing_type *p, const void *settings, const sl_corpus *c,
                           sl_rng *rng, int held_out);
/* One document with its specials, as far as there is room. */
void sl_window_document(sl_window *w, const sl_source *s);
/* Documents until the window is full. */
void sl_window_stream(sl_window *w, const sl_source *s);
/* Padding up to the limit. */
void sl_window_pad(sl_window *w, const sl_corpus *c);
/* The window's first T tokens into row b. */
void sl_window_write(const sl_window *w, const sl_packing_type *p, const void *settings,
                     sl_batch *batch, int b);
/* How many tokens of the stream to leave out so that windows are cut anywhere. */
int sl_window_skip(const sl_packing_type *p, const sl_packing_settings *s, const sl_corpus *c,
                   sl_rng *rng, int T);

#endif
