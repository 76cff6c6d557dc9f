/* Reading JSON with the limits of a file that a stranger wrote: no trailing bytes, no duplicate
 * keys, depth at most 16, a size limit. The only place that knows cJSON. */
#ifndef SL_JSON_H
#define SL_JSON_H

#include "desc.h"
#include "status.h"
#include "text.h"

#include <stddef.h>

typedef struct sl_json sl_json; /* a value */

#define SL_JSON_CONFIG_LIMIT (256u << 10)

/* Parses; *out is to be freed with sl_json_free. */
sl_code sl_json_parse(const char *json, size_t size, size_t limit, sl_json **out, sl_error *e);
void sl_json_free(sl_json *j);

typedef enum sl_json_kind {
  SL_JSON_NULL,
  SL_JSON_BOOL,
  SL_JSON_NUMBER,
  SL_JSON_STRING,
  SL_JSON_ARRAY,
  SL_JSON_OBJECT
} sl_json_kind;

sl_json_kind sl_json_is(const sl_json *j);
const char *sl_json_kind_name(const sl_json *j);
double sl_json_number(const sl_json *j); /* of a number or bool */
const char *sl_json_string(const sl_json *j);
const char *sl_json_key(const sl_json *j); /* of an object's member */
const sl_json *sl_json_first(const sl_json *j);
const sl_json *sl_json_next(const sl_json *j);
const sl_json *sl_json_get(const sl_json *j, const char *key); /* or NULL */

/* Sets the members of the struct at `out` that the object j names, by its descriptor; what is
 * not named keeps its value. Refuses unknown keys (with the nearest known one), wrong types and
 * values out of range, with the JSON path. */
sl_code sl_json_read(const sl_json *j, const sl_desc *d, const char *path, void *out, sl_error *e);

/* The struct as a JSON object, every member. */
void sl_json_write(sl_text *t, const sl_desc *d, const void *in);

#endif
