/* Settings that change on the way: from --set-at, or as a run file recorded them. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* In the order of steps; of one step, as they came. */
static int add(cli_changes *c, int64_t step, const char *path, size_t length, double value) {
  cli_change *list = realloc(c->list, (size_t)(c->count + 1) * sizeof *list);
  if (!list) return cli_no_memory();
  c->list = list;
  int at = c->count++;
  for (; at > 0 && list[at - 1].step > step; at--) list[at] = list[at - 1];
  list[at] = (cli_change){.step = step, .value = value};
  /* what is longer than this names no setting */
  snprintf(list[at].path, sizeof list[at].path, "%.*s", (int)(length < 99 ? length : 99), path);
  return CLI_OK;
}

static int add_option(cli_changes *c, const char *text) {
  char *path, *end = NULL;
  errno = 0;
  long long step = strtoll(text, &path, 10);
  size_t length = *path == ':' ? strcspn(++path, "=") : 0;
  const char *value = length ? path + length : "";
  double x = *value ? strtod(value + 1, &end) : 0;
  if (!end || end == value + 1 || *end || path == text + 1 || step < 0 || errno)
    return cli_fail(CLI_BAD,
                    "--set-at takes STEP:PATH=NUMBER, for example 500:train.lr=0.001, not "
                    "\"%.80s\".",
                    text);
  return add(c, step, path, length, x);
}

int cli_changes_of_options(const cli_options *o, cli_changes *c) {
  int code = CLI_OK;
  for (int i = 0; i < o->set_at_count && !code; i++) code = add_option(c, o->set_at[i]);
  return code;
}

int cli_changes_of_list(const sl_json *list, cli_changes *c) {
  int code = CLI_OK;
  for (const sl_json *m = sl_json_first(list); m && !code; m = sl_json_next(m)) {
    int object = sl_json_is(m) == SL_JSON_OBJECT;
    const sl_json *step = object ? sl_json_get(m, "step") : NULL;
    const sl_json *path = object ? sl_json_get(m, "path") : NULL;
    const sl_json *value = object ? sl_json_get(m, "value") : NULL;
    if (!step || sl_json_is(step) != SL_JSON_NUMBER || !(sl_json_number(step) >= 0) ||
        !(sl_json_number(step) < 1e9) || !path || sl_json_is(path) != SL_JSON_STRING || !value ||
        sl_json_is(value) != SL_JSON_NUMBER)
      return CLI_BAD;
    const char *name = sl_json_string(path);
    code = add(c, (int64_t)sl_json_number(step), name, strlen(name), sl_json_number(value));
  }
  return code;
}

int cli_changes_try(const cli_changes *c, const cli_run *r) {
  for (int i = 0; i < c->count; i++) {
    const cli_change *x = &c->list[i];
    if (x->step < sl_step(r->lab) || x->step >= r->steps)
      return cli_fail(
          CLI_BAD,
          "--set-at names step %lld, and this run goes from step %lld to %lld; a change "
          "counts for the steps after it.",
          (long long)x->step, (long long)sl_step(r->lab), (long long)r->steps);
    if (sl_set_live(r->lab, x->path, x->value)) return cli_engine_fail(r->lab);
  }
  return CLI_OK;
}

int cli_changes_make(cli_changes *c, const cli_run *r) {
  for (; c->next < c->count && c->list[c->next].step <= sl_step(r->lab); c->next++)
    if (sl_set_live(r->lab, c->list[c->next].path, c->list[c->next].value))
      return cli_engine_fail(r->lab);
  return CLI_OK;
}

void cli_changes_free(cli_changes *c) {
  free(c->list);
  *c = (cli_changes){0};
}
