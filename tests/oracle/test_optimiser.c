/* The float build's optimisers against their papers in double. */
#include "optimiser.h"

int main(void) { return compare_optimisers(1e-4); }
