/* Double-precision elementary functions with the same bits on every platform.
 *
 * Each is an argument reduction that loses nothing, then a Taylor polynomial long enough for the
 * reduced range. Rounding to a whole number adds and subtracts 1.5 * 2^52, which needs no rounding
 * mode and no libm; the whole numbers stay in int range wherever they are converted. */
#include "math.h"

#include <stdint.h>
#include <string.h>

static const double round_shift = 6755399441055744.0;      /* 1.5 * 2^52 */
static const double ln2_high = 6.93147180369123816490e-01; /* low 32 bits zero: k ln2_high exact */
static const double ln2_low = 1.90821492927058770002e-10;

static double from_bits(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static uint64_t to_bits(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

/* 2^k for k in -1022..1023. */
static double power_of_two(int k) { return from_bits((uint64_t)(k + 1023) << 52); }

static double nearest(double x) { return (x + round_shift) - round_shift; }

/* c[0] + c[1] x + ... + c[n-1] x^(n-1) */
static double polynomial(double x, const double *c, int n) {
  double p = c[n - 1];
  for (int i = n - 2; i >= 0; i--) p = p * x + c[i];
  return p;
}

/* exp(x) = 2^k exp(r), |r| <= ln2 / 2. */
double sl_exp(double x) {
  static const double c[] = {1.0,
                             1.0,
                             1.0 / 2,
                             1.0 / 6,
                             1.0 / 24,
                             1.0 / 120,
                             1.0 / 720,
                             1.0 / 5040,
                             1.0 / 40320,
                             1.0 / 362880,
                             1.0 / 3628800,
                             1.0 / 39916800,
                             1.0 / 479001600,
                             1.0 / 6227020800.0};
  if (x != x) return x;
  if (x > 709.782712893384) return from_bits(0x7ff0000000000000u);
  if (x < -745.2) return 0;
  double k = nearest(x * 1.44269504088896338700);
  double r = (x - k * ln2_high) - k * ln2_low;
  int whole = (int)k, half = whole / 2; /* two factors: 2^k alone may leave the normal range */
  return polynomial(r, c, 14) * power_of_two(half) * power_of_two(whole - half);
}

/* log(x) = k ln2 + 2 atanh(s), s = (m-1)/(m+1), m in [sqrt(1/2), sqrt(2)). */
double sl_log(double x) {
  static const double c[] = {1.0,      1.0 / 3,  1.0 / 5,  1.0 / 7,  1.0 / 9,  1.0 / 11,
                             1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21, 1.0 / 23};
  uint64_t bits = to_bits(x);
  int k = (int)(bits >> 52) - 1023;
  double m = from_bits((bits & 0x000fffffffffffffu) | 0x3ff0000000000000u);
  if (m >= 1.41421356237309504880) {
    m = m * 0.5;
    k = k + 1;
  }
  double s = (m - 1.0) / (m + 1.0);
  double series = 2.0 * s * polynomial(s * s, c, 12);
  return k * ln2_high + (k * ln2_low + series);
}

/* Quarter turns nearest to x, and the rest r, |r| <= pi/4. The first two parts of pi/2 have 33
 * bits, so their products with up to 17 bits of quarter turns are exact. */
static int quarter_turns(double x, double *r) {
  double n = nearest(x * 6.36619772367581382433e-01);
  double y = x - n * 1.57079632673412561417e+00;
  y = y - n * 6.07710050630396597660e-11;
  *r = y - n * 2.02226624879595063154e-21;
  return (int)n & 3;
}

static double sin_reduced(double r) {
  static const double c[] = {-1.0 / 6,
                             1.0 / 120,
                             -1.0 / 5040,
                             1.0 / 362880,
                             -1.0 / 39916800,
                             1.0 / 6227020800.0,
                             -1.0 / 1307674368000.0,
                             1.0 / 355687428096000.0};
  double z = r * r;
  return r + r * (z * polynomial(z, c, 8));
}

static double cos_reduced(double r) {
  static const double c[] = {1.0,
                             -1.0 / 2,
                             1.0 / 24,
                             -1.0 / 720,
                             1.0 / 40320,
                             -1.0 / 3628800,
                             1.0 / 479001600,
                             -1.0 / 87178291200.0,
                             1.0 / 20922789888000.0};
  return polynomial(r * r, c, 9);
}

double sl_sin(double x) {
  double r;
  int quarter = quarter_turns(x, &r);
  double y = quarter & 1 ? cos_reduced(r) : sin_reduced(r);
  return quarter & 2 ? -y : y;
}

double sl_cos(double x) {
  double r;
  int quarter = quarter_turns(x, &r);
  double y = quarter & 1 ? sin_reduced(r) : cos_reduced(r);
  return quarter == 1 || quarter == 2 ? -y : y;
}

double sl_pow(double a, double b) { return sl_exp(b * sl_log(a)); }

double sl_sqrt(double x) { return __builtin_sqrt(x); }
