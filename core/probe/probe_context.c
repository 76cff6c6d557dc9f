#include "probe_context.h"

/* windows (T): how many have been added for each query. */
static void add_window(const sl_look *k, sl_of_span of_span, int *windows, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  const int first = sl_model_front(&k->pass->model->config);
  sl_span s = {0};
  for (int i = 0; i < k->length; i++) {
    s = sl_look_span(k, s, i);
    if (i <= first || !sl_sees(&s, first)) continue;
    windows[i]++;
    for (int head = 0; head < d->L * d->H; head++)
      out[head * d->T + i] += (float)of_span(k, head / d->H, head % d->H, i, &s, first);
  }
}

void sl_context_means(sl_trainer *t, const sl_probe_run *run, sl_of_span of_span, float *out) {
  const sl_dims *d = &t->model.dims;
  int windows[SL_WINDOW_MAX] = {0};
  sl_pass pass;
  for (int done = 0; sl_probe_next(t, run, NULL, &done, &pass);)
    for (int row = 0; row < pass.B; row++) {
      const sl_look k = sl_look_at(t, run, &pass, row);
      add_window(&k, of_span, windows, out);
    }
  for (int i = 0; i < d->L * d->H * d->T; i++)
    if (windows[i % d->T]) out[i] /= (float)windows[i % d->T];
}
