/* Oracles of the theory about one token repeated (Gu et al. 2025, app. C.1). */
#ifndef OF_THEORY_H
#define OF_THEORY_H

#include "probe_oracle.h"

/* Of every head at every token, in a window of one token alone. */
static size_t of_repeated(const view *v, double (*of)(const view *r, int l, int h, int t),
                          double *out) {
  sl_probe_run run = {.input = SL_INPUT_REPEATED, .first = v->run.first, .count = 1};
  view r = view_open(v->t, run);
  view_ready(&r);
  for (int t = r.front + 1; t < r.o.T; t++)
    check(r.o.tokens[t] == r.o.tokens[r.front], "token %d of the repeated is another", t);
  for (int l = 0; l < r.o.L; l++)
    for (int h = 0; h < r.o.H; h++)
      for (int t = 0; t < r.length[0]; t++) out[(l * r.o.H + h) * r.o.T + t] = of(&r, l, h, t);
  size_t n = (size_t)(r.o.L * r.o.H * r.o.T);
  view_close(&r);
  return n;
}

static double measured_at(const view *r, int l, int h, int t) {
  return view_weight(r, 0, l, h, r->length[0] - 1, t);
}
static size_t probe_repeated_row(const view *v, double *out) {
  return of_repeated(v, measured_at, out);
}

static double most_at(const view *r, int l, int h, int t) {
  double most = 0;
  for (int j = 0; j < r->length[0]; j++) most = fmax(most, view_weight(r, 0, l, h, t, j));
  return most;
}
static size_t probe_repeated_most(const view *v, double *out) {
  return of_repeated(v, most_at, out);
}

/* The largest share that a softmax of t scores in [-xi, xi] can have. */
static double bound_at(const view *r, int l, int h, int t) {
  double key = 0, query = view_norm(view_head(r, 0, l, "q", r->o.H, h, t), r->o.D);
  for (int j = 0; j <= t; j++)
    key = fmax(key, view_norm(view_head(r, 0, l, "k", r->o.G, view_group(r, h), j), r->o.D));
  double xi = query * key / sqrt(r->o.D);
  return exp(xi) / (exp(xi) + t * exp(-xi));
}
static size_t probe_rotary_bound(const view *v, double *out) {
  return of_repeated(v, bound_at, out);
}

static double theory_at(const view *r, int l, int h, int t) {
  const oracle_position_row *position = ORACLE_ROW(&r->o, oracle_positions, "position");
  int last = r->length[0] - 1;
  double sum = 0, own = 0;
  for (int j = 0; j <= last; j++) {
    double e = position->bias ? exp(position->bias(&r->o, h, r->o.place[last], r->o.place[j])) : 1;
    sum += e;
    if (j == t) own = e;
  }
  /* And the theorem itself. */
  double measured = measured_at(r, l, h, t);
  check(fabs(measured - own / sum) < 1e-6, "theory says %.9g, measured is %.9g", own / sum,
        measured);
  return own / sum;
}
static size_t probe_closed_form(const view *v, double *out) {
  return of_repeated(v, theory_at, out);
}

static const probe_oracle of_theory[] = {PROBE_ORACLE(repeated_row),
                                         PROBE_ORACLE(repeated_most),
                                         PROBE_ORACLE(rotary_bound),
                                         PROBE_ORACLE(closed_form),
                                         {0}};

#endif
