/* Norms, four lanes along a token's channels. Sums over channels have two lane accumulators; sums
 * over tokens (dw, db) run in the order of the tokens. A rest of C modulo 4 goes padded with zeros
 * through the sums and element by element through the rest. */
#include "vec_table.h"

#include "vec.h"

static float inverse_root(float x) { return 1.0f / __builtin_sqrtf(x); }

static float sum_of(size_t n, const float *x) {
  v4f s0 = v_zero(), s1 = v_zero();
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    s0 = v_add(s0, v_load(x + i));
    s1 = v_add(s1, v_load(x + i + 4));
  }
  for (; i + 4 <= n; i += 4) s0 = v_add(s0, v_load(x + i));
  if (i < n) s1 = v_add(s1, v_load_part(x + i, n - i));
  return v_sum(v_add(s0, s1));
}

/* sum_i (x[i] - mean)^2 */
static float sum_of_squares(size_t n, float mean, const float *x) {
  const v4f m = v_splat(mean);
  v4f s0 = v_zero(), s1 = v_zero();
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    v4f d0 = v_sub(v_load(x + i), m), d1 = v_sub(v_load(x + i + 4), m);
    s0 = v_muladd(s0, d0, d0);
    s1 = v_muladd(s1, d1, d1);
  }
  for (; i + 4 <= n; i += 4) {
    v4f d = v_sub(v_load(x + i), m);
    s0 = v_muladd(s0, d, d);
  }
  if (i < n) {
    v4f d = v_keep(v_sub(v_load_part(x + i, n - i), m), n - i);
    s1 = v_muladd(s1, d, d);
  }
  return v_sum(v_add(s0, s1));
}

void VEC(rmsnorm)(int N, int C, float eps, const float *x, const float *w, float *y, float *r) {
  const size_t width = (size_t)C;
  for (int n = 0; n < N; n++, x += C, y += C) {
    const float root = inverse_root(sum_of_squares(width, 0.0f, x) / (float)C + eps);
    const v4f scale = v_splat(root);
    size_t c = 0;
    r[n] = root;
    for (; c + 4 <= width; c += 4)
      v_store(y + c, v_mul(v_load(w + c), v_mul(v_load(x + c), scale)));
    for (; c < width; c++) y[c] = w[c] * (x[c] * root);
  }
}

/* Sums over one token: w dy, and w dy (x - mean) r. */
typedef struct norm_sums {
  float plain, unit;
} norm_sums;

VEC_INLINE norm_sums back_sums(size_t n, v4f mean, v4f r, const float *x, const float *w,
                               const float *dy) {
  v4f p0 = v_zero(), p1 = v_zero(), u0 = v_zero(), u1 = v_zero();
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    v4f d0 = v_mul(v_load(w + i), v_load(dy + i));
    v4f d1 = v_mul(v_load(w + i + 4), v_load(dy + i + 4));
    p0 = v_add(p0, d0);
    p1 = v_add(p1, d1);
    u0 = v_muladd(u0, d0, v_mul(v_sub(v_load(x + i), mean), r));
    u1 = v_muladd(u1, d1, v_mul(v_sub(v_load(x + i + 4), mean), r));
  }
  for (; i < n; i += 4) {
    const size_t rest = n - i;
    v4f d = rest < 4 ? v_mul(v_load_part(w + i, rest), v_load_part(dy + i, rest))
                     : v_mul(v_load(w + i), v_load(dy + i));
    v4f value = rest < 4 ? v_load_part(x + i, rest) : v_load(x + i);
    p0 = v_add(p0, d);
    u0 = v_muladd(u0, d, v_mul(v_sub(value, mean), r)); /* beyond the rest d is 0 */
  }
  return (norm_sums){v_sum(v_add(p0, p1)), v_sum(v_add(u0, u1))};
}

void VEC(rmsnorm_back)(int N, int C, const float *x, const float *w, const float *r,
                       const float *dy, float *dx, float *dw) {
  const size_t width = (size_t)C;
  for (int n = 0; n < N; n++, x += C, dy += C, dx += C) {
    const v4f scale = v_splat(r[n]);
    const float mean = back_sums(width, v_zero(), scale, x, w, dy).unit / (float)C;
    const v4f offset = v_splat(mean);
    size_t c = 0;
    for (; c + 4 <= width; c += 4) {
      v4f d = v_load(dy + c), unit = v_mul(v_load(x + c), scale);
      v4f inner = v_sub(v_mul(v_load(w + c), d), v_mul(unit, offset));
      v_store(dx + c, v_muladd(v_load(dx + c), scale, inner));
      v_store(dw + c, v_muladd(v_load(dw + c), d, unit));
    }
    for (; c < width; c++) {
      float unit = x[c] * r[n];
      dx[c] += r[n] * (w[c] * dy[c] - unit * mean);
      dw[c] += dy[c] * unit;
    }
  }
}

void VEC(layernorm)(int N, int C, float eps, const float *x, const float *w, const float *b,
                    float *y, float *stat) {
  const size_t width = (size_t)C;
  for (int n = 0; n < N; n++, x += C, y += C, stat += 2) {
    const float mean = sum_of(width, x) / (float)C;
    const float root = inverse_root(sum_of_squares(width, mean, x) / (float)C + eps);
    const v4f offset = v_splat(mean), scale = v_splat(root);
    size_t c = 0;
    stat[0] = mean;
    stat[1] = root;
    for (; c + 4 <= width; c += 4) {
      v4f unit = v_mul(v_sub(v_load(x + c), offset), scale);
      v_store(y + c, v_muladd(v_load(b + c), v_load(w + c), unit));
    }
    for (; c < width; c++) y[c] = b[c] + w[c] * ((x[c] - mean) * root);
  }
}

void VEC(layernorm_back)(int N, int C, const float *x, const float *w, const float *stat,
                         const float *dy, float *dx, float *dw, float *db) {
  const size_t width = (size_t)C;
  for (int n = 0; n < N; n++, x += C, dy += C, dx += C, stat += 2) {
    const v4f offset = v_splat(stat[0]), scale = v_splat(stat[1]);
    const norm_sums sums = back_sums(width, offset, scale, x, w, dy);
    const float plain = sums.plain / (float)C, along = sums.unit / (float)C;
    const v4f plain4 = v_splat(plain), along4 = v_splat(along);
    size_t c = 0;
    for (; c + 4 <= width; c += 4) {
      v4f d = v_load(dy + c), unit = v_mul(v_sub(v_load(x + c), offset), scale);
      v4f inner = v_sub(v_sub(v_mul(v_load(w + c), d), plain4), v_mul(unit, along4));
      v_store(dx + c, v_muladd(v_load(dx + c), scale, inner));
      v_store(dw + c, v_muladd(v_load(dw + c), d, unit));
      v_store(db + c, v_add(v_load(db + c), d));
    }
    for (; c < width; c++) {
      float unit = (x[c] - stat[0]) * stat[1];
      dx[c] += stat[1] * ((w[c] * dy[c] - plain) - unit * along);
      dw[c] += dy[c] * unit;
      db[c] += dy[c];
    }
  }
}
