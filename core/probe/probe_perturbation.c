#include "probe_perturbation.h"

#include "../base/math.h"

#include <string.h>

/* Any other token that is no special. */
static int32_t other_token(const sl_vocab *v, sl_rng *rng, int32_t token) {
  int32_t plain = sl_vocab_plain(v);
  if (token >= plain) return (int32_t)sl_rng_below(rng, (uint32_t)plain);
  if (plain == 1) return v->bos;
  int32_t other = (int32_t)sl_rng_below(rng, (uint32_t)plain - 1);
  return other + (other >= token);
}

static void change_token(sl_trainer *t, const sl_probe_run *run, const sl_pass *p, int window) {
  int front = sl_model_front(&t->model.config);
  int place = front + (sl_window_length(p, 0) - front) / 4;
  int32_t *token = t->held_out.tokens + place;
  sl_rng rng = sl_rng_at(t->config.seed, SL_STREAM_PROBE, (uint64_t)window, (uint64_t)run->input);
  *token = other_token(&t->corpus.vocab, &rng, *token);
}

static double moved(const sl_real *x, const sl_real *before, int n) {
  double sum = 0, length = sl_norm_of(before, n);
  for (int i = 0; i < n; i++) sum += ((double)x[i] - before[i]) * ((double)x[i] - before[i]);
  return length > 0 ? sl_sqrt(sum) / length : 0;
}

void sl_perturb(sl_trainer *t, const sl_probe_run *run, const sl_edit *edit, float *out) {
  const sl_dims *d = &t->model.dims;
  const size_t stream = (size_t)d->T * d->C;
  size_t n;
  sl_real *before = sl_trainer_room(t, &n);
  for (int w = run->first; w < run->first + run->count; w++) {
    sl_pass p = sl_trainer_windows(t, run->input, w, 1);
    p.edit = edit;
    sl_model_forward(&p);
    for (int l = 0; l <= d->L; l++)
      memcpy(before + stream * l, sl_at(&p, t->model.hidden[l]), stream * sizeof *before);
    change_token(t, run, &p, w);
    sl_model_forward(&p);
    for (int i = 0; i < (d->L + 1) * d->T; i++)
      out[i] += (float)(moved(sl_at(&p, t->model.hidden[i / d->T]) + (size_t)(i % d->T) * d->C,
                              before + (size_t)i * d->C, d->C) /
                        run->count);
  }
}
