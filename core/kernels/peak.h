/* What the machine can do at best with four lanes of multiply and add, rounded apart: the measure
 * that the benchmarks divide by. */
#ifndef SL_PEAK_H
#define SL_PEAK_H

#include <stdint.h>

#define SL_PEAK_FLOPS 112 /* of one iteration: 2 x 7 multiplies and adds of four lanes */

/* Returns a checksum, so that nothing can be left out. */
double sl_peak_muladd(int64_t iterations);

#endif
