#include "probe.h"

#include "../base/format.h"
#include "../base/math.h"

#include <string.h>

#define SL_FAMILY      sl_probe
#define SL_FAMILY_DEF  "../probe/probe.def"
#define SL_FAMILY_TEXT "probe", "Probe", "What can be measured in a model at work."
#include "../base/family.inc"

static const sl_probe_type *type_at(int i) { return (const sl_probe_type *)family_rows[i]; }

static int extent(char letter, const sl_dims *d) {
  switch (letter) {
    case 'T': return d->T;
    case 'S': return d->S;
    case 'L': return d->L;
    case 'H': return d->H;
    case 'G': return d->G;
    case 'P': return d->L + 1;
    case 'K': return SL_SINK_KEYS;
    case 'Q': return SL_BANDS;
    default: return letter - '0';
  }
}

int sl_probe_shape(const sl_probe_type *p, const sl_dims *d, int shape[SL_RANK]) {
  int rank = 0;
  for (; p->shape[rank]; rank++) shape[rank] = extent(p->shape[rank], d);
  return rank;
}

size_t sl_probe_size(const sl_probe_type *p, const sl_dims *d) {
  int shape[SL_RANK];
  size_t n = 1;
  for (int i = sl_probe_shape(p, d, shape) - 1; i >= 0; i--) n *= (size_t)shape[i];
  return n;
}

size_t sl_probes_size(const sl_dims *d) {
  size_t n = 0;
  for (int i = 0; i < sl_probe_family.count; i++) n += sl_probe_size(type_at(i), d);
  return n;
}

float *sl_probe_out(const sl_probe_type *p, const sl_dims *d, float *all) {
  for (int i = 0; type_at(i) != p; i++) all += sl_probe_size(type_at(i), d);
  return all;
}

sl_code sl_probe_parse(const char *ids, sl_probe_set *set, sl_error *e) {
  *set = 0;
  while (*ids) {
    size_t n = strcspn(ids, ",");
    const char *names[SL_PROBES_MAX];
    char id[40] = "";
    int found = -1;
    memcpy(id, ids, n < sizeof id ? n : sizeof id - 1);
    for (int i = 0; i < sl_probe_family.count; i++) {
      names[i] = family_rows[i]->id;
      if (!strcmp(family_rows[i]->id, id)) found = i;
    }
    if (found < 0) {
      const char *near = sl_nearest(id, names, sl_probe_family.count);
      return sl_fail(e, SL_E_CONFIG, "probe", "There is no probe \"%s\"%s%s%s.", id,
                     near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    }
    *set |= (sl_probe_set)1 << found;
    ids += n + (ids[n] == ',');
  }
  return SL_OK;
}

sl_code sl_probes_check(sl_probe_set set, const sl_model *m, sl_error *e) {
  for (int i = 0; i < sl_probe_family.count; i++) {
    if (!(set >> i & 1) || !type_at(i)->check) continue;
    sl_code code = type_at(i)->check(m, e);
    if (!code) continue;
    if (e) sl_snprintf(e->path, sizeof e->path, "%s", family_rows[i]->id); /* which of them */
    return code;
  }
  return SL_OK;
}

static void clear(sl_probe_set set, const sl_dims *d, float *all) {
  for (int i = 0; i < sl_probe_family.count; i++)
    if (set >> i & 1)
      memset(sl_probe_out(type_at(i), d, all), 0, sl_probe_size(type_at(i), d) * sizeof *all);
}

static void average(sl_probe_set set, const sl_dims *d, int count, float *all) {
  for (int i = 0; i < sl_probe_family.count; i++) {
    const sl_probe_type *p = type_at(i);
    if (!(set >> i & 1) || p->first_only || !p->add) continue;
    float *out = sl_probe_out(p, d, all);
    for (size_t j = 0; j < sl_probe_size(p, d); j++) out[j] /= (float)count;
  }
}

static void add_window(sl_probe_set set, const sl_look *look, float *all) {
  for (int i = 0; i < sl_probe_family.count; i++)
    if ((set >> i & 1) && type_at(i)->add && !(type_at(i)->first_only && look->index))
      type_at(i)->add(look, sl_probe_out(type_at(i), &look->pass->model->dims, all));
}

int sl_probe_next(sl_trainer *t, const sl_probe_run *run, const sl_edit *edit, int *done,
                  sl_pass *pass) {
  int rows = run->count - *done < t->model.dims.B ? run->count - *done : t->model.dims.B;
  if (rows <= 0) return 0;
  *pass = sl_trainer_windows(t, run->input, run->first + *done, rows);
  pass->edit = edit;
  sl_model_forward(pass);
  *done += rows;
  return 1;
}

double sl_probe_loss(sl_trainer *t, const sl_probe_run *run, const sl_edit *edit) {
  double loss = 0, weight = 0;
  sl_pass pass;
  for (int done = 0; sl_probe_next(t, run, edit, &done, &pass);) {
    loss += sl_model_loss(&pass, 0, NULL);
    for (int i = 0; i < pass.N; i++) weight += pass.weight[i];
  }
  return loss / weight;
}

sl_look sl_look_at(const sl_trainer *t, const sl_probe_run *run, const sl_pass *pass, int row) {
  int length = sl_window_length(pass, row), tokens = t->config.eval.tokens;
  return (sl_look){.pass = pass,
                   .row = row,
                   .epsilon = run->epsilon > 0 ? run->epsilon : t->config.eval.epsilon,
                   .length = length,
                   .tokens = tokens < length ? tokens : length};
}

/* Of the whole set at once; the loss is read off the logits before a probe may use their memory. */
static void run_adds(sl_trainer *t, sl_probe_set set, sl_probe_run *run, float *all) {
  double loss = 0, weight = 0;
  sl_pass pass;
  for (int done = 0, first = 0; sl_probe_next(t, run, NULL, &done, &pass); first = done) {
    loss += sl_model_loss(&pass, 0, NULL);
    for (int i = 0; i < pass.N; i++) weight += pass.weight[i];
    for (int row = 0; row < pass.B; row++) {
      sl_look look = sl_look_at(t, run, &pass, row);
      look.index = first + row;
      add_window(set, &look, all);
    }
  }
  average(set, &t->model.dims, run->count, all);
  run->loss = loss / weight;
}

static sl_probe_set with_sources(sl_probe_set set) {
  for (int i = 0; i < sl_probe_family.count; i++)
    for (int j = 0; j < sl_probe_family.count; j++)
      if ((set >> i & 1) && type_at(i)->from == type_at(j)) set |= (sl_probe_set)1 << j;
  return set;
}

void sl_probes_run(sl_trainer *t, sl_probe_set set, sl_probe_run *run, float *all) {
  const sl_dims *d = &t->model.dims;
  int measured = 0;
  set = with_sources(set);
  clear(set, d, all);
  run_adds(t, set, run, all);
  for (int i = 0; i < sl_probe_family.count; i++) {
    const sl_probe_type *p = type_at(i);
    if (!(set >> i & 1)) continue;
    if (p->derive) p->derive(t, sl_probe_out(p->from, d, all), sl_probe_out(p, d, all));
    if (p->measure) p->measure(t, run, sl_probe_out(p, d, all));
    measured |= p->measure != NULL;
  }
  /* The last windows stay, as the model itself sees them. */
  int done = (run->count - 1) / d->B * d->B;
  sl_pass pass;
  if (measured) sl_probe_next(t, run, NULL, &done, &pass);
}
