/* As perturbation, but in both passes no token sees the window's first one, so that nothing can be
 * parked there. */
#include "probe_perturbation.h"

static void measure(sl_trainer *t, const sl_probe_run *run, float *out) {
  const sl_edit hide = {.hide_first = 1};
  sl_perturb(t, run, &hide, out);
}

const sl_probe_type sl_probe_perturbation_no_first = {
    .desc = {"perturbation_no_first", "Spread of a change, first token hidden",
             "The same while no token can attend to the first: without a sink a change spreads "
             "further.",
             "arXiv 2504.02732", NULL},
    .kind = "tokens",
    .shape = "PT",
    .needs = "hidden",
    .measure = measure};
