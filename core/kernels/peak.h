/* What the machine can do at best with four lanes: the measure that the benchmarks divide by.
 * Each returns a checksum, so that nothing can be left out. */
#ifndef SL_PEAK_H
#define SL_PEAK_H

#include <stdint.h>

/* Multiply and add rounded apart: 2 x 7 of each an iteration, four lanes. */
#define SL_PEAK_FLOPS 112
double vec_peak(int64_t iterations);

/* Fused: 12 an iteration, four lanes, counted as two operations each. */
#define SL_PEAK_FLOPS_FMA 96
double fma_peak(int64_t iterations);

#endif
