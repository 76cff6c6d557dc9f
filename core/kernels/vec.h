/* Four float lanes: the only place that knows about instruction sets.
 *
 * Every operation is one IEEE operation per lane, so that WASM simd128 and any 128-bit native unit
 * give the same bits. Comparisons with select instead of min and max: those differ on NaN.
 *
 * With SL_FMA v_muladd rounds once instead of twice (relaxed SIMD in WASM): another arithmetic,
 * with bits of its own, which are the same wherever the hardware fuses. */
#ifndef SL_VEC_H
#define SL_VEC_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define VEC_INLINE static inline __attribute__((always_inline, unused))

#ifdef __wasm_simd128__
#include <wasm_simd128.h>

typedef v128_t v4f;
typedef v128_t v4m; /* lanes all ones or all zeros */

VEC_INLINE v4f v_load(const float *p) { return wasm_v128_load(p); }
VEC_INLINE void v_store(float *p, v4f a) { wasm_v128_store(p, a); }
VEC_INLINE v4f v_load_splat(const float *p) { return wasm_v128_load32_splat(p); }
VEC_INLINE v4f v_splat(float a) { return wasm_f32x4_splat(a); }
VEC_INLINE v4f v_add(v4f a, v4f b) { return wasm_f32x4_add(a, b); }
VEC_INLINE v4f v_sub(v4f a, v4f b) { return wasm_f32x4_sub(a, b); }
VEC_INLINE v4f v_mul(v4f a, v4f b) { return wasm_f32x4_mul(a, b); }
VEC_INLINE v4f v_div(v4f a, v4f b) { return wasm_f32x4_div(a, b); }
VEC_INLINE v4f v_neg(v4f a) { return wasm_f32x4_neg(a); }
VEC_INLINE v4f v_abs(v4f a) { return wasm_f32x4_abs(a); }
VEC_INLINE v4f v_sqrt(v4f a) { return wasm_f32x4_sqrt(a); }
VEC_INLINE v4m v_less(v4f a, v4f b) { return wasm_f32x4_lt(a, b); }
/* a where the mask is not set, else 0; and the reverse */
VEC_INLINE v4f v_clear(v4f a, v4m mask) { return wasm_v128_andnot(a, mask); }
VEC_INLINE v4f v_where(v4f a, v4m mask) { return wasm_v128_and(a, mask); }
/* a < b ? b : a, and a > b ? b : a; a NaN in a stays */
VEC_INLINE v4f v_raise(v4f a, v4f b) { return wasm_f32x4_pmax(a, b); }
VEC_INLINE v4f v_lower(v4f a, v4f b) { return wasm_f32x4_pmin(a, b); }
/* 2^n from t = n + 1.5 * 2^23: t's low bits hold n; shifted, they add to the exponent of one */
VEC_INLINE v4f v_power_of_two(v4f t, v4f one) { return wasm_i32x4_add(wasm_i32x4_shl(t, 23), one); }
VEC_INLINE float v_lane0(v4f a) { return wasm_f32x4_extract_lane(a, 0); }
#define v_shuffle(a, b, i, j, k, l) wasm_i32x4_shuffle(a, b, i, j, k, l)

#else

typedef float v4f __attribute__((vector_size(16)));
typedef int32_t v4m __attribute__((vector_size(16)));

VEC_INLINE v4f v_load(const float *p) {
  v4f a;
  memcpy(&a, p, sizeof a);
  return a;
}
VEC_INLINE void v_store(float *p, v4f a) { memcpy(p, &a, sizeof a); }
VEC_INLINE v4f v_splat(float a) { return (v4f){a, a, a, a}; }
VEC_INLINE v4f v_load_splat(const float *p) { return v_splat(*p); }
VEC_INLINE v4f v_add(v4f a, v4f b) { return a + b; }
VEC_INLINE v4f v_sub(v4f a, v4f b) { return a - b; }
VEC_INLINE v4f v_mul(v4f a, v4f b) { return a * b; }
VEC_INLINE v4f v_div(v4f a, v4f b) { return a / b; }
VEC_INLINE v4f v_neg(v4f a) { return -a; }
VEC_INLINE v4f v_abs(v4f a) { return (v4f)((v4m)a & 0x7fffffff); }
VEC_INLINE v4m v_less(v4f a, v4f b) { return (v4m)(a < b); }
VEC_INLINE v4f v_clear(v4f a, v4m mask) { return (v4f)((v4m)a & ~mask); }
VEC_INLINE v4f v_where(v4f a, v4m mask) { return (v4f)((v4m)a & mask); }
VEC_INLINE v4f v_select(v4m mask, v4f a, v4f b) {
  return (v4f)((mask & (v4m)a) | (~mask & (v4m)b));
}
VEC_INLINE v4f v_raise(v4f a, v4f b) { return v_select(a < b, b, a); }
VEC_INLINE v4f v_lower(v4f a, v4f b) { return v_select(b < a, b, a); }
VEC_INLINE v4f v_power_of_two(v4f t, v4f one) {
  typedef uint32_t v4u __attribute__((vector_size(16)));
  return (v4f)(((v4u)t << 23) + (v4u)one);
}
VEC_INLINE float v_lane0(v4f a) { return a[0]; }

#if defined(__clang__) || __GNUC__ >= 12
#define v_shuffle(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#else
#define v_shuffle(a, b, i, j, k, l) __builtin_shuffle(a, b, (v4m){i, j, k, l})
#endif

#ifdef __SSE2__
#include <emmintrin.h>
VEC_INLINE v4f v_sqrt(v4f a) { return (v4f)_mm_sqrt_ps((__m128)a); }
#else
VEC_INLINE v4f v_sqrt(v4f a) {
  return (v4f){__builtin_sqrtf(a[0]), __builtin_sqrtf(a[1]), __builtin_sqrtf(a[2]),
               __builtin_sqrtf(a[3])};
}
#endif

#endif

VEC_INLINE v4f v_zero(void) { return v_splat(0.0f); }

/* acc + a b: rounded twice, or once with SL_FMA */
#ifndef SL_FMA
VEC_INLINE v4f v_muladd(v4f acc, v4f a, v4f b) { return v_add(acc, v_mul(a, b)); }
#elif defined(__wasm_relaxed_simd__)
VEC_INLINE v4f v_muladd(v4f acc, v4f a, v4f b) { return wasm_f32x4_relaxed_madd(a, b, acc); }
#elif defined(__FMA__)
#include <immintrin.h>
VEC_INLINE v4f v_muladd(v4f acc, v4f a, v4f b) {
  return (v4f)_mm_fmadd_ps((__m128)a, (__m128)b, (__m128)acc);
}
#elif defined(__aarch64__)
#include <arm_neon.h>
VEC_INLINE v4f v_muladd(v4f acc, v4f a, v4f b) {
  return (v4f)vfmaq_f32((float32x4_t)acc, (float32x4_t)a, (float32x4_t)b);
}
#else
#error "SL_FMA asks for fused multiply-add, which this target does not have"
#endif

/* Wide vectors, for what needs no fixed number of lanes: eight or sixteen natively where the build
 * names a tier for such processors, else four. */
#ifndef SL_LANES
#define SL_LANES 4
#endif
#if SL_LANES == 4
typedef v4f wf;
VEC_INLINE wf w_load(const float *p) { return v_load(p); }
VEC_INLINE wf w_load_splat(const float *p) { return v_load_splat(p); }
VEC_INLINE void w_store(float *p, wf a) { v_store(p, a); }
VEC_INLINE wf w_add(wf a, wf b) { return v_add(a, b); }
VEC_INLINE wf w_muladd(wf acc, wf a, wf b) { return v_muladd(acc, a, b); }
#else
#include <immintrin.h>
typedef float wf __attribute__((vector_size(4 * SL_LANES)));
VEC_INLINE wf w_load(const float *p) {
  wf a;
  memcpy(&a, p, sizeof a);
  return a;
}
VEC_INLINE wf w_load_splat(const float *p) { return *p - (wf){0}; }
VEC_INLINE wf w_add(wf a, wf b) { return a + b; }
VEC_INLINE void w_store(float *p, wf a) { memcpy(p, &a, sizeof a); }
#ifndef SL_FMA
VEC_INLINE wf w_muladd(wf acc, wf a, wf b) { return acc + a * b; }
#elif SL_LANES == 8
VEC_INLINE wf w_muladd(wf acc, wf a, wf b) {
  return (wf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)acc);
}
#else
VEC_INLINE wf w_muladd(wf acc, wf a, wf b) {
  return (wf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)acc);
}
#endif
#endif

/* The first n lanes (n < 4) from memory, the others 0. */
VEC_INLINE v4f v_load_part(const float *p, size_t n) {
  float lane[4] = {0, 0, 0, 0};
  for (size_t i = 0; i < n; i++) lane[i] = p[i];
  return v_load(lane);
}

VEC_INLINE void v_store_part(float *p, size_t n, v4f a) {
  float lane[4];
  v_store(lane, a);
  for (size_t i = 0; i < n; i++) p[i] = lane[i];
}

/* The first n lanes of a, the others 0. */
VEC_INLINE v4f v_keep(v4f a, size_t n) {
  float lane[4];
  v_store(lane, a);
  return v_load_part(lane, n);
}

/* (0+1) + (2+3) */
VEC_INLINE float v_sum(v4f a) {
  v4f pair = v_add(a, v_shuffle(a, a, 1, 0, 3, 2));
  return v_lane0(v_add(pair, v_shuffle(pair, pair, 2, 3, 0, 1)));
}

/* a with magnitudes under tiny made 0 (NaN stays). */
VEC_INLINE v4f v_flush(v4f a, float tiny) { return v_clear(a, v_less(v_abs(a), v_splat(tiny))); }

/* Constants of exp, sigmoid and GELU, four equal lanes each. They are loaded, from another
 * translation unit, because V8 builds a v128 literal anew wherever it is used: twice the time. */
typedef struct vec_constants {
  float exp_least[4], exp_most[4], shift[4], log2e[4], ln2_high[4], ln2_low[4];
  float c2[4], c3[4], c4[4], c5[4], c6[4]; /* exp(r) = 1 + r + c2 r^2 + ... + c6 r^6 */
  float one[4], tiny[4];
  float gelu_linear[4], gelu_cubic[4], gelu_slope[4];
} vec_constants;

extern const vec_constants vec_constant __attribute__((aligned(16)));

/* exp(x) for x in -80..88, and the value at the nearer end outside; relative error 1.2e-7.
 * 2^n times a minimax polynomial of the rest, |r| <= ln2/2. The clamp keeps n in the exponent's
 * range; the polynomial is a tree because its latency, not its length, is what costs. */
VEC_INLINE v4f v_exp_clamped(v4f x) {
  const vec_constants *k = &vec_constant;
  x = v_lower(v_raise(x, v_load(k->exp_least)), v_load(k->exp_most));
  v4f t = v_muladd(v_load(k->shift), x, v_load(k->log2e)); /* the shift rounds to a whole number */
  v4f n = v_sub(t, v_load(k->shift));
  v4f r = v_sub(x, v_mul(n, v_load(k->ln2_high))); /* exact; the rest of ln2 follows */
  r = v_sub(r, v_mul(n, v_load(k->ln2_low)));
  v4f square = v_mul(r, r);
  v4f low = v_muladd(v_load(k->c2), v_load(k->c3), r);
  v4f high = v_muladd(v_load(k->c4), v_load(k->c5), r);
  high = v_muladd(high, v_load(k->c6), square);
  v4f p = v_muladd(low, high, square);
  p = v_add(v_muladd(r, p, square), v_load(k->one));
  return v_mul(p, v_power_of_two(t, v_load(k->one)));
}

/* exp(x), 0 where it is below 1e-30. */
VEC_INLINE v4f v_exp(v4f x) {
  v4f e = v_exp_clamped(x);
  return v_clear(e, v_less(e, v_load(vec_constant.tiny)));
}

/* 1 / (1 + exp(-x)) from minus x; 0 where it is below 1e-30, so that no product is denormal. */
VEC_INLINE v4f v_sigmoid_minus(v4f minus_x) {
  const v4f one = v_load(vec_constant.one);
  v4f s = v_div(one, v_add(one, v_exp_clamped(minus_x)));
  return v_clear(s, v_less(s, v_load(vec_constant.tiny)));
}

#endif
