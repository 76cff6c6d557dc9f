/* mu(X_l) = 2 / (n (n - 1)) sum_{s<t} (1 - cos(h_{l,s}, h_{l,t})) over the n tokens of the window. With
 * u_t = h_t / |h_t| the cosines of all pairs add up to (|sum u|^2 - n) / 2. */
#include "probe.h"

static double mean_distance(const sl_real *x, int n, int C) {
  double inverse[SL_WINDOW_MAX], square = 0;
  int pointing = 0; /* a vector of zeros has no direction */
  for (int t = 0; t < n; t++) {
    double length = sl_norm_of(x + (size_t)t * C, C);
    inverse[t] = length > 0 ? 1 / length : 0;
    pointing += length > 0;
  }
  for (int c = 0; c < C; c++) {
    double sum = 0;
    for (int t = 0; t < n; t++) sum += x[(size_t)t * C + c] * inverse[t];
    square += sum * sum;
  }
  return n > 1 ? 1 - (square - pointing) / ((double)n * (n - 1)) : 0;
}

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int l = 0; l <= d->L; l++)
    out[l] += (float)mean_distance(sl_look_hidden(k, l), k->length, d->C);
}

const sl_probe_type sl_probe_pairwise_cosine = {
    .desc = {"pairwise_cosine", "Distance between tokens",
             "Mean of 1 - cosine over all pairs of tokens of a window, by depth: near 0 all tokens "
             "have become the same.",
             "arXiv 2504.02732", NULL},
    .kind = "series",
    .shape = "P",
    .needs = "hidden",
    .add = add};
