/* What several rows share. */
#ifndef SL_NORMALISER_COMMON_H
#define SL_NORMALISER_COMMON_H

#include "../model.h"

/* Sum of the e, or of their sizes where they are signed, in order. */
sl_real sl_row_sum(const sl_row *r, const sl_real *e);
/* d_i -= slope sum_j w_j d_j, times the sign of w_i where the e are signed: what flows through a Z
 * that is a sum. */
void sl_row_through_sum(const sl_row *r, sl_real slope, const sl_real *w, sl_real *d);
/* e / z in place; returns 1 / z. */
sl_real sl_row_divide(const sl_row *r, sl_real z, sl_real *e);

#endif
