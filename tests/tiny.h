/* A tiny model on made-up windows, for the tests of forward and backward: every parameter random,
 * memory that was never written is NaN, and windows of every kind of document mask. Also the walk
 * over all that a model's configuration lets one choose, read off its descriptors, so that a new
 * row is tested without a line here. */
#ifndef TINY_H
#define TINY_H

#include "../core/model/model.h"
#include "harness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- windows ---- */

enum {
  WINDOW_CAUSAL,         /* one document */
  WINDOW_DOCUMENTS,      /* several, positions run through */
  WINDOW_RESTART,        /* several, positions restart */
  WINDOW_SHARED,         /* a BOS that all see, positions restart behind it */
  WINDOW_SHARED_RUNNING, /* two tokens that all see, positions run through */
  WINDOW_WEIGHTED,       /* one document, uneven loss weights, some of them 0 */
  WINDOW_KINDS
};

typedef struct tiny {
  sl_model model;
  sl_real *params, *state, *grads, *saved, *scratch, *work;
  int32_t *tokens, *target, *position, *document;
  sl_real *weight;
  sl_pass pass;
} tiny;

static inline void tiny_window(tiny *t, int b, int kind, uint32_t *seed) {
  int T = t->model.dims.T, V = t->model.dims.V, number = 0, start = 0;
  int shared = kind == WINDOW_SHARED ? 1 : kind == WINDOW_SHARED_RUNNING ? 2 : 0;
  int many = kind != WINDOW_CAUSAL && kind != WINDOW_WEIGHTED;
  int restart = kind == WINDOW_RESTART || kind == WINDOW_SHARED;
  int left = 1 + (int)(harness_u32(seed) % 4); /* tokens of the document now written */
  for (int i = 0; i < T; i++) {
    size_t at = (size_t)b * (size_t)T + (size_t)i;
    if (many && i >= shared && left-- == 0) {
      number++;
      start = restart ? i - (shared > 0) : 0;
      left = (int)(harness_u32(seed) % 5);
    }
    t->tokens[at] = (int32_t)(harness_u32(seed) % (uint32_t)V);
    t->target[at] = (int32_t)(harness_u32(seed) % (uint32_t)V);
    t->position[at] = i - start;
    t->document[at] = i < shared ? -1 : number;
    t->weight[at] = kind == WINDOW_WEIGHTED ? (sl_real)(harness_u32(seed) % 5) * (sl_real)0.375
                                            : (many && left == 0 && i >= shared ? 0 : 1);
  }
}

/* ---- the model ---- */

static inline sl_real *tiny_nan(size_t n) {
  sl_real *x = malloc((n + 1) * sizeof *x);
  for (size_t i = 0; i < n; i++) x[i] = (sl_real)NAN;
  return x;
}

/* Everything that a pass writes becomes NaN again. */
static inline void tiny_forget(tiny *t) {
  const sl_plan *p = &t->model.plan;
  for (size_t i = 0; i < p->size[SL_SAVED]; i++) t->saved[i] = (sl_real)NAN;
  for (size_t i = 0; i < p->size[SL_SCRATCH]; i++) t->scratch[i] = (sl_real)NAN;
}

static inline void tiny_params(tiny *t, uint32_t *seed) {
  sl_model_init(&t->model, *seed, t->params);
  for (int i = 0; i < t->model.plan.count; i++) {
    const sl_entry *x = &t->model.plan.tensors[i];
    if (x->role != SL_PARAM || x->init == SL_INIT_NORMAL) continue;
    for (size_t j = 0; j < x->size; j++)
      t->params[x->at + j] += (sl_real)(0.4 * harness_uniform(seed));
  }
}

/* Refused (with its sentence in e) or ready for tiny_forward. kind: of the first window; the others
 * follow. */
static inline sl_code tiny_open(tiny *t, const sl_model_config *c, int B, int T, int V, int kind,
                                uint32_t seed, sl_error *e) {
  memset(t, 0, sizeof *t);
  SL_TRY(sl_model_plan(&t->model, c, B, T, V, e));
  const sl_plan *p = &t->model.plan;
  size_t n = (size_t)B * (size_t)T;
  const sl_kernels *k = sl_tier_at(0).kernels;
  t->params = calloc(p->size[SL_PARAM] + 1, sizeof(sl_real));
  t->grads = calloc(p->size[SL_PARAM] + 1, sizeof(sl_real));
  t->state = tiny_nan(p->size[SL_STATE]);
  t->saved = tiny_nan(p->size[SL_SAVED]);
  t->scratch = tiny_nan(p->size[SL_SCRATCH]);
  t->work = tiny_nan(k->gemm_work);
  t->tokens = calloc(n, sizeof(int32_t));
  t->target = calloc(n, sizeof(int32_t));
  t->position = calloc(n, sizeof(int32_t));
  t->document = calloc(n, sizeof(int32_t));
  t->weight = calloc(n, sizeof(sl_real));
  tiny_params(t, &seed);
  sl_model_fill_state(&t->model, t->state);
  for (int b = 0; b < B; b++) tiny_window(t, b, (kind + 2 * b) % WINDOW_KINDS, &seed);
  t->pass = (sl_pass){.model = &t->model,
                      .k = k,
                      .params = t->params,
                      .state = t->state,
                      .grads = t->grads,
                      .saved = t->saved,
                      .scratch = t->scratch,
                      .work = t->work,
                      .B = B,
                      .N = B * T,
                      .tokens = t->tokens,
                      .target = t->target,
                      .position = t->position,
                      .document = t->document,
                      .weight = t->weight};
  return SL_OK;
}

static inline void tiny_close(tiny *t) {
  void *all[] = {t->params, t->state,  t->grads,    t->saved,    t->scratch, t->work,
                 t->tokens, t->target, t->position, t->document, t->weight};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  sl_model_free(&t->model);
}

/* ---- all that can be chosen ---- */

/* One choice of the model's configuration and its levels: the rows of a family (and of each row
 * every option and every switch that it has), the options of a choice, both sides of a switch. */
typedef struct factor {
  const sl_param *param;
  int levels;
} factor;

enum { FACTORS_MAX = 16 };

/* Counts the variants of a row; the one with number `wanted` is set on the pick, if there is one. */
static inline int row_variants(const sl_family *f, int row, int wanted, sl_pick *pick) {
  int n = 1;
  if (pick) sl_pick_set(pick, f, f->rows[row]->id);
  for (const sl_param *p = f->rows[row]->params; p && p->key; p++) {
    int others = 0;
    if (p->type == SL_BOOL) others = 1;
    if (p->type == SL_CHOICE)
      while (p->options[others + 1].id) others++;
    for (int k = 1; k <= others; k++, n++) {
      if (!pick || n != wanted) continue;
      int32_t *member = (int32_t *)(void *)(pick->settings.bytes + p->offset);
      *member = (*member + k) % (others + 1);
    }
  }
  return n;
}

static inline int factor_levels(const sl_param *p) {
  int n = 0;
  if (p->type == SL_BOOL) return 2;
  if (p->type == SL_CHOICE)
    while (p->options[n].id) n++;
  if (p->type == SL_FAMILY)
    for (int r = 0; r < p->family->count; r++) n += row_variants(p->family, r, -1, NULL);
  return n;
}

static inline int factors_of(const sl_desc *section, factor *out) {
  int n = 0;
  for (const sl_param *p = section->params; p && p->key && n < FACTORS_MAX; p++)
    if (factor_levels(p) > 0) out[n++] = (factor){p, factor_levels(p)};
  return n;
}

static inline void factor_set(const factor *f, int level, void *config) {
  void *member = (char *)config + f->param->offset;
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

/* What a level is called, for messages: "position=rotary". */
static inline void factor_name(const factor *f, const void *config, char *out, size_t size) {
  const void *member = (const char *)config + f->param->offset;
  size_t used = strlen(out);
  const char *value = f->param->type == SL_FAMILY   ? ((const sl_pick *)member)->row->id
                      : f->param->type == SL_CHOICE ? f->param->options[*(const int32_t *)member].id
                                                    : (*(const int32_t *)member ? "yes" : "no");
  snprintf(out + used, size - used, "%s%s=%s", used ? " " : "", f->param->key, value);
}

/* Rows of levels that together hold every pair of levels of two factors: greedy, at most `most` of
 * them. Returns how many. */
static inline int pairwise(const int *levels, int factors, int rows[][FACTORS_MAX], int most) {
  enum { LEVELS_MAX = 32 };
  static unsigned char seen[FACTORS_MAX][LEVELS_MAX][FACTORS_MAX][LEVELS_MAX];
  memset(seen, 0, sizeof seen);
  int count = 0;
  for (int a = 0; a < factors; a++)
    for (int b = a + 1; b < factors; b++)
      for (int pair = 0; pair < levels[a] * levels[b]; pair++) {
        if (seen[a][pair / levels[b]][b][pair % levels[b]] || count == most) continue;
        int *row = rows[count++];
        for (int f = 0; f < factors; f++) row[f] = -1;
        row[a] = pair / levels[b];
        row[b] = pair % levels[b];
        for (int f = 0; f < factors; f++) {
          int best = -1, choice = row[f];
          for (int level = 0; level < levels[f] && row[f] < 0; level++) {
            int fresh = 0;
            for (int g = 0; g < factors; g++)
              if (g != f && row[g] >= 0)
                fresh += g < f ? !seen[g][row[g]][f][level] : !seen[f][level][g][row[g]];
            if (fresh > best) {
              best = fresh;
              choice = level;
            }
          }
          row[f] = choice;
        }
        for (int f = 0; f < factors; f++)
          for (int g = f + 1; g < factors; g++) seen[f][row[f]][g][row[g]] = 1;
      }
  return count;
}

#endif
