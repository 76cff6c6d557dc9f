/* What a head is worth: the held-out loss (nats per token) with the head's output, behind its gate, set to
 * zero, minus the loss as it is (Michel et al. 2019). One pass over the windows for each head. */
#include "probe.h"

static void silence(const sl_edit *e, const sl_pass *p, sl_point point, int layer, sl_real *x) {
  const sl_dims *d = &p->model->dims;
  const int head = *(const int *)e->what;
  if (point != SL_POINT_HEADS || layer != head / d->H) return;
  for (int n = 0; n < p->N; n++)
    for (int c = 0; c < d->D; c++) x[((size_t)n * d->H + head % d->H) * d->D + c] = 0;
}

static void measure(sl_trainer *t, const sl_probe_run *run, float *out) {
  const sl_dims *d = &t->model.dims;
  for (int head = 0; head < d->L * d->H; head++) {
    const sl_edit edit = {.apply = silence, .what = &head};
    out[head] = (float)(sl_probe_loss(t, run, &edit) - run->loss);
  }
}

const sl_probe_type sl_probe_head_ablation = {
    .desc = {"head_ablation", "What a head is worth",
             "By how much the held-out loss, in nats per token, grows when a head's output is set "
             "to zero; near 0 for a head that does nothing.",
             "arXiv 1905.10650, sec. 3", NULL},
    .kind = "matrix",
    .shape = "LH",
    .needs = "attention.o",
    .measure = measure};
