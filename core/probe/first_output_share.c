/* Mean over the queries i behind the first token of |A_i1 v_1| / |o_i|: how much of what the head gives
 * is the first token's value. o_i is the weighted sum of values (with a slot's), before a gate on it. More
 * than 1 where other values cancel it. */
#include "probe.h"

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int head = 0; head < d->L * d->H; head++) {
    int l = head / d->H, h = head % d->H;
    const sl_attention *a = &k->pass->model->blocks[l].attention;
    const sl_real *o = sl_look_heads(k, a->o, d->H) + (size_t)h * d->D;
    double sum = 0;
    double first =
        sl_norm_of(sl_look_heads(k, a->v, d->G) + (size_t)(h / (d->H / d->G)) * d->D, d->D);
    for (int i = 1; i < k->length; i++) {
      double whole = sl_norm_of(o + (size_t)i * d->H * d->D, d->D);
      if (whole > 0) sum += sl_magnitude(sl_look_shares(k, l, h, i).weight[0]) * first / whole;
    }
    if (k->length > 1) out[head] += (float)(sum / (k->length - 1));
  }
}

const sl_probe_type sl_probe_first_output_share = {
    .desc = {"first_output_share", "The first value's share",
             "How long the first token's part of a head's output is, against the whole output: "
             "near 0 in a head that has drained that value.",
             "arXiv 2410.13835", NULL},
    .kind = "matrix",
    .shape = "LH",
    .needs = "attention.v",
    .add = add};
