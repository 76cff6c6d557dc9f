#include "registry.h"

#include "../base/hash.h"
#include "../include/sinklab.h"
#include "../probe/probe.h"

#include <string.h>

/* The families that a configuration can choose from, in its own order. */
typedef struct families {
  const sl_family *at[32];
  int count;
} families;

static void find_families(const sl_desc *d, families *f) {
  for (const sl_param *p = d->params; p && p->key; p++) {
    if (p->section) find_families(p->section, f);
    if (p->family && f->count < (int)(sizeof f->at / sizeof *f->at)) f->at[f->count++] = p->family;
  }
}

static families all_families(void) {
  families f = {.count = 0};
  find_families(&sl_config_desc, &f);
  return f;
}

/* ---- hash ---- */

/* With the zero at the end, so that "ab", "c" is not "a", "bc". */
static uint64_t hash_text(uint64_t h, const char *s) {
  return s ? sl_hash(h, s, strlen(s) + 1) : h;
}

static uint64_t hash_desc(uint64_t h, const sl_desc *d) {
  h = hash_text(h, d->id);
  for (const sl_param *p = d->params; p && p->key; p++) {
    h = hash_text(h, p->key);
    h = sl_hash(h, &p->type, 2 * sizeof(int));   /* and the scale */
    h = sl_hash(h, &p->def, 3 * sizeof(double)); /* and the limits */
    h = hash_text(h, p->text);
    for (const sl_option *o = p->options; o && o->id; o++) h = hash_text(h, o->id);
    if (p->section) h = hash_desc(h, p->section);
  }
  return h;
}

static uint64_t hash_family(uint64_t h, const sl_family *f) {
  h = hash_text(h, f->id);
  for (int i = 0; i < f->count; i++) h = hash_desc(h, f->rows[i]);
  return h;
}

uint64_t sl_registry_hash(void) {
  uint64_t h = hash_desc(SL_HASH_START, &sl_config_desc);
  const families f = all_families();
  for (int i = 0; i < f.count; i++) h = hash_family(h, f.at[i]);
  for (int i = 0; i < SL_INPUT_COUNT; i++) h = hash_text(h, sl_input_types[i].id);
  return hash_family(h, &sl_probe_family);
}

#ifndef SL_WORDLESS

/* ---- JSON ---- */

static const char *type_name(sl_type type) {
  static const char *const names[] = {"int",    "real", "bool",   "choice",
                                      "string", "seed", "family", "section"};
  return names[type];
}

static void key_string(sl_text *out, const char *key, const char *value) {
  if (!value) return;
  sl_text_printf(out, ",\"%s\":", key);
  sl_text_string(out, value);
}

static void key_number(sl_text *out, const char *key, double value) {
  sl_text_printf(out, ",\"%s\":", key);
  sl_text_number(out, value);
}

static void write_params(sl_text *out, const sl_param *params);

static void write_default(sl_text *out, const sl_param *p) {
  if (p->type == SL_SECTION) return;
  if (p->text)
    key_string(out, "default", p->text);
  else if (p->type == SL_BOOL)
    sl_text_printf(out, ",\"default\":%s", p->def != 0 ? "true" : "false");
  else if (p->type == SL_SEED)
    sl_text_printf(out, ",\"default\":\"%.0f\"", p->def);
  else
    key_number(out, "default", p->def);
}

static void write_param(sl_text *out, const sl_param *p) {
  static const char *const scales[] = {"linear", "log", "power2"};
  sl_text_add(out, "{\"key\":");
  sl_text_string(out, p->key);
  key_string(out, "label", p->label);
  key_string(out, "help", p->help);
  key_string(out, "unit", p->unit);
  key_string(out, "type", type_name(p->type));
  write_default(out, p);
  if (p->type == SL_INT || p->type == SL_REAL || p->type == SL_STRING) {
    key_string(out, "scale", scales[p->scale]);
    key_number(out, "min", p->min);
    key_number(out, "max", p->max);
  }
  if (p->live) sl_text_add(out, ",\"live\":true");
  if (p->type == SL_FAMILY) key_string(out, "family", p->family->id);
  if (p->type == SL_CHOICE) {
    sl_text_add(out, ",\"options\":[");
    for (const sl_option *o = p->options; o->id; o++) {
      sl_text_add(out, o == p->options ? "{\"id\":" : ",{\"id\":");
      sl_text_string(out, o->id);
      key_string(out, "label", o->label);
      key_string(out, "help", o->help);
      sl_text_add(out, "}");
    }
    sl_text_add(out, "]");
  }
  if (p->type == SL_SECTION) {
    sl_text_add(out, ",\"section\":{\"id\":");
    sl_text_string(out, p->section->id);
    key_string(out, "label", p->section->label);
    key_string(out, "help", p->section->help);
    write_params(out, p->section->params);
    sl_text_add(out, "}");
  }
  sl_text_add(out, "}");
}

static void write_params(sl_text *out, const sl_param *params) {
  sl_text_add(out, ",\"params\":[");
  for (const sl_param *p = params; p && p->key; p++) {
    if (p != params) sl_text_add(out, ",");
    write_param(out, p);
  }
  sl_text_add(out, "]");
}

/* A descriptor's own words, left open for more. */
static void write_desc(sl_text *out, const sl_desc *d) {
  sl_text_add(out, "{\"id\":");
  sl_text_string(out, d->id);
  key_string(out, "label", d->label);
  key_string(out, "help", d->help);
  key_string(out, "paper", d->paper);
}

static void write_family(sl_text *out, const sl_family *f) {
  sl_text_string(out, f->id);
  sl_text_add(out, ":{\"id\":");
  sl_text_string(out, f->id);
  key_string(out, "label", f->label);
  key_string(out, "help", f->help);
  sl_text_add(out, ",\"rows\":[");
  for (int i = 0; i < f->count; i++) {
    if (i) sl_text_add(out, ",");
    write_desc(out, f->rows[i]);
    write_params(out, f->rows[i]->params);
    sl_text_add(out, "}");
  }
  sl_text_add(out, "]}");
}

sl_probe_names sl_registry_probe_names(const sl_probe_type *p) {
  sl_probe_names n = {.axis = -1};
  for (int i = 0; p->shape[i]; i++)
    if (p->shape[i] > '1' && p->shape[i] <= '9') n.axis = i;
  for (const char *s = p->names; s && *s && n.count < 9;) {
    n.at[n.count].text = s;
    n.at[n.count].length = (int)strcspn(s, "|");
    s += n.at[n.count++].length;
    s += *s == '|';
  }
  return n;
}

static void write_names(sl_text *out, const sl_probe_type *p) {
  const sl_probe_names names = sl_registry_probe_names(p);
  if (!names.count) return;
  sl_text_add(out, ",\"names\":[");
  for (int i = 0; i < names.count; i++)
    sl_text_printf(out, "%s\"%.*s\"", i ? "," : "", names.at[i].length, names.at[i].text);
  sl_text_add(out, "]");
}

static void write_probe(sl_text *out, const sl_probe_type *p) {
  write_desc(out, &p->desc);
  key_string(out, "kind", p->kind);
  key_string(out, "needs", p->needs);
  if (p->measure) sl_text_add(out, ",\"passes\":true");
  if (p->over) key_string(out, "over", p->over->desc.id);
  sl_text_add(out, ",\"shape\":[");
  for (const char *s = p->shape; *s; s++)
    sl_text_printf(out, "%s\"%c\"", s == p->shape ? "" : ",", *s);
  sl_text_add(out, "]");
  write_names(out, p);
  sl_text_add(out, "}");
}

static void write_inputs(sl_text *out) {
  for (int i = 0; i < SL_INPUT_COUNT; i++) {
    const sl_input_type *input = &sl_input_types[i];
    sl_text_printf(out, "%s{\"id\":\"%s\"", i ? "," : "", input->id);
    key_string(out, "label", input->label);
    key_string(out, "help", input->help);
    sl_text_add(out, "}");
  }
}

void sl_registry_write_json(sl_text *out) {
  sl_text_printf(out, "{\"abi\":%d,\"hash\":\"%016llx\",\"config\":", SL_ABI,
                 (unsigned long long)sl_registry_hash());
  write_desc(out, &sl_config_desc);
  write_params(out, sl_config_desc.params);
  sl_text_add(out, "},\"families\":{");
  const families f = all_families();
  for (int i = 0; i < f.count; i++) {
    if (i) sl_text_add(out, ",");
    write_family(out, f.at[i]);
  }
  sl_text_add(out, "},\"inputs\":[");
  write_inputs(out);
  sl_text_add(out, "],\"probes\":[");
  for (int i = 0; i < sl_probe_family.count; i++) {
    if (i) sl_text_add(out, ",");
    write_probe(out, (const sl_probe_type *)sl_probe_family.rows[i]);
  }
  sl_text_add(out, "]}");
}

/* ---- Markdown ---- */

static void default_cell(sl_text *out, const sl_param *p) {
  if (p->text)
    sl_text_printf(out, "`%s`", p->text);
  else if (p->type == SL_BOOL)
    sl_text_add(out, p->def != 0 ? "true" : "false");
  else
    sl_text_number(out, p->def);
}

static void range_cell(sl_text *out, const sl_param *p) {
  if (p->type == SL_INT || p->type == SL_REAL) {
    sl_text_number(out, p->min);
    sl_text_add(out, " to ");
    sl_text_number(out, p->max);
  } else if (p->type == SL_CHOICE) {
    for (const sl_option *o = p->options; o->id; o++)
      sl_text_printf(out, "%s`%s`", o == p->options ? "" : ", ", o->id);
  } else if (p->type == SL_FAMILY) {
    for (int i = 0; i < p->family->count; i++)
      sl_text_printf(out, "%s`%s`", i ? ", " : "", p->family->rows[i]->id);
  }
}

static void param_table(sl_text *out, const char *path, const sl_param *params) {
  sl_text_add(out, "\n| setting | default | range | meaning |\n|---|---|---|---|\n");
  for (const sl_param *p = params; p && p->key; p++) {
    if (p->type == SL_SECTION) continue;
    sl_text_printf(out, "| `%s%s%s` | ", path, *path ? "." : "", p->key);
    default_cell(out, p);
    sl_text_add(out, " | ");
    range_cell(out, p);
    sl_text_printf(out, " | %s |\n", p->help);
  }
}

void sl_registry_write_markdown(sl_text *out) {
  sl_text_add(out, "# Settings\n");
  param_table(out, "", sl_config_desc.params);
  for (const sl_param *p = sl_config_desc.params; p->key; p++) {
    if (p->type != SL_SECTION) continue;
    sl_text_printf(out, "\n## %s\n\n%s\n", p->label, p->section->help);
    param_table(out, p->key, p->section->params);
  }
  sl_text_add(out, "\n# Families\n");
  const families all = all_families();
  for (int i = 0; i < all.count; i++) {
    const sl_family *f = all.at[i];
    sl_text_printf(out, "\n## %s\n\n%s\n", f->label, f->help);
    for (int r = 0; r < f->count; r++) {
      const sl_desc *d = f->rows[r];
      sl_text_printf(out, "\n### `%s` %s\n\n%s%s%s%s\n", d->id, d->label, d->help,
                     d->paper ? " (" : "", d->paper ? d->paper : "", d->paper ? ")" : "");
      if (d->params) param_table(out, "", d->params);
    }
  }
  sl_text_add(out,
              "\n# Probes\n\n| probe | kind | shape | meaning | paper |\n|---|---|---|---|---|\n");
  for (int i = 0; i < sl_probe_family.count; i++) {
    const sl_probe_type *p = (const sl_probe_type *)sl_probe_family.rows[i];
    const sl_probe_names names = sl_registry_probe_names(p);
    sl_text_printf(out, "| `%s` | %s", p->desc.id, p->kind);
    if (p->over) sl_text_printf(out, ", over `%s`", p->over->desc.id);
    sl_text_printf(out, " | %s", p->shape);
    for (int k = 0; k < names.count; k++)
      sl_text_printf(out, "%s%.*s%s", k ? "; " : " (", names.at[k].length, names.at[k].text,
                     k + 1 < names.count ? "" : ")");
    sl_text_printf(out, " | %s | %s |\n", p->desc.help, p->desc.paper);
  }
  sl_text_add(out, "\n# Inputs to look at\n\n| input | meaning |\n|---|---|\n");
  for (int i = 0; i < SL_INPUT_COUNT; i++)
    sl_text_printf(out, "| `%s` | %s |\n", sl_input_types[i].id, sl_input_types[i].help);
}

#endif
