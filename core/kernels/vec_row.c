/* Sums and softmax rows, four lanes. Every sum has a fixed number of lane accumulators and one
 * final combination, so that its bits do not depend on the platform. A rest of fewer than four
 * elements goes through the same lane operations, padded with zeros. */
#include "vec_table.h"

#include "../base/math.h"
#include "vec.h"

#include <math.h>

static const float tiny = 1e-30f; /* probabilities and their gradients below become 0 */

void VEC(add)(size_t n, const float *x, float *y) {
  size_t i = 0;
  for (; i + 4 <= n; i += 4) v_store(y + i, v_add(v_load(x + i), v_load(y + i)));
  for (; i < n; i++) y[i] = x[i] + y[i];
}

void VEC(scale)(size_t n, float a, float *y) {
  size_t i = 0;
  for (; i + 4 <= n; i += 4) v_store(y + i, v_mul(v_load(y + i), v_splat(a)));
  for (; i < n; i++) y[i] = y[i] * a;
}

double VEC(sumsq)(size_t n, const float *x) {
  double sum[4] = {0, 0, 0, 0};
  size_t i = 0;
  for (; i + 4 <= n; i += 4)
    for (size_t j = 0; j < 4; j++) sum[j] += (double)x[i + j] * (double)x[i + j];
  for (size_t j = 0; i + j < n; j++) sum[j] += (double)x[i + j] * (double)x[i + j];
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

float VEC(max)(size_t n, const float *x) {
  v4f best0 = v_splat(-INFINITY), best1 = best0;
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    best0 = v_raise(best0, v_load(x + i));
    best1 = v_raise(best1, v_load(x + i + 4));
  }
  float lane[4], best = -INFINITY;
  v_store(lane, v_raise(best0, best1));
  for (size_t j = 0; j < 4; j++) best = best < lane[j] ? lane[j] : best;
  for (; i < n; i++) best = best < x[i] ? x[i] : best;
  return best;
}

float VEC(dot)(size_t n, const float *a, const float *b) {
  v4f s0 = v_zero(), s1 = v_zero(), s2 = v_zero(), s3 = v_zero();
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    s0 = v_muladd(s0, v_load(a + i), v_load(b + i));
    s1 = v_muladd(s1, v_load(a + i + 4), v_load(b + i + 4));
    s2 = v_muladd(s2, v_load(a + i + 8), v_load(b + i + 8));
    s3 = v_muladd(s3, v_load(a + i + 12), v_load(b + i + 12));
  }
  for (; i + 4 <= n; i += 4) s0 = v_muladd(s0, v_load(a + i), v_load(b + i));
  if (i < n) s1 = v_muladd(s1, v_load_part(a + i, n - i), v_load_part(b + i, n - i));
  return v_sum(v_add(v_add(s0, s1), v_add(s2, s3)));
}

/* sum + the n elements of e, four at a time. */
VEC_INLINE v4f add_all(v4f sum, size_t n, const float *e) {
  size_t i = 0;
  for (; i + 4 <= n; i += 4) sum = v_add(sum, v_load(e + i));
  return i < n ? v_add(sum, v_load_part(e + i, n - i)) : sum;
}

float VEC(exp_row)(size_t n, float a, float shift, const float *x, float *e) {
  const wf scale = w_splat(a), offset = w_splat(shift);
  v4f sum = v_zero();
  size_t i = 0;
  for (; i + SL_LANES <= n; i += SL_LANES) {
    w_store(e + i, w_exp(w_mul(scale, w_sub(w_load(x + i), offset))));
    sum = add_all(sum, SL_LANES, e + i);
  }
  if (i < n) {
    w_store_part(e + i, n - i, w_exp(w_mul(scale, w_sub(w_load_part(x + i, n - i), offset))));
    sum = add_all(sum, n - i, e + i);
  }
  return v_sum(sum);
}

void VEC(softmax_back_row)(size_t n, float a, const float *w, float *d) {
  const float mean = VEC(dot)(n, w, d);
  const v4f scale = v_splat(a), offset = v_splat(mean);
  size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    v4f weight = v_mul(scale, v_load(w + i));
    v_store(d + i, v_mul(weight, v_sub(v_load(d + i), offset)));
  }
  for (; i < n; i++) d[i] = (a * w[i]) * (d[i] - mean);
}

/* sum_i exp(x[i] - shift), the bits of exp_row with a = 1, nothing stored */
static float sum_exp(size_t n, float shift, const float *x) {
  const wf offset = w_splat(shift);
  v4f sum = v_zero();
  float e[SL_LANES];
  for (size_t i = 0; i < n; i += SL_LANES) {
    const size_t here = n - i < SL_LANES ? n - i : SL_LANES;
    w_store(e, w_exp(w_sub(here < SL_LANES ? w_load_part(x + i, here) : w_load(x + i), offset)));
    sum = add_all(sum, here, e);
  }
  return v_sum(sum);
}

/* y[i] *= a, results under 1e-30 become 0 */
static void scale_flushed(size_t n, float a, float *y) {
  size_t i = 0;
  for (; i + 4 <= n; i += 4) v_store(y + i, v_flush(v_mul(v_load(y + i), v_splat(a)), tiny));
  if (i < n)
    v_store_part(y + i, n - i, v_flush(v_mul(v_load_part(y + i, n - i), v_splat(a)), tiny));
}

/* Loss of one row; its logits become their gradient, times scale, if asked. */
static double cross_entropy_row(size_t V, int32_t target, int gradient, float scale,
                                float *logits) {
  const float largest = VEC(max)(V, logits), logit = logits[target];
  float sum;
  if (gradient) {
    sum = VEC(exp_row)(V, 1.0f, largest, logits, logits);
    scale_flushed(V, scale / sum, logits);
    logits[target] = logits[target] - scale;
  } else {
    sum = sum_exp(V, largest, logits);
  }
  return sl_log((double)sum) + ((double)largest - (double)logit);
}

double VEC(cross_entropy)(int N, int V, const int32_t *target, const float *weight,
                          float grad_scale, float *logits, float *loss) {
  const int gradient = grad_scale != 0;
  double total = 0;
  for (int n = 0; n < N; n++) {
    float *row = logits + (size_t)n * (size_t)V;
    double row_loss = 0;
    if (weight[n] != 0) {
      row_loss = cross_entropy_row((size_t)V, target[n], gradient, weight[n] * grad_scale, row);
      total += (double)weight[n] * row_loss;
    } else if (gradient) {
      memset(row, 0, (size_t)V * sizeof *row);
    }
    if (loss) loss[n] = (float)row_loss;
  }
  return total;
}
