/* Settings that change between the steps of an open run, and the record of it: what a run file and a
 * checkpoint need to repeat the run. */
#include "train.h"

#include "../base/format.h"

#include <stdlib.h>
#include <string.h>

enum { CHANGES_MAX = 8192 }; /* as many as a checkpoint's JSON has room for */

/* The live number at this path below a struct, and where it is; NULL if there is none. */
static const sl_param *find(const sl_desc *d, void *in, const char *path, double **member) {
  for (const sl_param *p = d->params; p && p->key; p++) {
    size_t n = strlen(p->key);
    char *at = (char *)in + p->offset;
    if (strncmp(p->key, path, n)) continue;
    if (path[n] == '.' && p->type == SL_SECTION) return find(p->section, at, path + n + 1, member);
    if (path[n] == '.' && p->type == SL_FAMILY) {
      sl_pick *pick = (sl_pick *)(void *)at;
      return find(pick->row, &pick->settings, path + n + 1, member);
    }
    if (path[n] || !p->live) continue;
    *member = (double *)(void *)at;
    return p;
  }
  return NULL;
}

/* "train.lr, train.l2, …": the paths that find() knows, behind what is in `out`. */
static void list_live(const sl_desc *d, const void *in, const char *path, char *out, size_t size) {
  for (const sl_param *p = d->params; p && p->key; p++) {
    char full[64];
    const void *at = (const char *)in + p->offset;
    sl_snprintf(full, sizeof full, "%s%s%s", path, *path ? "." : "", p->key);
    if (p->type == SL_SECTION) list_live(p->section, at, full, out, size);
    if (p->type == SL_FAMILY) {
      const sl_pick *pick = at;
      list_live(pick->row, &pick->settings, full, out, size);
    }
    size_t used = strlen(out);
    if (p->live) sl_snprintf(out + used, size - used, "%s%s", used ? ", " : "", full);
  }
}

/* Room for one more. */
static sl_code make_room(sl_trainer *t, sl_error *e) {
  if (t->change_count < t->change_room) return SL_OK;
  if (t->change_count == CHANGES_MAX)
    return sl_fail(e, SL_E_STATE, "changes",
                   "This run's settings were changed %d times, which is as often as is recorded.",
                   CHANGES_MAX);
  int room = t->change_room ? 2 * t->change_room : 16;
  sl_change *list = realloc(t->changes, (size_t)room * sizeof *list);
  if (!list) return sl_fail(e, SL_E_MEMORY, "changes", "Out of memory while changing a setting.");
  t->changes = list;
  t->change_room = room;
  return SL_OK;
}

/* The change of this setting at this step, or a new one behind all others. */
static sl_change *change_at(sl_trainer *t, int64_t step, const char *path) {
  for (int i = t->change_count - 1; i >= 0 && t->changes[i].step == step; i--)
    if (!strcmp(t->changes[i].path, path)) return &t->changes[i];
  sl_change *c = &t->changes[t->change_count++];
  c->step = step;
  sl_snprintf(c->path, sizeof c->path, "%s", path);
  return c;
}

sl_code sl_trainer_set_at(sl_trainer *t, int64_t step, const char *path, double value,
                          sl_error *e) {
  double *member;
  const sl_param *p = find(&sl_config_desc, &t->now, path, &member);
  if (!p) {
    char names[200] = "";
    list_live(&sl_config_desc, &t->now, "", names, sizeof names);
    return sl_fail(e, SL_E_CONFIG, path,
                   "\"%.60s\" is no setting that can change during this run; these can: %s.", path,
                   names);
  }
  if (!(value >= p->min && value <= p->max))
    return sl_fail(e, SL_E_CONFIG, path, "%s is %.10g; it must be between %.10g and %.10g.", path,
                   value, p->min, p->max);
  if (step < (t->change_count ? t->changes[t->change_count - 1].step : 0))
    return sl_fail(e, SL_E_STATE, path, "Changes of settings must stand in the order of steps.");
  if (step >= t->config.train.steps)
    return sl_fail(e, SL_E_STATE, path,
                   "All %d steps of this run are done: a change would have no effect.",
                   t->config.train.steps);
  SL_TRY(make_room(t, e));
  change_at(t, step, path)->value = *member = value;
  return SL_OK;
}

sl_code sl_trainer_set_live(sl_trainer *t, const char *path, double value, sl_error *e) {
  return sl_trainer_set_at(t, t->step, path, value, e);
}

void sl_trainer_write_changes(const sl_trainer *t, sl_text *out) {
  for (int i = 0; i < t->change_count; i++) {
    const sl_change *c = &t->changes[i];
    sl_text_printf(out, "%s{\"step\":%lld,\"path\":\"%s\",\"value\":", i ? "," : ",\n\"changes\":[",
                   (long long)c->step, c->path);
    sl_text_number(out, c->value);
    sl_text_add(out, i + 1 < t->change_count ? "}" : "}]");
  }
}
