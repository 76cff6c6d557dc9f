#include "arena.h"

#include <stdint.h>
#include <stdlib.h>

size_t sl_arena_round(size_t n) { return (n + SL_ALIGN - 1) & ~(size_t)(SL_ALIGN - 1); }

sl_code sl_arena_open(sl_arena *a, size_t size, sl_error *e) {
  *a = (sl_arena){0};
  a->raw = calloc(1, size + SL_ALIGN);
  if (!a->raw)
    return sl_fail(e, SL_E_MEMORY, "", "Out of memory: %.1f MB could not be claimed.",
                   (double)size / 1e6);
  a->base = (unsigned char *)(((uintptr_t)a->raw + SL_ALIGN - 1) & ~(uintptr_t)(SL_ALIGN - 1));
  a->size = size;
  return SL_OK;
}

void *sl_arena_take(sl_arena *a, size_t n) {
  size_t rounded = sl_arena_round(n);
  if (!a->base || rounded < n || rounded > a->size - a->used) return NULL;
  void *p = a->base + a->used;
  a->used += rounded;
  return p;
}

void sl_arena_close(sl_arena *a) {
  free(a->raw);
  *a = (sl_arena){0};
}
