/* Backward kernels against central differences, in the double build (-DSL_DOUBLE, ref tier).
 *
 * Each case is a scalar loss: the outputs of the forward kernel weighted by fixed numbers, as a
 * function of all its inputs laid one after another. The gradient from the backward kernel, whose
 * upstream gradient is those weights, must agree with a five-point difference to 1e-8. */
#include "../../core/kernels/kernels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { N = 3, C = 7, NC = N * C, MOST = 128 };

static int passed, failed;
static double upstream[MOST];
static const sl_kernels *kernels;

static void check(int ok, const char *what, int detail) {
  if (ok) {
    passed++;
  } else {
    failed++;
    printf("FAIL %s (%d)\n", what, detail);
  }
}

static double uniform(void) { /* -1..1 */
  static uint32_t seed = 5;
  seed = seed * 1664525u + 1013904223u;
  return (int32_t)seed / 2147483648.0;
}

static double weighted(const double *y, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++) sum += upstream[i] * y[i];
  return sum;
}

/* One differentiable kernel: loss of inputs x, and its gradient, added to dx or written there. */
typedef struct kernel_case {
  const char *name;
  int inputs;
  double (*loss)(const double *x);
  void (*back)(const double *x, double *dx);
  int writes;
} kernel_case;

static void check_gradient(const kernel_case *c) {
  double x[MOST], dx[MOST], start[MOST];
  const double h = 1e-3;
  for (int i = 0; i < MOST; i++) upstream[i] = uniform();
  for (int i = 0; i < c->inputs; i++) {
    x[i] = 2 * uniform();
    if (fabs(x[i]) < 0.01) x[i] = 0.5; /* off the kink of relu */
    dx[i] = uniform();
    start[i] = c->writes ? 0 : dx[i];
  }
  c->back(x, dx);
  for (int i = 0; i < c->inputs; i++) {
    const double at = x[i];
    double loss[4];
    for (int k = 0; k < 4; k++) {
      static const int steps[4] = {-2, -1, 1, 2};
      x[i] = at + steps[k] * h;
      loss[k] = c->loss(x);
    }
    x[i] = at;
    double difference = (8 * (loss[2] - loss[1]) - (loss[3] - loss[0])) / (12 * h);
    double gradient = dx[i] - start[i];
    int ok = fabs(gradient - difference) <= 1e-8 * (1 + fabs(difference));
    if (!ok) printf("  %s, input %d: %.12g, not %.12g\n", c->name, i, gradient, difference);
    check(ok, c->name, i);
  }
}

/* ---- the cases; inputs in the order of the offsets ---- */

static double softmax_loss(const double *x) {
  double e[C], sum = kernels->exp_row(C, 0.7, x[0], x, e);
  kernels->scale(C, 1 / sum, e);
  return weighted(e, C);
}

static void softmax_back(const double *x, double *dx) {
  double e[C], d[C], sum = kernels->exp_row(C, 0.7, x[0], x, e);
  kernels->scale(C, 1 / sum, e);
  memcpy(d, upstream, sizeof d);
  kernels->softmax_back_row(C, 0.7, e, d);
  kernels->add(C, d, dx);
}

static double rmsnorm_loss(const double *x) { /* x (N,C), w (C) */
  double y[NC], r[N];
  kernels->rmsnorm(N, C, 1e-5, x, x + NC, y, r);
  return weighted(y, NC);
}

static void rmsnorm_back(const double *x, double *dx) {
  double y[NC], r[N];
  kernels->rmsnorm(N, C, 1e-5, x, x + NC, y, r);
  kernels->rmsnorm_back(N, C, x, x + NC, r, upstream, dx, dx + NC);
}

static double layernorm_loss(const double *x) { /* x (N,C), w (C), b (C) */
  double y[NC], stat[2 * N];
  kernels->layernorm(N, C, 1e-5, x, x + NC, x + NC + C, y, stat);
  return weighted(y, NC);
}

static void layernorm_back(const double *x, double *dx) {
  double y[NC], stat[2 * N];
  kernels->layernorm(N, C, 1e-5, x, x + NC, x + NC + C, y, stat);
  kernels->layernorm_back(N, C, x, x + NC, stat, upstream, dx, dx + NC, dx + NC + C);
}

static double relu_loss(const double *x) {
  double y[NC];
  kernels->relu(NC, x, y);
  return weighted(y, NC);
}

static void relu_back(const double *x, double *dx) { kernels->relu_back(NC, x, upstream, dx); }

static double gelu_loss(const double *x) {
  double sigmoid[NC], y[NC];
  kernels->gelu(NC, x, sigmoid, y);
  return weighted(y, NC);
}

static void gelu_back(const double *x, double *dx) {
  double sigmoid[NC], y[NC];
  kernels->gelu(NC, x, sigmoid, y);
  kernels->gelu_back(NC, x, sigmoid, upstream, dx);
}

static double swiglu_loss(const double *x) { /* g (NC), u (NC) */
  double sigmoid[NC], y[NC];
  kernels->swiglu(NC, x, x + NC, sigmoid, y);
  return weighted(y, NC);
}

static void swiglu_back(const double *x, double *dx) {
  double sigmoid[NC], y[NC];
  kernels->swiglu(NC, x, x + NC, sigmoid, y);
  kernels->swiglu_back(NC, x, x + NC, sigmoid, upstream, dx, dx + NC);
}

enum { H = 2, D = 4 };
static const int32_t position[N] = {2, 0, 1};

static void rotary_tables(double *cosine, double *sine) { /* (3, D/2) */
  for (int i = 0; i < 3 * D / 2; i++) cosine[i] = cos(0.3 * i), sine[i] = sin(0.3 * i);
}

static double rope_loss(const double *x) {
  double y[N * H * D], cosine[3 * D / 2], sine[3 * D / 2];
  rotary_tables(cosine, sine);
  memcpy(y, x, sizeof y);
  kernels->rope(N, H, D, position, cosine, sine, 1, y);
  return weighted(y, N * H * D);
}

static void rope_back(const double *x, double *dx) {
  double d[N * H * D], cosine[3 * D / 2], sine[3 * D / 2];
  (void)x;
  rotary_tables(cosine, sine);
  memcpy(d, upstream, sizeof d);
  kernels->rope(N, H, D, position, cosine, sine, -1, d);
  kernels->add(N * H * D, d, dx);
}

static const int32_t id[N] = {1, 0, 1};

static double gather_loss(const double *x) { /* table (2,C) */
  double y[NC];
  kernels->gather(N, C, id, x, 0, y);
  return weighted(y, NC);
}

static void gather_back(const double *x, double *dx) {
  (void)x;
  kernels->scatter_add(N, C, id, upstream, dx);
}

static const int32_t target[N] = {6, -1, 2};
static const double weight[N] = {1, 0, 0.5};

static double cross_entropy_loss(const double *x) {
  double logits[NC];
  memcpy(logits, x, sizeof logits);
  return 0.25 * kernels->cross_entropy(N, C, target, weight, 0, logits, NULL);
}

static void cross_entropy_back(const double *x, double *dx) {
  double logits[NC];
  memcpy(logits, x, sizeof logits);
  kernels->cross_entropy(N, C, target, weight, 0.25, logits, NULL);
  kernels->add(NC, logits, dx);
}

/* C = A B^T and its two gradients: dA = dC B (NN), dB = dC^T A (TN). A (N,C), B (4,C), C (N,4). */
static double gemm_loss(const double *x) {
  const sl_gemm g = {SL_GEMM_NT, 0, N, 4, C, C, C, 4, NULL};
  double y[N * 4];
  kernels->gemm(&g, x, x + NC, y, NULL);
  return weighted(y, N * 4);
}

static void gemm_back(const double *x, double *dx) {
  const sl_gemm a = {SL_GEMM_NN, 1, N, C, 4, 4, C, C, NULL};
  const sl_gemm b = {SL_GEMM_TN, 1, 4, C, N, 4, C, C, NULL};
  kernels->gemm(&a, upstream, x + NC, dx, NULL);
  kernels->gemm(&b, upstream, x, dx + NC, NULL);
}

int main(void) {
  static const kernel_case cases[] = {
      {"softmax", C, softmax_loss, softmax_back, 0},
      {"rmsnorm", NC + C, rmsnorm_loss, rmsnorm_back, 0},
      {"layernorm", NC + 2 * C, layernorm_loss, layernorm_back, 0},
      {"relu", NC, relu_loss, relu_back, 1},
      {"gelu", NC, gelu_loss, gelu_back, 1},
      {"swiglu", 2 * NC, swiglu_loss, swiglu_back, 1},
      {"rope", N * H * D, rope_loss, rope_back, 0},
      {"gather", 2 * C, gather_loss, gather_back, 0},
      {"cross_entropy", NC, cross_entropy_loss, cross_entropy_back, 0},
      {"gemm", NC + 4 * C, gemm_loss, gemm_back, 0},
  };
  kernels = sl_tier_at(0).kernels;
  check(kernels == &sl_kernels_ref, "the double build has the reference tier only", 0);
  for (int i = 0; i < (int)(sizeof cases / sizeof *cases); i++) check_gradient(&cases[i]);
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
