/* What the perturbation probes share. */
#ifndef SL_PROBE_PERTURBATION_H
#define SL_PROBE_PERTURBATION_H

#include "probe.h"

/* One token of each window, a quarter of the way through it, becomes another; out (P,T) gets the mean
 * over the windows of |h' - h| / |h|, both passes with the edit (or NULL). */
void sl_perturb(sl_trainer *t, const sl_probe_run *run, const sl_edit *edit, float *out);

#endif
