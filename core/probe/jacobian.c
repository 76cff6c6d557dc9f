/* |d h_{L,n} / d h_{l,t}| (Frobenius): how the last token's vector n after the last block answers to the
 * vector of token t after l blocks. Exact: row c of the matrix is what flows back from the unit vector c
 * at the last token, through one block after the other; all C of them, over the first window. */
#include "../base/math.h"
#include "probe.h"

#include <string.h>

static void add_squares(const sl_real *d, const sl_dims *dims, float *out) {
  for (int t = 0; t < dims->T; t++, d += dims->C) out[t] += (float)sl_dot(d, d, dims->C);
}

static void measure(sl_trainer *t, const sl_probe_run *run, float *out) {
  const sl_dims *d = &t->model.dims;
  size_t room, at;
  sl_pass p = sl_trainer_look(t, run->input, run->first, 1);
  p.grads = sl_trainer_room(t, &room);
  memset(p.grads, 0, t->n * sizeof *p.grads); /* nobody reads them */
  sl_real *back = sl_at(&p, t->model.d_hidden);
  at = (size_t)(sl_window_length(&p, 0) - 1) * d->C;
  for (int c = 0; c < d->C; c++) {
    memset(back, 0, (size_t)p.N * d->C * sizeof *back);
    back[at + (size_t)c] = 1;
    add_squares(back, d, out + (size_t)d->L * d->T);
    for (int l = d->L - 1; l >= 0; l--) {
      sl_model_pull(&p, l + 1, l, back);
      add_squares(back, d, out + (size_t)l * d->T);
    }
  }
  for (int i = 0; i < (d->L + 1) * d->T; i++) out[i] = (float)sl_sqrt(out[i]);
}

const sl_probe_type sl_probe_jacobian = {
    .desc = {"jacobian", "Jacobian of the last token",
             "How strongly the last token's final vector answers to a small change of each token's "
             "vector, by depth: the norm of the matrix of derivatives.",
             "arXiv 2504.02732", NULL},
    .kind = "tokens",
    .shape = "PT",
    .needs = "hidden",
    .measure = measure,
    .first_only = 1};
