/* The keys of the first window on their first three principal components: with K (T,D) the keys less
 * their mean and K = U S V^T its singular value decomposition, the coordinates K V = U S. A
 * component's sign is free: it is such that the first token's coordinate is not negative. */
#include "../base/linear_algebra.h"
#include "probe.h"

enum { COMPONENTS = 3 };

/* x (D,T): numbers of the keys, less their mean, a row for each of the D columns. */
static void centred(const sl_look *k, int layer, int g, double *x) {
  const sl_dims *d = &k->pass->model->dims;
  for (int c = 0; c < d->D; c++, x += k->length) {
    double mean = 0;
    for (int t = 0; t < k->length; t++) mean += sl_look_key(k, layer, g, t)[c] / (double)k->length;
    for (int t = 0; t < k->length; t++) x[t] = sl_look_key(k, layer, g, t)[c] - mean;
  }
}

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  double *x = sl_look_room(k);
  for (int head = 0; head < d->L * d->G; head++, out += (size_t)d->T * COMPONENTS) {
    centred(k, head / d->G, head % d->G, x);
    sl_svd(d->D, k->length, x, NULL, x + (size_t)d->D * k->length);
    for (int i = 0; i < COMPONENTS && i < d->D; i++) {
      const double *row = x + (size_t)i * k->length;
      for (int t = 0; t < k->length; t++)
        out[t * COMPONENTS + i] = (float)(row[0] < 0 ? -row[t] : row[t]);
    }
  }
}

const sl_probe_type sl_probe_key_pca = {
    .desc = {"key_pca", "Keys in three dimensions",
             "Each key of the first window on the three directions in which the keys differ most; "
             "a sink's key stands alone.",
             "arXiv 2410.10781, sec. 3.1", NULL},
    .kind = "points",
    .shape = "LGT3",
    .names = "1st component|2nd component|3rd component",
    .needs = "attention.k",
    .add = add,
    .first_only = 1};
