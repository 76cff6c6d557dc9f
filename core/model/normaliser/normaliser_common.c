#include "normaliser_common.h"

sl_real sl_row_sum(const sl_row *r, const sl_real *e) {
  sl_real z = 0;
  if (r->is_signed)
    for (int i = 0; i < r->n; i++) z += e[i] < 0 ? -e[i] : e[i];
  else
    for (int i = 0; i < r->n; i++) z += e[i];
  return z;
}

void sl_row_through_sum(const sl_row *r, sl_real slope, const sl_real *w, sl_real *d) {
  sl_real mean = slope * r->k->dot((size_t)r->n, w, d);
  if (r->is_signed)
    for (int i = 0; i < r->n; i++) d[i] -= w[i] < 0 ? -mean : mean;
  else
    for (int i = 0; i < r->n; i++) d[i] -= mean;
}

sl_real sl_row_divide(const sl_row *r, sl_real z, sl_real *e) {
  sl_real inverse = 1 / z;
  r->k->scale((size_t)r->n, inverse, e);
  return inverse;
}
