/* Neuron f of block l writes a_f W_out[f,c] to channel c of the first token, the spiked one: the three that
 * write most, as (number, a_f W_out[f,c] / sum_g |a_g W_out[g,c]|). First window. */
#include "probe_spike.h"

static sl_code check(const sl_model *m, sl_error *e) {
  if (m->blocks[0].ffn.type->forward) return SL_OK;
  return sl_fail(e, SL_E_CONFIG, "probe.spike_neurons",
                 "This model has no feed-forward layers, so there are no neurons that write.");
}

static void add_block(const sl_look *k, const sl_ffn *f, int c, float *pairs) {
  const sl_dims *d = &k->pass->model->dims;
  const sl_real *a = sl_at(k->pass, f->a) + (size_t)k->row * d->T * d->F;
  const sl_real *w = sl_weight(k->pass, f->out.w) + c;
  double total = 0;
  for (int i = 0; i < d->F; i++) {
    double writes = (double)a[i] * w[(size_t)i * d->C];
    total += sl_magnitude(writes);
    sl_keep_largest(pairs, 2, (float[]){(float)i, (float)writes});
  }
  for (int i = 0; i < SL_SPIKES && total > 0; i++) pairs[2 * i + 1] /= (float)total;
}

static void add(const sl_look *k, float *out) {
  const sl_model *m = k->pass->model;
  const sl_spike s = sl_look_spike(k);
  for (int l = 0; l < m->dims.L; l++)
    add_block(k, &m->blocks[l].ffn, s.channel[0], out + (size_t)2 * SL_SPIKES * l);
}

const sl_probe_type sl_probe_spike_neurons = {
    .desc = {"spike_neurons", "Neurons that write the spike",
             "The three neurons of every feed-forward layer that write most to the first token's "
             "largest number, each with its share of all that is written there.",
             "arXiv 2503.08908, sec. 4.2", NULL},
    .kind = "table",
    .shape = "L32",
    .names = "neuron|share",
    .needs = "ffn.a",
    .add = add,
    .check = check,
    .first_only = 1};
