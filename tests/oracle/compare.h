/* The engine's forward pass against the transcription in oracle.h: every saved tensor, the logits
 * and the losses, for every row, every pair of rows and every kind of window. Included by a test of
 * each precision. */
#ifndef COMPARE_H
#define COMPARE_H

#include "../tiny.h"
#include "oracle.h"
#include "source.h"

static double worst;

static oracle oracle_for(const tiny *t, source *s, double *loss_weight) {
  const sl_dims *d = &t->model.dims;
  for (size_t i = 0; i < t->model.plan.size[SL_PARAM]; i++) s->weights[i] = t->params[i];
  for (int n = 0; n < d->N; n++) loss_weight[n] = t->weight[n];
  oracle o = oracle_sized(d);
  o.ctx = s;
  o.tokens = t->tokens;
  o.target = t->target;
  o.place = t->position;
  o.document = t->document;
  o.prefix = t->prefix;
  o.loss_weight = loss_weight;
  return o;
}

/* ---- comparing ---- */

/* Relative to the tensor's largest. What the mask hides may stay unwritten (NaN): hidden says so. */
static void compare_array(const char *what, const char *name, size_t n, const sl_real *got,
                          const double *want, int hidden, double tolerance) {
  double largest = 0, error = 0;
  for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs(want[i]));
  for (size_t i = 0; i < n; i++) {
    double e = fabs((double)got[i] - want[i]);
    if (isnan(e) && hidden && want[i] == 0) continue;
    if (!(e <= error)) error = e;
  }
  error /= largest > 0 ? largest : 1;
  if (error > worst) worst = error;
  check(error <= tolerance, "%s: %s is off by %.1e of its largest", what, name, error);
}

static const double *oracle_find(const oracle *o, const char *name, size_t size) {
  for (int i = 0; i < o->count; i++)
    if (!strcmp(o->out[i].name, name) && (size_t)o->out[i].size == size) return o->out[i].x;
  return NULL;
}

static void compare_pass(tiny *t, const oracle *o, const char *what, double tolerance) {
  const sl_plan *p = &t->model.plan;
  size_t N = (size_t)t->pass.N, V = (size_t)t->model.dims.V;
  sl_real *losses = calloc(N, sizeof *losses);
  sl_model_forward(&t->pass);
  for (int i = 0; i < p->count; i++) {
    const sl_entry *x = &p->tensors[i];
    if (x->role != SL_SAVED) continue;
    const double *want = oracle_find(o, x->name, x->size);
    if (check(want != NULL, "%s: the oracle has no %s", what, x->name))
      compare_array(what, x->name, x->size, t->saved + x->at, want,
                    strstr(x->name, "attention.weights") != NULL, tolerance);
  }
  compare_array(what, "logits", N * V, sl_at(&t->pass, t->model.logits),
                oracle_find(o, "logits", N * V), 0, tolerance);
  double loss = sl_model_loss(&t->pass, 0, losses);
  compare_array(what, "losses", N, losses, oracle_find(o, "losses", N), 0, tolerance);
  check(fabs(loss - o->loss) <= tolerance * fabs(o->loss), "%s: loss %.15g, oracle %.15g", what,
        loss, o->loss);
  free(losses);
}

static void compare_model(const sl_model_config *c, int B, int T, int kind, const char *name,
                          double tolerance) {
  tiny t;
  sl_error e = {0};
  char what[640];
  uint32_t seed = 7;
  for (const char *s = name; *s; s++) seed = seed * 31 + (unsigned char)*s;
  snprintf(what, sizeof what, "%s window=%d T=%d", name, kind, T);
  if (!check(tiny_open(&t, c, B, T, 11, kind, seed, &e) == SL_OK, "%s: %s", what, e.message))
    return;
  source s = {&t.model, calloc(t.model.plan.size[SL_PARAM], sizeof(double))};
  double *loss_weight = calloc((size_t)t.pass.N, sizeof *loss_weight);
  oracle o = oracle_for(&t, &s, loss_weight);
  oracle_run(&o);
  if (check(!o.unknown, "%s: a row has no oracle", what)) compare_pass(&t, &o, what, tolerance);
  oracle_free(&o);
  free(loss_weight);
  free(s.weights);
  tiny_close(&t);
}

static void compare_defaults(sl_model_config *c) {
  sl_desc_defaults(&sl_model_section, c);
  c->layers = 2;
  c->width = 8;
  c->heads = 4;
  c->head_size = 6;
  c->ffn_width = 12;
  c->init_embedding = 1;
  c->init_matrix = 0;
}

/* A row that was added without its transcription fails here. */
static void every_row_has_an_oracle(void) {
  for (const sl_param *p = sl_model_section.params; p->key; p++)
    for (int r = 0; p->type == SL_FAMILY && r < p->family->count; r++)
      check(oracle_knows(p->key, p->family->rows[r]->id), "tests/oracle has no %s \"%s\"", p->key,
            p->family->rows[r]->id);
}

static int compare_all(double tolerance) {
  static const int lengths[] = {7, 9, SL_ATTENTION_ROWS + 5};
  static covering s;
  sl_model_config base, c;
  char name[600];
  every_row_has_an_oracle();
  compare_defaults(&base);
  covering_open(&s, &base, (int[]){WINDOW_KINDS, 3}, 2);
  cover(&s);
  for (int i = 0; i < s.n; i++) {
    covering_config(&s, s.rows[i], &c);
    compare_model(&c, 2, lengths[s.rows[i][s.of_model + 1]], s.rows[i][s.of_model],
                  config_name(s.factors, s.of_model, &c, name, sizeof name), tolerance);
  }
  printf("%d covering combinations, %d pairs refused, largest error %.1e\n", s.n, s.refused, worst);
  return harness_end();
}

#endif
