#include "elementwise.h"

void sl_sigmoid_row(const sl_kernels *k, size_t n, sl_real a, sl_real shift, const sl_real *x,
                    sl_real *y) {
  k->exp_row(n, -a, shift, x, y);
  for (size_t i = 0; i < n; i++) y[i] = y[i] > (sl_real)1e30 ? 0 : 1 / (1 + y[i]);
}

void sl_elu_row(const sl_kernels *k, size_t n, sl_real a, const sl_real *x, sl_real *y) {
  for (size_t i = 0; i < n; i++) y[i] = x[i] < 0 ? x[i] : 0;
  k->exp_row(n, a, 0, y, y);
  for (size_t i = 0; i < n; i++) y[i] += x[i] < 0 ? 0 : a * x[i];
}
