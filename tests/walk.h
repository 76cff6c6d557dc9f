/* The walk over all that a model's configuration lets one choose, read off its descriptors, so that
 * a new row or setting is tested without a line here. */
#ifndef WALK_H
#define WALK_H

#include "../core/model/model.h"
#include "harness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- one choice and its levels ---- */

/* The levels are the rows of a family (and of each row every option, every switch and another value
 * of every number that it has), the options of a choice, both sides of a switch; of a number whose
 * default of 0 stands for "off", what the configuration has and another value. */
typedef struct factor {
  const sl_param *param;
  int levels;
} factor;

enum { FACTORS_MAX = 32, LEVELS_MAX = 32, COVERING_MAX = 500 };

/* The value that a number is tested with beside its default: halfway to its smallest, as a slider
 * goes; where the default is the smallest, two of a count and one of anything else. */
static inline double other_number(const sl_param *p) {
  double middle =
      p->scale == SL_LINEAR || p->min <= 0 ? (p->min + p->def) / 2 : sqrt(p->min * p->def);
  if (p->def == p->min) middle = p->type == SL_INT ? 2 : 1;
  return p->type == SL_INT ? floor(middle) : middle;
}

/* How many values a setting of a row has beside its default. */
static inline int other_values(const sl_param *p) {
  int options = 0;
  if (p->type == SL_CHOICE)
    while (p->options[options + 1].id) options++;
  return p->type == SL_CHOICE ? options
                              : p->type == SL_INT || p->type == SL_REAL || p->type == SL_BOOL;
}

static inline void set_other(const sl_param *p, int which, void *member) {
  if (p->type == SL_REAL)
    *(double *)member = other_number(p);
  else if (p->type == SL_INT)
    *(int32_t *)member = (int32_t)other_number(p);
  else
    *(int32_t *)member = (*(int32_t *)member + which) % (other_values(p) + 1);
}

/* Counts the variants of a row; the one with number `wanted` is set on the pick, if there is one. */
static inline int row_variants(const sl_family *f, int row, int wanted, sl_pick *pick) {
  int n = 1;
  if (pick) sl_pick_set(pick, f, f->rows[row]->id);
  for (const sl_param *p = f->rows[row]->params; p && p->key; p++)
    for (int k = 1; k <= other_values(p); k++, n++)
      if (pick && n == wanted) set_other(p, k, pick->settings.bytes + p->offset);
  return n;
}

static inline int is_off(const sl_param *p) {
  return (p->type == SL_INT || p->type == SL_REAL) && p->def == 0 && p->min == 0;
}

static inline int factor_levels(const sl_param *p) {
  int n = 0;
  if (p->type == SL_FAMILY)
    for (int r = 0; r < p->family->count; r++) n += row_variants(p->family, r, -1, NULL);
  if (p->type == SL_BOOL || p->type == SL_CHOICE || is_off(p)) n = 1 + other_values(p);
  check(n <= LEVELS_MAX, "%s has %d levels: raise LEVELS_MAX", p->key, n);
  return n;
}

static inline int factors_of(const sl_desc *section, factor *out) {
  int n = 0;
  for (const sl_param *p = section->params; p && p->key; p++) {
    int levels = factor_levels(p);
    if (levels > 0 && check(n < FACTORS_MAX, "more choices than FACTORS_MAX"))
      out[n++] = (factor){p, levels};
  }
  return n;
}

static inline void factor_set(const factor *f, int level, void *config) {
  void *member = (char *)config + f->param->offset;
  if (is_off(f->param)) {
    if (level) set_other(f->param, 1, member);
    return;
  }
  if (f->param->type != SL_FAMILY) {
    *(int32_t *)member = level;
    return;
  }
  for (int r = 0; r < f->param->family->count; r++) {
    int n = row_variants(f->param->family, r, -1, NULL);
    if (level < n) {
      row_variants(f->param->family, r, level, member);
      return;
    }
    level -= n;
  }
}

/* ---- names, for messages ---- */

static inline void add_text(char *out, size_t size, const char *a, const char *b, const char *c) {
  size_t used = strlen(out);
  snprintf(out + used, size - used, "%s%s%s", a, b, c);
}

static inline void add_value(const sl_param *p, const void *member, char *out, size_t size) {
  char number[32];
  snprintf(number, sizeof number, "%g",
           p->type == SL_REAL ? *(const double *)member : *(const int32_t *)member);
  add_text(out, size, p->key, "=",
           p->type == SL_FAMILY   ? ((const sl_pick *)member)->row->id
           : p->type == SL_CHOICE ? p->options[*(const int32_t *)member].id
           : p->type == SL_BOOL   ? (*(const int32_t *)member ? "yes" : "no")
                                  : number);
}

/* "position=rotary": the row, not its settings. */
static inline void factor_name(const factor *f, const void *config, char *out, size_t size) {
  if (out[0]) add_text(out, size, " ", "", "");
  add_value(f->param, (const char *)config + f->param->offset, out, size);
}

/* "position=rotary(fraction=0.5) norm=…": everything, and of a row's settings what is not as by
 * default. Returns out. */
static inline const char *config_name(const factor *factors, int count, const void *config,
                                      char *out, size_t size) {
  out[0] = 0;
  for (int f = 0; f < count; f++) {
    const sl_param *p = factors[f].param;
    const sl_pick *pick = (const void *)((const char *)config + p->offset);
    factor_name(&factors[f], config, out, size);
    if (p->type != SL_FAMILY) continue;
    sl_pick plain;
    sl_pick_set(&plain, p->family, pick->row->id);
    const char *open = "(";
    for (const sl_param *s = pick->row->params; s && s->key; s++) {
      size_t bytes = s->type == SL_REAL ? sizeof(double) : sizeof(int32_t);
      if (!memcmp(pick->settings.bytes + s->offset, plain.settings.bytes + s->offset, bytes))
        continue;
      add_text(out, size, open, "", "");
      add_value(s, pick->settings.bytes + s->offset, out, size);
      open = " ";
    }
    if (*open == ' ') add_text(out, size, ")", "", "");
  }
  return out;
}

/* ---- sets of configurations that hold every pair ---- */

/* Rows of levels, the model's factors first, then the test's own. A level of -1 is the base's. */
typedef struct covering {
  const sl_model_config *base;
  factor factors[FACTORS_MAX]; /* of the model */
  int of_model, count;
  int levels[FACTORS_MAX];
  int rows[COVERING_MAX][FACTORS_MAX], n;
  int refused; /* pairs that the model refuses */
} covering;

static inline void covering_config(const covering *s, const int *row, sl_model_config *c) {
  *c = *s->base;
  for (int f = 0; f < s->of_model; f++)
    if (row[f] >= 0) factor_set(&s->factors[f], row[f], c);
}

/* Whether the model can be; where not, there must be a sentence. */
static inline int covering_takes(const covering *s, const int *row) {
  static sl_model m;
  sl_model_config c;
  sl_error e = {0};
  covering_config(s, row, &c);
  if (sl_model_plan(&m, &c, 1, 9, 5, &e) == SL_OK) {
    sl_model_free(&m);
    return 1;
  }
  char name[600];
  check(e.message[0] != 0, "%s: refused without a sentence",
        config_name(s->factors, s->of_model, &c, name, sizeof name));
  return 0;
}

/* Whether the model can be with what is set of the row, if need be with one more choice. */
static inline int covering_settle(const covering *s, int *row) {
  if (covering_takes(s, row)) return 1;
  for (int f = 0; f < s->of_model; f++) {
    if (row[f] >= 0) continue;
    for (row[f] = 0; row[f] < s->levels[f]; row[f]++)
      if (covering_takes(s, row)) return 1;
    row[f] = -1;
  }
  return 0;
}

/* Pairs of levels that the row would be the first to hold, if factor f had this level. */
static inline int covering_fresh(const covering *s, const int *row, int f, int level,
                                 unsigned char seen[][LEVELS_MAX][FACTORS_MAX][LEVELS_MAX]) {
  int fresh = 0;
  for (int g = 0; g < s->count; g++)
    if (g != f && row[g] >= 0) fresh += !seen[f][level][g][row[g]];
  return fresh;
}

/* Chooses every level of the row that is not set, each the one with most pairs that the model
 * takes. */
static inline void covering_fill(const covering *s, int *row,
                                 unsigned char seen[][LEVELS_MAX][FACTORS_MAX][LEVELS_MAX]) {
  for (int f = 0; f < s->count; f++) {
    int fresh[LEVELS_MAX], best = 0;
    if (row[f] >= 0) continue;
    for (int level = 0; level < s->levels[f]; level++)
      fresh[level] = covering_fresh(s, row, f, level, seen);
    for (;;) {
      for (int level = best = 0; level < s->levels[f]; level++)
        if (fresh[level] > fresh[best]) best = level;
      row[f] = best;
      if (f >= s->of_model || fresh[best] < 0 || covering_takes(s, row)) break;
      fresh[best] = -1;
    }
  }
}

/* The base's settings are those that the factors leave alone; others (n): levels of the test's own
 * factors. */
static inline void covering_open(covering *s, const sl_model_config *base, const int *others,
                                 int n) {
  memset(s, 0, sizeof *s);
  s->base = base;
  s->count = s->of_model = factors_of(&sl_model_section, s->factors);
  for (int f = 0; f < s->of_model; f++) s->levels[f] = s->factors[f].levels;
  check(s->count + n <= FACTORS_MAX, "more choices than FACTORS_MAX");
  for (int f = 0; f < n; f++) s->levels[s->count++] = others[f];
}

/* One level on its own, with what it cannot do without. */
static inline int covering_alone(const covering *s, int factor, int level, sl_model_config *c) {
  int row[FACTORS_MAX];
  for (int f = 0; f < s->count; f++) row[f] = -1;
  row[factor] = level;
  int taken = covering_settle(s, row);
  covering_config(s, row, c);
  return taken;
}

/* Finds the rows, greedily. */
static inline void cover(covering *s) {
  static unsigned char seen[FACTORS_MAX][LEVELS_MAX][FACTORS_MAX][LEVELS_MAX];
  memset(seen, 0, sizeof seen);
  for (int a = 0; a < s->count; a++)
    for (int b = a + 1; b < s->count; b++)
      for (int pair = 0; pair < s->levels[a] * s->levels[b]; pair++) {
        int first = pair / s->levels[b], second = pair % s->levels[b], *row = s->rows[s->n];
        if (seen[a][first][b][second]) continue;
        if (!check(s->n < COVERING_MAX - 1, "COVERING_MAX rows do not cover all pairs")) return;
        for (int f = 0; f < s->count; f++) row[f] = -1;
        row[a] = first;
        row[b] = second;
        if (!covering_settle(s, row)) {
          s->refused++;
          continue;
        }
        covering_fill(s, row, seen);
        s->n++;
        for (int f = 0; f < s->count; f++)
          for (int g = 0; g < s->count; g++)
            if (f != g) seen[f][row[f]][g][row[g]] = 1;
      }
}

#endif
