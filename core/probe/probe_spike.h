/* What the probes of the spikes' path share: the largest numbers of the first token. */
#ifndef SL_PROBE_SPIKE_H
#define SL_PROBE_SPIKE_H

#include "probe.h"

enum { SL_SPIKES = 3 };

/* The three (which, value) of largest |value| of n numbers, largest first, into pairs of zeros. */
void sl_three_largest(const sl_real *x, int n, float *pairs);

/* In front of which block the first token's largest number of all stands, and the (at most three) largest
 * channels of the token there: the spiked ones, the largest first. */
typedef struct sl_spike {
  int depth, count, channel[SL_SPIKES];
  double value; /* of the first channel */
} sl_spike;
sl_spike sl_look_spike(const sl_look *k);

/* What the attention of a block reads of the first token, (C). */
const sl_real *sl_look_first_read(const sl_look *k, int layer);

#endif
