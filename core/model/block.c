#include "model.h"

#include <string.h>

/* A norm of the block, its tensors named under `name`. */
static void plan_norm(sl_plan *p, const char *name, const sl_model_config *c, const sl_dims *d,
                      sl_norm *n) {
  char outer[sizeof p->prefix];
  memcpy(outer, p->prefix, sizeof outer);
  strncat(p->prefix, name, sizeof p->prefix - strlen(p->prefix) - 1);
  n->type = (const sl_norm_type *)c->norm.row;
  n->settings = &c->norm.settings;
  n->type->plan(p, d, n);
  memcpy(p->prefix, outer, sizeof outer);
}

void sl_block_plan(sl_plan *p, const sl_model_config *c, const sl_dims *d, sl_block *b) {
  int rows[] = {d->N, d->C, 0};
  plan_norm(p, "norm1.", c, d, &b->norm1);
  plan_norm(p, "norm2.", c, d, &b->norm2);
  b->in1 = sl_plan_add(p, SL_SAVED, "in1", rows);
  b->in2 = sl_plan_add(p, SL_SAVED, "in2", rows);
  b->middle = sl_plan_add(p, SL_SAVED, "middle", rows);
  size_t mark = sl_plan_mark(p);
  b->dinner = sl_plan_add(p, SL_SCRATCH, "d_inner", rows);
  b->dm = sl_plan_add(p, SL_SCRATCH, "d_middle", rows);
  sl_attention_plan(p, c, d, &b->attention);
  sl_ffn_plan(p, c, d, &b->ffn);
  sl_plan_release(p, mark);
}

void sl_block_forward(const sl_pass *p, const sl_block *b, const sl_real *x, sl_real *y) {
  size_t n = (size_t)p->N * p->model->dims.C;
  sl_real *in1 = sl_at(p, b->in1), *in2 = sl_at(p, b->in2), *m = sl_at(p, b->middle);
  if (p->model->config.norm_placement == SL_NORM_PRE) {
    b->norm1.type->forward(p, &b->norm1, x, in1);
    sl_attention_forward(p, &b->attention, in1, m);
    p->k->add(n, x, m);
    b->norm2.type->forward(p, &b->norm2, m, in2);
    sl_ffn_forward(p, &b->ffn, in2, y);
    p->k->add(n, m, y);
  } else {
    sl_attention_forward(p, &b->attention, x, in1);
    p->k->add(n, x, in1);
    b->norm1.type->forward(p, &b->norm1, in1, m);
    sl_ffn_forward(p, &b->ffn, m, in2);
    p->k->add(n, m, in2);
    b->norm2.type->forward(p, &b->norm2, in2, y);
  }
}

void sl_block_backward(const sl_pass *p, const sl_block *b, const sl_real *x, sl_real *d) {
  size_t n = (size_t)p->N * p->model->dims.C, bytes = n * sizeof *d;
  sl_real *in1 = sl_at(p, b->in1), *in2 = sl_at(p, b->in2), *m = sl_at(p, b->middle);
  sl_real *inner = sl_at(p, b->dinner), *dm = sl_at(p, b->dm);
  if (p->model->config.norm_placement == SL_NORM_PRE) {
    sl_ffn_backward(p, &b->ffn, in2, d, inner);
    b->norm2.type->backward(p, &b->norm2, m, inner, d); /* d is now dL/dm */
    sl_attention_backward(p, &b->attention, in1, d, inner);
    b->norm1.type->backward(p, &b->norm1, x, inner, d);
  } else {
    memset(dm, 0, bytes);
    b->norm2.type->backward(p, &b->norm2, in2, d, dm); /* dL/d(m + ffn) */
    sl_ffn_backward(p, &b->ffn, m, dm, inner);
    p->k->add(n, dm, inner); /* dL/dm */
    memset(d, 0, bytes);
    b->norm1.type->backward(p, &b->norm1, in1, inner, d); /* dL/d(x + attention) */
    sl_attention_backward(p, &b->attention, x, d, inner);
    p->k->add(n, inner, d);
  }
}
