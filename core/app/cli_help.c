/* --help: the commands and options from their tables, the settings from the registry. */
#include "cli.h"

#include <string.h>

#define COLUMNS 100

/* ---- layout ---- */

/* Columns that a word of n bytes takes: bytes that begin a character. */
static int columns_of(const char *s, size_t n) {
  int c = 0;
  for (size_t i = 0; i < n; i++) c += ((unsigned char)s[i] & 0xC0) != 0x80;
  return c;
}

static void spaces(sl_text *out, int n) { sl_text_printf(out, "%*s", n > 0 ? n : 0, ""); }

/* The sentence from column `at`, of which `used` are taken already, broken between words. */
static void wrapped(sl_text *out, int used, int at, const char *s) {
  if (used >= at) {
    sl_text_add(out, "\n");
    used = 0;
  }
  spaces(out, at - used);
  int column = at;
  while (*s) {
    size_t n = strcspn(s, " ");
    int width = columns_of(s, n);
    if (column > at && column + 1 + width > COLUMNS) {
      sl_text_add(out, "\n");
      spaces(out, at);
      column = at;
    } else if (column > at) {
      sl_text_add(out, " ");
      column++;
    }
    sl_text_printf(out, "%.*s", (int)n, s);
    column += width;
    s += n;
    s += strspn(s, " ");
  }
  sl_text_add(out, "\n");
}

/* ---- commands and options ---- */

static void write_commands(sl_text *out) {
  sl_text_add(out, "sinklab trains tiny transformers and shows how attention sinks are born.\n\n");
  for (const cli_command *c = cli_command_table; c->name; c++) {
    char line[96];
    int n = snprintf(line, sizeof line, "  sinklab %s", c->usage);
    sl_text_add(out, line);
    wrapped(out, n, 50, c->help);
  }
}

static void write_options(sl_text *out) {
  sl_text_add(out, "\nOptions, and the commands that take them\n");
  for (const cli_option *p = cli_option_table; p->name; p++) {
    char line[96], of[160];
    int n = snprintf(line, sizeof line, "  %s%s%s", p->name, p->value ? " " : "",
                     p->value ? p->value : "");
    snprintf(of, sizeof of, "%s (%.*s)", p->help, (int)strlen(p->commands) - 2, p->commands + 1);
    sl_text_add(out, line);
    wrapped(out, n, 24, of);
  }
  sl_text_add(out,
              "\nExit status: 0 done; 1 a replay differs or the run diverged; 2 something in the "
              "input is\nwrong; 3 out of memory, disk full; 130 stopped by Ctrl-C.\n\nPresets\n");
  for (const cli_preset *p = cli_presets; p->name; p++) sl_text_printf(out, "  %s", p->name);
  sl_text_add(out, "\n");
}

/* ---- settings ---- */

static const char *string_of(const sl_json *j, const char *key) {
  const sl_json *m = sl_json_get(j, key);
  return m && sl_json_is(m) == SL_JSON_STRING ? sl_json_string(m) : "";
}

static const sl_json *list_of(const sl_json *j, const char *key) {
  const sl_json *m = j ? sl_json_get(j, key) : NULL;
  return m ? sl_json_first(m) : NULL;
}

/* Ids of a list, as "a | b | c". */
static void write_ids(sl_text *out, const sl_json *first) {
  for (const sl_json *m = first; m; m = sl_json_next(m))
    sl_text_printf(out, "%s%s", m == first ? "" : " | ", string_of(m, "id"));
}

/* A value as one would type it: no 1e+06. */
static void write_value(sl_text *out, const sl_json *j) {
  double x = sl_json_is(j) == SL_JSON_NUMBER ? sl_json_number(j) : 0.5;
  if (x >= -1e15 && x <= 1e15 && x == (double)(int64_t)x)
    sl_text_printf(out, "%.0f", x);
  else
    cli_json_write(out, j);
}

/* "2, from 1 to 24" or "rotary, of learned | none | rotary". */
static void write_values(sl_text *out, const sl_json *p, const sl_json *families) {
  const char *type = string_of(p, "type");
  const sl_json *def = sl_json_get(p, "default"), *min = sl_json_get(p, "min");
  if (def && sl_json_is(def) == SL_JSON_STRING && strcmp(type, "string") != 0)
    sl_text_add(out, sl_json_string(def));
  else if (def)
    write_value(out, def);
  if (!strcmp(type, "choice")) {
    sl_text_add(out, ", of ");
    write_ids(out, list_of(p, "options"));
  } else if (!strcmp(type, "family")) {
    sl_text_add(out, ", of ");
    write_ids(out, list_of(sl_json_get(families, string_of(p, "family")), "rows"));
  } else if (!strcmp(type, "bool")) {
    sl_text_add(out, ", of true | false");
  } else if (!strcmp(type, "seed")) {
    sl_text_add(out, ", 1 to 19 digits");
  } else if (min) {
    sl_text_add(out, ", from ");
    write_value(out, min);
    sl_text_add(out, " to ");
    write_value(out, sl_json_get(p, "max"));
    const char *unit = !strcmp(type, "string") ? "bytes" : string_of(p, "unit");
    if (*unit) sl_text_printf(out, " %s", unit);
  }
}

static void write_params(sl_text *out, const sl_json *first, const char *path, int indent,
                         const sl_json *families) {
  for (const sl_json *p = first; p; p = sl_json_next(p)) {
    if (!strcmp(string_of(p, "type"), "section")) continue;
    char name[96];
    sl_text values = {0};
    int n = snprintf(name, sizeof name, "%*s%s%s%s", indent, "", path, *path ? "." : "",
                     string_of(p, "key"));
    sl_text_add(out, name);
    write_values(&values, p, families);
    wrapped(out, n, 28, sl_text_done(&values) ? values.data : "");
    wrapped(out, 0, 28, string_of(p, "help"));
    sl_text_free(&values);
  }
}

static void write_sections(sl_text *out, const sl_json *config, const sl_json *families) {
  sl_text_add(out, "\nSettings, for --set PATH=VALUE: default, range, meaning\n");
  write_params(out, list_of(config, "params"), "", 2, families);
  for (const sl_json *p = list_of(config, "params"); p; p = sl_json_next(p)) {
    const sl_json *section = sl_json_get(p, "section");
    if (!section) continue;
    sl_text_printf(out, "\n%s. %s\n", string_of(section, "label"), string_of(section, "help"));
    write_params(out, list_of(section, "params"), string_of(p, "key"), 2, families);
  }
}

static void write_families(sl_text *out, const sl_json *families) {
  sl_text_add(out, "\nVariants: --set model.position=rotary chooses one, --set "
                   "model.position.KEY=VALUE sets its own settings\n");
  for (const sl_json *f = sl_json_first(families); f; f = sl_json_next(f)) {
    sl_text_printf(out, "\n%s. %s\n", string_of(f, "label"), string_of(f, "help"));
    for (const sl_json *row = list_of(f, "rows"); row; row = sl_json_next(row)) {
      char line[160];
      int n = snprintf(line, sizeof line, "  %.100s", string_of(row, "id"));
      sl_text_add(out, line);
      wrapped(out, n, 20, string_of(row, "help"));
      write_params(out, list_of(row, "params"), "", 6, families);
    }
  }
}

int cli_help_write(sl_text *out) {
  sl_lab *lab = sl_new();
  if (!lab) return cli_no_memory();
  const char *json = sl_registry_json(lab);
  sl_json *j = NULL;
  int code = CLI_OK;
  if (!json)
    code = cli_engine_fail(lab);
  else if (sl_json_parse(json, strlen(json), CLI_RUN_LIMIT, &j, NULL))
    code = cli_no_memory();
  if (!code) {
    write_commands(out);
    write_options(out);
    write_sections(out, sl_json_get(j, "config"), sl_json_get(j, "families"));
    write_families(out, sl_json_get(j, "families"));
    sl_json_free(j);
  }
  sl_free(lab);
  return code;
}
