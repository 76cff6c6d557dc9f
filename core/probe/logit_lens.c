/* Mean loss when what stands after l blocks goes to the final norm and the unembedding directly. */
#include "probe.h"

#include <string.h>

static void skip_blocks(const sl_edit *e, const sl_pass *p, sl_point point, int layer, sl_real *x) {
  const sl_model *m = p->model;
  const int *from = e->what;
  if (point == SL_POINT_HIDDEN && layer == m->dims.L && *from < layer)
    memcpy(x, sl_at(p, m->hidden[*from]), (size_t)p->N * m->dims.C * sizeof *x);
}

static void measure(sl_trainer *t, const sl_probe_run *run, float *out) {
  for (int l = 0; l <= t->model.dims.L; l++) {
    const sl_edit edit = {.apply = skip_blocks, .what = &l};
    out[l] = (float)sl_probe_loss(t, run, &edit);
  }
}

const sl_probe_type sl_probe_logit_lens = {
    .desc = {"logit_lens", "Logit lens",
             "Loss if the model stopped after so many blocks and predicted from there.",
             "arXiv 2303.08112", NULL},
    .kind = "series",
    .shape = "P",
    .needs = "hidden",
    .measure = measure};
