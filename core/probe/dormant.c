/* The share of windows in which a head is dormant: attending to the sink in order to do nothing (Guo et
 * al. 2024, sec. 2; the value drain as Fesser et al. 2026 measure it). In a window, of the queries behind
 * the first token, those are idle that give more than half of their attention (|w| over the row's sum of
 * |w|) to the first token and a slot's key. The head is dormant if
 *
 *   more than half of the queries are idle, and
 *   mean over idle i of |o_i|  <  0.2 mean over t >= 2 of |v_t|:
 *
 * what it gives then is less than a fifth of what attending to an active token would give. */
#include "probe.h"

static const double DRAINED = 0.2;

static int is_idle(const sl_look *k, int layer, int head, int query) {
  const sl_shares s = sl_look_shares(k, layer, head, query);
  double sink = sl_magnitude(s.weight[0]);
  if (k->pass->model->blocks[layer].attention.column) sink += sl_magnitude(s.weight[-1]);
  return sink > 0.5 * s.total;
}

static int is_dormant(const sl_look *k, int layer, int head) {
  const sl_dims *d = &k->pass->model->dims;
  const sl_attention *a = &k->pass->model->blocks[layer].attention;
  const sl_real *o = sl_look_heads(k, a->o, d->H) + (size_t)head * d->D;
  const sl_real *v = sl_look_heads(k, a->v, d->G) + (size_t)(head / (d->H / d->G)) * d->D;
  double output = 0, value = 0;
  int idle = 0;
  for (int i = 1; i < k->length; i++) {
    value += sl_norm_of(v + (size_t)i * d->G * d->D, d->D);
    if (!is_idle(k, layer, head, i)) continue;
    output += sl_norm_of(o + (size_t)i * d->H * d->D, d->D);
    idle++;
  }
  return 2 * idle > k->length - 1 && output / idle < DRAINED * value / (k->length - 1);
}

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int head = 0; head < d->L * d->H; head++)
    out[head] += (float)is_dormant(k, head / d->H, head % d->H);
}

const sl_probe_type sl_probe_dormant = {
    .desc = {"dormant", "Dormant heads",
             "Share of windows in which a head does nothing: most of its attention is on the "
             "sink, and what it gives then is under a fifth of a token's value.",
             "arXiv 2410.13835, sec. 2", NULL},
    .kind = "matrix",
    .shape = "LH",
    .needs = "attention.v",
    .add = add};
