#include "probe_spike.h"

void sl_three_largest(const sl_real *x, int n, float *pairs) {
  for (int i = 0; i < n; i++) sl_keep_largest(pairs, 2, (float[]){(float)i, (float)x[i]});
}

sl_spike sl_look_spike(const sl_look *k) {
  const sl_dims *d = &k->pass->model->dims;
  sl_spike s = {.count = d->C < SL_SPIKES ? d->C : SL_SPIKES};
  for (int l = 0; l < d->L; l++) {
    float pairs[2 * SL_SPIKES] = {0};
    sl_three_largest(sl_look_hidden(k, l), d->C, pairs);
    if (sl_magnitude(pairs[1]) <= sl_magnitude(s.value)) continue;
    s.depth = l;
    s.value = pairs[1];
    for (int i = 0; i < s.count; i++) s.channel[i] = (int)pairs[2 * i];
  }
  return s;
}

const sl_real *sl_look_first_read(const sl_look *k, int layer) {
  const sl_model *m = k->pass->model;
  if (m->config.norm_placement == SL_NORM_POST) return sl_look_hidden(k, layer);
  return sl_look_stream(k, m->blocks[layer].sub[0].in);
}
