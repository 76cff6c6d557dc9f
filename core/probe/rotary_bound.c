/* A_{t,i} <= e^{2 xi} / (e^{2 xi} + t - 1) on one token repeated, where positions turn queries and keys and
 * leave their lengths: xi = |q_t| max_{j<=t} |k_j| / sqrt(D) bounds every score of the row from both
 * sides. For each token t of the window, from the lengths measured in it. */
#include "../base/math.h"
#include "probe_theory.h"

extern const sl_probe_type sl_probe_repeated_most;

static sl_code check(const sl_model *m, sl_error *e) {
  SL_TRY(sl_theory_check(m, e));
  if (m->position.type->turn) return SL_OK;
  return sl_fail(
      e, SL_E_CONFIG, "probe.rotary_bound",
      "The bound is about rotary positions, and this model has \"%s\"; set model.position to "
      "rotary.",
      m->position.type->desc.id);
}

static void measure(sl_trainer *t, const sl_probe_run *run, float *out) {
  const sl_dims *d = &t->model.dims;
  const sl_pass pass = sl_repeated(t, run);
  const sl_look k = sl_look_at(t, run, &pass, 0);
  for (int i = 0; i < d->L * d->H; i++) {
    double longest = 0;
    for (int j = 0; j < k.length; j++) {
      const int layer = i / d->H, head = i % d->H;
      double key = sl_norm_of(sl_look_key(&k, layer, head / (d->H / d->G), j), d->D);
      double query = sl_norm_of(sl_look_query(&k, layer, head, j), d->D);
      if (key > longest) longest = key;
      out[i * d->T + j] = (float)(1 / (1 + j * sl_exp(-2 * query * longest / sl_sqrt(d->D))));
    }
  }
}

const sl_probe_type sl_probe_rotary_bound = {
    .desc = {"rotary_bound", "Most attention with rotary positions",
             "The most that any token can get from each token when all tokens are the same, by "
             "theory from the lengths of queries and keys: short vectors allow no sink.",
             "arXiv 2410.10781, app. C.1", NULL},
    .kind = "tokens",
    .shape = "LHT",
    .over = &sl_probe_repeated_most,
    .needs = "attention.q",
    .measure = measure,
    .check = check};
