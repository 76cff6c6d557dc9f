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

/* In front of a short loop of constant length whose elements live in registers. */
#define VEC_UNROLL _Pragma("GCC unroll 16")
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

/* ---- wide vectors: eight or sixteen lanes natively in the tiers for such processors, else four.
 * For what has no sums across lanes, so that the number of lanes changes no bits. */
#ifndef SL_LANES
#define SL_LANES 4
#endif
#if SL_LANES == 4
typedef v4f wf;
typedef v4m wm;
#define w_load           v_load
#define w_store          v_store
#define w_load_splat     v_load_splat
#define w_splat          v_splat
#define w_add            v_add
#define w_sub            v_sub
#define w_mul            v_mul
#define w_div            v_div
#define w_neg            v_neg
#define w_muladd         v_muladd
#define w_less           v_less
#define w_clear          v_clear
#define w_raise          v_raise
#define w_lower          v_lower
#define w_power_of_two   v_power_of_two
#define w_constant(name) v_load(vec_constant.name)
#else
#include <immintrin.h>
typedef float wf __attribute__((vector_size(4 * SL_LANES)));
typedef int32_t wm __attribute__((vector_size(4 * SL_LANES)));
VEC_INLINE wf w_load(const float *p) {
  wf a;
  memcpy(&a, p, sizeof a);
  return a;
}
VEC_INLINE void w_store(float *p, wf a) { memcpy(p, &a, sizeof a); }
VEC_INLINE wf w_splat(float a) { return a - (wf){0}; }
VEC_INLINE wf w_load_splat(const float *p) { return w_splat(*p); }
VEC_INLINE wf w_add(wf a, wf b) { return a + b; }
VEC_INLINE wf w_sub(wf a, wf b) { return a - b; }
VEC_INLINE wf w_mul(wf a, wf b) { return a * b; }
VEC_INLINE wf w_div(wf a, wf b) { return a / b; }
VEC_INLINE wf w_neg(wf a) { return -a; }
VEC_INLINE wm w_less(wf a, wf b) { return (wm)(a < b); }
VEC_INLINE wf w_clear(wf a, wm mask) { return (wf)((wm)a & ~mask); }
VEC_INLINE wf w_select(wm mask, wf a, wf b) { return (wf)((mask & (wm)a) | (~mask & (wm)b)); }
VEC_INLINE wf w_raise(wf a, wf b) { return w_select(a < b, b, a); }
VEC_INLINE wf w_lower(wf a, wf b) { return w_select(b < a, b, a); }
VEC_INLINE wf w_power_of_two(wf t, wf one) {
  typedef uint32_t wu __attribute__((vector_size(4 * SL_LANES)));
  return (wf)(((wu)t << 23) + (wu)one);
}
#define w_constant(name) w_load_splat(vec_constant.name)
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

/* The first n lanes from memory, the others 0. */
VEC_INLINE wf w_load_part(const float *p, size_t n) {
  float lane[SL_LANES] = {0};
  for (size_t i = 0; i < n; i++) lane[i] = p[i];
  return w_load(lane);
}

VEC_INLINE void w_store_part(float *p, size_t n, wf a) {
  float lane[SL_LANES];
  w_store(lane, a);
  for (size_t i = 0; i < n; i++) p[i] = lane[i];
}

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
VEC_INLINE wf w_exp_clamped(wf x) {
  x = w_lower(w_raise(x, w_constant(exp_least)), w_constant(exp_most));
  wf t = w_muladd(w_constant(shift), x, w_constant(log2e)); /* the shift rounds to a whole number */
  wf n = w_sub(t, w_constant(shift));
  wf r = w_sub(x, w_mul(n, w_constant(ln2_high))); /* exact; the rest of ln2 follows */
  r = w_sub(r, w_mul(n, w_constant(ln2_low)));
  wf square = w_mul(r, r);
  wf low = w_muladd(w_constant(c2), w_constant(c3), r);
  wf high = w_muladd(w_constant(c4), w_constant(c5), r);
  high = w_muladd(high, w_constant(c6), square);
  wf p = w_muladd(low, high, square);
  p = w_add(w_muladd(r, p, square), w_constant(one));
  return w_mul(p, w_power_of_two(t, w_constant(one)));
}

/* exp(x), 0 where it is below 1e-30. */
VEC_INLINE wf w_exp(wf x) {
  wf e = w_exp_clamped(x);
  return w_clear(e, w_less(e, w_constant(tiny)));
}

/* 1 / (1 + exp(-x)) from minus x; 0 where it is below 1e-30, so that no product is denormal. */
VEC_INLINE wf w_sigmoid_minus(wf minus_x) {
  const wf one = w_constant(one);
  wf s = w_div(one, w_add(one, w_exp_clamped(minus_x)));
  return w_clear(s, w_less(s, w_constant(tiny)));
}

#endif
