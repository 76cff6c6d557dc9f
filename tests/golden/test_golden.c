/* The float build against PyTorch in float64. */
#include "golden.h"

int main(void) { return golden_all(1e-4); }
