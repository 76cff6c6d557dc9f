#include "status.h"

#include "format.h"

static sl_code fill(sl_error *e, sl_code code, const char *path, long long offset, const char *fmt,
                    va_list args) {
  if (e) {
    e->code = code;
    e->offset = offset;
    sl_snprintf(e->path, sizeof e->path, "%s", path ? path : "");
    sl_vsnprintf(e->message, sizeof e->message, fmt, args);
  }
  return code;
}

sl_code sl_fail(sl_error *e, sl_code code, const char *path, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  fill(e, code, path, -1, fmt, args);
  va_end(args);
  return code;
}

sl_code sl_fail_at(sl_error *e, sl_code code, const char *path, long long offset, const char *fmt,
                   ...) {
  va_list args;
  va_start(args, fmt);
  fill(e, code, path, offset, fmt, args);
  va_end(args);
  return code;
}

const char *sl_code_name(sl_code code) {
  static const char *const names[] = {"ok",   "json", "config",   "memory",
                                      "data", "file", "diverged", "state"};
  return (unsigned)code < sizeof names / sizeof *names ? names[code] : "unknown";
}
