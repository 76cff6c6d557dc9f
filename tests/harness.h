/* What every test needs: a check that counts, and the last line that the runner reads. */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

static int harness_passed, harness_failed;

/* Counts; a failure prints its sentence (the first 60 of them). Returns ok. */
__attribute__((format(printf, 2, 3))) static inline int check(int ok, const char *fmt, ...) {
  if (ok) {
    harness_passed++;
    return 1;
  }
  if (++harness_failed <= 60) {
    va_list args;
    va_start(args, fmt);
    printf("FAIL ");
    vprintf(fmt, args);
    printf("\n");
    va_end(args);
    fflush(stdout);
  }
  return 0;
}

/* The last line, and the exit status. */
static inline int harness_end(void) {
  printf("%d passed, %d failed\n", harness_passed, harness_failed);
  return harness_failed != 0;
}

/* Numbers that look random and are the same everywhere. */
static inline uint32_t harness_u32(uint32_t *seed) {
  *seed = *seed * 1664525u + 1013904223u;
  return *seed ^ *seed >> 15;
}
/* -1..1 */
static inline double harness_uniform(uint32_t *seed) {
  return (double)harness_u32(seed) / 2147483648.0 - 1;
}

#endif
