/* Element by element: rotary position, activations, tables. The rest of n modulo 4 goes through the
 * same lane operations padded with zeros wherever an exponential is involved. */
#include "vec_table.h"

#include "vec.h"

/* Four elements are two pairs: x (c0 c0 c1 c1) + (x1 x0 x3 x2) (-s0 s0 -s1 s1). */
VEC_INLINE void turn_head(size_t half, const float *c, const float *s, float direction, float *x) {
  const float signs[4] = {-direction, direction, -direction, direction};
  const v4f sign = v_load(signs);
  size_t i = 0;
  for (; i + 4 <= half; i += 4) {
    v4f cosines = v_load(c + i), sines = v_load(s + i);
    for (size_t j = 0; j < 2; j++) {
      v4f cc =
          j ? v_shuffle(cosines, cosines, 2, 2, 3, 3) : v_shuffle(cosines, cosines, 0, 0, 1, 1);
      v4f ss = j ? v_shuffle(sines, sines, 2, 2, 3, 3) : v_shuffle(sines, sines, 0, 0, 1, 1);
      float *pair = x + 2 * i + 4 * j;
      v4f value = v_load(pair);
      v4f crossed = v_shuffle(value, value, 1, 0, 3, 2);
      v_store(pair, v_muladd(v_mul(value, cc), crossed, v_mul(sign, ss)));
    }
  }
  for (; i < half; i++) {
    float even = x[2 * i], odd = x[2 * i + 1], sine = direction * s[i];
    x[2 * i] = even * c[i] - odd * sine;
    x[2 * i + 1] = odd * c[i] + even * sine;
  }
}

void VEC(rope)(int N, int H, int D, const int32_t *position, const float *cos, const float *sin,
               float direction, float *x) {
  const size_t half = (size_t)D / 2;
  for (int n = 0; n < N; n++) {
    const size_t row = (size_t)position[n] * half;
    for (int h = 0; h < H; h++, x += D) turn_head(half, cos + row, sin + row, direction, x);
  }
}

void VEC(relu)(size_t n, const float *u, float *y) {
  size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    v4f value = v_load(u + i);
    v_store(y + i, v_clear(value, v_less(value, v_zero())));
  }
  for (; i < n; i++) y[i] = u[i] < 0 ? 0 : u[i];
}

void VEC(relu_back)(size_t n, const float *u, const float *dy, float *du) {
  size_t i = 0;
  for (; i + 4 <= n; i += 4)
    v_store(du + i, v_where(v_load(dy + i), v_less(v_zero(), v_load(u + i))));
  for (; i < n; i++) du[i] = 0 < u[i] ? dy[i] : 0;
}

/* (1 + tanh(z)) / 2 = sigmoid(2z): the same function without the cancellation near z = 0, 2z being
 * u (linear + cubic u^2). */
VEC_INLINE wf gelu_sigmoid(wf u) {
  const wf square = w_mul(u, u);
  wf factor = w_muladd(w_constant(gelu_linear), w_constant(gelu_cubic), square);
  return w_sigmoid_minus(w_neg(w_mul(u, factor)));
}

void VEC(gelu)(size_t n, const float *u, float *s, float *y) {
  size_t i = 0;
  for (; i + SL_LANES <= n; i += SL_LANES) {
    const wf u4 = w_load(u + i), s4 = gelu_sigmoid(u4);
    w_store(s + i, s4);
    w_store(y + i, w_mul(u4, s4));
  }
  if (i < n) {
    const wf u4 = w_load_part(u + i, n - i), s4 = gelu_sigmoid(u4);
    w_store_part(s + i, n - i, s4);
    w_store_part(y + i, n - i, w_mul(u4, s4));
  }
}

/* s + s (1-s) u slope, slope being the derivative of 2z. */
VEC_INLINE wf gelu_back4(wf u, wf s, wf dy) {
  wf square = w_mul(u, u);
  wf slope = w_muladd(w_constant(gelu_linear), w_constant(gelu_slope), square);
  wf bend = w_mul(w_mul(s, w_sub(w_constant(one), s)), w_mul(u, slope));
  return w_mul(dy, w_add(s, bend));
}

void VEC(gelu_back)(size_t n, const float *u, const float *s, const float *dy, float *du) {
  size_t i = 0;
  for (; i + SL_LANES <= n; i += SL_LANES)
    w_store(du + i, gelu_back4(w_load(u + i), w_load(s + i), w_load(dy + i)));
  if (i < n) {
    const size_t rest = n - i;
    w_store_part(
        du + i, rest,
        gelu_back4(w_load_part(u + i, rest), w_load_part(s + i, rest), w_load_part(dy + i, rest)));
  }
}

void VEC(swiglu)(size_t n, const float *g, const float *u, float *s, float *y) {
  size_t i = 0;
  for (; i + SL_LANES <= n; i += SL_LANES) {
    const wf g4 = w_load(g + i), s4 = w_sigmoid_minus(w_neg(g4));
    w_store(s + i, s4);
    w_store(y + i, w_mul(w_mul(g4, s4), w_load(u + i)));
  }
  if (i < n) {
    const size_t rest = n - i;
    const wf g4 = w_load_part(g + i, rest), s4 = w_sigmoid_minus(w_neg(g4));
    w_store_part(s + i, rest, s4);
    w_store_part(y + i, rest, w_mul(w_mul(g4, s4), w_load_part(u + i, rest)));
  }
}

/* The derivative of silu. */
VEC_INLINE wf swiglu_slope(wf g, wf s) {
  return w_muladd(s, w_mul(s, w_sub(w_constant(one), s)), g);
}

void VEC(swiglu_back)(size_t n, const float *g, const float *u, const float *s, const float *dy,
                      float *dg, float *du) {
  size_t i = 0;
  for (; i + SL_LANES <= n; i += SL_LANES) {
    const wf g4 = w_load(g + i), s4 = w_load(s + i), d = w_load(dy + i);
    w_store(dg + i, w_mul(w_mul(d, w_load(u + i)), swiglu_slope(g4, s4)));
    w_store(du + i, w_mul(d, w_mul(g4, s4)));
  }
  if (i < n) {
    const size_t rest = n - i;
    const wf g4 = w_load_part(g + i, rest), s4 = w_load_part(s + i, rest);
    const wf d = w_load_part(dy + i, rest), u4 = w_load_part(u + i, rest);
    w_store_part(dg + i, rest, w_mul(w_mul(d, u4), swiglu_slope(g4, s4)));
    w_store_part(du + i, rest, w_mul(d, w_mul(g4, s4)));
  }
}

void VEC(gather)(int N, int C, const int32_t *id, const float *table, int accumulate, float *x) {
  for (int n = 0; n < N; n++, x += C) {
    const float *row = table + (size_t)id[n] * (size_t)C;
    if (accumulate)
      VEC(add)((size_t)C, row, x);
    else
      memcpy(x, row, (size_t)C * sizeof *x);
  }
}

void VEC(scatter_add)(int N, int C, const int32_t *id, const float *dx, float *dtable) {
  for (int n = 0; n < N; n++, dx += C) VEC(add)((size_t)C, dx, dtable + (size_t)id[n] * (size_t)C);
}
