/* Mean loss when the band's part of the residual stream is taken out, x - V_q^T V_q x: first after the last
 * block alone, of all tokens; then in front of every block too, of all tokens but the window's first. */
#include "probe_bands.h"

static void measure(sl_trainer *t, const sl_probe_run *run, float *out) {
  const double *directions = sl_bands_of(t);
  for (int everywhere = 0; everywhere < 2; everywhere++)
    for (int q = 0; q < SL_BANDS; q++) {
      sl_filter f = sl_band(&t->model, directions, q);
      const sl_edit edit = {.apply = sl_filter_apply, .what = &f};
      f.from = everywhere ? 0 : t->model.dims.L;
      f.spare_first = everywhere;
      *out++ = (float)sl_probe_loss(t, run, &edit);
    }
}

const sl_probe_type sl_probe_band_loss = {
    .desc = {"band_loss", "Loss without a band",
             "Loss when one of 20 bands of the unembedding's spectrum, strongest first, is taken "
             "out of the tokens: after the last block, and everywhere but of the first token.",
             "arXiv 2402.09221", NULL},
    .kind = "series",
    .shape = "2Q",
    .names = "at the end|everywhere",
    .needs = "hidden",
    .measure = measure,
    .check = sl_bands_check};
