/* The share of windows in which a head is dormant: attending to the sink in order to do nothing (Guo et
 * al. 2024, sec. 3.1; the value drain as Fesser et al. 2026 measure it). In a window,
 *
 *   more than half of the queries are idle, and
 *   mean over idle i of |o_i|  <  0.2 mean over t >= 2 of |v_t|:
 *
 * what it gives then is less than a fifth of what attending to an active token would give. */
#include "probe_rest.h"

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int head = 0; head < d->L * d->H; head++) {
    const sl_rest r = sl_rest_of(k, head / d->H, head % d->H);
    out[head] += (float)(2 * r.idle > r.queries && sl_is_drained(r.output, r.value));
  }
}

const sl_probe_type sl_probe_dormant = {
    .desc = {"dormant", "Dormant heads",
             "Share of windows in which a head does nothing: most of its attention is on the "
             "sink, and what it gives then is under a fifth of a token's value.",
             "arXiv 2410.13835, sec. 3.1", NULL},
    .kind = "matrix",
    .shape = "LH",
    .needs = "attention.v",
    .add = add};
