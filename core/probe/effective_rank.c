/* exp(-sum_i p_i ln p_i), p_i = s_i / sum_j s_j, of the singular values s of a window's vectors (n,C)
 * after each block (Roy & Vetterli 2007; Garrido et al. 2022); mean over the windows. */
#include "../base/linear_algebra.h"
#include "../base/math.h"
#include "probe.h"

/* x (T,C); room: (T,C) and the values behind it. Whichever side is shorter makes the rows. */
static double rank_of(const sl_real *x, int T, int C, double *room) {
  int n = T < C ? T : C, m = T < C ? C : T;
  double *values = room + (size_t)T * C, total = 0, entropy = 0;
  for (int t = 0; t < T; t++)
    for (int c = 0; c < C; c++) room[T < C ? t * C + c : c * T + t] = *x++;
  sl_svd(n, m, room, NULL, values);
  for (int i = 0; i < n; i++) total += values[i];
  for (int i = 0; i < n; i++)
    if (values[i] > 0) entropy -= values[i] / total * sl_log(values[i] / total);
  return total > 0 ? sl_exp(entropy) : 0;
}

static void measure(sl_trainer *t, const sl_probe_run *run, float *out) {
  const sl_dims *d = &t->model.dims;
  size_t n;
  double *room = (double *)(void *)sl_trainer_room(t, &n);
  sl_pass pass;
  for (int done = 0; sl_probe_next(t, run, NULL, &done, &pass);)
    for (int row = 0; row < pass.B; row++) {
      const sl_look k = sl_look_at(t, run, &pass, row);
      for (int l = 0; l <= d->L; l++)
        out[l] += (float)(rank_of(sl_look_hidden(&k, l), k.length, d->C, room) / run->count);
    }
}

const sl_probe_type sl_probe_effective_rank = {
    .desc = {"effective_rank", "Effective rank",
             "In how many directions the vectors of a window's tokens spread, by depth: 1 if all "
             "lie on one line.",
             "arXiv 2210.02885, sec. 3", NULL},
    .kind = "series",
    .shape = "P",
    .needs = "hidden",
    .measure = measure};
