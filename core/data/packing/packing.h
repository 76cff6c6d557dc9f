/* What the packings share: the loop that fills a window, and the settings of those whose attention
 * stays inside the document. A row says only where its BOS goes and who sees whom. */
#ifndef SL_PACKING_H
#define SL_PACKING_H

#include "../data.h"

enum { SL_BOS_NONE, SL_BOS_EACH, SL_BOS_PINNED };
enum { SL_BOS_VISIBLE_ALL, SL_BOS_VISIBLE_FIRST };

enum { SL_START_ANYWHERE, SL_START_DOCUMENT };

/* Settings of the rows; each row's params name those it has. */
typedef struct sl_packing_settings {
  int32_t start;
  int32_t restart_positions; /* own_document only */
  int32_t bos_visible;       /* own_document and SL_BOS_PINNED only */
} sl_packing_settings;

extern const sl_option sl_packing_starts[];

/* Of every row. */
#define SL_PACKING_PARAMS                                                                          \
  {                                                                                                \
    .key = "start", .label = "Windows start",                                                      \
    .help = "Whether a window may begin in the middle of a document.", .type = SL_CHOICE,          \
    .text = "anywhere", .options = sl_packing_starts,                                              \
    .offset = offsetof(sl_packing_settings, start)                                                 \
  }

/* Of every row with own_document. */
#define SL_INTRA_PARAMS                                                                            \
  SL_PACKING_PARAMS, {                                                                             \
    .key = "restart_positions", .label = "Restart positions",                                      \
    .help = "Whether positions begin anew with each document or run through the window.",          \
    .type = SL_BOOL, .def = 0, .max = 1,                                                           \
    .offset = offsetof(sl_packing_settings, restart_positions)                                     \
  }

void sl_packing_fill(const sl_packing_type *p, const void *settings, const sl_corpus *c,
                     sl_rng *rng, int held_out, sl_batch *batch, int b);

#endif
