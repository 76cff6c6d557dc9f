/* What the probes of the theory share (Gu et al. 2025, arXiv 2410.10781, app. C.1): one token again and
 * again, whatever input is looked at. */
#ifndef SL_PROBE_THEORY_H
#define SL_PROBE_THEORY_H

#include "probe.h"

/* A forward pass over one such window. */
sl_pass sl_repeated(sl_trainer *t, const sl_probe_run *run);
/* A sentence unless attention is a softmax over all earlier tokens and nothing else. */
sl_code sl_theory_check(const sl_model *m, sl_error *e);

#endif
