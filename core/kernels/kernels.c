#include "kernels.h"

#include <stddef.h>

#if defined(SL_DOUBLE)

sl_tier sl_tier_at(int i) { return i ? (sl_tier){0} : (sl_tier){"strict", &sl_kernels_ref}; }

#else

/* ---- what this processor has ---- */

#if !defined(SL_FMA_ENGINE)
static int always(void) { return 1; }
#endif

#if defined(SL_WIDE_TIERS)
static int has_avx2(void) { return __builtin_cpu_supports("avx2") != 0; }
static int has_avx512(void) { return __builtin_cpu_supports("avx512f") != 0; }
#endif

#if defined(SL_FMA_TIER)
/* (1 + u)^2 - (1 + 2u) is u^2 if the product is not rounded before the sum, else 0. A dot product
 * adds elements 0 and 16 in the same lane. */
static int fuses(void) {
  const float u = 0x1p-12f;
  const float a[20] = {[0] = -(1 + 2 * u), [16] = 1 + u}, b[20] = {[0] = 1, [16] = 1 + u};
#if defined(__x86_64__) || defined(__i386__)
  if (!__builtin_cpu_supports("fma")) return 0;
#endif
  return sl_kernels_fma.dot(20, a, b) != 0;
}
#endif

#if defined(SL_FMA_ENGINE)
static int rounds_twice(void) { return !fuses(); }
#endif

#if defined(SL_WIDE_TIERS)
static int has_avx2_fma(void) { return has_avx2() && fuses(); }
static int has_avx512_fma(void) { return has_avx512() && fuses(); }
#endif

/* ---- the tiers ---- */

static const struct {
  sl_tier tier;
  int (*can)(void);
} tiers[] = {
#if defined(SL_FMA_ENGINE) /* rounded twice, its operations are those of strict */
    {{"fma", &sl_kernels_fma}, fuses},
    {{"strict", &sl_kernels_fma}, rounds_twice},
#else
#if defined(SL_WIDE_TIERS)
    {{"strict", &sl_kernels_vec16}, has_avx512},
    {{"strict", &sl_kernels_vec8}, has_avx2},
#endif
    {{"strict", &sl_kernels_vec}, always},
#if defined(SL_WIDE_TIERS)
    {{"fma", &sl_kernels_fma16}, has_avx512_fma},
    {{"fma", &sl_kernels_fma8}, has_avx2_fma},
#endif
#if defined(SL_FMA_TIER)
    {{"fma", &sl_kernels_fma}, fuses},
#endif
#endif
};

sl_tier sl_tier_at(int i) {
  for (size_t k = 0; k < sizeof tiers / sizeof *tiers; k++)
    if (tiers[k].can() && i-- == 0) return tiers[k].tier;
  return (sl_tier){0};
}

#endif
