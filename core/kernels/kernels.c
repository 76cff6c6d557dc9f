#include "kernels.h"

const sl_kernels *sl_kernels_best(void) {
#ifdef SL_DOUBLE
  return &sl_kernels_ref;
#else
  return &sl_kernels_vec;
#endif
}
