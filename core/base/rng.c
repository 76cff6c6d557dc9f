#include "rng.h"

#include "math.h"

#define GOLDEN 0x9E3779B97F4A7C15ull

/* The finaliser of SplitMix64 (Steele 2014): a bijection whose output bits all depend on all input
 * bits. */
static uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

sl_rng sl_rng_at(uint64_t seed, sl_stream stream, uint64_t a, uint64_t b) {
  uint64_t key = mix(seed + GOLDEN);
  key = mix(key ^ ((uint64_t)stream * GOLDEN));
  key = mix(key + a * GOLDEN + 1);
  key = mix(key + b * GOLDEN + 2);
  return (sl_rng){key, 0};
}

uint64_t sl_rng_u64(sl_rng *r) { return mix(r->key + GOLDEN * ++r->counter); }

double sl_rng_uniform(sl_rng *r) { return (double)(sl_rng_u64(r) >> 11) * 0x1p-53; }

uint32_t sl_rng_below(sl_rng *r, uint32_t n) {
  /* Lemire's method: the high word of a product, rejecting the few low words that would bias. */
  uint32_t threshold = (uint32_t)(-n) % n;
  for (;;) {
    uint64_t product = (sl_rng_u64(r) >> 32) * n;
    if ((uint32_t)product >= threshold) return (uint32_t)(product >> 32);
  }
}

double sl_rng_normal(sl_rng *r) {
  double u = 1.0 - sl_rng_uniform(r); /* (0,1]: log stays finite */
  double angle = 6.283185307179586 * sl_rng_uniform(r);
  return sl_sqrt(-2.0 * sl_log(u)) * sl_cos(angle);
}
