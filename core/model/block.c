#include "../base/format.h"
#include "model.h"

#include <string.h>

/* A norm of the block, its tensors named under `name`. */
static void plan_norm(sl_plan *p, const char *name, const sl_model_config *c, const sl_dims *d,
                      sl_norm *n) {
  size_t outer = strlen(p->prefix);
  sl_snprintf(p->prefix + outer, sizeof p->prefix - outer, "%s.", name);
  n->type = (const sl_norm_type *)c->norm.row;
  n->settings = &c->norm.settings;
  n->type->plan(p, d, n);
  p->prefix[outer] = 0;
}

void sl_block_plan(sl_plan *p, const sl_model_config *c, const sl_dims *d, sl_block *b) {
  static const char *const names[2][4] = {{"norm1", "norm1_out", "in1", "out1"},
                                          {"norm2", "norm2_out", "in2", "out2"}};
  const int rows[] = {d->N, d->C, 0};
  const int sublayers = ((const sl_ffn_type *)c->ffn.row)->forward ? 2 : 1;
  const int sandwich = c->norm_placement == SL_NORM_SANDWICH;
  for (int i = 0; i < sublayers; i++) plan_norm(p, names[i][0], c, d, &b->sub[i].norm);
  for (int i = 0; i < sublayers; i++) {
    if (sandwich) plan_norm(p, names[i][1], c, d, &b->sub[i].out_norm);
    b->sub[i].in = sl_plan_add(p, SL_SAVED, names[i][2], rows);
    if (sandwich) b->sub[i].out = sl_plan_add(p, SL_SAVED, names[i][3], rows);
  }
  b->middle = sl_plan_add(p, SL_SAVED, "middle", rows);
  size_t mark = sl_plan_mark(p);
  b->d_inner = sl_plan_add(p, SL_SCRATCH, "d_inner", rows);
  b->d_in = sl_plan_add(p, SL_SCRATCH, "d_in", rows);
  sl_attention_plan(p, c, d, &b->attention);
  sl_ffn_plan(p, c, d, &b->ffn);
  sl_plan_release(p, mark);
}

/* The sublayer itself: 0 attention, 1 feed-forward. */
static void apply(const sl_pass *p, const sl_block *b, int i, const sl_real *x, sl_real *y) {
  if (i)
    sl_ffn_forward(p, &b->ffn, x, y);
  else
    sl_attention_forward(p, &b->attention, x, y);
}
static void apply_back(const sl_pass *p, const sl_block *b, int i, const sl_real *x,
                       const sl_real *dy, sl_real *dx) {
  if (i)
    sl_ffn_backward(p, &b->ffn, x, dy, dx);
  else
    sl_attention_backward(p, &b->attention, x, dy, dx);
}

/* Where dropout stands: behind each sublayer, and 0 behind the embedding. */
static int place_of(const sl_pass *p, const sl_block *b, int i) {
  return 1 + 2 * (int)(b - p->model->blocks) + i;
}

static void forward(const sl_pass *p, const sl_block *b, int i, const sl_real *x, sl_real *y) {
  const sl_sublayer *s = &b->sub[i];
  const size_t n = (size_t)p->N * p->model->dims.C;
  const int placement = p->model->config.norm_placement;
  sl_real *in = sl_at(p, s->in), *out = placement == SL_NORM_SANDWICH ? sl_at(p, s->out) : y;
  if (placement == SL_NORM_POST) {
    apply(p, b, i, x, in);
    sl_dropout(p, place_of(p, b, i), in);
    p->k->add(n, x, in);
    s->norm.type->forward(p, &s->norm, in, y);
    return;
  }
  s->norm.type->forward(p, &s->norm, x, in);
  apply(p, b, i, in, out);
  if (out != y) s->out_norm.type->forward(p, &s->out_norm, out, y);
  sl_dropout(p, place_of(p, b, i), y);
  p->k->add(n, x, y);
}

/* d: dL/dy becomes dL/dx. */
static void backward(const sl_pass *p, const sl_block *b, int i, const sl_real *x, sl_real *d) {
  const sl_sublayer *s = &b->sub[i];
  const size_t n = (size_t)p->N * p->model->dims.C;
  const int placement = p->model->config.norm_placement, place = place_of(p, b, i);
  const sl_real *in = sl_at(p, s->in), *dy;
  sl_real *inner = sl_at(p, b->d_inner), *d_in = sl_at(p, b->d_in);
  if (placement == SL_NORM_POST) {
    memcpy(d_in, d, n * sizeof *d);
    memset(d, 0, n * sizeof *d);
    s->norm.type->backward(p, &s->norm, in, d_in, d); /* dL/d(x + f(x)) */
    apply_back(p, b, i, x, sl_dropout_back(p, place, d, d_in), inner);
    p->k->add(n, inner, d);
    return;
  }
  if (placement == SL_NORM_SANDWICH) {
    memset(d_in, 0, n * sizeof *d);
    dy = sl_dropout_back(p, place, d, inner);
    s->out_norm.type->backward(p, &s->out_norm, sl_at(p, s->out), dy, d_in);
    dy = d_in;
  } else {
    dy = sl_dropout_back(p, place, d, d_in);
  }
  apply_back(p, b, i, in, dy, inner);
  s->norm.type->backward(p, &s->norm, x, inner, d);
}

void sl_block_forward(const sl_pass *p, const sl_block *b, const sl_real *x, sl_real *y) {
  sl_real *m = sl_at(p, b->middle);
  forward(p, b, 0, x, m);
  if (b->ffn.type->forward)
    forward(p, b, 1, m, y);
  else
    memcpy(y, m, (size_t)p->N * p->model->dims.C * sizeof *y);
}

void sl_block_backward(const sl_pass *p, const sl_block *b, const sl_real *x, sl_real *d) {
  if (b->ffn.type->forward) backward(p, b, 1, sl_at(p, b->middle), d);
  backward(p, b, 0, x, d);
}
