/* OrthoAdam (Kaul et al. 2024): Adam in a basis turned at random, so that no single channel has
 * a pace of its own: g~ = Q g, Adam's update of g~, u~, turned back: w -= lr (Q^T u~ + decay w).
 *
 * Q of n x n numbers has no room for any but the smallest tensors. Here Q = H D P: P a permutation
 * of the tensor's n numbers (i -> start + i stride mod n, stride without a common divisor with n), D
 * signs, H Hadamard matrices of 64 x 64 over sqrt(64), smaller powers of two at the end. It is
 * orthogonal, each g~ mixes 64 numbers from all over the tensor, and it comes from the seed and the
 * tensor's number alone: nothing is kept. */
#include "../../base/rng.h"
#include "optimiser_settings.h"

enum { BLOCK = 64 };

/* x = H x / sqrt(n) by butterflies; n is a power of two. Its own inverse. */
static void hadamard(size_t n, sl_real *x) {
  for (size_t half = 1; half < n; half *= 2)
    for (size_t i = 0; i < n; i += 2 * half)
      for (size_t j = i; j < i + half; j++) {
        sl_real a = x[j], b = x[j + half];
        x[j] = a + b;
        x[j + half] = a - b;
      }
  const sl_real shrink = (sl_real)(1 / sl_sqrt((double)n));
  for (size_t i = 0; i < n; i++) x[i] *= shrink;
}

static size_t divisor(size_t a, size_t b) {
  while (b) {
    size_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

static void update(const sl_kernels *k, const void *s, const sl_update *u, size_t n,
                   const sl_real *g, sl_real *w, sl_real *m, sl_real *v) {
  sl_adamw_step step = sl_adam_step(s, u);
  const sl_real lr = step.lr, decay = step.decay;
  step.lr = 1;
  step.decay = 0;
  sl_rng rng = sl_rng_at(u->seed, SL_STREAM_ROTATION, (uint64_t)u->index, 0);
  size_t place = sl_rng_below(&rng, (uint32_t)n), stride = 1 + sl_rng_below(&rng, (uint32_t)n);
  while (divisor(stride, n) != 1) stride++;
  stride %= n;
  for (size_t at = 0, size = BLOCK; at < n; at += size) {
    size_t from[BLOCK];
    sl_real turned[BLOCK], moved[BLOCK] = {0};
    uint64_t signs = sl_rng_u64(&rng);
    while (size > n - at) size /= 2;
    for (size_t i = 0; i < size; i++) {
      from[i] = place;
      turned[i] = signs >> i & 1 ? -g[place] : g[place];
      place += stride;
      if (place >= n) place -= n;
    }
    hadamard(size, turned);
    k->adamw(size, &step, turned, moved, m + at, v + at); /* moved = -u~ */
    hadamard(size, moved);
    for (size_t i = 0; i < size; i++) {
      sl_real back = signs >> i & 1 ? -moved[i] : moved[i];
      w[from[i]] += lr * (back - decay * w[from[i]]);
    }
  }
}

static const sl_param params[] = {SL_OPTIMISER_BETA1(sl_adam_settings, 0.9),
                                  SL_OPTIMISER_BETA2(sl_adam_settings, 0.95),
                                  SL_OPTIMISER_EPS(sl_adam_settings),
                                  SL_OPTIMISER_DECAY(sl_adam_settings, 0.1, SL_DECOUPLED),
                                  {0}};

const sl_optimiser_type sl_optimiser_orthoadam = {
    .desc =
        {"orthoadam", "OrthoAdam",
         "AdamW on gradients that are turned at random first (here in blocks of 64 weights), so "
         "that no channel grows apart from the others.",
         "arXiv 2410.17174", params},
    .states = 2,
    .update = update};
