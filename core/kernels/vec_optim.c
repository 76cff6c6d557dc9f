/* Optimiser updates, four lanes; moments are flushed so that they never become denormal. */
#include "vec_table.h"

#include "vec.h"

static const float tiny_moment = 1e-36f;
static const float tiny_gradient = 1e-17f; /* its square times 1 - beta2 could be denormal */

VEC_INLINE void adamw4(const sl_adamw_step *s, v4f g, v4f *w, v4f *m, v4f *v) {
  v4f d = v_mul(v_splat(s->grad_scale), g);
  v4f felt = v_flush(d, tiny_gradient);
  *m = v_muladd(v_mul(v_splat(s->beta1), *m), v_splat(1.0f - s->beta1), d);
  *v = v_muladd(v_mul(v_splat(s->beta2), *v), v_splat(1.0f - s->beta2), v_mul(felt, felt));
  *m = v_flush(*m, tiny_moment);
  *v = v_flush(*v, tiny_moment);
  v4f size = v_add(v_sqrt(v_mul(*v, v_splat(s->correct2))), v_splat(s->eps));
  v4f step = v_div(v_mul(*m, v_splat(s->correct1)), size);
  step = v_muladd(step, v_splat(s->decay), *w);
  *w = v_sub(*w, v_mul(v_splat(s->lr), step));
}

void VEC(adamw)(size_t n, const sl_adamw_step *s, const float *g, float *w, float *m, float *v) {
  const sl_adamw_step step = *s; /* a copy that no store can alias */
  size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    v4f w4 = v_load(w + i), m4 = v_load(m + i), v4 = v_load(v + i);
    adamw4(&step, v_load(g + i), &w4, &m4, &v4);
    v_store(w + i, w4);
    v_store(m + i, m4);
    v_store(v + i, v4);
  }
  if (i < n) {
    const size_t rest = n - i;
    v4f w4 = v_load_part(w + i, rest), m4 = v_load_part(m + i, rest);
    v4f v4 = v_load_part(v + i, rest);
    adamw4(&step, v_load_part(g + i, rest), &w4, &m4, &v4);
    v_store_part(w + i, rest, w4);
    v_store_part(m + i, rest, m4);
    v_store_part(v + i, rest, v4);
  }
}

VEC_INLINE void sgd4(const sl_sgd_step *s, v4f g, v4f *w, v4f *m) {
  v4f d = v_mul(v_splat(s->grad_scale), g);
  *m = v_flush(v_muladd(d, v_splat(s->momentum), *m), tiny_moment);
  *w = v_sub(*w, v_mul(v_splat(s->lr), v_muladd(*m, v_splat(s->decay), *w)));
}

void VEC(sgd)(size_t n, const sl_sgd_step *s, const float *g, float *w, float *m) {
  const sl_sgd_step step = *s;
  size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    v4f w4 = v_load(w + i), m4 = v_load(m + i);
    sgd4(&step, v_load(g + i), &w4, &m4);
    v_store(w + i, w4);
    v_store(m + i, m4);
  }
  if (i < n) {
    const size_t rest = n - i;
    v4f w4 = v_load_part(w + i, rest), m4 = v_load_part(m + i, rest);
    sgd4(&step, v_load_part(g + i, rest), &w4, &m4);
    v_store_part(w + i, rest, w4);
    v_store_part(m + i, rest, m4);
  }
}
