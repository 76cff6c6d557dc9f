#include "probe.h"

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
    case 'C': return d->C;
    case 'D': return d->D;
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
    const char *names[64];
    char id[40] = "";
    int found = -1;
    memcpy(id, ids, n < sizeof id ? n : sizeof id - 1);
    int count = sl_probe_family.count < 64 ? sl_probe_family.count : 64;
    for (int i = 0; i < count; i++) {
      names[i] = family_rows[i]->id;
      if (!strcmp(family_rows[i]->id, id)) found = i;
    }
    if (found < 0) {
      const char *near = sl_nearest(id, names, count);
      return sl_fail(e, SL_E_CONFIG, "probe", "There is no probe \"%s\"%s%s%s.", id,
                     near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    }
    *set |= (sl_probe_set)1 << found;
    ids += n + (ids[n] == ',');
  }
  return SL_OK;
}

sl_code sl_probes_check(sl_probe_set set, const sl_model *m, sl_error *e) {
  for (int i = 0; i < sl_probe_family.count; i++)
    if ((set >> i & 1) && type_at(i)->check) SL_TRY(type_at(i)->check(m, e));
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

static int length_of(const sl_pass *pass, int row) {
  const int32_t *document = pass->document + (size_t)row * pass->model->dims.T;
  int n = pass->model->dims.T;
  while (n > 1 && document[n - 1] == SL_DOCUMENT_PADDING) n--;
  return n;
}

void sl_probes_run(sl_trainer *t, sl_probe_set set, sl_probe_run *run, float *all) {
  const sl_dims *d = &t->model.dims;
  double loss = 0, weight = 0;
  clear(set, d, all);
  for (int done = 0; done < run->count;) {
    int rows_now = run->count - done < d->B ? run->count - done : d->B;
    sl_pass pass = sl_trainer_look(t, run->input, run->first + done, rows_now);
    for (int row = 0; row < rows_now; row++) {
      int length = length_of(&pass, row), tokens = t->config.eval.tokens;
      add_window(set,
                 &(sl_look){.pass = &pass,
                            .row = row,
                            .index = done + row,
                            .epsilon = t->config.eval.epsilon,
                            .length = length,
                            .tokens = tokens < length ? tokens : length},
                 all);
    }
    loss += sl_model_loss(&pass, 0, NULL);
    for (int i = 0; i < pass.N; i++) weight += pass.weight[i];
    done += rows_now;
  }
  average(set, d, run->count, all);
  run->loss = loss / weight;
  for (int i = 0; i < sl_probe_family.count; i++)
    if ((set >> i & 1) && type_at(i)->measure)
      type_at(i)->measure(t, run, sl_probe_out(type_at(i), d, all));
}

/* ---- what several probes share ---- */

const sl_real *sl_look_weights(const sl_look *k, int layer, int head) {
  const sl_dims *d = &k->pass->model->dims;
  return sl_at(k->pass, k->pass->model->blocks[layer].attention.weights) +
         ((size_t)k->row * d->H + head) * d->T * d->S;
}

int sl_look_seen(const sl_look *k, int query) {
  int prefix = k->pass->prefix ? k->pass->prefix[k->row] : 0;
  return k->pass->model->blocks[0].attention.column + (query < prefix ? prefix : query + 1);
}

const sl_real *sl_look_heads(const sl_look *k, sl_slot slot, int heads) {
  const sl_dims *d = &k->pass->model->dims;
  return sl_at(k->pass, slot) + (size_t)k->row * d->T * heads * d->D;
}

const sl_real *sl_look_hidden(const sl_look *k, int layer) {
  const sl_dims *d = &k->pass->model->dims;
  return sl_at(k->pass, k->pass->model->hidden[layer]) + (size_t)k->row * d->T * d->C;
}

static double magnitude(double x) { return x < 0 ? -x : x; }

static double row_sum(const sl_look *k, const sl_attention *a, int query, const sl_real *row) {
  double total = 0;
  if (a->normaliser->unit_rows && !a->similarity->finish) return 1;
  for (int j = 0; j < sl_look_seen(k, query); j++) total += magnitude(row[j]);
  return total;
}

double sl_look_alpha(const sl_look *k, int layer, int head, int key) {
  const sl_model *m = k->pass->model;
  const sl_attention *a = &m->blocks[layer].attention;
  const sl_real *weights = sl_look_weights(k, layer, head);
  int front = sl_model_front(&m->config), S = m->dims.S;
  int first = key < 0 ? 0 : front + key, column = key < 0 ? 0 : a->column + first;
  int end = k->tokens + front < k->length ? k->tokens + front : k->length;
  double sum = 0;
  if (first >= end) return 0;
  for (int i = first; i < end; i++) {
    const sl_real *row = weights + (size_t)i * S;
    double total = row_sum(k, a, i, row);
    if (total > 0) sum += magnitude(row[column]) / total;
  }
  return sum / (end - first);
}

double sl_norm_of(const sl_real *x, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++) sum += (double)x[i] * x[i];
  return sl_sqrt(sum);
}

double sl_first_over_others(const sl_real *x, int T, int stride, int n) {
  double others = 0;
  for (int t = 1; t < T; t++) others += sl_norm_of(x + (size_t)t * stride, n);
  return sl_norm_of(x, n) / (others / (T - 1));
}

void sl_add_head_norms(const sl_look *k, size_t slot, int heads, float *out) {
  const sl_dims *d = &k->pass->model->dims;
  for (int l = 0; l < d->L; l++) {
    const char *attention = (const char *)&k->pass->model->blocks[l].attention;
    const sl_real *x = sl_look_heads(k, *(const sl_slot *)(attention + slot), heads);
    for (int h = 0; h < heads; h++)
      for (int t = 0; t < d->T; t++)
        *out++ += (float)sl_norm_of(x + ((size_t)t * heads + h) * d->D, d->D);
  }
}
