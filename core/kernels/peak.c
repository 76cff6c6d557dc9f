#include "peak.h"

#include "vec.h"

/* Seven products y = y * one feed seven sums x = x + y: no chain is longer than one operation, and
 * fourteen of them cover three arithmetic ports at a latency of four, within V8's fifteen
 * registers. one is read at run time, or the compiler would drop the products. */
double sl_peak_muladd(int64_t iterations) {
  static const volatile float one = 1.0f;
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
