/* Rest: attending to the sink in order to do nothing (Guo et al. 2024, arXiv 2410.13835). */
#ifndef SL_PROBE_REST_H
#define SL_PROBE_REST_H

#include "probe.h"

/* Of one head over the queries of a window behind its first token. Idle are those that give more than half
 * of their attention (|w| over the row's sum of |w|) to the first token and a slot's key; of these, resting
 * are those whose output is drained: |o_i| < 0.2 of the mean |v_t|, t >= 2, that attending to an active
 * token would give. */
typedef struct sl_rest {
  int queries, idle, resting;
  double output, value; /* mean |o_i| of the idle ones, mean |v_t| */
} sl_rest;
sl_rest sl_rest_of(const sl_look *k, int layer, int head);

int sl_is_drained(double output, double value);

#endif
