/* The share of queries behind the first token at which a head rests: idle and drained (probe_rest.h). A
 * head is active at the others: it may wait for a few tokens and rest at all others (the active-dormant
 * heads of Guo et al. 2024). */
#include "probe_rest.h"

static void add(const sl_look *k, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int head = 0; head < d->L * d->H; head++) {
    const sl_rest r = sl_rest_of(k, head / d->H, head % d->H);
    if (r.queries) out[head] += (float)r.resting / (float)r.queries;
  }
}

const sl_probe_type sl_probe_resting = {
    .desc = {"resting", "Resting heads",
             "Share of the queries at which a head does nothing: most of its attention is on the "
             "sink, and what it gives is under a fifth of a token's value.",
             "arXiv 2410.13835, sec. 3.1", NULL},
    .kind = "matrix",
    .shape = "LH",
    .needs = "attention.v",
    .add = add};
