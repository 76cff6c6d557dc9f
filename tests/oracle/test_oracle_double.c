/* The double build's forward pass against the papers' formulas. */
#include "compare.h"

#ifndef SL_DOUBLE
#error "this is the test of the double build"
#endif

int main(void) { return compare_all(1e-12); }
