/* The engine's number: float, or double in the build that checks gradients. */
#ifndef SL_REAL_H
#define SL_REAL_H

#ifdef SL_DOUBLE
typedef double sl_real;
#else
typedef float sl_real;
#endif

#endif
