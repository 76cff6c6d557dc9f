/* Label smoothing (Szegedy et al. 2016, section 7): the target is q = (1 - s) onehot + s / V, so
 *   loss = ln Z - (1 - s) z_target - s mean(z)
 * and z-loss (Chowdhery et al. 2022, section 5): + c (ln Z)^2. Backward, p the softmax:
 *   dz = p (1 + 2 c ln Z) - q
 * Plain cross-entropy goes another way, through its kernel. */
#include "../base/math.h"
#include "model.h"

#include <string.h>

static double token_loss(const sl_pass *p, int32_t target, sl_real scale, sl_real *z) {
  const sl_training *t = p->training;
  const int V = p->model->dims.V;
  const double smoothing = t->label_smoothing, logit = (double)z[target];
  const sl_real largest = p->k->max((size_t)V, z);
  double all = 0;
  for (int i = 0; i < V; i++) all += (double)z[i];
  const sl_real sum = p->k->exp_row((size_t)V, 1, largest, z, z);
  const double log_sum = sl_log((double)sum) + (double)largest;
  const sl_real share = (sl_real)((1 + 2 * t->z_loss * log_sum) / (double)sum) * scale;
  const sl_real other = (sl_real)(smoothing / V) * scale;
  for (int i = 0; i < V; i++) z[i] = z[i] * share - other;
  z[target] -= (sl_real)(1 - smoothing) * scale;
  return log_sum - (1 - smoothing) * logit - smoothing * (all / V) + t->z_loss * log_sum * log_sum;
}

double sl_objective(const sl_pass *p, sl_real grad_scale, sl_real *losses) {
  const size_t V = (size_t)p->model->dims.V;
  sl_real *row = sl_at(p, p->model->logits);
  double total = 0;
  for (int n = 0; n < p->N; n++, row += V) {
    double loss = 0;
    if (p->weight[n] != 0) {
      loss = token_loss(p, p->target[n], p->weight[n] * grad_scale, row);
      total += (double)p->weight[n] * loss;
    } else {
      memset(row, 0, V * sizeof *row);
    }
    if (losses) losses[n] = (sl_real)loss;
  }
  return total;
}
