/* For each query t behind the first token the share |A_{t,1}| / sum |A_t| of its attention that goes there,
 * as the mean over the windows in which t sees it: 0 where none does. Without a sink it falls like 1/t. Passes
 * of its own, for a mean that each query has of windows of its own. */
#include "probe.h"

static void add_query(const sl_look *k, int first, int query, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int head = 0; head < d->L * d->H; head++) {
    const sl_shares s = sl_look_shares(k, head / d->H, head % d->H, query);
    if (s.total > 0) out[head * d->T + query] += (float)(sl_magnitude(s.weight[first]) / s.total);
  }
}

/* windows (T): how many have been added for each query. */
static void add_window(const sl_look *k, int *windows, float *out) {
  const int first = sl_model_front(&k->pass->model->config);
  sl_span s = {0};
  for (int i = 0; i < k->length; i++) {
    s = sl_look_span(k, s, i);
    if (i <= first || !sl_sees(&s, first)) continue;
    windows[i]++;
    add_query(k, first, i, out);
  }
}

static void measure(sl_trainer *t, const sl_probe_run *run, float *out) {
  const sl_dims *d = &t->model.dims;
  int windows[SL_WINDOW_MAX] = {0};
  sl_pass pass;
  for (int done = 0; sl_probe_next(t, run, NULL, &done, &pass);)
    for (int row = 0; row < pass.B; row++) {
      const sl_look k = sl_look_at(t, run, &pass, row);
      add_window(&k, windows, out);
    }
  for (int i = 0; i < d->L * d->H * d->T; i++)
    if (windows[i % d->T]) out[i] /= (float)windows[i % d->T];
}

const sl_probe_type sl_probe_first_by_context = {
    .desc = {"first_by_context", "Attention to the first token, by context",
             "Share of each token's attention that goes to the first token: it falls like 1/t "
             "where all earlier tokens are alike, and stays where the first is a sink.",
             "arXiv 2410.13835", NULL},
    .kind = "tokens",
    .shape = "LHT",
    .needs = "attention.weights",
    .measure = measure};
