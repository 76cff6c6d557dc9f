#include "similarity_common.h"

void sl_similarity_exponential(const sl_row *r, const sl_real *s, sl_real *e) {
  r->k->exp_row((size_t)r->n, r->a, r->shift, s, e);
}

void sl_similarity_exponential_back(const sl_row *r, const sl_real *w, sl_real inverse_z,
                                    sl_real *d) {
  const sl_real a = r->a;
  (void)inverse_z;
  for (int i = 0; i < r->n; i++) d[i] = a * w[i] * d[i];
}

void sl_similarity_linear(const sl_row *r, const sl_real *s, sl_real *e) {
  for (int i = 0; i < r->n; i++) e[i] = r->a * s[i];
}

void sl_similarity_linear_back(const sl_row *r, const sl_real *w, sl_real inverse_z, sl_real *d) {
  (void)w;
  r->k->scale((size_t)r->n, r->a * inverse_z, d);
}
