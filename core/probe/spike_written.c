/* w_{l,f} = f_l(...)_c / h_{p,1,c}: what the attention (f = 1) and the feed-forward (f = 2) of block l add to
 * channel c of the first token, over the channel's value at its peak, where it is the largest number of
 * the token that a block reads (h_{l,1}, l < L). With the embedding's, the shares up to the peak add up to
 * 1, all of them to h_{L,1,c} / h_{p,1,c}. With norms behind the sum (post) a share is of what is added,
 * before the norm. First window. */
#include "probe_spike.h"

/* Channel c of what sublayer i of the block adds to the first token. */
static double added(const sl_look *k, int layer, int i, int c) {
  const sl_model *m = k->pass->model;
  const sl_block *b = &m->blocks[layer];
  sl_slot from = i ? b->middle : m->hidden[layer], to = i ? m->hidden[layer + 1] : b->middle;
  if (i && !b->ffn.type->forward) return 0;
  if (m->config.norm_placement == SL_NORM_POST) to = b->sub[i].in;
  return (double)sl_look_stream(k, to)[c] - sl_look_stream(k, from)[c];
}

static void add(const sl_look *k, float *out) {
  const sl_spike s = sl_look_spike(k);
  for (int l = 0; l < k->pass->model->dims.L; l++)
    for (int i = 0; i < 2 && s.value != 0; i++)
      out[2 * l + i] = (float)(added(k, l, i, s.channel[0]) / s.value);
}

const sl_probe_type sl_probe_spike_written = {
    .desc = {"spike_written", "Who writes the spike",
             "What attention and feed-forward of every block add to the first token's "
             "largest number, as a share of it at its peak; below 0 it is taken away.",
             "arXiv 2402.17762, sec. 2", NULL},
    .kind = "matrix",
    .shape = "L2",
    .names = "attention|feed-forward",
    .needs = "hidden",
    .add = add,
    .first_only = 1};
