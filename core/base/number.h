/* Numbers as decimals, exactly: what is read is the nearest double (a tie goes to the even one), and
 * a double's decimal digits are all of them. Every build reads and writes the same text, and the
 * engine of the page does without the C library's emulation of long double. */
#ifndef SL_NUMBER_H
#define SL_NUMBER_H

#include <stdint.h>

/* 0.d1d2d3… times ten to the power of `point`, without zeros at the end; zero has no digits. */
#define SL_DECIMAL_MAX 792 /* 767 digits and the zeros of the first nine */
typedef struct sl_decimal {
  int count, point;
  char digit[SL_DECIMAL_MAX]; /* '0' to '9' */
} sl_decimal;

/* The digits of |x|, which is finite. */
void sl_decimal_of(double x, sl_decimal *d);
/* Rounds to that many digits, half to even; fewer than none leaves zero. */
void sl_decimal_round(sl_decimal *d, int digits);

/* As strtod and strtof read a decimal: no spaces in front, no hexadecimals, infinities or NaN. cJSON
 * is compiled to call sl_strtod in place of strtod. */
double sl_strtod(const char *s, char **end);
float sl_strtof(const char *s);

/* The natural number that s begins with, in base 10 or 16; UINT64_MAX if it is larger. */
uint64_t sl_strtou(const char *s, const char **end, unsigned base);

#endif
