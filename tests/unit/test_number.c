/* Numbers and text: base/number.c and base/format.c against the C library, whose conversions are
 * exact too. */
#include "../../core/base/format.h"
#include "../../core/base/number.h"
#include "../harness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RANDOM = 30000 };

static uint64_t random_bits(uint32_t *seed) {
  uint64_t high = harness_u32(seed);
  return high << 32 | harness_u32(seed);
}

static double from_bits(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* Doubles of any size, from 0 to 1, with few digits, and floats. */
static double number(uint32_t *seed, int kind) {
  uint64_t bits = random_bits(seed);
  if (kind == 0) return from_bits(bits);
  if (kind == 1) return (double)(bits >> 11) * 0x1p-53;
  if (kind == 2) return (int32_t)bits / 1000.0;
  float f;
  memcpy(&f, &bits, sizeof f);
  return (double)f;
}

static int same(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }

static int reads(const char *text) {
  char *theirs, *ours;
  double a = strtod(text, &theirs), b = sl_strtod(text, &ours);
  return same(a, b) && ours == theirs && same((double)strtof(text, NULL), (double)sl_strtof(text));
}

static void test_reading_random(void) {
  uint32_t seed = 1;
  for (int i = 0; i < RANDOM; i++) {
    char text[2000];
    double x = number(&seed, i % 4);
    if (!isfinite(x)) continue;
    snprintf(text, sizeof text, "%.*e", (int)(harness_u32(&seed) % 30), x);
    check(reads(text), "reading %s", text);
    float f = (float)x, after = nextafterf(f, INFINITY);
    if (!isfinite(f) || !isfinite(after)) continue;
    double middle = ((double)f + (double)after) / 2; /* of two floats: a tie, then nearly one */
    snprintf(text, sizeof text, "%.200e", middle);
    check(reads(text), "reading %s", text);
    snprintf(text, sizeof text, "%.9e", middle);
    check(reads(text), "reading %s", text);
  }
}

/* The exact middle of two neighbours below 2^53, and a little more than that. */
static void test_reading_ties(void) {
  uint32_t seed = 2;
  for (int i = 0; i < 2000; i++) {
    char text[1300];
    double x = number(&seed, 1);
    snprintf(text, sizeof text, "%.1100Lf", ((long double)x + nextafter(x, 2)) / 2);
    check(reads(text), "reading the middle above %a", x);
    strcat(text, "1");
    check(reads(text), "reading just over the middle above %a", x);
  }
}

static void test_reading_hard(void) {
  static const char *const texts[] = {
      "0", "-0", "0.0e5", "1.", ".5", "0.e1", "00012", "1E5", "1e+5", "1e0000000000000000000005",
      "123456789012345678901234567890", "8.5e22", "1e23", "1e308", "1e309", "1e-400",
      "1.7976931348623157e308", "1.797693134862315807e308", "1.7976931348623159e308", "4.9e-324",
      "2.4703282292062327e-324", "2.4703282292062328e-324", "2.2250738585072011e-308",
      "2.2250738585072012e-308", "2.2250738585072014e-308", "9007199254740993",
      "9007199254740992.9999999999", "9007199254740993.0000000000000000000000000001",
      "3.4028235677973365e38", "3.4028235677973366e38", "1.401298464324817e-45",
      "7.006492321624085e-46", "7.006492321624086e-46", "1e-99999999999999", "1e99999999999999",
      "0e99999999999999",
      /* where a number ends, or that there is none */
      "", "-", "+", ".", "-.", "e5", "1e", "1e+", "1ex", "1.5.5", "x", "- 1", "12abc"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    check(reads(texts[i]), "reading \"%s\"", texts[i]);
  static char one[5000], tiny[5000]; /* 1.000…01, and 0.000…01e3000 */
  memset(one, '0', 4000);
  one[1] = '.';
  memcpy(tiny, one, sizeof one);
  one[0] = one[3999] = tiny[3999] = '1';
  strcpy(tiny + 4000, "e3990");
  check(reads(one) && reads(tiny), "reading numbers of 4000 digits");
}

static void writes(const char *form, double x) {
  char theirs[400], ours[400];
  int n = snprintf(theirs, sizeof theirs, form, x), m = sl_snprintf(ours, sizeof ours, form, x);
  check(n == m && !strcmp(theirs, ours), "%s of %a: %s, not %s", form, x, ours, theirs);
}

static void test_writing(void) {
  static const char *const forms[] = {"%.17g", "%.16g", "%.15g", "%.9g", "%g",
                                      "%.0f",  "%.1f",  "%.0g",  "%f",   "%.10g"};
  static const double hard[] = {
      0,         -0.0,     1e308,         5e-324,   0.5,       1.5,     2.5,  0.05, 0.25,   9.5,
      99.95,     999999.5, 9999995,       1e5,      123456,    1e15,    1e16, 1e17, 0.0001, 0.00001,
      0.9999995, 0.09995,  0.00009999995, INFINITY, -INFINITY, 0x1p-30, 1e22, 1e23, -1e-5,  0.4};
  uint32_t seed = 3;
  for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
    for (size_t i = 0; i < sizeof hard / sizeof *hard; i++) writes(forms[f], hard[i]);
    for (int i = 0; i < RANDOM / 10; i++) {
      double x = number(&seed, i % 4);
      if (x == x) writes(forms[f], x);
    }
  }
}

#define SAME(size, ...)                                                                            \
  do {                                                                                             \
    char theirs[size], ours[size];                                                                 \
    int n = snprintf(theirs, size, __VA_ARGS__), m = sl_snprintf(ours, size, __VA_ARGS__);         \
    check(n == m && !strcmp(theirs, ours), "\"%s\" (%d), not \"%s\" (%d)", ours, m, theirs, n);    \
  } while (0)

static void test_format(void) {
  SAME(90, "%5s|%s|%.3s|%.*s|%c|%%|%.9s", "ab", "", "abcdef", 2, "xyz", 'q', "short");
  SAME(90, "%d|%d|%3d|%lld|%ld|%u|%05u", 0, -7, -7, (long long)INT64_MIN, -5L, UINT32_MAX, 42u);
  SAME(90, "%-5s|%-2s|%-4d|%*s", "ab", "abc", 7, 4, "x");
  SAME(90, "%zu|%llu|%llx|%016llx|%02X|%04x", SIZE_MAX, 7ull, 0xdeadbeefull, 77ull, 0xAB, 0xCDE);
  volatile int cut = 7; /* or the compiler says that it is cut */
  char theirs[7], ours[7];
  int n = snprintf(theirs, (size_t)cut, "%s %d", "abcd", 12345);
  int m = sl_snprintf(ours, (size_t)cut, "%s %d", "abcd", 12345);
  check(n == m && !strcmp(theirs, ours), "cut off: \"%s\" (%d), not \"%s\" (%d)", ours, m, theirs,
        n);
  check(sl_snprintf(NULL, 0, "%d", 123) == 3, "the length alone");
}

static void test_whole(void) {
  const char *end, *text = "18446744073709551615/";
  check(sl_strtou(text, &end, 10) == UINT64_MAX && *end == '/', "the largest");
  check(sl_strtou("18446744073709551616", NULL, 10) == UINT64_MAX, "one too large");
  check(sl_strtou("99999999999999999999990", NULL, 10) == UINT64_MAX, "much too large");
  check(sl_strtou("00fFg", &end, 16) == 255 && *end == 'g', "hexadecimal");
  text = "-1";
  check(sl_strtou(text, &end, 10) == 0 && end == text, "no digits");
}

int main(void) {
  test_reading_random();
  test_reading_ties();
  test_reading_hard();
  test_writing();
  test_format();
  test_whole();
  return harness_end();
}
