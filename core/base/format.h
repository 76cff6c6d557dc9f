/* snprintf for what the core says, with the same text in every build (see number.h). */
#ifndef SL_FORMAT_H
#define SL_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* As snprintf, for %[- or 0][width][.precision or .*] and d u x X (with l, ll or z), c, s, f, g and %%;
 * 0 goes with numbers that are not negative. Returns the length of the whole text. */
int sl_snprintf(char *out, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int sl_vsnprintf(char *out, size_t size, const char *fmt, va_list args);

#endif
