/* cos(k, k_S) of the first token, k = x W_K + b and k_S = sum_{c in S} x_c W_K[c] what W_K makes of its spiked
 * channels S alone; x is what attention reads, and no norm of keys and no rotation is in either. First
 * window. */
#include "../base/math.h"
#include "probe_spike.h"

/* Element j of the key, and of the spiked channels' part of it. */
static void key_at(const sl_look *k, int layer, const sl_spike *s, int j, double key[2]) {
  const sl_linear *to_k = &k->pass->model->blocks[layer].attention.to_k;
  const sl_real *x = sl_look_first_read(k, layer), *w = sl_weight(k->pass, to_k->w) + j;
  key[0] = to_k->has_bias ? sl_weight(k->pass, to_k->b)[j] : 0;
  key[1] = 0;
  for (int c = 0; c < to_k->in; c++) key[0] += (double)x[c] * w[(size_t)c * to_k->out];
  for (int i = 0; i < s->count; i++)
    key[1] += (double)x[s->channel[i]] * w[(size_t)s->channel[i] * to_k->out];
}

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  const sl_spike s = sl_look_spike(k);
  for (int l = 0; l < d->L; l++)
    for (int g = 0; g < d->G; g++) {
      double both = 0, whole = 0, part = 0;
      for (int j = 0; j < d->D; j++) {
        double key[2];
        key_at(k, l, &s, g * d->D + j, key);
        both += key[0] * key[1];
        whole += key[0] * key[0];
        part += key[1] * key[1];
      }
      *out++ = whole > 0 && part > 0 ? (float)(both / sl_sqrt(whole * part)) : 0;
    }
}

const sl_probe_type sl_probe_spike_key = {
    .desc = {"spike_key", "The spike's part of the key",
             "Cosine between the first token's key and what its three spiked channels alone make "
             "of it, before rotation: near 1 the spike is the key.",
             "arXiv 2402.17762, sec. 4", NULL},
    .kind = "matrix",
    .shape = "LG",
    .needs = "in1",
    .add = add,
    .first_only = 1};
