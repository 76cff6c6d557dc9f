#include "probe.h"

static float magnitude(float x) { return x < 0 ? -x : x; }

/* Keeps the three (dimension, value) pairs of largest |value|, largest first. */
static void insert(float *pairs, float dimension, float value) {
  for (int i = 0; i < 3; i++, pairs += 2) {
    if (magnitude(value) <= magnitude(pairs[1])) continue;
    float d = pairs[0], v = pairs[1];
    pairs[0] = dimension;
    pairs[1] = value;
    dimension = d;
    value = v;
  }
}

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int l = 0; l <= d->L; l++, out += 6) {
    const sl_real *x = sl_look_hidden(k, l);
    for (int c = 0; c < d->C; c++) insert(out, (float)c, (float)x[c]);
  }
}

const sl_probe_type sl_probe_spiked = {.desc = {"spiked", "Spiked dimensions",
                                                "The three largest numbers of the first token's "
                                                "residual vector, with their dimensions, by depth.",
                                                "arXiv 2402.17762, sec. 2", NULL},
                                       .kind = "table",
                                       .shape = "P32",
                                       .needs = "hidden",
                                       .add = add,
                                       .first_only = 1};
