/* |V_dark h_{l,t}|^2 / |h_{l,t}|^2, V_dark the directions of the dark band; mean over the windows. */
#include "probe_bands.h"

static double share(const sl_filter *f, const sl_real *x, int C) {
  const double *v = f->direction, all = sl_dot(x, x, C);
  double dark = 0;
  for (int i = 0; i < f->count; i++, v += C) {
    double along = 0;
    for (int c = 0; c < C; c++) along += x[c] * v[c];
    dark += along * along;
  }
  return all > 0 ? dark / all : 0;
}

static void measure(sl_trainer *t, const sl_probe_run *run, float *out) {
  const sl_dims *d = &t->model.dims;
  const sl_filter dark = sl_band(&t->model, sl_bands_of(t), SL_BANDS - 1);
  sl_pass pass;
  for (int done = 0; sl_probe_next(t, run, NULL, &done, &pass);)
    for (int l = 0; l <= d->L; l++)
      for (int n = 0; n < pass.N; n++)
        out[l * d->T + n % d->T] +=
            (float)(share(&dark, sl_at(&pass, t->model.hidden[l]) + (size_t)n * d->C, d->C) /
                    run->count);
}

const sl_probe_type sl_probe_dark_share = {
    .desc = {"dark_share", "Dark share",
             "Share of each token's squared length that lies in the weakest of the 20 bands of the "
             "unembedding's spectrum, by depth: what hardly changes the prediction.",
             "arXiv 2402.09221", NULL},
    .kind = "tokens",
    .shape = "PT",
    .needs = "hidden",
    .measure = measure,
    .check = sl_bands_check};
