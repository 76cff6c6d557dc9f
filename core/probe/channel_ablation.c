/* alpha'_{l,h} - alpha_{l,h} of the window's first token: alpha' is of a pass in which the token's spiked
 * channels are set to zero where they peak, in front of a block; mean over the windows. Blocks before that
 * one give 0. */
#include "probe_spike.h"

static void silence(const sl_edit *e, const sl_pass *p, sl_point point, int layer, sl_real *x) {
  const sl_spike *s = e->what;
  if (point != SL_POINT_HIDDEN || layer != s->depth) return;
  for (int i = 0; i < s->count; i++) x[s->channel[i]] = 0;
}

static double alpha_of(const sl_look *k, int i) {
  const sl_model *m = k->pass->model;
  const int first = sl_model_front(&m->config) ? -1 : 0;
  return sl_look_alpha(k, i / m->dims.H, i % m->dims.H, first);
}

static void measure(sl_trainer *t, const sl_probe_run *run, float *out) {
  const int heads = t->model.dims.L * t->model.dims.H;
  size_t n;
  double *before = (double *)(void *)sl_trainer_room(t, &n);
  for (int w = run->first; w < run->first + run->count; w++) {
    sl_pass pass = sl_trainer_look(t, run->input, w, 1);
    const sl_look k = sl_look_at(t, run, &pass, 0);
    const sl_spike spike = sl_look_spike(&k);
    const sl_edit edit = {.apply = silence, .what = &spike};
    for (int i = 0; i < heads; i++) before[i] = alpha_of(&k, i);
    pass.edit = &edit;
    sl_model_forward(&pass);
    for (int i = 0; i < heads; i++) out[i] += (float)((alpha_of(&k, i) - before[i]) / run->count);
  }
}

const sl_probe_type sl_probe_channel_ablation = {
    .desc = {"channel_ablation", "Attention without the spike",
             "How the attention to the first token changes when its three spiked channels are set "
             "to zero at their peak: far below 0, the head found it by the spike.",
             "arXiv 2402.17762, sec. 3", NULL},
    .kind = "matrix",
    .shape = "LH",
    .needs = "attention.weights",
    .measure = measure};
