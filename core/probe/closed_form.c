/* A*_{n,i}: what theory says the row of the last token n is on one token repeated, whatever the weights
 * are: without positions 1 / n, with a bias b on scores (relative, ALiBi) softmax(b_n)_i. Measured:
 * repeated_row. */
#include "../base/math.h"
#include "probe_theory.h"

extern const sl_probe_type sl_probe_repeated_row;

static sl_code check(const sl_model *m, sl_error *e) {
  const sl_position_type *p = m->position.type;
  SL_TRY(sl_theory_check(m, e));
  if (p->turn || p->embed)
    return sl_fail(e, SL_E_CONFIG, "probe.closed_form",
                   "With the positions \"%s\" the row depends on the weights: no closed form is "
                   "known.",
                   p->desc.id);
  if (p->bias && m->config.softcap > 0)
    return sl_fail(e, SL_E_CONFIG, "probe.closed_form",
                   "With a softcap on biased scores the row depends on the weights: no closed form "
                   "is known.");
  return SL_OK;
}

static void closed_row(const sl_look *k, int head, int query, float *out) {
  const sl_pass *p = k->pass;
  const sl_position *position = &p->model->position;
  const sl_bias_row at = {head, p->position[query], p->position, query + 1};
  sl_real bias[SL_WINDOW_MAX] = {0};
  double total = 0;
  if (position->type->bias) position->type->bias(p, position, &at, bias);
  for (int j = 0; j <= query; j++) total += sl_exp(bias[j]);
  for (int j = 0; j <= query; j++) out[j] = (float)(sl_exp(bias[j]) / total);
}

static void measure(sl_trainer *t, const sl_probe_run *run, float *out) {
  const sl_dims *d = &t->model.dims;
  const sl_pass pass = sl_repeated(t, run);
  const sl_look k = sl_look_at(t, run, &pass, 0);
  for (int i = 0; i < d->L * d->H; i++, out += d->T) closed_row(&k, i % d->H, k.length - 1, out);
}

const sl_probe_type sl_probe_closed_form = {
    .desc = {"closed_form", "One token repeated, by theory",
             "Where the last token must look when all tokens are the same, whatever was learned: "
             "everywhere alike without positions, by the bias alone with one.",
             "arXiv 2410.10781, app. C.1", NULL},
    .kind = "tokens",
    .shape = "LHT",
    .over = &sl_probe_repeated_row,
    .needs = "attention.weights",
    .measure = measure,
    .check = check};
