#include "json.h"

#include "format.h"

#include "cJSON.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 16
#define MAX_KEYS                                                                                   \
  256 /* of one object: no struct has as many, and comparing all of them takes time */

static const cJSON *in(const sl_json *j) { return (const cJSON *)j; }
static const sl_json *out(const cJSON *j) { return (const sl_json *)j; }

/* Depth, and no key twice in one object (cJSON keeps both and would answer with the first). */
static sl_code check_tree(const cJSON *j, int depth, sl_error *e) {
  if (depth > MAX_DEPTH)
    return sl_fail(e, SL_E_JSON, "", "The JSON is nested deeper than %d levels.", MAX_DEPTH);
  if (cJSON_IsObject(j) && cJSON_GetArraySize(j) > MAX_KEYS)
    return sl_fail(e, SL_E_JSON, "", "An object of this JSON has %d keys; at most %d are taken.",
                   cJSON_GetArraySize(j), MAX_KEYS);
  for (const cJSON *a = j->child; a; a = a->next) {
    if (cJSON_IsObject(j))
      for (const cJSON *b = a->next; b; b = b->next)
        if (!strcmp(a->string, b->string))
          return sl_fail(e, SL_E_JSON, a->string, "The key \"%.60s\" stands twice in one object.",
                         a->string);
    SL_TRY(check_tree(a, depth + 1, e));
  }
  return SL_OK;
}

sl_code sl_json_parse(const char *json, size_t size, size_t limit, sl_json **result, sl_error *e) {
  *result = NULL;
  if (!json || !size) return sl_fail(e, SL_E_JSON, "", "The JSON is empty; give an object {…}.");
  if (size > limit)
    return sl_fail(e, SL_E_JSON, "", "The JSON is %zu bytes long; at most %zu are taken.", size,
                   limit);
  const char *end = NULL;
  cJSON *tree = cJSON_ParseWithLengthOpts(json, size, &end, 0);
  if (!tree) {
    size_t at = end ? (size_t)(end - json) : 0;
    return sl_fail_at(e, SL_E_JSON, "", (long long)at,
                      "This is not valid JSON: it cannot be read at byte %zu.", at);
  }
  while (end < json + size && (*end == ' ' || *end == '\n' || *end == '\r' || *end == '\t')) end++;
  sl_code code = SL_OK;
  if (end < json + size)
    code = sl_fail_at(e, SL_E_JSON, "", end - json,
                      "There is more after the end of the JSON, at byte %zu; remove it.",
                      (size_t)(end - json));
  else
    code = check_tree(tree, 1, e);
  if (code) {
    cJSON_Delete(tree);
    return code;
  }
  *result = (sl_json *)tree;
  return SL_OK;
}

void sl_json_free(sl_json *j) { cJSON_Delete((cJSON *)j); }

sl_json_kind sl_json_is(const sl_json *j) {
  const cJSON *c = in(j);
  if (cJSON_IsBool(c)) return SL_JSON_BOOL;
  if (cJSON_IsNumber(c)) return SL_JSON_NUMBER;
  if (cJSON_IsString(c)) return SL_JSON_STRING;
  if (cJSON_IsArray(c)) return SL_JSON_ARRAY;
  if (cJSON_IsObject(c)) return SL_JSON_OBJECT;
  return SL_JSON_NULL;
}

const char *sl_json_kind_name(const sl_json *j) {
  static const char *const names[] = {"null",     "a truth value", "a number",
                                      "a string", "a list",        "an object"};
  return names[sl_json_is(j)];
}

double sl_json_number(const sl_json *j) {
  return cJSON_IsBool(in(j)) ? (double)cJSON_IsTrue(in(j)) : in(j)->valuedouble;
}
const char *sl_json_string(const sl_json *j) { return in(j)->valuestring; }
const char *sl_json_key(const sl_json *j) { return in(j)->string; }
const sl_json *sl_json_first(const sl_json *j) { return out(in(j)->child); }
const sl_json *sl_json_next(const sl_json *j) { return out(in(j)->next); }
const sl_json *sl_json_get(const sl_json *j, const char *key) {
  return out(cJSON_GetObjectItemCaseSensitive(in(j), key));
}

/* ---- reading by descriptor ---- */

static sl_code read_object(const sl_json *j, const sl_desc *d, int typed, const char *path,
                           void *out_struct, sl_error *e);

static sl_code want(const sl_json *j, const char *path, const char *what, sl_error *e) {
  return sl_fail(e, SL_E_CONFIG, path, "%s must be %s, not %s.", path, what, sl_json_kind_name(j));
}

/* "…; did you mean X?", or the list of what there is. */
static sl_code unknown(const char *path, const char *what, const char *word,
                       const char *const *names, int count, sl_error *e) {
  const char *near = sl_nearest(word, names, count);
  if (near)
    return sl_fail(e, SL_E_CONFIG, path, "%s: there is no %s \"%.40s\"; did you mean \"%s\"?", path,
                   what, word, near);
  char list[240] = "";
  for (int i = 0; i < count; i++) {
    size_t used = strlen(list);
    sl_snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", names[i]);
  }
  return sl_fail(e, SL_E_CONFIG, path, "%s: there is no %s \"%.40s\"; there are: %s.", path, what,
                 word, list);
}

static sl_code read_number(const sl_json *j, const sl_param *p, const char *path, void *member,
                           sl_error *e) {
  if (sl_json_is(j) != SL_JSON_NUMBER) return want(j, path, "a number", e);
  double x = sl_json_number(j);
  if (!(x >= p->min && x <= p->max))
    return sl_fail(e, SL_E_CONFIG, path, "%s is %.10g; it must be between %.10g and %.10g%s%s.",
                   path, x, p->min, p->max, p->unit ? " " : "", p->unit ? p->unit : "");
  if (p->type == SL_REAL) {
    *(double *)member = x;
    return SL_OK;
  }
  if (x != (double)(int32_t)x)
    return sl_fail(e, SL_E_CONFIG, path, "%s is %.10g; it must be a whole number.", path, x);
  *(int32_t *)member = (int32_t)x;
  return SL_OK;
}

static sl_code read_choice(const sl_json *j, const sl_param *p, const char *path, void *member,
                           sl_error *e) {
  if (sl_json_is(j) != SL_JSON_STRING) return want(j, path, "a string", e);
  const char *names[32];
  int count = 0;
  for (; count < 32 && p->options[count].id; count++) {
    names[count] = p->options[count].id;
    if (!strcmp(names[count], sl_json_string(j))) {
      *(int32_t *)member = count;
      return SL_OK;
    }
  }
  return unknown(path, "choice", sl_json_string(j), names, count, e);
}

static sl_code read_string(const sl_json *j, const sl_param *p, const char *path, void *member,
                           sl_error *e) {
  if (sl_json_is(j) != SL_JSON_STRING) return want(j, path, "a string", e);
  size_t n = strlen(sl_json_string(j));
  if (n < (size_t)p->min || n > (size_t)p->max)
    return sl_fail(e, SL_E_CONFIG, path, "%s is %zu bytes long; it must have %g to %g.", path, n,
                   p->min, p->max);
  memcpy(member, sl_json_string(j), n + 1);
  return SL_OK;
}

static sl_code read_seed(const sl_json *j, const char *path, void *member, sl_error *e) {
  const char *text = sl_json_is(j) == SL_JSON_STRING ? sl_json_string(j) : NULL;
  char small[32];
  if (sl_json_is(j) == SL_JSON_NUMBER && sl_json_number(j) >= 0 && sl_json_number(j) <= 1e9) {
    sl_snprintf(small, sizeof small, "%.17g", sl_json_number(j));
    text = small;
  }
  uint64_t seed = 0;
  size_t n = text ? strlen(text) : 0;
  int good = n >= 1 && n <= 19;
  for (size_t i = 0; good && i < n; i++) {
    good = text[i] >= '0' && text[i] <= '9';
    seed = seed * 10 + (uint64_t)(text[i] - '0');
  }
  if (!good)
    return sl_fail(e, SL_E_CONFIG, path, "%s must be a string of 1 to 19 decimal digits.", path);
  *(uint64_t *)member = seed;
  return SL_OK;
}

static sl_code read_pick(const sl_json *j, const sl_param *p, const char *path, sl_pick *pick,
                         sl_error *e) {
  const sl_json *type = j;
  if (sl_json_is(j) == SL_JSON_OBJECT) {
    type = sl_json_get(j, "type"); /* left out: the row stays, its settings change */
  }
  if (type && sl_json_is(type) != SL_JSON_STRING)
    return want(type, path, "the name of a row, or an object with \"type\"", e);
  if (type && (!pick->row || strcmp(pick->row->id, sl_json_string(type)))) {
    const char *names[64];
    for (int i = 0; i < p->family->count && i < 64; i++) names[i] = p->family->rows[i]->id;
    sl_pick fresh;
    if (!sl_pick_set(&fresh, p->family, sl_json_string(type)))
      return unknown(path, p->family->id, sl_json_string(type), names, p->family->count, e);
    *pick = fresh;
  }
  return type == j ? SL_OK : read_object(j, pick->row, 1, path, &pick->settings, e);
}

static sl_code read_member(const sl_json *j, const sl_param *p, const char *path, void *member,
                           sl_error *e) {
  switch (p->type) {
    case SL_INT:
    case SL_REAL: return read_number(j, p, path, member, e);
    case SL_BOOL:
      if (sl_json_is(j) != SL_JSON_BOOL) return want(j, path, "true or false", e);
      *(int32_t *)member = sl_json_number(j) != 0;
      return SL_OK;
    case SL_CHOICE: return read_choice(j, p, path, member, e);
    case SL_STRING: return read_string(j, p, path, member, e);
    case SL_SEED: return read_seed(j, path, member, e);
    case SL_FAMILY: return read_pick(j, p, path, member, e);
    case SL_SECTION: return sl_json_read(j, p->section, path, member, e);
  }
  return SL_OK;
}

/* typed: "type" is no setting here, it has chosen the row. */
static sl_code read_object(const sl_json *j, const sl_desc *d, int typed, const char *path,
                           void *out_struct, sl_error *e) {
  if (sl_json_is(j) != SL_JSON_OBJECT)
    return want(j, *path ? path : "The configuration", "an object", e);
  const char *names[64];
  int count = 0;
  for (const sl_param *p = d->params; p && p->key && count < 64; p++) names[count++] = p->key;
  for (const sl_json *m = sl_json_first(j); m; m = sl_json_next(m)) {
    const char *key = sl_json_key(m);
    char full[96];
    sl_snprintf(full, sizeof full, "%s%s%.60s", path, *path ? "." : "", key);
    const sl_param *p = d->params;
    while (p && p->key && strcmp(p->key, key)) p++;
    if (p && p->key) {
      SL_TRY(read_member(m, p, full, (char *)out_struct + p->offset, e));
    } else if (!typed || strcmp(key, "type")) {
      return unknown(full, "setting", key, names, count, e);
    }
  }
  return SL_OK;
}

sl_code sl_json_read(const sl_json *j, const sl_desc *d, const char *path, void *out_struct,
                     sl_error *e) {
  return read_object(j, d, 0, path, out_struct, e);
}

/* ---- writing by descriptor ---- */

static void write_params(sl_text *t, const sl_desc *d, const void *in_struct, int comma);

static void write_pick(sl_text *t, const sl_pick *pick) {
  sl_text_add(t, "{\"type\":");
  sl_text_string(t, pick->row->id);
  write_params(t, pick->row, &pick->settings, 1);
  sl_text_add(t, "}");
}

static void write_member(sl_text *t, const sl_param *p, const void *member) {
  switch (p->type) {
    case SL_INT: sl_text_printf(t, "%d", (int)*(const int32_t *)member); break;
    case SL_BOOL: sl_text_add(t, *(const int32_t *)member ? "true" : "false"); break;
    case SL_REAL: sl_text_number(t, *(const double *)member); break;
    case SL_CHOICE: sl_text_string(t, p->options[*(const int32_t *)member].id); break;
    case SL_STRING: sl_text_string(t, member); break;
    case SL_SEED:
      sl_text_printf(t, "\"%llu\"", (unsigned long long)*(const uint64_t *)member);
      break;
    case SL_FAMILY: write_pick(t, member); break;
    case SL_SECTION: sl_json_write(t, p->section, member); break;
  }
}

static void write_params(sl_text *t, const sl_desc *d, const void *in_struct, int comma) {
  for (const sl_param *p = d->params; p && p->key; p++, comma = 1) {
    if (comma) sl_text_add(t, ",");
    sl_text_string(t, p->key);
    sl_text_add(t, ":");
    write_member(t, p, (const char *)in_struct + p->offset);
  }
}

void sl_json_write(sl_text *t, const sl_desc *d, const void *in_struct) {
  sl_text_add(t, "{");
  write_params(t, d, in_struct, 0);
  sl_text_add(t, "}");
}
