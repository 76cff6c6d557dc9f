#include "probe.h"

static float magnitude(sl_real x) { return (float)(x < 0 ? -x : x); }

/* The median of |x| to a part in 2^24 of the largest, by halving the interval it lies in: needs no
 * copy of x. */
static float median(const sl_real *x, size_t n, float largest) {
  float low = 0, high = largest;
  for (int i = 0; i < 24; i++) {
    float middle = 0.5f * (low + high);
    size_t below = 0;
    for (size_t j = 0; j < n; j++) below += magnitude(x[j]) <= middle;
    if (2 * below < n)
      low = middle;
    else
      high = middle;
  }
  return high;
}

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int l = 0; l <= d->L; l++) {
    const sl_real *x = sl_look_hidden(k, l);
    size_t n = (size_t)k->length * d->C;
    float largest = 0;
    for (size_t i = 0; i < n; i++)
      if (magnitude(x[i]) > largest) largest = magnitude(x[i]);
    out[l] += largest / median(x, n, largest);
  }
}

const sl_probe_type sl_probe_max_over_median = {
    .desc = {"max_over_median", "Max over median",
             "Largest activation over the median one in the residual stream, by depth: massive "
             "activations stand far out.",
             "arXiv 2402.17762, sec. 2", NULL},
    .kind = "series",
    .shape = "P",
    .needs = "hidden",
    .add = add};
