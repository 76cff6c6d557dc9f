/* alpha of the window's first token, mean over layers, heads and windows, when the band is taken out of all
 * tokens in front of every block. */
#include "probe_bands.h"

static double mean_alpha(const sl_look *k) {
  const sl_model *m = k->pass->model;
  const int heads = m->dims.L * m->dims.H, first = sl_model_front(&m->config) ? -1 : 0;
  double sum = 0;
  for (int i = 0; i < heads; i++) sum += sl_look_alpha(k, i / m->dims.H, i % m->dims.H, first);
  return sum / heads;
}

static void measure(sl_trainer *t, const sl_probe_run *run, float *out) {
  const double *directions = sl_bands_of(t);
  for (int q = 0; q < SL_BANDS; q++) {
    const sl_filter f = sl_band(&t->model, directions, q);
    const sl_edit edit = {.apply = sl_filter_apply, .what = &f};
    sl_pass pass;
    double sum = 0;
    for (int done = 0; sl_probe_next(t, run, &edit, &done, &pass);)
      for (int row = 0; row < pass.B; row++) {
        const sl_look k = sl_look_at(t, run, &pass, row);
        sum += mean_alpha(&k);
      }
    out[q] = (float)(sum / run->count);
  }
}

const sl_probe_type sl_probe_band_attention = {
    .desc = {"band_attention", "Attention without a band",
             "Mean attention to the first token when one of 20 bands of the unembedding's "
             "spectrum, strongest first, is taken out of all tokens before every block.",
             "arXiv 2402.09221", NULL},
    .kind = "series",
    .shape = "Q",
    .needs = "attention.weights",
    .measure = measure,
    .check = sl_bands_check};
