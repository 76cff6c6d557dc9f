/* One-sided Jacobi (Hestenes 1958; Demmel & Veselic 1992, alg. 4.1): two rows at a time are turned
 * until they are orthogonal, sweep after sweep until all are. Slow for large matrices, but exact to
 * the last digits, and a loop of a few lines. */
#include "linear_algebra.h"

#include "math.h"

#include <string.h>

enum { MOST_SWEEPS = 60 };

double sl_inner(const double *a, const double *b, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

void sl_gram(const sl_real *x, int rows, int n, double *g) {
  memset(g, 0, (size_t)n * n * sizeof *g);
  for (int r = 0; r < rows; r++, x += n)
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++) g[(size_t)i * n + j] += (double)x[i] * x[j];
}

static void turn(double cos, double sin, double *a, double *b, int n) {
  for (int i = 0; i < n; i++) {
    double x = a[i], y = b[i];
    a[i] = cos * x - sin * y;
    b[i] = sin * x + cos * y;
  }
}

/* Turns rows p and q of x (and of v) unless they are orthogonal, or one is what rounding has left of
 * nothing; 1 if it did. */
static int orthogonalise(double *x, double *v, int n, int m, int p, int q, double nothing) {
  double *a = x + (size_t)p * m, *b = x + (size_t)q * m;
  double aa = sl_inner(a, a, m), bb = sl_inner(b, b, m), ab = sl_inner(a, b, m);
  if (aa <= nothing || bb <= nothing || ab * ab <= 1e-30 * aa * bb) return 0;
  double zeta = (bb - aa) / (2 * ab);
  double tangent = (zeta < 0 ? -1 : 1) / ((zeta < 0 ? -zeta : zeta) + sl_sqrt(1 + zeta * zeta));
  double cos = 1 / sl_sqrt(1 + tangent * tangent), sin = cos * tangent;
  turn(cos, sin, a, b, m);
  if (v) turn(cos, sin, v + (size_t)p * n, v + (size_t)q * n, n);
  return 1;
}

static void swap(double *a, double *b, int n) {
  for (int i = 0; i < n; i++) {
    double x = a[i];
    a[i] = b[i];
    b[i] = x;
  }
}

static void sort(int n, int m, double *x, double *v, double *values) {
  for (int i = 0; i < n; i++) {
    int largest = i;
    for (int j = i + 1; j < n; j++)
      if (values[j] > values[largest]) largest = j;
    if (largest == i) continue;
    swap(values + i, values + largest, 1);
    swap(x + (size_t)i * m, x + (size_t)largest * m, m);
    if (v) swap(v + (size_t)i * n, v + (size_t)largest * n, n);
  }
}

void sl_svd(int n, int m, double *x, double *v, double *values) {
  double nothing = 1e-30 * sl_inner(x, x, n * m);
  if (v) memset(v, 0, (size_t)n * n * sizeof *v);
  for (int i = 0; v && i < n; i++) v[(size_t)i * n + i] = 1;
  for (int sweep = 0, turned = 1; turned && sweep < MOST_SWEEPS; sweep++) {
    turned = 0;
    for (int p = 0; p < n; p++)
      for (int q = p + 1; q < n; q++) turned += orthogonalise(x, v, n, m, p, q, nothing);
  }
  for (int i = 0; i < n; i++)
    values[i] = sl_sqrt(sl_inner(x + (size_t)i * m, x + (size_t)i * m, m));
  sort(n, m, x, v, values);
}
