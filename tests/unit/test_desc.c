/* Descriptor lint: everything that a configuration can say is complete, sane and told once, and
 * survives being written as JSON and read again. Walks the configuration, so that a new row or
 * setting is linted without a line here. */
#include "../../core/base/json.h"
#include "../../core/probe/probe.h"
#include "../../core/registry/registry.h"
#include "../lab.h"

#include <ctype.h>
#include <math.h>

/* ---- words ---- */

static int is_id(const char *s) {
  if (!s || !islower((unsigned char)*s)) return 0;
  for (; *s; s++)
    if (!islower((unsigned char)*s) && !isdigit((unsigned char)*s) && *s != '_') return 0;
  return 1;
}

static void check_words(const char *where, const char *id, const char *label, const char *help) {
  check(is_id(id), "%s: the id \"%s\" is not [a-z0-9_]", where, id ? id : "NULL");
  check(label && label[0] && strlen(label) <= 40, "%s: label \"%s\"", where,
        label ? label : "NULL");
  if (!check(help && help[0], "%s: no help", where)) return;
  size_t n = strlen(help);
  check(help[n - 1] == '.', "%s: help does not end with a full stop: \"%s\"", where, help);
  check(!islower((unsigned char)help[0]), "%s: help begins small: \"%s\"", where, help);
  check(words_of(help) >= 3 && n <= 240, "%s: help is no sentence: \"%s\"", where, help);
  check(!strstr(help, "  "), "%s: two spaces in \"%s\"", where, help);
}

static void check_paper(const char *where, const char *paper) {
  int a, b;
  if (!paper) return;
  check(sscanf(paper, "arXiv %4d.%5d", &a, &b) == 2, "%s: paper \"%s\"", where, paper);
}

/* ---- settings ---- */

static size_t size_of(const sl_param *p) {
  switch (p->type) {
    case SL_INT:
    case SL_BOOL:
    case SL_CHOICE: return sizeof(int32_t);
    case SL_REAL: return sizeof(double);
    case SL_STRING: return (size_t)p->max + 1;
    case SL_SEED: return sizeof(uint64_t);
    case SL_FAMILY: return sizeof(sl_pick);
    case SL_SECTION: return 0;
  }
  return 0;
}

static void check_number(const sl_param *p, const char *where) {
  check(isfinite(p->min) && isfinite(p->max) && p->min < p->max, "%s: range %g to %g", where,
        p->min, p->max);
  check(p->min <= p->def && p->def <= p->max, "%s: default %g is not in %g to %g", where, p->def,
        p->min, p->max);
  check(p->scale == SL_LINEAR || (p->def > 0 && p->max > 0), "%s: its scale needs positive numbers",
        where);
  if (p->type == SL_INT)
    check(p->min == floor(p->min) && p->max == floor(p->max) && p->def == floor(p->def) &&
              fabs(p->min) < 2147483648.0 && p->max < 2147483648.0,
          "%s: not whole or not 32 bits", where);
  if (p->scale == SL_POWER2) check(p->type == SL_INT, "%s: powers of two of a real", where);
}

static void check_options(const sl_param *p, const char *where) {
  int n = 0, named = 0;
  if (!check(p->options && p->text, "%s: no options or no default", where)) return;
  for (; p->options[n].id; n++) {
    check_words(where, p->options[n].id, p->options[n].label, p->options[n].help);
    named += !strcmp(p->options[n].id, p->text);
    for (int k = 0; k < n; k++)
      check(strcmp(p->options[n].id, p->options[k].id) != 0, "%s: %s twice", where,
            p->options[n].id);
  }
  check(named == 1, "%s: its default \"%s\" is no option", where, p->text);
  check(n >= 2 && n <= 32, "%s: %d options", where, n);
}

static void check_type(const sl_param *p, const char *where) {
  switch (p->type) {
    case SL_INT:
    case SL_REAL: check_number(p, where); break;
    case SL_BOOL: check(p->def == 0 || p->def == 1, "%s: default %g", where, p->def); break;
    case SL_CHOICE: check_options(p, where); break;
    case SL_STRING:
      check(p->text && strlen(p->text) >= (size_t)p->min && strlen(p->text) <= (size_t)p->max,
            "%s: default \"%s\"", where, p->text ? p->text : "NULL");
      break;
    case SL_SEED: check(p->def >= 0 && p->max > p->def, "%s: default %g", where, p->def); break;
    case SL_FAMILY:
      check(p->family && p->text && sl_family_find(p->family, p->text),
            "%s: its default \"%s\" is no row", where, p->text ? p->text : "NULL");
      break;
    case SL_SECTION: check(p->section != NULL, "%s: no section", where); break;
  }
}

/* The members of one struct; most: its size, or 0. */
static void check_params(const sl_param *params, size_t most, const char *where) {
  int n = 0;
  for (const sl_param *p = params; p && p->key; p++, n++) {
    char name[160];
    snprintf(name, sizeof name, "%.100s.%.50s", where, p->key);
    check_words(name, p->key, p->label, p->help);
    check(strcmp(p->key, "type") != 0, "%s: \"type\" names rows", name);
    check(!p->unit || p->unit[0], "%s: an empty unit", name);
    check_type(p, name);
    check(!most || p->offset + size_of(p) <= most, "%s: beyond the settings' %zu bytes", name,
          most);
    for (const sl_param *q = params; q != p; q++) {
      check(strcmp(p->key, q->key) != 0, "%s: the key stands twice", name);
      check(!size_of(p) || !size_of(q) || p->offset >= q->offset + size_of(q) ||
                q->offset >= p->offset + size_of(p),
            "%s and %s share memory", name, q->key);
    }
  }
  check(n < 64, "%s has %d settings", where, n);
}

/* ---- families ---- */

static const char *registry, *markdown;

static void check_family(const sl_family *f) {
  char name[160];
  check_words(f->id, f->id, f->label, f->help);
  check(f->count >= 1 && f->count <= 64, "%s has %d rows", f->id, f->count);
  for (int r = 0; r < f->count; r++) {
    const sl_desc *d = f->rows[r];
    snprintf(name, sizeof name, "%s.%s", f->id, d->id ? d->id : "NULL");
    check_words(name, d->id, d->label, d->help);
    check_paper(name, d->paper);
    check_params(d->params, SL_SETTINGS_MAX, name);
    for (int k = 0; k < r; k++) {
      check(strcmp(d->id, f->rows[k]->id) != 0, "%s stands twice", name);
      check(strcmp(d->label, f->rows[k]->label) != 0, "the label of %s stands twice", name);
      check(strcmp(d->help, f->rows[k]->help) != 0, "the help of %s stands twice", name);
    }
    snprintf(name, sizeof name, "`%s`", d->id);
    check(strstr(markdown, name) != NULL, "the reference tables lack %s.%s", f->id, d->id);
    snprintf(name, sizeof name, "{\"id\":\"%s\",\"label\":\"", d->id);
    check(strstr(registry, name) != NULL, "the registry lacks %s.%s", f->id, d->id);
  }
}

static void walk(const sl_desc *d, const char *where) {
  check_words(where, d->id, d->label, d->help);
  check_paper(where, d->paper);
  check_params(d->params, 0, where);
  for (const sl_param *p = d->params; p && p->key; p++) {
    char name[160];
    snprintf(name, sizeof name, "%.100s.%.50s", where, p->key);
    if (p->type == SL_SECTION) walk(p->section, name);
    if (p->type == SL_FAMILY) {
      check_family(p->family);
      snprintf(name, sizeof name, "\"%s\":{\"id\":\"%s\"", p->family->id, p->family->id);
      check(strstr(registry, name) != NULL, "the registry lacks the family %s", p->family->id);
    }
    snprintf(name, sizeof name, "\"key\":\"%s\"", p->key);
    check(strstr(registry, name) != NULL, "the registry lacks %s.%s", where, p->key);
  }
}

/* ---- probes ---- */

static int saved_somewhere(const sl_plan *plan, const char *name) {
  for (int i = 0; i < plan->count; i++)
    if (plan->tensors[i].role == SL_SAVED && strstr(plan->tensors[i].name, name)) return 1;
  return 0;
}

/* Places on the axes that no letter tells about have names, each its own, in letters of one byte. */
static void check_names(const sl_probe_type *p) {
  const sl_probe_names names = sl_registry_probe_names(p);
  char own[80], written[80];
  check(names.count == (names.axis < 0 ? 0 : p->shape[names.axis] - '0'),
        "probe %s: %d names for shape %s", p->desc.id, names.count, p->shape);
  for (const char *s = p->names; s && *s; s++)
    check(*s >= ' ' && *s <= '~' && *s != '"' && *s != '\\', "probe %s: names \"%s\"", p->desc.id,
          p->names);
  for (int i = 0; i < names.count; i++) {
    check(names.at[i].length > 0 && names.at[i].length <= 40, "probe %s: name %d", p->desc.id, i);
    for (int k = 0; k < i; k++)
      check(names.at[i].length != names.at[k].length ||
                memcmp(names.at[i].text, names.at[k].text, (size_t)names.at[k].length) != 0,
            "probe %s: the name of place %d stands twice", p->desc.id, k);
  }
  if (!names.count) return;
  snprintf(own, sizeof own, "{\"id\":\"%s\",", p->desc.id);
  snprintf(written, sizeof written, "\"names\":[\"%.*s\",\"", names.at[0].length, names.at[0].text);
  const char *from = strstr(registry, own), *to = from ? strstr(from + 1, "{\"id\":") : NULL;
  const char *at = from ? strstr(from, written) : NULL;
  check(at && (!to || at < to), "the registry lacks the names of %s", p->desc.id);
}

static void probes(void) {
  static const char *const kinds[] = {"scalar", "series", "matrix",   "tokens",
                                      "points", "table",  "histogram"};
  sl_model_config c;
  sl_model m;
  check_family(&sl_probe_family);
  sl_desc_defaults(&sl_model_section, &c);
  if (!check(sl_model_plan(&m, &c, 2, 16, 11, NULL) == SL_OK, "no model")) return;
  for (int i = 0; i < sl_probe_family.count; i++) {
    const sl_probe_type *p = (const sl_probe_type *)(const void *)sl_probe_family.rows[i];
    int known = 0, shape[SL_RANK];
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) known |= !strcmp(kinds[k], p->kind);
    check(known, "probe %s: kind %s", p->desc.id, p->kind);
    check(strlen(p->shape) <= SL_RANK, "probe %s: shape %s", p->desc.id, p->shape);
    for (int d = sl_probe_shape(p, &m.dims, shape) - 1; d >= 0; d--)
      check(shape[d] >= 1, "probe %s: shape %s", p->desc.id, p->shape);
    check_names(p);
    check(!p->over || (!p->over->over && !strcmp(p->over->shape, p->shape) &&
                       !strcmp(p->over->kind, p->kind)),
          "probe %s cannot be drawn over %s", p->desc.id, p->over ? p->over->desc.id : "");
    check(saved_somewhere(&m.plan, p->needs), "probe %s needs %s, which is not saved", p->desc.id,
          p->needs);
  }
  sl_model_free(&m);
}

/* ---- round trips ---- */

static sl_lab *lab;

/* {…} resolved, and what was resolved resolved again. */
static void round_trip(const char *json, const char *must_hold) {
  static char once[8192];
  const char *first = sl_resolve_json(lab, json, strlen(json));
  if (!first) {
    /* A combination that is refused is refused with a sentence. */
    check(is_sentence(lab_message(lab)), "%s: %s", json, lab_message(lab));
    return;
  }
  check(strlen(first) < sizeof once, "a resolved configuration of %zu bytes", strlen(first));
  snprintf(once, sizeof once, "%s", first);
  check(!must_hold || strstr(once, must_hold), "%s: resolved without %s: %s", json, must_hold,
        once);
  const char *twice = sl_resolve_json(lab, once, strlen(once));
  check(twice && !strcmp(once, twice), "%s: resolved twice: %s", json,
        twice ? twice : lab_message(lab));
}

static void set_and_read(const char *before, const char *after, const char *key,
                         const char *value) {
  char json[600], held[200];
  snprintf(json, sizeof json, "%s\"%s\":%s%s", before, key, value, after);
  snprintf(held, sizeof held, "\"%s\":%s", key, value);
  round_trip(json, held);
}

static void round_trip_params(const sl_desc *d, const char *before, const char *after) {
  char value[80], inner[300], tail[20];
  snprintf(tail, sizeof tail, "}%.15s", after);
  for (const sl_param *p = d->params; p && p->key; p++) {
    if (p->type == SL_INT || p->type == SL_REAL) {
      double values[] = {p->min, p->max, p->def, p->min + (p->max - p->min) / 3};
      for (int i = 0; i < 4; i++) {
        double x = p->type == SL_INT ? floor(values[i]) : values[i];
        sl_text t = {0};
        if (p->type == SL_INT)
          sl_text_printf(&t, "%.0f", x);
        else
          sl_text_number(&t, x);
        set_and_read(before, after, p->key, sl_text_done(&t));
        check(strtod(t.data, NULL) == x, "%.17g is written %s", x, t.data);
        sl_text_free(&t);
      }
    }
    if (p->type == SL_BOOL) {
      set_and_read(before, after, p->key, "true");
      set_and_read(before, after, p->key, "false");
    }
    if (p->type == SL_SEED) set_and_read(before, after, p->key, "\"1234567890123456789\"");
    if (p->type == SL_STRING) set_and_read(before, after, p->key, "\"\"");
    for (const sl_option *o = p->options; p->type == SL_CHOICE && o->id; o++) {
      snprintf(value, sizeof value, "\"%s\"", o->id);
      set_and_read(before, after, p->key, value);
    }
    if (p->type == SL_SECTION) {
      snprintf(inner, sizeof inner, "%.200s\"%s\":{", before, p->key);
      round_trip_params(p->section, inner, tail);
    }
    for (int r = 0; p->type == SL_FAMILY && r < p->family->count; r++) {
      snprintf(inner, sizeof inner, "%.150s\"%s\":\"%s\"%s", before, p->key, p->family->rows[r]->id,
               after);
      snprintf(value, sizeof value, "\"%s\":{\"type\":\"%s\"", p->key, p->family->rows[r]->id);
      round_trip(inner, value);
      snprintf(inner, sizeof inner, "%.150s\"%s\":{\"type\":\"%s\",", before, p->key,
               p->family->rows[r]->id);
      round_trip_params(p->family->rows[r], inner, tail);
    }
  }
}

/* Seeds near 2^64 and strings with everything in them, through the structs themselves. */
static void strings_and_seeds(void) {
  static const char odd[] =
      "{\"data\":{\"corpus\":{\"type\":\"backcopy\",\"triggers\":\" ,.\\n\"}}}";
  round_trip("{}", "\"seed\":\"1\"");
  round_trip("{\"seed\":5}", "\"seed\":\"5\"");
  round_trip(odd, "\"triggers\":\" ,.\\n\"");
  round_trip("{\"data\":{\"corpus\":{\"triggers\":\"e\"}}}", "\"triggers\":\"e\"");
}

static void registry_is_json(const char *json) {
  sl_json *j;
  sl_error e = {0};
  if (!check(sl_json_parse(json, strlen(json), 1 << 20, &j, &e) == SL_OK, "the registry: %s",
             e.message))
    return;
  check(sl_json_get(j, "config") && sl_json_get(j, "families") && sl_json_get(j, "probes"),
        "the registry lacks a part");
  sl_json_free(j);
}

int main(void) {
  sl_text json = {0}, tables = {0};
  sl_registry_write_json(&json);
  sl_registry_write_markdown(&tables);
  registry = sl_text_done(&json);
  markdown = sl_text_done(&tables);
  lab = sl_new();
  registry_is_json(registry);
  walk(&sl_config_desc, "config");
  probes();
  strings_and_seeds();
  round_trip_params(&sl_config_desc, "{", "}");
  sl_free(lab);
  sl_text_free(&json);
  sl_text_free(&tables);
  return harness_end();
}
