/* Softpick (Zuhri et al. 2025, arXiv 2504.20966): with m = max s,
 *   e_j = exp(s_j - m) - exp(-m),   w_j = max(e_j, 0) / (sum |e_j| + 1e-8)
 * The signed e go through the normaliser (which sums their sizes); the finish drops the negative. As
 * de_j/ds_j = e_j + exp(-m), and de_j/dm = -e_j; the largest e is 1 - exp(-m). */
#include "../../base/math.h"
#include "../model.h"

static void forward(const sl_row *r, const sl_real *s, sl_real *e) {
  const sl_real rest = (sl_real)sl_exp(-(double)(r->a * r->shift));
  r->k->exp_row((size_t)r->n, r->a, r->shift, s, e);
  for (int i = 0; i < r->n; i++) e[i] -= rest;
}

static void backward(const sl_row *r, const sl_real *w, sl_real inverse_z, sl_real *d) {
  const sl_real largest = r->k->max((size_t)r->n, w);
  const int shifted = r->shifts;
  const sl_real rest = shifted ? inverse_z - largest : inverse_z; /* exp(-m) / Z */
  sl_real through_max = shifted ? r->k->dot((size_t)r->n, w, d) : 0;
  for (int i = 0; i < r->n; i++) {
    d[i] *= r->a * (w[i] + rest);
    if (w[i] == largest) {
      d[i] -= r->a * through_max;
      through_max = 0;
    }
  }
}

static void finish(const sl_row *r, sl_real *w) { r->k->relu((size_t)r->n, w, w); }

static void finish_back(const sl_row *r, const sl_real *w, sl_real *d) {
  for (int i = 0; i < r->n; i++) d[i] = w[i] > 0 ? d[i] : 0;
}

const sl_similarity_type sl_similarity_softpick = {
    .desc = {"softpick", "Softpick",
             "Scores below zero get nothing but still count in the sum: a row may add up to less "
             "than one, down to zero.",
             "arXiv 2504.20966", NULL},
    .shifts = 1,
    .is_signed = 1,
    .floor = 1e-8,
    .forward = forward,
    .backward = backward,
    .finish = finish,
    .finish_back = finish_back};
