/* The WebAssembly module: its exports are the functions of sinklab.h, malloc and free, and it
 * imports nothing. Memory is given out here, by a first fit in a list of free blocks ordered by
 * address: a run takes its few large blocks once, and Emscripten's own allocators are several times as
 * much code and, growing memory, would import a function from the page. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* In front of every block; the memory behind it is aligned for any type. */
typedef struct block {
  _Alignas(16) size_t size; /* with this header */
  struct block *next;       /* while it is free: the next free one */
} block;

enum { PAGE = 65536 };

extern unsigned char __heap_base[];
static block *first;  /* free */
static uintptr_t end; /* of what was ever given out */

/* Puts a block among the free ones, in one with its neighbours. */
static void give(block *b) {
  block **at = &first, *before = NULL;
  while (*at && *at < b) {
    before = *at;
    at = &before->next;
  }
  b->next = *at;
  *at = b;
  if (b->next == (block *)((char *)b + b->size)) {
    b->size += b->next->size;
    b->next = b->next->next;
  }
  if (before && b == (block *)((char *)before + before->size)) {
    before->size += b->size;
    before->next = b->next;
  }
}

/* More memory at the end, as much as the block there lacks; 0 if there is none. */
static int grow(size_t size) {
  if (!end) end = ((uintptr_t)__heap_base + 15) & ~(uintptr_t)15;
  block *last = first;
  while (last && last->next) last = last->next;
  if (last && (uintptr_t)last + last->size == end) size -= last->size;
  uintptr_t have = (uintptr_t)__builtin_wasm_memory_size(0) * PAGE;
  if (size > have - end) {
    size_t pages = (size - (have - end) + PAGE - 1) / PAGE;
    if (__builtin_wasm_memory_grow(0, pages) == SIZE_MAX) return 0;
  }
  block *fresh = (block *)end;
  fresh->size = size;
  end += size;
  give(fresh);
  return 1;
}

void *malloc(size_t n) {
  if (n > PTRDIFF_MAX) return NULL;
  size_t size = (n + sizeof(block) + 15) & ~(size_t)15;
  do {
    for (block **at = &first; *at; at = &(*at)->next) {
      block *b = *at;
      if (b->size < size) continue;
      if (b->size - size > sizeof(block)) {
        block *rest = (block *)((char *)b + size);
        rest->size = b->size - size;
        rest->next = b->next;
        *at = rest;
        b->size = size;
      } else {
        *at = b->next;
      }
      return b + 1;
    }
  } while (grow(size));
  return NULL;
}

void free(void *p) {
  if (p) give((block *)p - 1);
}

/* Without the attribute the compiler might make this malloc and memset a call of calloc. */
__attribute__((no_builtin("malloc"))) void *calloc(size_t count, size_t each) {
  size_t n;
  if (__builtin_mul_overflow(count, each, &n)) return NULL;
  void *p = malloc(n);
  return p ? memset(p, 0, n) : NULL;
}

void *realloc(void *p, size_t n) {
  size_t had = p ? ((block *)p - 1)->size - sizeof(block) : 0;
  if (p && n <= had) return p;
  void *moved = malloc(n);
  if (moved && p) {
    memcpy(moved, p, had);
    free(p);
  }
  return moved;
}
