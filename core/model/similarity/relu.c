/* sim = max(s, 0) (Guo et al. 2024, arXiv 2410.13835). */
#include "../model.h"

static void forward(const sl_row *r, const sl_real *s, sl_real *e) {
  for (int i = 0; i < r->n; i++) e[i] = s[i] > 0 ? r->a * s[i] : 0;
}

static void backward(const sl_row *r, const sl_real *w, sl_real inverse_z, sl_real *d) {
  for (int i = 0; i < r->n; i++) d[i] = w[i] > 0 ? r->a * inverse_z * d[i] : 0;
}

const sl_similarity_type sl_similarity_relu = {
    .desc = {"relu", "ReLU", "Only scores above zero count: a query may attend to nothing at all.",
             "arXiv 2410.13835", NULL},
    .can_vanish = 1,
    .forward = forward,
    .backward = backward};
