/* Passes of tests/oracle that an oracle of a probe asks for, seen as a view. */
#ifndef PROBE_RERUN_H
#define PROBE_RERUN_H

#include "probe_oracle.h"

/* The view of what the oracle's own pass leaves behind, with a change. The view's windows and settings
 * are borrowed; rerun_close frees what is its own. */
static view rerun(const view *v, void (*edit)(oracle *o, int heads, int layer, double *x),
                  const void *what, int hide_first) {
  view r = *v;
  r.o.edit = edit;
  r.o.edit_ctx = what;
  r.o.hide_first = hide_first;
  oracle_run(&r.o);
  check(!r.o.unknown, "a row has no oracle");
  r.count = r.o.count;
  r.dumps = calloc((size_t)r.count, sizeof *r.dumps);
  for (int i = 0; i < r.count; i++) {
    const oracle_tensor *t = &r.o.out[i];
    r.dumps[i] = (dump){.size = (size_t)(t->size / v->o.B), .x = t->x};
    snprintf(r.dumps[i].name, sizeof r.dumps[i].name, "%.47s", t->name);
  }
  return r;
}
static void rerun_close(view *r) {
  oracle_free(&r->o);
  free(r->dumps);
}

/* The view with window w alone. */
static view only_window(const view *v, int w) {
  view one = *v;
  size_t at = (size_t)w * (size_t)v->o.T;
  one.o.B = 1;
  one.o.tokens += at;
  one.o.target += at;
  one.o.place += at;
  one.o.document += at;
  one.o.loss_weight += at;
  one.o.prefix += w;
  one.length += w;
  one.run.first += w;
  return one;
}

#endif
