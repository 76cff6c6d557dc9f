/* A string that grows, and JSON written into it. Out of memory is remembered, not reported at every
 * call: the caller asks once, at the end. */
#ifndef SL_TEXT_H
#define SL_TEXT_H

#include <stddef.h>
#include <stdint.h>

typedef struct sl_text {
  char *data;
  size_t size, room;
  int failed;
} sl_text;

void sl_text_clear(sl_text *t);
void sl_text_free(sl_text *t);
void sl_text_printf(sl_text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sl_text_add(sl_text *t, const char *s);
/* A JSON string with its quotes; NULL becomes null. */
void sl_text_string(sl_text *t, const char *s);
/* The shortest decimal that reads back as the same double (as the same float if `single`);
 * non-finite numbers become the strings "nan", "inf", "-inf". */
void sl_text_number(sl_text *t, double x);
void sl_text_single(sl_text *t, double x);
/* The string, or NULL if memory ran out on the way. */
const char *sl_text_done(sl_text *t);

#endif
