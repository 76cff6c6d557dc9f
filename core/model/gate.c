/* Gates: g = sigmoid(x W_g) multiplies what a head gives, or the values (Qiu et al. 2025, arXiv
 * 2505.06708, eq. 5). Backward: du = g dy, d(x W_g) = g (1 - g) u dy, added up over a head where it
 * has one number. */
#include "elementwise.h"
#include "model.h"

/* Heads that the gate acts on. */
static int heads_of(const sl_attention *a, const sl_dims *d) {
  return a->gate->where == SL_GATE_VALUE ? d->G : d->H;
}

void sl_head_gate_plan(sl_plan *p, const sl_model_config *c, const sl_dims *d, sl_attention *a) {
  if (!a->gate->where) return;
  int heads = heads_of(a, d), numbers = a->gate->per_head ? heads : heads * d->D;
  int queries[] = {d->N, d->H * d->D, 0}, keys[] = {d->N, d->G * d->D, 0};
  a->to_gate = sl_linear_plan(p, c, "attention", "gate", d->C, numbers, 1);
  a->gate_at = sl_plan_add(p, SL_SAVED, "attention.gate", (int[]){d->N, numbers, 0});
  if (a->gate->where == SL_GATE_OUTPUT)
    a->gated = sl_plan_add(p, SL_SAVED, "attention.gated", queries);
  else
    a->v_raw = sl_plan_add(p, SL_SAVED, "attention.v_raw", keys);
}

void sl_head_gate_open(const sl_pass *p, const sl_attention *a, const sl_real *x) {
  sl_real *g = sl_at(p, a->gate_at);
  size_t n = (size_t)p->N * a->to_gate.out;
  sl_linear_forward(p, &a->to_gate, x, g);
  sl_sigmoid_row(p->k, n, 1, 0, g, g);
}

void sl_head_gate_forward(const sl_pass *p, const sl_attention *a, const sl_real *u, sl_real *y) {
  const sl_real *g = sl_at(p, a->gate_at);
  size_t D = a->gate->per_head ? (size_t)p->model->dims.D : 1;
  size_t gates = (size_t)p->N * a->to_gate.out;
  for (size_t i = 0; i < gates; i++)
    for (size_t j = i * D; j < (i + 1) * D; j++) y[j] = g[i] * u[j];
}

void sl_head_gate_backward(const sl_pass *p, const sl_attention *a, const sl_real *u, sl_real *d) {
  const sl_real *g = sl_at(p, a->gate_at);
  sl_real *d_gate = sl_at(p, a->d_gate);
  size_t D = a->gate->per_head ? (size_t)p->model->dims.D : 1;
  size_t gates = (size_t)p->N * a->to_gate.out;
  for (size_t i = 0; i < gates; i++) {
    sl_real sum = 0;
    for (size_t j = i * D; j < (i + 1) * D; j++) {
      sum += u[j] * d[j];
      d[j] *= g[i];
    }
    d_gate[i] = sum * g[i] * (1 - g[i]);
  }
}
