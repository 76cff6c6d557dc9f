/* The birth certificate of a run: from which evaluation on its heads have their sinks, what was drained
 * and which norms stand out. */
#ifndef SL_BIRTHS_H
#define SL_BIRTHS_H

#include "probe_metrics.h"

/* A norm stands out at so many times the others'. */
#define SL_STANDS_OUT 3.0

/* Of the value ratios (L,G): the one that head i (of L,H) reads. */
int sl_value_of_head(const sl_dims *d, int i);

/* [{"step":…,"what":"sink|slot|drain|norms","layer":…,"head":…,"text":"…"},…] in order of steps: what
 * holds from that record to the last. Layers and heads count from 1 in the texts and from 0 in the
 * numbers. */
void sl_births_write(const sl_trainer *t, const sl_metrics *m, sl_text *out);

#endif
