/* How far the first key's direction lies from the others'. With u_t = k_t / |k_t| and the mean m of
 * u_2 … u_T:
 *
 *   |u_1 - m| / sqrt(mean over t >= 2 of |u_t - m|^2)
 *
 * 1: as far from the middle as the others are; a sink's key lies apart, on a manifold of its own (Gu et
 * al. 2025, sec. 3.1). Lengths have no part in it: key_norm shows them. */
#include "../base/math.h"
#include "probe.h"

/* mean (D) of the directions behind the first. */
static void middle_of(const sl_look *k, int layer, int g, double *mean) {
  int D = k->pass->model->dims.D;
  for (int c = 0; c < D; c++) mean[c] = 0;
  for (int t = 1; t < k->length; t++) {
    const sl_real *key = sl_look_key(k, layer, g, t);
    double length = sl_norm_of(key, D) * (k->length - 1);
    for (int c = 0; c < D && length > 0; c++) mean[c] += key[c] / length;
  }
}

static double square_distance(const sl_real *key, const double *mean, int D) {
  double sum = 0, length = sl_norm_of(key, D);
  for (int c = 0; c < D; c++) {
    double x = (length > 0 ? key[c] / length : 0) - mean[c];
    sum += x * x;
  }
  return sum;
}

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  double *mean = sl_look_room(k);
  for (int l = 0; l < d->L; l++)
    for (int g = 0; g < d->G; g++, out++) {
      double spread = 0;
      middle_of(k, l, g, mean);
      for (int t = 1; t < k->length; t++)
        spread += square_distance(sl_look_key(k, l, g, t), mean, d->D) / (k->length - 1);
      if (spread > 0)
        *out += (float)sl_sqrt(square_distance(sl_look_key(k, l, g, 0), mean, d->D) / spread);
    }
}

const sl_probe_type sl_probe_key_distance = {
    .desc = {"key_distance", "How far off the first key is",
             "Distance of the first key's direction from the mean direction of the others, in "
             "units of their own spread: 1 is a key like any other.",
             "arXiv 2410.10781, sec. 3.1", NULL},
    .kind = "matrix",
    .shape = "LG",
    .needs = "attention.k",
    .add = add};
