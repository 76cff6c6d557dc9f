/* Oracles of over-mixing: what a change of one token or of one number does to the others. */
#ifndef OF_MIXING_H
#define OF_MIXING_H

#include "of_residual.h"
#include "rerun.h"
#include "singular.h"

/* ---- another token (Barbero et al. 2025) ---- */

/* The tokens of all windows, each with one changed; to be freed. */
static int32_t *changed_tokens(const view *v) {
  const sl_vocab *vocab = &v->t->corpus.vocab;
  const int words = vocab->unknown ? vocab->unknown : vocab->bos;
  int32_t *tokens = view_copy(v->o.tokens, (size_t)(v->o.B * v->o.T) * sizeof *tokens);
  for (int w = 0; w < v->o.B; w++) {
    int place = w * v->o.T + v->front + (v->length[w] - v->front) / 4, old = tokens[place];
    sl_rng r = sl_rng_at(v->t->config.seed, SL_STREAM_PROBE, (uint64_t)(v->run.first + w),
                         (uint64_t)v->run.input);
    /* The draw counts through the words that are not the old one. */
    int drawn = (int)sl_rng_below(&r, (uint32_t)(old < words ? words - 1 : words)), word = 0;
    while (drawn > 0 || word == old) drawn -= word++ != old;
    tokens[place] = word;
    check(word != old && word < words, "token %d became %d", old, word);
  }
  return tokens;
}

static size_t spread_of_change(const view *v, int hide_first, double *out) {
  view before = rerun(v, NULL, NULL, hide_first), other = *v;
  other.o.tokens = changed_tokens(v);
  view after = rerun(&other, NULL, NULL, hide_first);
  size_t at = 0;
  double moved[ORACLE_MOST];
  for (int p = 0; p <= v->o.L; p++)
    for (int t = 0; t < v->o.T; t++, at++)
      for (int w = 0; w < v->o.B; w++) {
        const double *h = stream(&before, w, p, t), *changed = stream(&after, w, p, t);
        for (int c = 0; c < v->o.C; c++) moved[c] = changed[c] - h[c];
        out[at] += view_norm(moved, v->o.C) / view_norm(h, v->o.C) / v->o.B;
      }
  rerun_close(&before);
  rerun_close(&after);
  free((void *)other.o.tokens);
  return at;
}
static size_t probe_perturbation(const view *v, double *out) { return spread_of_change(v, 0, out); }
static size_t probe_perturbation_no_first(const view *v, double *out) {
  return spread_of_change(v, 1, out);
}

/* ---- the Jacobian, by finite differences ---- */

typedef struct nudge {
  int depth, at;
  double by;
} nudge;

static void nudge_number(oracle *o, int heads, int layer, double *x) {
  const nudge *n = o->edit_ctx;
  if (!heads && layer == n->depth) x[n->at] += n->by;
}

/* Adds the squares of d h_{L,last} / d h_{depth}[at]. */
static double column_squares(const view *one, int depth, int at) {
  const double step = 1e-4;
  double sum = 0;
  nudge up = {depth, at, step}, down = {depth, at, -step};
  view a = rerun(one, nudge_number, &up, 0), b = rerun(one, nudge_number, &down, 0);
  const double *x = stream(&a, 0, one->o.L, one->length[0] - 1);
  const double *y = stream(&b, 0, one->o.L, one->length[0] - 1);
  for (int c = 0; c < one->o.C; c++) sum += pow((x[c] - y[c]) / (2 * step), 2);
  rerun_close(&a);
  rerun_close(&b);
  return sum;
}

static size_t probe_jacobian(const view *v, double *out) {
  const view one = only_window(v, 0);
  const int last = v->length[0] - 1;
  for (int p = 0; p < v->o.L; p++)
    for (int t = 0; t <= last; t++) {
      double *norm = &out[p * v->o.T + t];
      for (int c = 0; c < v->o.C; c++) *norm += column_squares(&one, p, t * v->o.C + c);
      *norm = sqrt(*norm);
    }
  out[v->o.L * v->o.T + last] = sqrt(v->o.C); /* of itself: the identity */
  return (size_t)(v->o.L + 1) * (size_t)v->o.T;
}

/* ---- how alike the tokens are ---- */

static double distance_of(const view *v, int w, int depth) {
  int n = v->length[w], pairs = 0;
  double sum = 0;
  for (int s = 0; s < n; s++)
    for (int t = s + 1; t < n; t++, pairs++) {
      const double *x = stream(v, w, depth, s), *y = stream(v, w, depth, t);
      double dot = 0;
      for (int c = 0; c < v->o.C; c++) dot += x[c] * y[c];
      sum += 1 - dot / (view_norm(x, v->o.C) * view_norm(y, v->o.C));
    }
  return pairs ? sum / pairs : 0;
}
static size_t probe_pairwise_cosine(const view *v, double *out) {
  return over_windows(v, distance_of, out);
}

/* Roy & Vetterli 2007. */
static double spread_rank_of(const view *v, int w, int depth) {
  double value[ORACLE_MOST], total = 0, entropy = 0;
  int n = singular_values(stream(v, w, depth, 0), v->length[w], v->o.C, value);
  for (int i = 0; i < n; i++) total += value[i];
  for (int i = 0; i < n; i++)
    if (value[i] > 0) entropy += value[i] / total * log(total / value[i]);
  return exp(entropy);
}
static size_t probe_effective_rank(const view *v, double *out) {
  return over_windows(v, spread_rank_of, out);
}

static const probe_oracle of_mixing[] = {
    PROBE_ORACLE(perturbation),    PROBE_ORACLE(perturbation_no_first), PROBE_ORACLE(jacobian),
    PROBE_ORACLE(pairwise_cosine), PROBE_ORACLE(effective_rank),        {0}};

#endif
