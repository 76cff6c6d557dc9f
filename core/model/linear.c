#include "linear.h"

#include "../base/format.h"
#include "../base/math.h"
#include "model.h"

sl_linear sl_linear_plan(sl_plan *p, const sl_model_config *c, const char *group, const char *name,
                         int in, int out, double shrink) {
  sl_linear l = {.in = in, .out = out, .has_bias = c->bias};
  double deviation = c->init_matrix > 0 ? c->init_matrix : 1 / sl_sqrt(in);
  char full[32];
  sl_snprintf(full, sizeof full, "%s.w_%s", group, name);
  l.w = sl_plan_linear(p, full, in, out, deviation / shrink);
  sl_snprintf(full, sizeof full, "%s.b_%s", group, name);
  if (c->bias) l.b = sl_plan_param(p, full, (int[]){out, 0}, SL_INIT_ZERO, 0);
  return l;
}

void sl_bias_back(const sl_pass *p, int rows, int n, const sl_real *dy, sl_real *db) {
  for (int i = 0; i < rows; i++, dy += n) p->k->add((size_t)n, dy, db);
}

void sl_linear_rows(const sl_pass *p, const sl_linear *l, int rows, const sl_real *x, sl_real *y) {
  sl_gemm g = sl_gemm_dense(SL_GEMM_NN, 0, rows, l->out, l->in);
  if (l->has_bias) g.bias = sl_weight(p, l->b);
  p->k->gemm(&g, x, sl_weight(p, l->w), y, p->work);
}

void sl_linear_rows_back(const sl_pass *p, const sl_linear *l, int rows, const sl_real *x,
                         const sl_real *dy, int accumulate, sl_real *dx) {
  const sl_gemm to_w = sl_gemm_dense(SL_GEMM_TN, 1, l->in, l->out, rows);
  const sl_gemm to_x = sl_gemm_dense(SL_GEMM_NT, accumulate, rows, l->in, l->out);
  p->k->gemm(&to_w, x, dy, sl_grad(p, l->w), p->work);
  if (l->has_bias) sl_bias_back(p, rows, l->out, dy, sl_grad(p, l->b));
  p->k->gemm(&to_x, dy, sl_weight(p, l->w), dx, p->work);
}

void sl_linear_forward(const sl_pass *p, const sl_linear *l, const sl_real *x, sl_real *y) {
  sl_linear_rows(p, l, p->N, x, y);
}

void sl_linear_backward(const sl_pass *p, const sl_linear *l, const sl_real *x, const sl_real *dy,
                        int accumulate, sl_real *dx) {
  sl_linear_rows_back(p, l, p->N, x, dy, accumulate, dx);
}
