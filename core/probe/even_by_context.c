/* 1 / n of a query that sees n keys, a slot's among them: what the first token gets of attention that is
 * spread evenly, in the windows of first_by_context. */
#include "probe_context.h"

extern const sl_probe_type sl_probe_first_by_context;

static double even(const sl_look *k, int layer, int head, int query, const sl_span *s, int first) {
  (void)head, (void)query, (void)first;
  return 1.0 /
         (s->shared - s->from + s->end - s->start + k->pass->model->blocks[layer].attention.column);
}

static void measure(sl_trainer *t, const sl_probe_run *run, float *out) {
  sl_context_means(t, run, even, out);
}

const sl_probe_type sl_probe_even_by_context = {
    .desc = {"even_by_context", "Even attention, by context",
             "What the first token would get of each token's attention if all keys got the same: "
             "a head above that prefers it, a sink stays above it.",
             "arXiv 2410.10781", NULL},
    .kind = "tokens",
    .shape = "LHT",
    .over = &sl_probe_first_by_context,
    .needs = "attention.weights",
    .measure = measure};
