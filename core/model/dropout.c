#include "../base/rng.h"
#include "model.h"

#include <string.h>

/* Places in a window's numbering: more than two sublayers for each layer there can be. */
enum { PLACES = 64 };
_Static_assert(PLACES > 2 * SL_MAX_LAYERS, "a place more per layer");

/* Two elements to a random number: 32 bits each say whether one is kept. */
static void drop(const sl_training *t, int window, int place, size_t n, sl_real *x) {
  const uint32_t dropped = (uint32_t)(t->dropout * 0x1p32);
  const sl_real kept = (sl_real)(1 / (1 - t->dropout));
  sl_rng rng = sl_rng_at(t->seed, SL_STREAM_DROPOUT, (uint64_t)t->step,
                         (uint64_t)window * PLACES + (uint64_t)place);
  uint64_t bits = 0;
  for (size_t i = 0; i < n; i++) {
    bits = i & 1 ? bits >> 32 : sl_rng_u64(&rng);
    x[i] = (uint32_t)bits < dropped ? 0 : x[i] * kept;
  }
}

void sl_dropout(const sl_pass *p, int place, sl_real *x) {
  if (!sl_drops(p)) return;
  size_t n = (size_t)(p->N / p->B) * (size_t)p->model->dims.C;
  for (int b = 0; b < p->B; b++) drop(p->training, p->training->first + b, place, n, x + b * n);
}

const sl_real *sl_dropout_back(const sl_pass *p, int place, const sl_real *d, sl_real *copy) {
  if (!sl_drops(p)) return d;
  memcpy(copy, d, (size_t)p->N * (size_t)p->model->dims.C * sizeof *copy);
  sl_dropout(p, place, copy);
  return copy;
}
