/* Functions of single numbers, over arrays, that rows of several families are made of. */
#ifndef SL_ELEMENTWISE_H
#define SL_ELEMENTWISE_H

#include "../kernels/kernels.h"

/* y = sigmoid(a (x - shift)), 0 where below 1e-30; y may be x. */
void sl_sigmoid_row(const sl_kernels *k, size_t n, sl_real a, sl_real shift, const sl_real *x,
                    sl_real *y);
/* y = elu(a x) + 1 = max(a x, 0) + exp(min(a x, 0)). */
void sl_elu_row(const sl_kernels *k, size_t n, sl_real a, const sl_real *x, sl_real *y);
/* Its slope by what it gave: 1 above 1, else y itself. */
static inline sl_real sl_elu_slope(sl_real y) { return y > 1 ? 1 : y; }

#endif
