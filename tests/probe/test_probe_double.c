/* The probes of the double build; what they give is still float. */
#include "compare_probes.h"

int main(void) { return compare_probes(1e-6); }
