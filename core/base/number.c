#include "number.h"

#include <stddef.h>
#include <string.h>

/* ---- natural numbers of any size that is needed ---- */

/* Least significant limb first. The longest is what is divided in read(): 770 digits (2558 bits)
 * shifted by 64 + 3 · 1095 bits. */
enum { LIMBS = 192, KEPT = 770, SMALLEST = -325, LARGEST = 310 };
typedef struct big {
  int n;
  uint32_t limb[LIMBS];
} big;

/* b = b·by + add */
static void multiply(big *b, uint32_t by, uint32_t add) {
  uint64_t carry = add;
  for (int i = 0; i < b->n; i++) {
    carry += (uint64_t)b->limb[i] * by;
    b->limb[i] = (uint32_t)carry;
    carry >>= 32;
  }
  if (carry) b->limb[b->n++] = (uint32_t)carry;
}

/* b = b / by; returns what is left over. */
static uint32_t divide(big *b, uint32_t by) {
  uint64_t rest = 0;
  for (int i = b->n; i-- > 0;) {
    rest = rest << 32 | b->limb[i];
    b->limb[i] = (uint32_t)(rest / by);
    rest %= by;
  }
  while (b->n && !b->limb[b->n - 1]) b->n--;
  return (uint32_t)rest;
}

/* As much of base^n as one limb holds; n becomes the power that is still to come. */
static uint32_t power(uint32_t base, int *n) {
  uint32_t p = 1;
  for (; *n > 0 && p <= UINT32_MAX / base; (*n)--) p *= base;
  return p;
}

static void multiply_power(big *b, uint32_t base, int n) {
  while (n > 0) multiply(b, power(base, &n), 0);
}

static int bit(const big *b, int i) {
  return i / 32 < b->n ? (int)(b->limb[i / 32] >> i % 32 & 1) : 0;
}

/* ---- from double to decimal ---- */

void sl_decimal_of(double x, sl_decimal *d) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  int e = (int)(bits >> 52 & 0x7FF);
  uint64_t m = bits & (UINT64_MAX >> 12);
  if (e)
    m |= (uint64_t)1 << 52;
  else
    e = 1;
  d->count = 0;
  d->point = 1;
  if (!m) return;
  for (e -= 1075; e < 0 && !(m & 1); e++) m >>= 1;
  /* m·2^e; for a negative e that is m·5^-e with the point moved. */
  big b = {2, {(uint32_t)m, (uint32_t)(m >> 32)}};
  multiply_power(&b, e < 0 ? 5 : 2, e < 0 ? -e : e);
  int at = SL_DECIMAL_MAX;
  while (b.n) {
    uint32_t nine = divide(&b, 1000000000);
    for (int i = 0; i < 9; i++, nine /= 10) d->digit[--at] = (char)('0' + nine % 10);
  }
  while (d->digit[at] == '0') at++;
  d->count = SL_DECIMAL_MAX - at;
  d->point = d->count + (e < 0 ? e : 0);
  memmove(d->digit, d->digit + at, (size_t)d->count);
  sl_decimal_round(d, d->count);
}

void sl_decimal_round(sl_decimal *d, int digits) {
  char *digit = d->digit;
  if (digits < 0) {
    d->count = 0;
  } else if (digits < d->count) {
    int odd = digits && digit[digits - 1] & 1;
    int up = digit[digits] > '5' || (digit[digits] == '5' && (digits + 1 < d->count || odd));
    d->count = digits;
    if (up) {
      while (d->count && digit[d->count - 1] == '9') d->count--;
      if (d->count) {
        digit[d->count - 1]++;
      } else {
        digit[d->count++] = '1';
        d->point++;
      }
    }
  }
  while (d->count && digit[d->count - 1] == '0') d->count--;
}

/* ---- from decimal to double ---- */

/* (b + a little if `more`)·2^e, rounded to `bits` bits of which none is below 2^least. */
static double nearest(const big *b, int e, int more, int bits, int least) {
  int length = b->n * 32;
  while (!bit(b, length - 1)) length--;
  int drop = length - bits;
  if (drop < least - e) drop = least - e;
  if (drop < 0) drop = 0;
  uint64_t m = 0;
  for (int i = length; i-- > drop;) m = m << 1 | (uint64_t)bit(b, i);
  if (drop && bit(b, drop - 1)) {
    for (int i = drop - 1; i-- > 0 && !more;) more = bit(b, i);
    if (more || m & 1) m++;
  }
  double x = (double)m;
  for (e += drop; e > 0; e--) x *= 2;
  for (; e < 0; e++) x /= 2; /* exact: m has no bit below 2^least */
  return x;
}

/* Digits with a point among them: their number is kept in b, times 10^*ten, and a little if *more.
 * Returns where they end, or NULL if there is none. */
static const char *digits_of(const char *s, big *b, int *ten, int *kept, int *more) {
  int any = 0, point = 0;
  for (;; s++) {
    unsigned digit = (unsigned)*s - '0';
    if (*s == '.' && !point) {
      point = 1;
      continue;
    }
    if (digit > 9) return any ? s : NULL;
    any = 1;
    if (*kept < KEPT) {
      multiply(b, 10, digit);
      if (b->n) ++*kept;
    } else {
      *more |= digit != 0;
      ++*ten;
    }
    *ten -= point;
  }
}

static int exponent_of(const char **s) {
  const char *at = *s;
  if ((*at | 32) != 'e') return 0;
  at++;
  int negative = *at == '-', e = 0;
  if (*at == '-' || *at == '+') at++;
  if ((unsigned)*at - '0' > 9) return 0;
  for (; (unsigned)*at - '0' <= 9; at++)
    if (e < 100000000) e = e * 10 + (*at - '0');
  *s = at;
  return negative ? -e : e;
}

static double read(const char *s, const char **end, int bits, int least) {
  big b = {0};
  int ten = 0, kept = 0, more = 0, two = 0;
  const char *start = s;
  int negative = *s == '-';
  if (*s == '-' || *s == '+') s++;
  s = digits_of(s, &b, &ten, &kept, &more);
  if (s) ten += exponent_of(&s);
  if (end) *end = s ? s : start;
  double x = 0;
  if (b.n && ten + kept > LARGEST) {
    x = (double)__builtin_inf();
  } else if (b.n && ten + kept > SMALLEST) {
    multiply_power(&b, 10, ten);
    if (ten < 0) { /* enough bits that 64 are left after the division by 5^-ten */
      two = 3 * ten - 64;
      multiply_power(&b, 2, -two);
      two += ten;
      while (ten < 0) {
        int left = -ten;
        more |= divide(&b, power(5, &left)) != 0;
        ten = -left;
      }
    }
    x = nearest(&b, two, more, bits, least);
  }
  return s && negative ? -x : x;
}

double sl_strtod(const char *s, char **end) {
  const char *at;
  double x = read(s, &at, 53, -1074);
  if (end) *end = (char *)(uintptr_t)at;
  return x;
}

float sl_strtof(const char *s) { return (float)read(s, NULL, 24, -149); }

uint64_t sl_strtou(const char *s, const char **end, unsigned base) {
  uint64_t x = 0;
  for (;; s++) {
    unsigned digit = (unsigned)*s - '0', letter = (unsigned)(*s | 32) - 'a';
    if (digit > 9) digit = letter < 6 ? letter + 10 : 99;
    if (digit >= base) break;
    x = x > (UINT64_MAX - digit) / base ? UINT64_MAX : x * base + digit;
  }
  if (end) *end = s;
  return x;
}
