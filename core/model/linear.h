/* y = x W + b. Backward: dW += x^T dy, db += sum_n dy_n, dx (+)= dy W^T. */
#ifndef SL_LINEAR_H
#define SL_LINEAR_H

#include "plan.h"

struct sl_pass;
struct sl_model_config;

typedef struct sl_linear {
  sl_slot w, b; /* (in,out), (out) */
  int in, out, has_bias;
} sl_linear;

/* Declares "<group>.w_<name>" and, where the model has biases, "<group>.b_<name>". The start is
 * N(0, init_matrix), divided by `shrink`. */
sl_linear sl_linear_plan(sl_plan *p, const struct sl_model_config *c, const char *group,
                         const char *name, int in, int out, double shrink);
/* Of the pass's N tokens, or of any number of rows. */
void sl_linear_forward(const struct sl_pass *p, const sl_linear *l, const sl_real *x, sl_real *y);
void sl_linear_rows(const struct sl_pass *p, const sl_linear *l, int rows, const sl_real *x,
                    sl_real *y);
/* accumulate: dx += …, else dx = … */
void sl_linear_backward(const struct sl_pass *p, const sl_linear *l, const sl_real *x,
                        const sl_real *dy, int accumulate, sl_real *dx);
void sl_linear_rows_back(const struct sl_pass *p, const sl_linear *l, int rows, const sl_real *x,
                         const sl_real *dy, int accumulate, sl_real *dx);

/* db (n) += the sum of dy's rows, in order. */
void sl_bias_back(const struct sl_pass *p, int rows, int n, const sl_real *dy, sl_real *db);

#endif
