/* sim = elu(s) + 1 (Gu et al. 2025, sec. 7.4). dsim/ds = 1 above 0, else e. */
#include "../elementwise.h"
#include "../model.h"

#include <string.h>

static void forward(const sl_row *r, const sl_real *s, sl_real *e) {
  memcpy(r->temp, s, (size_t)r->n * sizeof *s); /* e may be s */
  sl_elu_row(r->k, (size_t)r->n, r->a, r->temp, e);
}

static void backward(const sl_row *r, const sl_real *w, sl_real inverse_z, sl_real *d) {
  const sl_real z = 1 / inverse_z;
  for (int i = 0; i < r->n; i++) d[i] *= r->a * inverse_z * sl_elu_slope(w[i] * z);
}

const sl_similarity_type sl_similarity_elu = {
    .desc = {"elu", "ELU + 1",
             "One plus the score where it is positive, its exponential where it is not.",
             "arXiv 2410.10781, sec. 7.4", NULL},
    .forward = forward,
    .backward = backward};
