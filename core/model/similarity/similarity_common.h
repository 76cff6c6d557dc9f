/* What several rows do to a row of scores. */
#ifndef SL_SIMILARITY_COMMON_H
#define SL_SIMILARITY_COMMON_H

#include "../model.h"

/* e = exp(a (s - shift)); dL/ds = (Z dL/de / Z) a e = a w (Z dL/de): 1/Z cancels. */
void sl_similarity_exponential(const sl_row *r, const sl_real *s, sl_real *e);
void sl_similarity_exponential_back(const sl_row *r, const sl_real *w, sl_real inverse_z,
                                    sl_real *d);
/* e = a s: of the kernels, whose scores are the weights. */
void sl_similarity_linear(const sl_row *r, const sl_real *s, sl_real *e);
void sl_similarity_linear_back(const sl_row *r, const sl_real *w, sl_real inverse_z, sl_real *d);

#endif
