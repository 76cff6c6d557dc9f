/* Whole documents fill the window (Ding et al. 2024, arXiv 2404.10830): of a few that are drawn, the
 * first stands at the front, so that no length is left out, and again and again the longest that
 * still fits follows. */
#include "packing.h"

#define POOL_MAX 64

static void fill(const sl_packing_type *p, const void *settings, const sl_corpus *c, sl_rng *rng,
                 int held_out, sl_batch *batch, int b) {
  const sl_packing_settings *set = settings;
  sl_window w;
  sl_rng at[POOL_MAX]; /* each document can be made again from here */
  int length[POOL_MAX], pool = set->pool, next = 0, ended;
  sl_source s = sl_window_source(p, settings, c, rng, held_out);
  sl_window_begin(&w, p, settings, c, batch->T + 1, sl_packing_pins(p, settings));
  for (int i = 0; i < pool; i++) {
    at[i] = *rng;
    length[i] = c->type->document(c, rng, held_out, 0, 0, w.limit - w.n, w.token + w.n, &ended);
    length[i] += s.bos + 1;
  }
  while (next >= 0) {
    s.rng = &at[next];
    sl_window_document(&w, &s);
    length[next] = w.limit + 1; /* taken: never fits again */
    next = -1;
    for (int i = 0; i < pool; i++)
      if (w.n + length[i] <= w.limit && (next < 0 || length[i] > length[next])) next = i;
  }
  sl_window_pad(&w, c);
  sl_window_write(&w, p, settings, batch, b);
}

static const sl_option where[] = {
    {"none", "nowhere", "Documents follow each other without a BOS."},
    {"each", "each document", "A BOS stands in front of every document."},
    {"fixed", "the window", "One BOS stands at position 0 of every window."},
    {0}};

static const sl_param params[] = {
    {.key = "pool",
     .label = "Drawn at a time",
     .help = "How many documents are drawn to find those that fill a window.",
     .unit = "documents",
     .type = SL_INT,
     .def = 8,
     .min = 1,
     .max = POOL_MAX,
     SL_PACKING_AT(pool)},
    {.key = "bos",
     .label = "BOS is in front of",
     .help = "Where BOS stands.",
     .type = SL_CHOICE,
     .text = "each",
     .options = where,
     SL_PACKING_AT(bos)},
    SL_BOS_VISIBLE_PARAM,
    SL_RESTART_PARAM,
    {0}};

const sl_packing_type sl_packing_best_fit = {
    .desc = {.id = "best_fit",
             .label = "Best fit",
             .help = "Whole documents fill the window as well as they can, with padding behind "
                     "them, and a token sees its own document only; only one that is longer than "
                     "the window is cut.",
             .paper = "arXiv 2404.10830; arXiv 2504.02732",
             .params = params},
    .needs_documents = 1,
    .bos = SL_BOS_CHOSEN,
    .own_document = 1,
    .pads = 1,
    .fill = fill};
