#include "format.h"

#include "number.h"

#include <string.h>

typedef struct sink {
  char *out;
  size_t size, n;
} sink;

static void put(sink *t, const char *s, size_t n) {
  for (size_t i = 0; i < n; i++, t->n++)
    if (t->n + 1 < t->size) t->out[t->n] = s[i];
}

static void pad(sink *t, char with, int n) {
  while (n-- > 0) put(t, &with, 1);
}

/* Digits [from, to) of d, with zeros for those it does not have. */
static char *copy(char *to, const sl_decimal *d, int from, int end) {
  for (int i = from; i < end; i++) *to++ = i >= 0 && i < d->count ? d->digit[i] : '0';
  return to;
}

static char *fixed(char *to, const sl_decimal *d, int decimals) {
  to = copy(to, d, d->point < 1 ? -1 : 0, d->point < 1 ? 0 : d->point);
  if (decimals > 0) *to++ = '.';
  return copy(to, d, d->point, d->point + decimals);
}

static char *scientific(char *to, const sl_decimal *d) {
  int e = d->point - 1;
  to = copy(to, d, 0, 1);
  if (d->count > 1) *to++ = '.';
  to = copy(to, d, 1, d->count);
  *to++ = 'e';
  *to++ = e < 0 ? '-' : '+';
  if (e < 0) e = -e;
  if (e >= 100) *to++ = (char)('0' + e / 100);
  *to++ = (char)('0' + e / 10 % 10);
  *to++ = (char)('0' + e % 10);
  return to;
}

enum { LONGEST = 352 }; /* 309 digits in front of the point, 40 behind it */

/* %f or %g; returns the end. */
static char *real(char *to, double x, char how, int precision) {
  if (__builtin_signbit(x)) *to++ = '-';
  if (x - x != 0) {
    memcpy(to, x != x ? "nan" : "inf", 3);
    return to + 3;
  }
  if (precision < 0) precision = 6;
  if (precision > 40) precision = 40;
  sl_decimal d;
  sl_decimal_of(x, &d);
  if (how == 'f') {
    sl_decimal_round(&d, d.point + precision);
    return fixed(to, &d, precision);
  }
  if (!precision) precision = 1;
  sl_decimal_round(&d, precision);
  if (d.point < -3 || d.point > precision) return scientific(to, &d);
  return fixed(to, &d, d.count - d.point);
}

static char *whole(char *end, unsigned long long x, unsigned base, const char *digits) {
  do *--end = digits[x % base];
  while (x /= base);
  return end;
}

typedef struct spec {
  int left, zero, width, precision, size; /* size: 0 int, 1 long, 2 long long, 3 size_t */
  va_list args;
} spec;

static unsigned long long take(spec *p, int is_signed) {
  if (p->size == 3) return va_arg(p->args, size_t);
  if (p->size == 2) return va_arg(p->args, unsigned long long);
  if (p->size == 1)
    return is_signed ? (unsigned long long)va_arg(p->args, long) : va_arg(p->args, unsigned long);
  return is_signed ? (unsigned long long)va_arg(p->args, int) : va_arg(p->args, unsigned);
}

static int number(const char **f, spec *p) {
  int n = 0;
  if (**f == '*') {
    ++*f;
    return va_arg(p->args, int);
  }
  for (; **f >= '0' && **f <= '9'; ++*f) n = n * 10 + (**f - '0');
  return n;
}

static void convert(sink *t, spec *p, char how) {
  char buffer[LONGEST], *end = buffer + LONGEST, *s = buffer;
  size_t n;
  if (how == 's') {
    s = va_arg(p->args, char *);
    for (n = 0; (p->precision < 0 || n < (size_t)p->precision) && s[n];) n++;
  } else if (how == 'c') {
    buffer[0] = (char)va_arg(p->args, int);
    n = 1;
  } else if (how == 'f' || how == 'g') {
    n = (size_t)(real(buffer, va_arg(p->args, double), how, p->precision) - buffer);
  } else if (how == 'd') {
    long long x = (long long)take(p, 1);
    s = whole(end, x < 0 ? 0 - (unsigned long long)x : (unsigned long long)x, 10, "0123456789");
    if (x < 0) *--s = '-';
    n = (size_t)(end - s);
  } else if (how == 'u' || how == 'x' || how == 'X') {
    s = whole(end, take(p, 0), how == 'u' ? 10 : 16,
              how == 'X' ? "0123456789ABCDEF" : "0123456789abcdef");
    n = (size_t)(end - s);
  } else {
    s = &how;
    n = how != 0;
  }
  if (!p->left) pad(t, p->zero ? '0' : ' ', p->width - (int)n);
  put(t, s, n);
  if (p->left) pad(t, ' ', p->width - (int)n);
}

int sl_vsnprintf(char *out, size_t size, const char *fmt, va_list args) {
  sink t = {out, size, 0};
  spec p;
  va_copy(p.args, args);
  while (*fmt) {
    const char *plain = fmt;
    while (*fmt && *fmt != '%') fmt++;
    put(&t, plain, (size_t)(fmt - plain));
    if (!*fmt) break;
    p.left = *++fmt == '-';
    fmt += p.left;
    p.zero = *fmt == '0';
    p.width = number(&fmt, &p);
    p.precision = -1;
    if (*fmt == '.') {
      fmt++;
      p.precision = number(&fmt, &p);
    }
    for (p.size = 0; *fmt == 'l'; fmt++) p.size++;
    if (*fmt == 'z') {
      p.size = 3;
      fmt++;
    }
    convert(&t, &p, *fmt);
    if (*fmt) fmt++;
  }
  va_end(p.args);
  if (size) out[t.n < size ? t.n : size - 1] = 0;
  return (int)t.n;
}

int sl_snprintf(char *out, size_t size, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  int n = sl_vsnprintf(out, size, fmt, args);
  va_end(args);
  return n;
}
