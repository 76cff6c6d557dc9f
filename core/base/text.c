#include "text.h"

#include "format.h"
#include "number.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void sl_text_clear(sl_text *t) {
  t->size = 0;
  t->failed = 0;
  if (t->data) t->data[0] = 0;
}

void sl_text_free(sl_text *t) {
  free(t->data);
  *t = (sl_text){0};
}

/* Room for n more bytes and the final NUL. */
static int grow(sl_text *t, size_t n) {
  if (t->failed) return 0;
  if (t->size + n + 1 <= t->room) return 1;
  size_t room = t->room ? t->room : 256;
  while (room < t->size + n + 1) room *= 2;
  char *data = realloc(t->data, room);
  if (!data) {
    t->failed = 1;
    return 0;
  }
  t->data = data;
  t->room = room;
  return 1;
}

static void append(sl_text *t, const char *s, size_t n) {
  if (!grow(t, n)) return;
  memcpy(t->data + t->size, s, n);
  t->size += n;
  t->data[t->size] = 0;
}

void sl_text_add(sl_text *t, const char *s) { append(t, s, strlen(s)); }

void sl_text_printf(sl_text *t, const char *fmt, ...) {
  va_list args, again;
  va_start(args, fmt);
  va_copy(again, args);
  int n = sl_vsnprintf(NULL, 0, fmt, args);
  va_end(args);
  if (n >= 0 && grow(t, (size_t)n)) {
    sl_vsnprintf(t->data + t->size, (size_t)n + 1, fmt, again);
    t->size += (size_t)n;
  }
  va_end(again);
}

void sl_text_string(sl_text *t, const char *s) {
  if (!s) {
    sl_text_add(t, "null");
    return;
  }
  sl_text_add(t, "\"");
  for (; *s; s++) {
    unsigned char c = (unsigned char)*s;
    if (c == '"' || c == '\\')
      sl_text_printf(t, "\\%c", c);
    else if (c == '\n')
      sl_text_add(t, "\\n");
    else if (c < 0x20 || c == 0x7F)
      sl_text_printf(t, "\\u%04x", c);
    else
      append(t, s, 1);
  }
  sl_text_add(t, "\"");
}

/* NaN and infinities have no JSON number. */
static int non_finite(sl_text *t, double x) {
  if (x != x)
    sl_text_add(t, "\"nan\"");
  else if (x - x != 0)
    sl_text_add(t, x > 0 ? "\"inf\"" : "\"-inf\"");
  else
    return 0;
  return 1;
}

void sl_text_number(sl_text *t, double x) {
  if (non_finite(t, x)) return;
  char buffer[40];
  for (int digits = 6; digits <= 17; digits += digits == 6 ? 9 : 1) {
    sl_snprintf(buffer, sizeof buffer, "%.*g", digits, x);
    if (sl_strtod(buffer, NULL) == x) break;
  }
  sl_text_add(t, buffer);
}

void sl_text_single(sl_text *t, double x) {
  if (non_finite(t, x)) return;
  char buffer[40];
  for (int digits = 6; digits <= 9; digits++) {
    sl_snprintf(buffer, sizeof buffer, "%.*g", digits, (double)(float)x);
    if (sl_strtof(buffer) == (float)x) break;
  }
  sl_text_add(t, buffer);
}

const char *sl_text_done(sl_text *t) {
  if (!t->data) grow(t, 0);
  if (t->failed) return NULL;
  t->data[t->size] = 0;
  return t->data;
}
