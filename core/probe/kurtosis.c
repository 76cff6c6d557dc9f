/* Kurtosis of the residual stream's numbers in a window, by depth: mean (h - m)^4 / (mean (h - m)^2)^2
 * over its tokens and dimensions, m their mean; 3 for a normal distribution. The mean over the windows
 * (Bondarenko et al. 2023, sec. 5: outliers that make quantisation hard). */
#include "probe.h"

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int l = 0; l <= d->L; l++) {
    const sl_real *x = sl_look_hidden(k, l);
    size_t n = (size_t)k->length * d->C;
    double mean = 0, second = 0, fourth = 0;
    for (size_t i = 0; i < n; i++) mean += x[i] / (double)n;
    for (size_t i = 0; i < n; i++) {
      double square = (x[i] - mean) * (x[i] - mean);
      second += square / (double)n;
      fourth += square * square / (double)n;
    }
    if (second > 0) out[l] += (float)(fourth / (second * second));
  }
}

const sl_probe_type sl_probe_kurtosis = {
    .desc = {"kurtosis", "Kurtosis",
             "How heavy the tails of the residual stream's numbers are, by depth: 3 for a bell "
             "curve, far more with outliers.",
             "arXiv 2306.12929, sec. 5", NULL},
    .kind = "series",
    .shape = "P",
    .needs = "hidden",
    .add = add};
