#include "vec_table.h"

#include "peak.h"
#include "vec.h"

/* Read at run time, or the compiler would work the sums out beforehand. */
static const volatile float one = 1.0f;

#ifdef SL_FMA

/* Twelve sums x = x a + b, no chain longer than one operation: two ports at a latency of four or
 * five want ten, and V8 has fifteen registers. */
double VEC(peak)(int64_t iterations) {
  const v4f a = v_splat(one), b = v_splat(1e-9f * one);
  v4f x0 = b, x1 = b, x2 = b, x3 = b, x4 = b, x5 = b, x6 = b, x7 = b, x8 = b, x9 = b, xa = b,
      xb = b;
  for (int64_t i = 0; i < iterations; i++) {
    x0 = v_muladd(b, x0, a), x1 = v_muladd(b, x1, a), x2 = v_muladd(b, x2, a);
    x3 = v_muladd(b, x3, a), x4 = v_muladd(b, x4, a), x5 = v_muladd(b, x5, a);
    x6 = v_muladd(b, x6, a), x7 = v_muladd(b, x7, a), x8 = v_muladd(b, x8, a);
    x9 = v_muladd(b, x9, a), xa = v_muladd(b, xa, a), xb = v_muladd(b, xb, a);
  }
  x0 = v_add(v_add(x0, x1), v_add(x2, x3));
  x4 = v_add(v_add(x4, x5), v_add(x6, x7));
  x8 = v_add(v_add(x8, x9), v_add(xa, xb));
  return (double)v_sum(v_add(x0, v_add(x4, x8)));
}

#else

/* Seven products y = y * one feed seven sums x = x + y: no chain is longer than one operation, and
 * fourteen of them cover three arithmetic ports at a latency of four, within V8's fifteen
 * registers. */
double VEC(peak)(int64_t iterations) {
  const v4f a = v_splat(one);
  v4f y0 = v_splat(0.01f), y1 = v_splat(0.02f), y2 = v_splat(0.03f), y3 = v_splat(0.04f);
  v4f y4 = v_splat(0.05f), y5 = v_splat(0.06f), y6 = v_splat(0.07f);
  v4f x0 = v_zero(), x1 = x0, x2 = x0, x3 = x0, x4 = x0, x5 = x0, x6 = x0;
  for (int64_t i = 0; i < iterations; i++) {
    for (int twice = 0; twice < 2; twice++) {
      x0 = v_add(x0, y0), y0 = v_mul(y0, a);
      x1 = v_add(x1, y1), y1 = v_mul(y1, a);
      x2 = v_add(x2, y2), y2 = v_mul(y2, a);
      x3 = v_add(x3, y3), y3 = v_mul(y3, a);
      x4 = v_add(x4, y4), y4 = v_mul(y4, a);
      x5 = v_add(x5, y5), y5 = v_mul(y5, a);
      x6 = v_add(x6, y6), y6 = v_mul(y6, a);
    }
  }
  v4f low = v_add(v_add(x0, x1), v_add(x2, x3));
  v4f high = v_add(v_add(x4, x5), x6);
  return (double)v_sum(v_add(low, high));
}

#endif
