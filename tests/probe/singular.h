/* Singular values and right singular vectors by another way than the engine's: the symmetric matrix X^T X
 * is made diagonal by turning its rows and its columns (Jacobi 1846; Golub & Van Loan). */
#ifndef PROBE_SINGULAR_H
#define PROBE_SINGULAR_H

#include "../oracle/base.h"

/* Turns the pair (p,q) of a (n,n) so that its element (p,q) becomes 0; v's columns go along. */
static void diagonalise_pair(double *a, double *v, int n, int p, int q, double trace) {
  if (fabs(a[p * n + q]) <= 1e-18 * trace) return;
  double angle = 0.5 * atan2(2 * a[p * n + q], a[q * n + q] - a[p * n + p]);
  double c = cos(angle), s = sin(angle);
  for (int k = 0; k < n; k++) {
    double x = a[k * n + p], y = a[k * n + q];
    a[k * n + p] = c * x - s * y;
    a[k * n + q] = s * x + c * y;
    x = v[k * n + p], y = v[k * n + q];
    v[k * n + p] = c * x - s * y;
    v[k * n + q] = s * x + c * y;
  }
  for (int k = 0; k < n; k++) {
    double x = a[p * n + k], y = a[q * n + k];
    a[p * n + k] = c * x - s * y;
    a[q * n + k] = s * x + c * y;
  }
}

/* Of x (rows,n): the values (n), largest first, and in the columns of `vectors` (n,n) their directions. */
static void singular_vectors(const double *x, int rows, int n, double *value, double *vectors) {
  double *a = calloc((size_t)(n * n), sizeof *a), *v = calloc((size_t)(n * n), sizeof *v);
  for (int i = 0; i < n; i++) v[i * n + i] = 1;
  for (int r = 0; r < rows; r++)
    for (int i = 0; i < n * n; i++) a[i] += x[r * n + i / n] * x[r * n + i % n];
  double trace = 0;
  for (int i = 0; i < n; i++) trace += a[i * n + i];
  for (int sweep = 0; sweep < 30; sweep++)
    for (int p = 0; p < n; p++)
      for (int q = p + 1; q < n; q++) diagonalise_pair(a, v, n, p, q, trace);
  for (int rank = 0; rank < n; rank++) {
    int best = -1;
    for (int i = 0; i < n; i++)
      if (!isnan(a[i * n + i]) && (best < 0 || a[i * n + i] > a[best * n + best])) best = i;
    value[rank] = a[best * n + best] > 0 ? sqrt(a[best * n + best]) : 0;
    for (int k = 0; k < n && vectors; k++) vectors[k * n + rank] = v[k * n + best];
    a[best * n + best] = NAN; /* taken */
  }
  free(a);
  free(v);
}

/* Of the shorter side's matrix alone, for its zeros are no more exact than 1e-8: min(rows, n) values. */
static int singular_values(const double *x, int rows, int n, double *value) {
  if (rows >= n) {
    singular_vectors(x, rows, n, value, NULL);
    return n;
  }
  double *turned = calloc((size_t)(rows * n), sizeof *turned);
  for (int i = 0; i < rows * n; i++) turned[i % n * rows + i / n] = x[i];
  singular_vectors(turned, n, rows, value, NULL);
  free(turned);
  return rows;
}

#endif
