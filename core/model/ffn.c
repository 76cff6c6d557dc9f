/* Feed-forward: y = f(x W_in) W_out, or f(x W_gate, x W_in) W_out. Saved: what the activation takes,
 * gives and keeps. */
#include "model.h"

void sl_ffn_plan(sl_plan *p, const sl_model_config *c, const sl_dims *d, sl_ffn *f) {
  f->type = (const sl_ffn_type *)c->ffn.row;
  if (!f->type->forward) return;
  f->in = sl_linear_plan(p, c, "ffn", "in", d->C, d->F, 1);
  if (f->type->gated) f->gate = sl_linear_plan(p, c, "ffn", "gate", d->C, d->F, 1);
  f->out = sl_linear_plan(p, c, "ffn", "out", d->F, d->C, sl_residual_shrink(c));
  int rows[] = {d->N, d->F, 0};
  f->u = sl_plan_add(p, SL_SAVED, "ffn.u", rows);
  if (f->type->gated) f->g = sl_plan_add(p, SL_SAVED, "ffn.g", rows);
  if (f->type->keeps) f->s = sl_plan_add(p, SL_SAVED, "ffn.s", rows);
  f->a = sl_plan_add(p, SL_SAVED, "ffn.a", rows);
  size_t mark = sl_plan_mark(p);
  f->da = sl_plan_add(p, SL_SCRATCH, "ffn.da", rows);
  if (f->type->gated) f->dg = sl_plan_add(p, SL_SCRATCH, "ffn.dg", rows);
  sl_plan_release(p, mark);
}

static sl_activation activation(const sl_pass *p, const sl_ffn *f) {
  return (sl_activation){.n = (size_t)p->N * p->model->dims.F,
                         .u = sl_at(p, f->u),
                         .g = f->type->gated ? sl_at(p, f->g) : NULL,
                         .s = f->type->keeps ? sl_at(p, f->s) : NULL};
}

void sl_ffn_forward(const sl_pass *p, const sl_ffn *f, const sl_real *x, sl_real *y) {
  const sl_activation act = activation(p, f);
  sl_linear_forward(p, &f->in, x, sl_at(p, f->u));
  if (f->type->gated) sl_linear_forward(p, &f->gate, x, sl_at(p, f->g));
  f->type->forward(p->k, &act, sl_at(p, f->a));
  sl_linear_forward(p, &f->out, sl_at(p, f->a), y);
}

void sl_ffn_backward(const sl_pass *p, const sl_ffn *f, const sl_real *x, const sl_real *dy,
                     sl_real *dx) {
  const sl_activation act = activation(p, f);
  int gated = f->type->gated;
  sl_real *da = sl_at(p, f->da), *du = da, *dg = gated ? sl_at(p, f->dg) : NULL;
  sl_linear_backward(p, &f->out, sl_at(p, f->a), dy, 0, da);
  f->type->backward(p->k, &act, da, dg, du);
  sl_linear_backward(p, &f->in, x, du, 0, dx);
  if (gated) sl_linear_backward(p, &f->gate, x, dg, 1, dx);
}
