/* For each query t behind the first token the share |A_{t,1}| / sum |A_t| of its attention that goes there,
 * as the mean over the windows in which t sees it: 0 where none does. Without a sink it falls like 1/t. */
#include "probe_context.h"

static double share(const sl_look *k, int layer, int head, int query, const sl_span *span,
                    int first) {
  const sl_shares s = sl_look_shares(k, layer, head, query);
  (void)span;
  return s.total > 0 ? sl_magnitude(s.weight[first]) / s.total : 0;
}

static void measure(sl_trainer *t, const sl_probe_run *run, float *out) {
  sl_context_means(t, run, share, out);
}

const sl_probe_type sl_probe_first_by_context = {
    .desc = {"first_by_context", "Attention to the first token, by context",
             "Share of each token's attention that goes to the first token: it falls like 1/t "
             "where all earlier tokens are alike, and stays where the first is a sink.",
             "arXiv 2410.13835", NULL},
    .kind = "tokens",
    .shape = "LHT",
    .needs = "attention.weights",
    .measure = measure};
