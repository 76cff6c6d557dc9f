/* |h'_{l,t} - h_{l,t}| / |h_{l,t}| of every token t after l blocks, where h' comes of the same window with
 * one token changed (a quarter of the way through, to another one drawn from the seed); mean over the
 * windows. What a token cannot reach stays 0. */
#include "probe_perturbation.h"

static void measure(sl_trainer *t, const sl_probe_run *run, float *out) {
  sl_perturb(t, run, NULL, out);
}

const sl_probe_type sl_probe_perturbation = {
    .desc = {"perturbation", "Spread of a change",
             "How far every token's vector moves, relative to its length, when one token in the "
             "first half of the window becomes another.",
             "arXiv 2504.02732", NULL},
    .kind = "tokens",
    .shape = "PT",
    .needs = "hidden",
    .measure = measure};
