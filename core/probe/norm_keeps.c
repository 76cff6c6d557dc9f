/* sum_{c in S} x_c^2 / sum_c x_c^2 of what the attention of block l reads of the first token: x is the token
 * after the block's norm (the token itself where norms stand behind), S its spiked channels. First
 * window. */
#include "probe_spike.h"

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  const sl_spike s = sl_look_spike(k);
  for (int l = 0; l < d->L; l++) {
    const sl_real *x = sl_look_first_read(k, l);
    double kept = 0, all = sl_dot(x, x, d->C);
    for (int i = 0; i < s.count; i++) kept += (double)x[s.channel[i]] * x[s.channel[i]];
    out[l] = all > 0 ? (float)(kept / all) : 0;
  }
}

const sl_probe_type sl_probe_norm_keeps = {
    .desc = {"norm_keeps", "What the norm keeps of the spike",
             "Share of the first token's squared length that its three spiked channels carry once "
             "the norm has weighed it, by layer; near 1 attention reads little else of it.",
             "arXiv 2402.17762, sec. 4", NULL},
    .kind = "series",
    .shape = "L",
    .needs = "in1",
    .add = add,
    .first_only = 1};
