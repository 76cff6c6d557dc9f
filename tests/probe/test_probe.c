/* The probes of the float build. */
#include "compare_probes.h"

int main(void) { return compare_probes(1e-4); }
