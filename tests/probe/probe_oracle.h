/* What the oracles of the probes are given: windows, what a forward pass left behind in double, by tensor
 * name, and the whole forward pass of tests/oracle, for those that ask what a change would do. No line of
 * core/probe has a part in it.
 *
 * An oracle is a function that writes a probe's numbers and returns how many; its line stands in its file's
 * table, and that in oracles.h. */
#ifndef PROBE_ORACLE_H
#define PROBE_ORACLE_H

#include "../../core/probe/probe.h"
#include "../oracle/oracle.h"
#include "../oracle/source.h"

#include <stdarg.h>

typedef struct dump {
  char name[48];
  size_t size; /* of one window */
  double *x;   /* (windows, size) */
} dump;

typedef struct view {
  oracle o;  /* the windows (B), sizes, settings, weights: ready for oracle_run */
  int S;     /* keys of a row */
  int front; /* tokens in front of those that are read */
  int *length;
  double epsilon;
  int tokens; /* that attention shares are averaged over */
  double loss_weight;
  /* of the engine */
  sl_trainer *t;
  sl_probe_run run;
  source source;
  dump *dumps;
  int count;
} view;

typedef struct probe_oracle {
  const char *id;
  size_t (*write)(const view *v, double *out);
} probe_oracle;
#define PROBE_ORACLE(id)                                                                           \
  { #id, probe_##id }

/* ---- reading ---- */

/* A saved tensor of window w: dumped(v, w, "layers.%d.attention.q", layer). */
__attribute__((format(printf, 3, 4))) static inline const double *dumped(const view *v, int w,
                                                                         const char *fmt, ...) {
  char name[64];
  va_list args;
  va_start(args, fmt);
  vsnprintf(name, sizeof name, fmt, args);
  va_end(args);
  for (int i = 0; i < v->count; i++)
    if (!strcmp(v->dumps[i].name, name)) return v->dumps[i].x + (size_t)w * v->dumps[i].size;
  check(0, "there is no tensor %s", name);
  exit(harness_end());
}

static inline int view_has(const view *v, const char *name) {
  for (int i = 0; i < v->count; i++)
    if (!strcmp(v->dumps[i].name, name)) return 1;
  return 0;
}

static inline int view_column(const view *v) { return v->S - v->o.T; }

/* Weight of key j (-1: the slot's) for query i; 0 where it is not seen. */
static inline double view_weight(const view *v, int w, int l, int h, int i, int j) {
  if (j >= 0 && !oracle_sees(&v->o, w, i, j)) return 0;
  return dumped(v, w, "layers.%d.attention.weights",
                l)[((size_t)h * v->o.T + i) * v->S + j + view_column(v)];
}

/* The same as a share of what the row's sizes add up to. */
static inline double view_share(const view *v, int w, int l, int h, int i, int j) {
  double sum = 0;
  for (int key = -view_column(v); key < v->o.T; key++) sum += fabs(view_weight(v, w, l, h, i, key));
  return sum > 0 ? fabs(view_weight(v, w, l, h, i, j)) / sum : 0;
}

/* Vector of a head at token t: "q" or "o" of H heads, "k" or "v" of G. */
static inline const double *view_head(const view *v, int w, int l, const char *what, int heads,
                                      int head, int t) {
  return dumped(v, w, "layers.%d.attention.%s", l, what) + ((size_t)t * heads + head) * v->o.D;
}
static inline int view_group(const view *v, int head) { return head / (v->o.H / v->o.G); }

static inline double view_norm(const double *x, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++) sum += x[i] * x[i];
  return sqrt(sum);
}

/* The mean weighted loss of tests/oracle's own forward pass with a change. */
static inline double view_loss(const view *v,
                               void (*edit)(oracle *o, int heads, int layer, double *x),
                               const void *what, int hide_first) {
  oracle o = v->o;
  o.edit = edit;
  o.edit_ctx = what;
  o.hide_first = hide_first;
  oracle_run(&o);
  check(!o.unknown, "a row has no oracle");
  double loss = o.loss / v->loss_weight;
  oracle_free(&o);
  return loss;
}

/* ---- filling ---- */

static inline void *view_copy(const void *from, size_t bytes) {
  void *to = malloc(bytes + 1);
  memcpy(to, from, bytes);
  return to;
}

/* Saved tensors of the pass, whose first window is number `first`. */
static inline void view_dump(view *v, const sl_pass *p, int first, int windows) {
  const sl_plan *plan = &p->model->plan;
  int n = 0;
  if (!v->dumps) v->dumps = calloc((size_t)plan->count, sizeof *v->dumps);
  for (int i = 0; i < plan->count; i++) {
    const sl_entry *x = &plan->tensors[i];
    if (x->role != SL_SAVED) continue;
    int of_windows = !strstr(x->name, "slot");
    dump *d = &v->dumps[n++];
    snprintf(d->name, sizeof d->name, "%s", x->name);
    d->size = of_windows ? x->size / (size_t)p->model->dims.B : x->size;
    if (!d->x) d->x = calloc((size_t)windows * d->size + 1, sizeof *d->x);
    for (int b = 0; b < p->B; b++)
      for (size_t j = 0; j < d->size; j++)
        d->x[(size_t)(first + b) * d->size + j] =
            p->saved[x->at + (of_windows ? (size_t)b * d->size : 0) + j];
  }
  v->count = n;
}

/* Windows of the pass, into the arrays that `o` points to. */
static inline void view_take(view *v, const sl_pass *p, int first) {
  size_t T = (size_t)v->o.T, at = (size_t)first * T, bytes = (size_t)p->N * sizeof(int32_t);
  memcpy((int32_t *)v->o.tokens + at, p->tokens, bytes);
  memcpy((int32_t *)v->o.target + at, p->target, bytes);
  memcpy((int32_t *)v->o.place + at, p->position, bytes);
  memcpy((int32_t *)v->o.document + at, p->document, bytes);
  for (int b = 0; b < p->B; b++) {
    ((int32_t *)v->o.prefix)[first + b] = p->prefix[b];
    int n = (int)T;
    while (n > 1 && p->document[(size_t)b * T + (size_t)n - 1] == -2) n--;
    v->length[first + b] = n;
  }
  for (int i = 0; i < p->N; i++) {
    ((double *)v->o.loss_weight)[at + (size_t)i] = p->weight[i];
    v->loss_weight += p->weight[i];
  }
}

static inline view view_open(sl_trainer *t, sl_probe_run run) {
  const sl_dims *d = &t->model.dims;
  size_t n = (size_t)run.count * (size_t)d->T;
  view v = {.S = d->S, .t = t, .run = run, .source = {&t->model, NULL}};
  v.epsilon = run.epsilon > 0 ? run.epsilon : t->config.eval.epsilon;
  v.tokens = t->config.eval.tokens;
  v.length = calloc((size_t)run.count, sizeof *v.length);
  v.source.weights = calloc(t->n, sizeof(double));
  for (size_t i = 0; i < t->n; i++) v.source.weights[i] = t->params[i];
  v.o = oracle_sized(d);
  v.o.B = run.count;
  v.o.tokens = calloc(n, 4);
  v.o.target = calloc(n, 4);
  v.o.place = calloc(n, 4);
  v.o.document = calloc(n, 4);
  v.o.prefix = calloc((size_t)run.count, 4);
  v.o.loss_weight = calloc(n, 8);
  for (int done = 0; done < run.count; done += d->B) {
    int rows = run.count - done < d->B ? run.count - done : d->B;
    sl_pass p = sl_trainer_look(t, run.input, run.first + done, rows);
    view_take(&v, &p, done);
    view_dump(&v, &p, done, run.count);
  }
  return v;
}

/* Once the view stands where it stays. */
static inline void view_ready(view *v) {
  v->o.ctx = &v->source;
  v->front = oracle_is(&v->o, "slot", "sink_token");
}

static inline void view_close(view *v) {
  for (int i = 0; i < v->count; i++) free(v->dumps[i].x);
  const void *all[] = {v->dumps,   v->length,     v->source.weights, v->o.tokens,     v->o.target,
                       v->o.place, v->o.document, v->o.prefix,       v->o.loss_weight};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free((void *)all[i]);
}

#endif
