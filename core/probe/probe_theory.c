#include "probe_theory.h"

#include <string.h>

sl_pass sl_repeated(sl_trainer *t, const sl_probe_run *run) {
  return sl_trainer_look(t, SL_INPUT_REPEATED, run->first, 1);
}

static int is(sl_pick pick, const char *id) { return !strcmp(pick.row->id, id); }

sl_code sl_theory_check(const sl_model *m, sl_error *e) {
  const sl_model_config *c = &m->config;
  if (is(c->similarity, "exp") && is(c->normaliser, "sum") && is(c->mask, "causal") &&
      !sl_sink_attended(c))
    return SL_OK;
  return sl_fail(e, SL_E_CONFIG, "probe.theory",
                 "The theory is about a softmax over all earlier tokens, which the attention of "
                 "this model (%s, %s, %s, slot %s) is not.",
                 c->similarity.row->id, c->normaliser.row->id, c->mask.row->id, c->slot.row->id);
}
