/* Counter-based random numbers: a value depends on (seed, stream, a, b, index) and on nothing that
 * was drawn elsewhere, so any worker can make any part of a run, and resuming needs no state. */
#ifndef SL_RNG_H
#define SL_RNG_H

#include <stdint.h>

/* Who draws. New streams go at the end: the numbers are part of every run. */
typedef enum sl_stream {
  SL_STREAM_INIT = 1, /* a: index of the parameter tensor */
  SL_STREAM_TRAIN,    /* a: step, b: row of the batch */
  SL_STREAM_VALID,    /* a: row of the held-out set */
  SL_STREAM_CORPUS,   /* tables a corpus builds once */
  SL_STREAM_BASELINE, /* sample from which the entropy baselines are measured */
  SL_STREAM_DROPOUT,  /* a: step, b: window of the batch and place in the model */
  SL_STREAM_ROTATION, /* a: index of the parameter tensor */
  SL_STREAM_UNIQUE,   /* a: window of a limited stock */
  SL_STREAM_EPOCH,    /* the order of the stock; a: how often it was gone through */
  SL_STREAM_PREFIX,   /* a: step, b: row of the batch; or a: row, b: input of a held-out window */
  SL_STREAM_PROBE     /* what probes draw; a: row, b: input of a held-out window */
} sl_stream;

typedef struct sl_rng {
  uint64_t key, counter;
} sl_rng;

sl_rng sl_rng_at(uint64_t seed, sl_stream stream, uint64_t a, uint64_t b);
uint64_t sl_rng_u64(sl_rng *r);
double sl_rng_uniform(sl_rng *r);             /* [0,1), 53 bits */
uint32_t sl_rng_below(sl_rng *r, uint32_t n); /* [0,n), n >= 1, unbiased */
double sl_rng_normal(sl_rng *r);              /* N(0,1), Box-Muller on own math */

#endif
