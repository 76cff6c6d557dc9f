/* The double build's optimisers against their papers. */
#include "optimiser.h"

#ifndef SL_DOUBLE
#error "this is the test of the double build"
#endif

int main(void) { return compare_optimisers(1e-11); }
