/* Z = (sum_j sim_j^p)^(1/p). dZ/de_i = (e_i / Z)^(p-1) = w_i^(p-1), so Z dL/de_i = dL/dw_i -
 * w_i^(p-1) sum_j w_j dL/dw_j; a weight of zero stays there. */
#include "../../base/math.h"
#include "normaliser_common.h"

typedef struct settings {
  double p;
} settings;

static double p_of(const sl_row *r) { return ((const settings *)r->normaliser)->p; }

/* x^p of x >= 0; roots of two and four are what is asked for most. */
static sl_real power(sl_real x, double p) {
  if (x == 0) return 0;
  if (p == 0.5) return (sl_real)sl_sqrt(x);
  if (p == 0.25) return (sl_real)sl_sqrt(sl_sqrt(x));
  if (p == 2) return x * x;
  return (sl_real)sl_pow(x, p);
}

static sl_real forward(const sl_row *r, sl_real floor, sl_real *e) {
  const double p = p_of(r);
  sl_real sum = 0;
  for (int i = 0; i < r->n; i++) sum += power(e[i], p);
  return sl_row_divide(r, power(sum, 1 / p) + floor, e);
}

static void backward(const sl_row *r, const sl_real *w, sl_real inverse_z, sl_real *d) {
  const double p = p_of(r);
  const sl_real mean = r->k->dot((size_t)r->n, w, d);
  (void)inverse_z;
  for (int i = 0; i < r->n; i++) d[i] = w[i] > 0 ? d[i] - mean * power(w[i], p) / w[i] : 0;
}

static const sl_param params[] = {
    {.key = "p",
     .label = "p",
     .type = SL_REAL,
     .def = 0.5,
     .min = 0.1,
     .max = 4,
     .offset = offsetof(settings, p),
     .help = "1 is the sum; smaller spreads attention, and from 2 on runs tend to diverge."},
    {0}};

const sl_normaliser_type sl_normaliser_pnorm = {
    .desc = {"pnorm", "p-norm", "The p-norm of the row instead of its sum.",
             "arXiv 2410.10781, app. D.4", params},
    .scale_free = 1,
    .divides = 1,
    .is_positive = 1,
    .forward = forward,
    .backward = backward};
