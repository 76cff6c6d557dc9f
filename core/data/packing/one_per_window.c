#include "packing.h"

static void fill(const sl_packing_type *p, const void *settings, const sl_corpus *c, sl_rng *rng,
                 int held_out, sl_batch *batch, int b) {
  sl_window w;
  const sl_source s = sl_window_source(p, settings, c, rng, held_out);
  sl_window_begin(&w, p, settings, c, batch->T + 1, 0);
  sl_window_document(&w, &s);
  sl_window_pad(&w, c);
  sl_window_write(&w, p, settings, batch, b);
}

static const sl_param params[] = {{.key = "bos",
                                   .label = "BOS",
                                   .help = "Whether a BOS stands in front of the document.",
                                   .type = SL_BOOL,
                                   .def = SL_BOS_EACH,
                                   .max = 1,
                                   SL_PACKING_AT(bos)},
                                  {0}};

const sl_packing_type sl_packing_one_per_window = {
    .desc = {.id = "one_per_window",
             .label = "One per window",
             .help = "Every window holds one document from its beginning, with padding behind it; "
                     "what does not fit is left out.",
             .paper = "arXiv 2504.02732",
             .params = params},
    .needs_documents = 1,
    .bos = SL_BOS_CHOSEN,
    .own_document = 1,
    .pads = 1,
    .fill = fill};
