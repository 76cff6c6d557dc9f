/* The optimisers once more, one number after the other in double, written down from their papers; no
 * line of core but its random numbers. Included by a test of each precision. */
#ifndef OPTIMISER_H
#define OPTIMISER_H

#include "../../core/base/rng.h"
#include "../../core/train/train.h"
#include "../harness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One tensor and what its optimiser remembers. Settings are asked for by key. */
typedef struct subject {
  const sl_pick *pick;
  const sl_update *u;
  int rows, cols, n;
  double g[1200], w[1200], m[1200], v[1200];
} subject;

static double setting(const subject *x, const char *key) {
  for (const sl_param *p = x->pick->row->params; p->key; p++) {
    const void *member = x->pick->settings.bytes + p->offset;
    if (!strcmp(p->key, key))
      return p->type == SL_REAL ? *(const double *)member : *(const int32_t *)member;
  }
  check(0, "%s has no setting %s", x->pick->row->id, key);
  return NAN;
}

static double decay(const subject *x) { return x->u->decays ? setting(x, "decay") : 0; }

/* Kingma & Ba 2015, algorithm 1: the step before the rate, for one number. */
static double adam(subject *x, int i, double g) {
  double b1 = setting(x, "beta1"), b2 = setting(x, "beta2"), t = (double)x->u->t;
  x->m[i] = b1 * x->m[i] + (1 - b1) * g;
  x->v[i] = b2 * x->v[i] + (1 - b2) * g * g;
  double mean = x->m[i] / (1 - pow(b1, t)), square = x->v[i] / (1 - pow(b2, t));
  return mean / (sqrt(square) + setting(x, "eps"));
}

static void by_adamw(subject *x) {
  for (int i = 0; i < x->n; i++) x->w[i] -= x->u->lr * (adam(x, i, x->g[i]) + decay(x) * x->w[i]);
}

static void by_adam(subject *x) {
  for (int i = 0; i < x->n; i++) x->w[i] -= x->u->lr * adam(x, i, x->g[i] + decay(x) * x->w[i]);
}

static void by_sgd(subject *x) {
  for (int i = 0; i < x->n; i++) {
    x->m[i] = setting(x, "momentum") * x->m[i] + x->g[i];
    x->w[i] -= x->u->lr * (x->m[i] + decay(x) * x->w[i]);
  }
}

static void by_rmsprop(subject *x) {
  double alpha = setting(x, "alpha");
  for (int i = 0; i < x->n; i++) {
    double g = x->g[i] + decay(x) * x->w[i];
    x->v[i] = alpha * x->v[i] + (1 - alpha) * g * g;
    x->m[i] = setting(x, "momentum") * x->m[i] + g / (sqrt(x->v[i]) + setting(x, "eps"));
    x->w[i] -= x->u->lr * x->m[i];
  }
}

static void by_lion(subject *x) {
  double b1 = setting(x, "beta1"), b2 = setting(x, "beta2");
  for (int i = 0; i < x->n; i++) {
    double mixed = b1 * x->m[i] + (1 - b1) * x->g[i];
    x->w[i] -= x->u->lr * ((mixed > 0 ? 1 : mixed < 0 ? -1 : 0) + decay(x) * x->w[i]);
    x->m[i] = b2 * x->m[i] + (1 - b2) * x->g[i];
  }
}

/* Y (r,c) = X (r,k) Z, Z (k,c), or (c,k) where it is taken transposed. */
static void times(int r, int c, int k, const double *X, const double *Z, int transposed,
                  double *Y) {
  for (int i = 0; i < r; i++)
    for (int j = 0; j < c; j++) {
      Y[i * c + j] = 0;
      for (int l = 0; l < k; l++)
        Y[i * c + j] += X[i * k + l] * (transposed ? Z[j * k + l] : Z[l * c + j]);
    }
}

/* Jordan 2024, zeropower_via_newtonschulz5: X (r,c) with r <= c. */
static void newton_schulz(int r, int c, double *X) {
  static double A[40 * 40], AA[40 * 40], B[40 * 40], BX[1200];
  double norm = 0;
  for (int i = 0; i < r * c; i++) norm += X[i] * X[i];
  for (int i = 0; i < r * c; i++) X[i] /= sqrt(norm) + 1e-7;
  for (int turn = 0; turn < 5; turn++) {
    times(r, r, c, X, X, 1, A);
    times(r, r, r, A, A, 0, AA);
    for (int i = 0; i < r * r; i++) B[i] = -4.7750 * A[i] + 2.0315 * AA[i];
    times(r, c, r, B, X, 0, BX);
    for (int i = 0; i < r * c; i++) X[i] = 3.4445 * X[i] + BX[i];
  }
}

static void by_muon(subject *x) {
  double keep = setting(x, "momentum"), rate = x->u->lr, X[1200];
  if (!x->u->inner) {
    for (int i = 0; i < x->n; i++)
      x->w[i] -= rate * setting(x, "adam_lr") * (adam(x, i, x->g[i]) + decay(x) * x->w[i]);
    return;
  }
  int tall = x->rows > x->cols, r = tall ? x->cols : x->rows, c = tall ? x->rows : x->cols;
  for (int i = 0; i < x->rows; i++)
    for (int j = 0; j < x->cols; j++) {
      int at = i * x->cols + j;
      double g = x->g[at], m = x->m[at] = x->m[at] + (1 - keep) * (g - x->m[at]);
      X[tall ? j * c + i : at] = setting(x, "nesterov") != 0 ? g + keep * (m - g) : m;
    }
  newton_schulz(r, c, X);
  double size = sqrt(fmax(1, (double)x->cols / x->rows)); /* outputs over inputs */
  for (int i = 0; i < x->rows; i++)
    for (int j = 0; j < x->cols; j++) {
      int at = i * x->cols + j;
      x->w[at] -= rate * (size * X[tall ? j * c + i : at] + decay(x) * x->w[at]);
    }
}

static int common_divisor(int a, int b) { return b ? common_divisor(b, a % b) : a; }

/* The matrix Q that turns, all of it: Sylvester's Hadamard matrix, element (i,j) of it -1 to the
 * number of bits that i and j share, with signs, in blocks along a walk through the tensor. */
static void rotation(const subject *x, double *Q) {
  int n = x->n;
  sl_rng rng = sl_rng_at(x->u->seed, SL_STREAM_ROTATION, (uint64_t)x->u->index, 0);
  int start = (int)sl_rng_below(&rng, (uint32_t)n),
      stride = 1 + (int)sl_rng_below(&rng, (uint32_t)n);
  while (common_divisor(stride, n) != 1) stride++;
  memset(Q, 0, (size_t)n * (size_t)n * sizeof *Q);
  for (int at = 0, size = 64; at < n; at += size) {
    uint64_t signs = sl_rng_u64(&rng);
    while (at + size > n) size /= 2;
    for (int i = 0; i < size; i++)
      for (int j = 0; j < size; j++) {
        int minus = __builtin_popcount((unsigned)(i & j)) + (int)(signs >> j & 1);
        int column = (int)((start + (long long)(at + j) * stride) % n);
        Q[(at + i) * n + column] = (minus % 2 ? -1 : 1) / sqrt(size);
      }
  }
}

/* Kaul et al. 2024. */
static void by_orthoadam(subject *x) {
  int n = x->n;
  double *Q = malloc((size_t)n * (size_t)n * sizeof *Q), turned[1200], step[1200] = {0}, worst = 0;
  rotation(x, Q);
  for (int i = 0; i < n; i++)
    for (int j = 0; j <= i; j++) {
      double dot = 0;
      for (int k = 0; k < n; k++) dot += Q[i * n + k] * Q[j * n + k];
      worst = fmax(worst, fabs(dot - (i == j)));
    }
  check(worst < 1e-12, "the rotation of %d numbers is not orthogonal: %g", n, worst);
  for (int i = 0; i < n; i++) {
    turned[i] = 0;
    for (int j = 0; j < n; j++) turned[i] += Q[i * n + j] * x->g[j];
  }
  for (int i = 0; i < n; i++) {
    double s = adam(x, i, turned[i]);
    for (int j = 0; j < n; j++) step[j] += Q[i * n + j] * s;
  }
  for (int i = 0; i < n; i++) x->w[i] -= x->u->lr * (step[i] + decay(x) * x->w[i]);
  free(Q);
}

static const struct {
  const char *id;
  void (*by)(subject *x);
} transcriptions[] = {{"adamw", by_adamw},        {"adam", by_adam}, {"sgd", by_sgd},
                      {"rmsprop", by_rmsprop},    {"lion", by_lion}, {"muon", by_muon},
                      {"orthoadam", by_orthoadam}};
enum { TRANSCRIPTIONS = sizeof transcriptions / sizeof *transcriptions };

/* ---- comparing ---- */

static double worst_of_all;

/* Six steps of one tensor, clipped now and then, at a rate that changes. */
static void compare_tensor(const sl_pick *pick, int rank, const int *shape, int inner,
                           double tolerance) {
  const sl_optimiser_type *type = (const sl_optimiser_type *)(const void *)pick->row;
  const sl_kernels *k = sl_tier_at(0).kernels;
  static subject x;
  int n = shape[0] * (rank > 1 ? shape[1] : 1), known = 0;
  sl_real *a = calloc((size_t)n * 4, sizeof *a), *g = a + n, *m = g + n, *v = m + n;
  sl_real *scratch = malloc((size_t)n * 4 * sizeof *scratch);
  sl_real *work = malloc((k->gemm_work + 1) * sizeof *work);
  uint32_t random = (uint32_t)n;
  double moved = 0; /* the longest way of a number in one step so far */
  sl_update u = {.inner = inner,
                 .decays = rank > 1,
                 .rank = rank,
                 .shape = shape,
                 .index = 5,
                 .seed = 99,
                 .scratch = scratch,
                 .work = work};
  memset(&x, 0, sizeof x);
  x.pick = pick, x.u = &u, x.n = n, x.rows = shape[0], x.cols = rank > 1 ? shape[1] : 1;
  for (int i = 0; i < n; i++) x.w[i] = a[i] = (sl_real)harness_uniform(&random);
  for (u.t = 1; u.t <= 6; u.t++) {
    double error = 0, before[1200];
    u.lr = 0.05 / (double)u.t;
    u.grad_scale = u.t % 2 ? 1 : 0.37;
    memcpy(before, x.w, sizeof before);
    for (int i = 0; i < n; i++) {
      g[i] = (sl_real)(harness_uniform(&random) * (double)u.t);
      x.g[i] = (double)g[i] * u.grad_scale;
    }
    type->update(k, &pick->settings, &u, (size_t)n, g, a, m, v);
    for (int r = 0; r < TRANSCRIPTIONS; r++)
      if (!strcmp(transcriptions[r].id, pick->row->id)) {
        transcriptions[r].by(&x);
        known = 1;
      }
    for (int i = 0; i < n; i++) {
      moved = fmax(moved, fabs(x.w[i] - before[i]));
      error = fmax(error, fabs((double)a[i] - x.w[i]));
    }
    error /= moved;
    worst_of_all = fmax(worst_of_all, error);
    check(known, "tests/oracle/optimiser.h has no %s", pick->row->id);
    check(error <= tolerance, "%s (%d,%d) step %d is off by %.1e of a step", pick->row->id, x.rows,
          x.cols, (int)u.t, error);
  }
  free(a);
  free(scratch);
  free(work);
}

/* Every row as it comes, and with every number of it moved and every switch thrown. */
static int compare_optimisers(double tolerance) {
  static const int shapes[][3] = {{2, 3, 4}, {2, 33, 9}, {2, 7, 20},  {2, 1, 6},
                                  {1, 1, 0}, {1, 5, 0},  {1, 300, 0}, {2, 16, 16}};
  for (int r = 0; r < sl_optimiser_family.count; r++)
    for (int other = 0; other < 2; other++)
      for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        sl_pick pick;
        sl_pick_set(&pick, &sl_optimiser_family, sl_optimiser_family.rows[r]->id);
        for (const sl_param *p = pick.row->params; other && p->key; p++) {
          void *member = pick.settings.bytes + p->offset;
          if (p->type == SL_BOOL) *(int32_t *)member ^= 1;
          if (p->type == SL_REAL) *(double *)member = p->def > 0 ? 0.8 * p->def : 0.3;
        }
        for (int inner = 0; inner < shapes[s][0]; inner++)
          compare_tensor(&pick, shapes[s][0], shapes[s] + 1, inner, tolerance);
      }
  printf("largest error %.1e\n", worst_of_all);
  return harness_end();
}

#endif
