/* Status codes and the one-sentence errors that travel with them. */
#ifndef SL_STATUS_H
#define SL_STATUS_H

typedef enum sl_code {
  SL_OK = 0,
  SL_E_JSON,     /* not JSON, or JSON we refuse (duplicate key, depth, size) */
  SL_E_CONFIG,   /* unknown key, value out of range, impossible combination */
  SL_E_MEMORY,   /* an allocation failed or the limit would be passed */
  SL_E_DATA,     /* text too short, bytes that are not UTF-8 */
  SL_E_FILE,     /* truncated, altered or foreign checkpoint or run file */
  SL_E_DIVERGED, /* a number stopped being finite during training */
  SL_E_STATE     /* the call does not fit what the lab is doing */
} sl_code;

/* What went wrong and where. `path` is a JSON path, a tensor or a file part; offset is a byte
 * position or -1. */
typedef struct sl_error {
  sl_code code;
  long long offset;
  char path[96];
  char message[416];
} sl_error;

/* Fills *e (may be NULL) and returns code, so that `return sl_fail(...)` reads naturally. */
sl_code sl_fail(sl_error *e, sl_code code, const char *path, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* As sl_fail, naming a byte offset. */
sl_code sl_fail_at(sl_error *e, sl_code code, const char *path, long long offset, const char *fmt,
                   ...) __attribute__((format(printf, 5, 6)));

/* A word for a code, stable: it is the "code" of error JSON. */
const char *sl_code_name(sl_code code);

#define SL_TRY(expr)                                                                               \
  do {                                                                                             \
    sl_code sl_try_ = (expr);                                                                      \
    if (sl_try_ != SL_OK) return sl_try_;                                                          \
  } while (0)

#endif
