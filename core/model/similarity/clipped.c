/* Clipped softmax (Bondarenko et al. 2023, arXiv 2306.12929, eq. 4): w = clip((zeta - gamma) p + gamma,
 * 0, 1) of the softmax p, so that a weight can be exactly zero. */
#include "similarity_common.h"

typedef struct settings {
  double gamma, zeta;
} settings;

static sl_real stretched(const settings *c, sl_real p) {
  return (sl_real)(c->zeta - c->gamma) * p + (sl_real)c->gamma;
}

static void finish(const sl_row *r, sl_real *w) {
  for (int i = 0; i < r->n; i++) {
    sl_real y = stretched(r->similarity, w[i]);
    w[i] = y < 0 ? 0 : y > 1 ? 1 : y;
  }
}

static void finish_back(const sl_row *r, const sl_real *w, sl_real *d) {
  const settings *c = r->similarity;
  for (int i = 0; i < r->n; i++) {
    sl_real y = stretched(c, w[i]);
    d[i] = y > 0 && y < 1 ? (sl_real)(c->zeta - c->gamma) * d[i] : 0;
  }
}

static const sl_param params[] = {
    {.key = "gamma",
     .label = "Lower end γ",
     .type = SL_REAL,
     .def = -0.03,
     .min = -1,
     .max = 0,
     .offset = offsetof(settings, gamma),
     .help = "What a share of zero is stretched to; below zero it is cut to zero."},
    {.key = "zeta",
     .label = "Upper end ζ",
     .type = SL_REAL,
     .def = 1.03,
     .min = 1,
     .max = 2,
     .offset = offsetof(settings, zeta),
     .help = "What a share of one is stretched to; above one it is cut to one."},
    {0}};

const sl_similarity_type sl_similarity_clipped = {
    .desc = {"clipped", "Clipped softmax",
             "Shares of attention are stretched a little and cut to 0 and 1, so that a head can "
             "leave a key out without an infinite score.",
             "arXiv 2306.12929, eq. 4", params},
    .shifts = 1,
    .needs_shares = 1,
    .forward = sl_similarity_exponential,
    .backward = sl_similarity_exponential_back,
    .finish = finish,
    .finish_back = finish_back};
