/* Settings: a preset or a file, with every --set written into it. What the engine knows of them it
 * checks itself; here is only a tree of JSON that can be changed. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const cli_preset cli_presets[] = {
#define SL_PRESET(name, json) {name, json},
#include "presets.inc"
#undef SL_PRESET
    {0}};

/* ---- JSON as text again ---- */

void cli_json_write(sl_text *out, const sl_json *j) {
  const char *comma = "";
  switch (sl_json_is(j)) {
    case SL_JSON_NULL: sl_text_add(out, "null"); break;
    case SL_JSON_BOOL: sl_text_add(out, sl_json_number(j) != 0 ? "true" : "false"); break;
    case SL_JSON_NUMBER: sl_text_number(out, sl_json_number(j)); break;
    case SL_JSON_STRING: sl_text_string(out, sl_json_string(j)); break;
    case SL_JSON_ARRAY:
    case SL_JSON_OBJECT: {
      int object = sl_json_is(j) == SL_JSON_OBJECT;
      sl_text_add(out, object ? "{" : "[");
      for (const sl_json *m = sl_json_first(j); m; m = sl_json_next(m), comma = ",") {
        sl_text_add(out, comma);
        if (object) {
          sl_text_string(out, sl_json_key(m));
          sl_text_add(out, ":");
        }
        cli_json_write(out, m);
      }
      sl_text_add(out, object ? "}" : "]");
    }
  }
}

/* ---- a tree to change ---- */

/* An object with members, or (text not NULL) any other value as JSON text. */
typedef struct node {
  char *key, *text;
  struct node *first, *next;
} node;

static void node_free(node *n) {
  while (n) {
    node *next = n->next;
    node_free(n->first);
    free(n->key);
    free(n->text);
    free(n);
    n = next;
  }
}

/* A value becomes an object without members. */
static void node_clear(node *n) {
  node_free(n->first);
  free(n->text);
  n->first = NULL;
  n->text = NULL;
}

static char *copy_of(const char *s, size_t size) {
  char *copy = malloc(size + 1);
  if (!copy) return NULL;
  memcpy(copy, s, size);
  copy[size] = 0;
  return copy;
}

/* The member of this name, made if there is none; NULL when there is no memory. */
static node *member(node *n, const char *key, size_t size) {
  node **at = &n->first;
  for (; *at; at = &(*at)->next)
    if (strlen((*at)->key) == size && !memcmp((*at)->key, key, size)) return *at;
  node *m = calloc(1, sizeof *m);
  if (m) m->key = copy_of(key, size);
  if (!m || !m->key) {
    free(m);
    return NULL;
  }
  return *at = m;
}

/* n becomes j. */
static int assign(node *n, const sl_json *j) {
  node_clear(n);
  if (sl_json_is(j) != SL_JSON_OBJECT) {
    sl_text text = {0};
    cli_json_write(&text, j);
    if (!sl_text_done(&text)) {
      sl_text_free(&text);
      return cli_no_memory();
    }
    n->text = text.data;
    return CLI_OK;
  }
  for (const sl_json *m = sl_json_first(j); m; m = sl_json_next(m)) {
    node *child = member(n, sl_json_key(m), strlen(sl_json_key(m)));
    if (!child) return cli_no_memory();
    int code = assign(child, m);
    if (code) return code;
  }
  return CLI_OK;
}

static void write_node(sl_text *out, const node *n) {
  if (n->text) {
    sl_text_add(out, n->text);
    return;
  }
  sl_text_add(out, "{");
  for (const node *m = n->first; m; m = m->next) {
    sl_text_string(out, m->key);
    sl_text_add(out, ":");
    write_node(out, m);
    if (m->next) sl_text_add(out, ",");
  }
  sl_text_add(out, "}");
}

/* ---- --set ---- */

/* A row named by its id alone gets room for settings; another value makes room, and the engine will
 * say that nothing stands below it. */
static int open_up(node *n) {
  if (!n->text) return CLI_OK;
  char *text = n->text;
  n->text = NULL;
  if (*text != '"') {
    free(text);
    return CLI_OK;
  }
  node *type = member(n, "type", 4);
  if (!type) {
    free(text);
    return cli_no_memory();
  }
  type->text = text;
  return CLI_OK;
}

static int set_at(node *root, const char *path, size_t length, const sl_json *value) {
  node *n = root;
  for (size_t at = 0;;) {
    size_t end = at;
    while (end < length && path[end] != '.') end++;
    if (end == at)
      return cli_fail(CLI_BAD, "\"%.*s\" is no path of a setting; write it like model.layers.",
                      length > 80 ? 80 : (int)length, path);
    if (open_up(n)) return CLI_FAILED;
    /* Another row has other settings: those of the old one go. */
    if (end == length && n != root && end - at == 4 && !memcmp(path + at, "type", 4)) node_clear(n);
    n = member(n, path + at, end - at);
    if (!n) return cli_no_memory();
    if (end == length) return assign(n, value);
    at = end + 1;
  }
}

/* The value: JSON if it reads as JSON, else a string as it stands. A seed is always a string, for a
 * JSON number would not hold all of its digits. */
static int set_one(node *root, const char *path, const char *set) {
  const char *value = set;
  size_t length = path ? strlen(path) : 0;
  if (!path) {
    path = set;
    length = strcspn(set, "=");
    value = set + length + 1;
  }
  int literal = length == 4 && !memcmp(path, "seed", 4) && *value != '"';
  sl_json *j = NULL;
  if (literal || sl_json_parse(value, strlen(value), CLI_CONFIG_LIMIT, &j, NULL)) {
    sl_text text = {0};
    sl_text_string(&text, value);
    const char *json = sl_text_done(&text);
    sl_error e = {0};
    sl_code bad = json ? sl_json_parse(json, text.size, CLI_CONFIG_LIMIT, &j, &e) : SL_E_MEMORY;
    sl_text_free(&text);
    if (bad == SL_E_MEMORY) return cli_no_memory();
    if (bad) return cli_fail(CLI_BAD, "%.*s: %s", length > 80 ? 80 : (int)length, path, e.message);
  }
  int code = set_at(root, path, length, j);
  sl_json_free(j);
  return code;
}

/* ---- presets and files ---- */

static int no_preset(const char *name) {
  char list[240] = "";
  for (const cli_preset *p = cli_presets; p->name; p++) {
    size_t used = strlen(list);
    snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", p->name);
  }
  if (!name) return cli_fail(CLI_BAD, "Say what to run with --preset: a file, or one of %s.", list);
  return cli_fail(CLI_BAD, "There is no preset and no file \"%.200s\"; the presets are %s.", name,
                  list);
}

/* The JSON of a preset's name or of a file; *file is to be freed. */
static int load(const char *name, cli_bytes *file, const char **json, size_t *size) {
  for (const cli_preset *p = cli_presets; name && p->name; p++)
    if (!strcmp(p->name, name)) {
      *json = p->json;
      *size = strlen(p->json);
      return CLI_OK;
    }
  struct stat st;
  if (!name || stat(name, &st)) return no_preset(name);
  int code = cli_file_read(name, "The file", CLI_RUN_LIMIT, file);
  *json = file->data;
  *size = file->size;
  return code;
}

static int merge(const cli_options *o, const sl_json *j, sl_text *out) {
  const sl_json *config = sl_json_is(j) == SL_JSON_OBJECT ? sl_json_get(j, "config") : NULL;
  if (!config) config = j; /* a bare configuration */
  if (sl_json_is(config) != SL_JSON_OBJECT)
    return cli_fail(CLI_BAD, "\"%.200s\" holds %s where a configuration should be.", o->preset,
                    sl_json_kind_name(config));
  node root = {0};
  int code = assign(&root, config);
  for (int i = 0; i < o->set_count && !code; i++)
    code = set_one(&root, o->set_paths[i], o->sets[i]);
  if (!code) {
    write_node(out, &root);
    if (!sl_text_done(out)) code = cli_no_memory();
  }
  node_clear(&root);
  return code;
}

int cli_config(const cli_options *o, sl_text *out) {
  cli_bytes file = {0};
  const char *json = NULL;
  size_t size = 0;
  sl_json *j = NULL;
  sl_error e = {0};
  int code = load(o->preset, &file, &json, &size);
  if (!code && sl_json_parse(json, size, CLI_RUN_LIMIT, &j, &e))
    code = cli_fail(CLI_BAD, "%.200s: %s", o->preset, e.message);
  if (!code) code = merge(o, j, out);
  if (j) sl_json_free(j);
  cli_bytes_free(&file);
  return code;
}
