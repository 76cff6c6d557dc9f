/* What positions that act on scores share. */
#ifndef SL_POSITION_BIAS_H
#define SL_POSITION_BIAS_H

#include "../model.h"

/* How far key j lies before the query; a key behind it (in a prefix, or where positions begin anew)
 * counts as 0. */
static inline int sl_distance(const sl_bias_row *r, int j) {
  int distance = r->query - r->key[j];
  return distance > 0 ? distance : 0;
}

#endif
