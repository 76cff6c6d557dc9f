/* What the spectral probes share (Cancedda 2024, arXiv 2402.09221): the right singular vectors of
 * the unembedding W (V,C), directions of the residual stream, strongest first, in SL_BANDS bands of equal
 * numbers. The last band is the dark one: what lies there hardly reaches the logits. Directions that W
 * does not read at all, where C > V, belong to it. */
#ifndef SL_PROBE_BANDS_H
#define SL_PROBE_BANDS_H

#include "probe.h"

/* One band, and what of the residual stream it is taken out of. */
typedef struct sl_filter {
  const double *direction; /* (count,C), orthonormal */
  int count;
  int from;        /* first depth it is taken out at: after so many blocks */
  int spare_first; /* the window's first token keeps it */
} sl_filter;

/* A sentence where there are fewer directions than bands. */
sl_code sl_bands_check(const sl_model *m, sl_error *e);
/* All directions (C,C), in the trainer's room. */
const double *sl_bands_of(sl_trainer *t);
/* Band 0 … SL_BANDS - 1 of them. */
sl_filter sl_band(const sl_model *m, const double *directions, int band);
/* An edit's apply; `what` is the filter. */
void sl_filter_apply(const sl_edit *e, const sl_pass *p, sl_point point, int layer, sl_real *x);

#endif
