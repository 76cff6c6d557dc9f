/* Singular values: the factors are orthogonal, give the matrix back, and are in order, whatever its
 * shape and rank. */
#include "../../core/base/linear_algebra.h"
#include "../harness.h"

#include <math.h>
#include <string.h>

enum { MOST = 24 };

/* Largest difference of the rows' products from zero, and from `lengths` squared on the diagonal. */
static double not_orthogonal(const double *x, int n, int m, const double *lengths) {
  double most = 0;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      double want = i == j ? (lengths ? lengths[i] * lengths[i] : 1) : 0;
      most = fmax(most, fabs(sl_inner(x + i * m, x + j * m, m) - want));
    }
  return most;
}

static void check_matrix(int n, int m, int rank, double spread, uint32_t seed) {
  double a[MOST * MOST] = {0}, x[MOST * MOST], v[MOST * MOST], values[MOST], alone[MOST];
  for (int r = 0; r < rank; r++) {
    double left[MOST], right[MOST];
    for (int i = 0; i < n; i++) left[i] = harness_uniform(&seed);
    for (int j = 0; j < m; j++) right[j] = harness_uniform(&seed) * pow(spread, -r);
    for (int i = 0; i < n * m; i++) a[i] += left[i / m] * right[i % m];
  }
  memcpy(x, a, sizeof a);
  sl_svd(n, m, x, v, values);
  double scale = values[0] > 0 ? values[0] : 1, back = 0, beyond = 0, unsorted = 0;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < m; j++) {
      double sum = 0;
      for (int k = 0; k < n; k++) sum += v[k * n + i] * x[k * m + j];
      back = fmax(back, fabs(sum - a[i * m + j]));
    }
  for (int i = 0; i < n; i++) {
    if (i) unsorted = fmax(unsorted, values[i] - values[i - 1]);
    if (i >= rank) beyond = fmax(beyond, values[i]);
  }
  check(not_orthogonal(v, n, n, NULL) < 1e-13, "%dx%d rank %d: left vectors", n, m, rank);
  check(not_orthogonal(x, n, m, values) < 1e-13 * scale * scale, "%dx%d rank %d: right vectors", n,
        m, rank);
  check(back < 1e-13 * scale, "%dx%d rank %d: off by %.1e", n, m, rank, back);
  check(beyond < 1e-13 * scale, "%dx%d rank %d: a value of %.1e too many", n, m, rank, beyond);
  check(unsorted <= 0, "%dx%d rank %d: not in order", n, m, rank);
  memcpy(x, a, sizeof a);
  sl_svd(n, m, x, NULL, alone);
  check(!memcmp(values, alone, (size_t)n * sizeof *alone), "%dx%d: other without vectors", n, m);
}

/* The eigenvalues of X^T X are the squares of X's singular values. */
static void check_gram(int rows, int n, uint32_t seed) {
  sl_real x[MOST * MOST];
  double g[MOST * MOST], v[MOST * MOST], turned[MOST * MOST], squares[MOST], values[MOST];
  for (int i = 0; i < rows * n; i++) x[i] = (sl_real)harness_uniform(&seed);
  sl_gram(x, rows, n, g);
  sl_svd(n, n, g, v, squares);
  for (int i = 0; i < rows * n; i++) turned[i % n * rows + i / n] = (double)x[i];
  sl_svd(n, rows, turned, NULL, values);
  for (int i = 0; i < n; i++)
    check(fabs(squares[i] - values[i] * values[i]) < 1e-13 * squares[0], "Gram of %dx%d: value %d",
          rows, n, i);
}

int main(void) {
  static const int shapes[][3] = {{1, 1, 1}, {1, 5, 1},   {5, 1, 1},   {4, 4, 4},  {7, 3, 3},
                                  {3, 7, 3}, {20, 20, 5}, {24, 24, 1}, {12, 9, 0}, {24, 17, 17}};
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
    for (uint32_t seed = 1; seed <= 4; seed++)
      check_matrix(shapes[i][0], shapes[i][1], shapes[i][2], seed == 4 ? 3 : 1, seed);
  check_gram(9, 6, 1);
  check_gram(5, 12, 2);
  return harness_end();
}
