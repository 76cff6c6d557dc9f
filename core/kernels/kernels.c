#include "kernels.h"

#include <stddef.h>

#if defined(SL_DOUBLE)

sl_tier sl_tier_at(int i) { return i ? (sl_tier){0} : (sl_tier){"strict", &sl_kernels_ref}; }

#else

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

sl_tier sl_tier_at(int i) {
#if defined(SL_FMA_ENGINE) /* rounded twice, its operations are those of strict */
  if (i == 0) return (sl_tier){fuses() ? "fma" : "strict", &sl_kernels_fma};
#else
  if (i == 0) return (sl_tier){"strict", &sl_kernels_vec};
#if defined(SL_FMA_TIER)
  if (i == 1 && fuses()) return (sl_tier){"fma", &sl_kernels_fma};
#endif
#endif
  return (sl_tier){0};
}

#endif
