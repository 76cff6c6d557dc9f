/* The float build's forward pass against the papers' formulas in double. */
#include "compare.h"

int main(void) { return compare_all(1e-4); }
