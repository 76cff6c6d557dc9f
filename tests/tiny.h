/* A tiny model on made-up windows, for the tests of forward and backward: every parameter random,
 * memory that was never written is NaN, and windows of every kind of document mask. What can be
 * chosen of a model: walk.h. */
#ifndef TINY_H
#define TINY_H

#include "../core/model/model.h"
#include "harness.h"
#include "walk.h"

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
  WINDOW_PREFIX,         /* one document, whose first tokens see each other */
  WINDOW_PADDED,         /* several, a prefix over two of them, padding behind */
  WINDOW_KINDS
};

typedef struct tiny {
  sl_model model;
  sl_real *params, *state, *grads, *saved, *scratch, *work;
  int32_t *tokens, *target, *position, *document, *prefix;
  sl_real *weight;
  sl_pass pass;
} tiny;

static inline void tiny_window(tiny *t, int b, int kind, uint32_t *seed) {
  int T = t->model.dims.T, V = t->model.dims.V, number = 0, start = 0;
  int shared = kind == WINDOW_SHARED ? 1 : kind == WINDOW_SHARED_RUNNING ? 2 : 0;
  int many = kind != WINDOW_CAUSAL && kind != WINDOW_WEIGHTED && kind != WINDOW_PREFIX;
  int padding = kind == WINDOW_PADDED ? T - 2 : T;
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
    t->document[at] = i < shared ? -1 : i < padding ? number : -2;
    t->weight[at] = kind == WINDOW_WEIGHTED ? (sl_real)(harness_u32(seed) % 5) * (sl_real)0.375
                                            : (many && left == 0 && i >= shared ? 0 : 1);
    if (i >= padding) t->weight[at] = 0;
  }
  t->prefix[b] = kind == WINDOW_PREFIX || kind == WINDOW_PADDED ? T / 2 : 0;
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
    if (x->role != SL_PARAM || (x->init == SL_INIT_NORMAL && x->deviation > 0.1)) continue;
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
  t->prefix = calloc((size_t)B, sizeof(int32_t));
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
                      .weight = t->weight,
                      .prefix = t->prefix};
  return SL_OK;
}

/* Whether positions are added to the embeddings, each its own. */
static inline int tiny_absolute(const sl_model_config *c) {
  return ((const sl_position_type *)(const void *)c->position.row)->embed != NULL;
}

static inline void tiny_close(tiny *t) {
  void *all[] = {t->params, t->state,  t->grads,    t->saved,    t->scratch, t->work,
                 t->tokens, t->target, t->position, t->document, t->prefix,  t->weight};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  sl_model_free(&t->model);
}

#endif
