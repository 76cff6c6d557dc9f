/* Whether the massive activations are needed (Sun et al. 2024, sec. 3, the table of interventions): the
 * held-out loss as it is, with them set to zero, and with them set to their mean over the windows. Which:
 * of the residual stream in front of a block, the depth with the largest |h| in the first window, and there
 * its three largest, by token (place) and channel; the same in every window. */
#include "probe.h"

#include <string.h>

enum { SPIKES = 3 };

typedef struct spikes {
  int layer, token[SPIKES], channel[SPIKES];
  double value[SPIKES];
} spikes;

static sl_real *spike_at(const spikes *s, int i, const sl_pass *p, int row, sl_real *x) {
  const sl_dims *d = &p->model->dims;
  return x + ((size_t)row * d->T + (size_t)s->token[i]) * d->C + s->channel[i];
}

static void replace(const sl_edit *e, const sl_pass *p, sl_point point, int layer, sl_real *x) {
  const spikes *s = e->what;
  if (point != SL_POINT_HIDDEN || layer != s->layer) return;
  for (int row = 0; row < p->B; row++)
    for (int i = 0; i < SPIKES; i++) *spike_at(s, i, p, row, x) = (sl_real)s->value[i];
}

static void find_spikes(const sl_look *k, spikes *s) {
  const sl_dims *d = &k->pass->model->dims;
  float best[3 * SPIKES] = {0};
  for (int l = 0; l < d->L; l++) {
    float here[3 * SPIKES] = {0};
    sl_add_largest(k, l, here);
    if (l && sl_magnitude(here[2]) <= sl_magnitude(best[2])) continue;
    memcpy(best, here, sizeof best);
    s->layer = l;
  }
  for (int i = 0; i < SPIKES; i++) {
    s->token[i] = (int)best[3 * i];
    s->channel[i] = (int)best[3 * i + 1];
  }
}

/* Their means over the windows, as the model is. */
static void find_means(sl_trainer *t, const sl_probe_run *run, spikes *s) {
  sl_pass p;
  int windows[SPIKES] = {0};
  for (int done = 0; sl_probe_next(t, run, NULL, &done, &p);)
    for (int row = 0; row < p.B; row++)
      for (int i = 0; i < SPIKES; i++) {
        if (s->token[i] >= sl_window_length(&p, row)) continue;
        s->value[i] += *spike_at(s, i, &p, row, sl_at(&p, p.model->hidden[s->layer]));
        windows[i]++;
      }
  for (int i = 0; i < SPIKES; i++) s->value[i] /= windows[i];
}

static void measure(sl_trainer *t, const sl_probe_run *run, float *out) {
  spikes s = {0};
  const sl_edit edit = {.apply = replace, .what = &s};
  const sl_pass first = sl_trainer_look(t, run->input, run->first, 1);
  const sl_look look = sl_look_at(t, run, &first, 0);
  find_spikes(&look, &s);
  out[0] = (float)run->loss;
  out[1] = (float)sl_probe_loss(t, run, &edit);
  find_means(t, run, &s);
  out[2] = (float)sl_probe_loss(t, run, &edit);
}

const sl_probe_type sl_probe_massive_edit = {
    .desc = {"massive_edit", "Without massive activations",
             "The held-out loss in nats per token: as it is, with the three largest activations "
             "set to zero, and with them set to their mean.",
             "arXiv 2402.17762, sec. 3", NULL},
    .kind = "series",
    .shape = "3",
    .names = "as it is|set to zero|set to the mean",
    .needs = "hidden",
    .measure = measure};
