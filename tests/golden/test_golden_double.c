/* The double build against PyTorch in float64. */
#include "golden.h"

#ifndef SL_DOUBLE
#error "this is the test of the double build"
#endif

int main(void) { return golden_all(1e-12); }
