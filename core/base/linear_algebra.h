/* Singular values and vectors of matrices as small as a model's, in doubles and without memory of
 * their own. */
#ifndef SL_LINEAR_ALGEBRA_H
#define SL_LINEAR_ALGEBRA_H

#include "real.h"

/* g (n,n) = X^T X of x (rows,n). Its eigenvectors are X's right singular vectors, its eigenvalues the
 * squares of X's singular values. */
void sl_gram(const sl_real *x, int rows, int n, double *g);

/* x (n,m), rows of m numbers: values (n) becomes its singular values, largest first, and each row of x
 * its value times the right singular vector. v (n,n), or NULL: each row the left singular vector. Of a
 * Gram matrix or a covariance, values and v are eigenvalues and eigenvectors. */
void sl_svd(int n, int m, double *x, double *v, double *values);

double sl_inner(const double *a, const double *b, int n);

#endif
