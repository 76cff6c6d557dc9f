/* What the probes of the first token by length of context share. */
#ifndef SL_PROBE_CONTEXT_H
#define SL_PROBE_CONTEXT_H

#include "probe.h"

/* A share of a query that sees the keys of the span, of them `first`. */
typedef double (*sl_of_span)(const sl_look *k, int layer, int head, int query, const sl_span *s,
                             int first);
/* For each query behind the first token, (L,H,T), the mean over the windows in which it sees that; 0 where
 * none does. Passes of its own, for each query has windows of its own. */
void sl_context_means(sl_trainer *t, const sl_probe_run *run, sl_of_span of_span, float *out);

#endif
