/* One block of memory claimed once and handed out in order; nothing is freed until all is. */
#ifndef SL_ARENA_H
#define SL_ARENA_H

#include "status.h"

#include <stddef.h>

#define SL_ALIGN 64

typedef struct sl_arena {
  unsigned char *base, *raw;
  size_t size, used;
} sl_arena;

/* Rounded up to the alignment: what sl_arena_take(n) uses. */
size_t sl_arena_round(size_t n);

/* Claims `size` bytes, zeroed and aligned. */
sl_code sl_arena_open(sl_arena *a, size_t size, sl_error *e);
/* The next n bytes, zeroed, 64-byte aligned; NULL when the arena is spent. */
void *sl_arena_take(sl_arena *a, size_t n);
void sl_arena_close(sl_arena *a);

#endif
