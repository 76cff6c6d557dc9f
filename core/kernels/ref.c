/* Reference tier: plain loops, one idea per function, no blocking, compiled without vectorisation.
 * The oracle for the vector tier, the baseline of the benchmarks, and all of the double build. */
#include "kernels.h"

#include "../base/math.h"

#include <math.h>
#include <string.h>

#define TINY          ((sl_real)1e-30) /* what exp and probabilities are cut at */
#define TINY_MOMENT   ((sl_real)1e-36) /* what optimiser moments are cut at */
#define TINY_GRADIENT ((sl_real)1e-17) /* its square times 1 - beta2 could be denormal */

static sl_real root(sl_real x) {
#ifdef SL_DOUBLE
  return __builtin_sqrt(x);
#else
  return __builtin_sqrtf(x);
#endif
}

static sl_real cut(sl_real x, sl_real tiny) {
  sl_real size = x < 0 ? -x : x;
  return size < tiny ? 0 : x;
}

/* exp(x), 0 where below 1e-30. */
#ifdef SL_DOUBLE
static sl_real exponential(sl_real x) { return cut(exp(x), TINY); }
#else
/* 2^n p(r), |r| <= ln2/2, p minimax of degree 6; the argument is clamped so that 2^n is normal. */
static sl_real exponential(sl_real x) {
  if (x < -80.0f) x = -80.0f;
  if (x > 88.0f) x = 88.0f;
  float shifted = x * 1.44269504f + 12582912.0f;
  float n = shifted - 12582912.0f;
  float r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  float square = r * r;
  float low = 0.499999934f + 0.166665204f * r;
  float high = 0.0416683908f + 0.00836874532f * r + 0.00138145378f * square;
  float p = r + (low + high * square) * square + 1.0f;
  uint32_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  bits = (bits << 23) + 0x3f800000u;
  float power;
  memcpy(&power, &bits, sizeof power);
  return cut(p * power, TINY);
}
#endif

static sl_real sigmoid(sl_real x) { return cut(1 / (1 + exponential(-x)), TINY); }

/* ---- products and reductions ---- */

static void ref_gemm(const sl_gemm *g, const sl_real *A, const sl_real *B, sl_real *C,
                     sl_real *work) {
  size_t lda = (size_t)g->lda, ldb = (size_t)g->ldb, ldc = (size_t)g->ldc;
  (void)work;
  for (size_t i = 0; i < (size_t)g->M; i++)
    for (size_t j = 0; j < (size_t)g->N; j++) {
      sl_real sum = g->accumulate ? C[i * ldc + j] : 0;
      for (size_t k = 0; k < (size_t)g->K; k++) {
        sl_real a = g->op == SL_GEMM_TN ? A[k * lda + i] : A[i * lda + k];
        sl_real b = g->op == SL_GEMM_NT ? B[j * ldb + k] : B[k * ldb + j];
        sum = sum + a * b;
      }
      C[i * ldc + j] = g->bias ? sum + g->bias[j] : sum;
    }
}

/* Packed: the columns of B, one after the other. */
static void ref_gemm_pack(const sl_gemm *g, const sl_real *B, sl_real *panels) {
  for (int n = 0; n < g->N; n++)
    for (int k = 0; k < g->K; k++)
      *panels++ = g->op == SL_GEMM_NT ? B[(size_t)n * g->ldb + k] : B[(size_t)k * g->ldb + n];
}

static void ref_gemm_packed(const sl_gemm *g, const sl_real *A, const sl_real *panels, int K,
                            sl_real *C, sl_real *work) {
  for (int m = 0; m < g->M; m++)
    for (int n = 0; n < g->N; n++) {
      sl_real *c = &C[(size_t)m * g->ldc + n], sum = g->accumulate ? *c : 0;
      for (int k = 0; k < g->K; k++) {
        sl_real a = g->op == SL_GEMM_TN ? A[(size_t)k * g->lda + m] : A[(size_t)m * g->lda + k];
        sum += a * panels[(size_t)n * K + k];
      }
      *c = g->bias ? sum + g->bias[n] : sum;
    }
  (void)work;
}

static void ref_add(size_t n, const sl_real *x, sl_real *y) {
  for (size_t i = 0; i < n; i++) y[i] = x[i] + y[i];
}

static void ref_scale(size_t n, sl_real a, sl_real *y) {
  for (size_t i = 0; i < n; i++) y[i] *= a;
}

static double ref_sumsq(size_t n, const sl_real *x) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
  return sum;
}

static sl_real ref_max(size_t n, const sl_real *x) {
  sl_real best = (sl_real)-INFINITY;
  for (size_t i = 0; i < n; i++)
    if (best < x[i]) best = x[i];
  return best;
}

static sl_real ref_dot(size_t n, const sl_real *a, const sl_real *b) {
  sl_real sum = 0;
  for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

/* ---- softmax ---- */

static sl_real ref_exp_row(size_t n, sl_real a, sl_real shift, const sl_real *x, sl_real *e) {
  sl_real sum = 0;
  for (size_t i = 0; i < n; i++) {
    e[i] = exponential(a * (x[i] - shift));
    sum += e[i];
  }
  return sum;
}

static void ref_softmax_back_row(size_t n, sl_real a, const sl_real *w, sl_real *d) {
  sl_real mean = ref_dot(n, w, d);
  for (size_t i = 0; i < n; i++) d[i] = a * w[i] * (d[i] - mean);
}

/* Loss of one row; its logits become their gradient, times scale, if asked. */
static double cross_entropy_row(int V, int target, int gradient, sl_real scale, sl_real *logits) {
  sl_real largest = ref_max((size_t)V, logits), sum = 0;
  for (int v = 0; v < V; v++) sum += exponential(logits[v] - largest);
  double loss = sl_log((double)sum) + ((double)largest - (double)logits[target]);
  if (gradient) {
    for (int v = 0; v < V; v++)
      logits[v] = cut(exponential(logits[v] - largest) * (scale / sum), TINY);
    logits[target] -= scale;
  }
  return loss;
}

static double ref_cross_entropy(int N, int V, const int32_t *target, const sl_real *weight,
                                sl_real grad_scale, sl_real *logits, sl_real *loss) {
  double total = 0;
  for (int n = 0; n < N; n++) {
    sl_real *row = logits + (size_t)n * (size_t)V;
    double row_loss = 0;
    if (weight[n] != 0) {
      row_loss = cross_entropy_row(V, target[n], grad_scale != 0, weight[n] * grad_scale, row);
      total += (double)weight[n] * row_loss;
    } else if (grad_scale != 0) {
      memset(row, 0, (size_t)V * sizeof *row);
    }
    if (loss) loss[n] = (sl_real)row_loss;
  }
  return total;
}

/* ---- norms ---- */

static void ref_rmsnorm(int N, int C, sl_real eps, const sl_real *x, const sl_real *w, sl_real *y,
                        sl_real *r) {
  for (int n = 0; n < N; n++, x += C, y += C) {
    r[n] = 1 / root(ref_dot((size_t)C, x, x) / (sl_real)C + eps);
    for (int c = 0; c < C; c++) y[c] = w[c] * (x[c] * r[n]);
  }
}

static void ref_rmsnorm_back(int N, int C, const sl_real *x, const sl_real *w, const sl_real *r,
                             const sl_real *dy, sl_real *dx, sl_real *dw) {
  for (int n = 0; n < N; n++, x += C, dy += C, dx += C) {
    sl_real mean = 0;
    for (int c = 0; c < C; c++) mean += w[c] * dy[c] * (x[c] * r[n]);
    mean /= (sl_real)C;
    for (int c = 0; c < C; c++) {
      sl_real unit = x[c] * r[n];
      dx[c] += r[n] * (w[c] * dy[c] - unit * mean);
      dw[c] += dy[c] * unit;
    }
  }
}

static void ref_layernorm(int N, int C, sl_real eps, const sl_real *x, const sl_real *w,
                          const sl_real *b, sl_real *y, sl_real *stat) {
  for (int n = 0; n < N; n++, x += C, y += C, stat += 2) {
    sl_real mean = 0, variance = 0;
    for (int c = 0; c < C; c++) mean += x[c];
    mean /= (sl_real)C;
    for (int c = 0; c < C; c++) variance += (x[c] - mean) * (x[c] - mean);
    stat[0] = mean;
    stat[1] = 1 / root(variance / (sl_real)C + eps);
    for (int c = 0; c < C; c++) y[c] = w[c] * ((x[c] - mean) * stat[1]) + b[c];
  }
}

static void ref_layernorm_back(int N, int C, const sl_real *x, const sl_real *w,
                               const sl_real *stat, const sl_real *dy, sl_real *dx, sl_real *dw,
                               sl_real *db) {
  for (int n = 0; n < N; n++, x += C, dy += C, dx += C, stat += 2) {
    sl_real mean = 0, mean_unit = 0;
    for (int c = 0; c < C; c++) {
      mean += w[c] * dy[c];
      mean_unit += w[c] * dy[c] * ((x[c] - stat[0]) * stat[1]);
    }
    mean /= (sl_real)C;
    mean_unit /= (sl_real)C;
    for (int c = 0; c < C; c++) {
      sl_real unit = (x[c] - stat[0]) * stat[1];
      dx[c] += stat[1] * (w[c] * dy[c] - mean - unit * mean_unit);
      dw[c] += dy[c] * unit;
      db[c] += dy[c];
    }
  }
}

/* ---- position, activations, tables ---- */

static void ref_rope(int N, int H, int D, const int32_t *position, const sl_real *cos,
                     const sl_real *sin, sl_real direction, sl_real *x) {
  int half = D / 2;
  for (int n = 0; n < N; n++) {
    const sl_real *c = cos + (size_t)position[n] * (size_t)half;
    const sl_real *s = sin + (size_t)position[n] * (size_t)half;
    for (int h = 0; h < H; h++, x += D)
      for (int i = 0; i < half; i++) {
        sl_real even = x[2 * i], odd = x[2 * i + 1];
        x[2 * i] = even * c[i] - odd * (direction * s[i]);
        x[2 * i + 1] = odd * c[i] + even * (direction * s[i]);
      }
  }
}

static void ref_relu(size_t n, const sl_real *u, sl_real *y) {
  for (size_t i = 0; i < n; i++) y[i] = u[i] < 0 ? 0 : u[i];
}

static void ref_relu_back(size_t n, const sl_real *u, const sl_real *dy, sl_real *du) {
  for (size_t i = 0; i < n; i++) du[i] = 0 < u[i] ? dy[i] : 0;
}

/* (1 + tanh(z)) / 2 = sigmoid(2z): the same function without the cancellation near z = 0, 2z being
 * u (linear + cubic u^2). */
static const sl_real gelu_linear = (sl_real)1.59576912160573071176; /* 2 sqrt(2/pi) */
static const sl_real gelu_cubic = (sl_real)(1.59576912160573071176 * 0.044715);

static void ref_gelu(size_t n, const sl_real *u, sl_real *s, sl_real *y) {
  for (size_t i = 0; i < n; i++) {
    s[i] = sigmoid(u[i] * (gelu_linear + gelu_cubic * (u[i] * u[i])));
    y[i] = u[i] * s[i];
  }
}

static void ref_gelu_back(size_t n, const sl_real *u, const sl_real *s, const sl_real *dy,
                          sl_real *du) {
  for (size_t i = 0; i < n; i++) {
    sl_real slope = gelu_linear + 3 * gelu_cubic * (u[i] * u[i]);
    du[i] = dy[i] * (s[i] + s[i] * (1 - s[i]) * (u[i] * slope));
  }
}

static void ref_swiglu(size_t n, const sl_real *g, const sl_real *u, sl_real *s, sl_real *y) {
  for (size_t i = 0; i < n; i++) {
    s[i] = sigmoid(g[i]);
    y[i] = g[i] * s[i] * u[i];
  }
}

static void ref_swiglu_back(size_t n, const sl_real *g, const sl_real *u, const sl_real *s,
                            const sl_real *dy, sl_real *dg, sl_real *du) {
  for (size_t i = 0; i < n; i++) {
    sl_real d = dy[i];
    dg[i] = d * u[i] * (s[i] + s[i] * (1 - s[i]) * g[i]);
    du[i] = d * (g[i] * s[i]);
  }
}

static void ref_gather(int N, int C, const int32_t *id, const sl_real *table, int accumulate,
                       sl_real *x) {
  for (int n = 0; n < N; n++, x += C) {
    const sl_real *row = table + (size_t)id[n] * (size_t)C;
    for (int c = 0; c < C; c++) x[c] = accumulate ? x[c] + row[c] : row[c];
  }
}

static void ref_scatter_add(int N, int C, const int32_t *id, const sl_real *dx, sl_real *dtable) {
  for (int n = 0; n < N; n++, dx += C) {
    sl_real *row = dtable + (size_t)id[n] * (size_t)C;
    for (int c = 0; c < C; c++) row[c] += dx[c];
  }
}

/* ---- optimisers ---- */

static void ref_adamw(size_t n, const sl_adamw_step *s, const sl_real *g, sl_real *w, sl_real *m,
                      sl_real *v) {
  for (size_t i = 0; i < n; i++) {
    sl_real d = s->grad_scale * g[i];
    sl_real felt = cut(d, TINY_GRADIENT);
    m[i] = cut(s->beta1 * m[i] + (1 - s->beta1) * d, TINY_MOMENT);
    v[i] = cut(s->beta2 * v[i] + (1 - s->beta2) * (felt * felt), TINY_MOMENT);
    w[i] -= s->lr * (m[i] * s->correct1 / (root(v[i] * s->correct2) + s->eps) + s->decay * w[i]);
  }
}

static void ref_sgd(size_t n, const sl_sgd_step *s, const sl_real *g, sl_real *w, sl_real *m) {
  for (size_t i = 0; i < n; i++) {
    m[i] = cut(s->momentum * m[i] + s->grad_scale * g[i], TINY_MOMENT);
    w[i] -= s->lr * (m[i] + s->decay * w[i]);
  }
}

const sl_kernels sl_kernels_ref = {
    .name = "ref",
    .gemm = ref_gemm,
    .gemm_work = 0,
    .gemm_pack = ref_gemm_pack,
    .gemm_packed = ref_gemm_packed,
    .add = ref_add,
    .scale = ref_scale,
    .sumsq = ref_sumsq,
    .max = ref_max,
    .dot = ref_dot,
    .exp_row = ref_exp_row,
    .softmax_back_row = ref_softmax_back_row,
    .rmsnorm = ref_rmsnorm,
    .rmsnorm_back = ref_rmsnorm_back,
    .layernorm = ref_layernorm,
    .layernorm_back = ref_layernorm_back,
    .rope = ref_rope,
    .relu = ref_relu,
    .relu_back = ref_relu_back,
    .gelu = ref_gelu,
    .gelu_back = ref_gelu_back,
    .swiglu = ref_swiglu,
    .swiglu_back = ref_swiglu_back,
    .gather = ref_gather,
    .scatter_add = ref_scatter_add,
    .cross_entropy = ref_cross_entropy,
    .adamw = ref_adamw,
    .sgd = ref_sgd,
};
