/* The model: embedding, L blocks of attention and feed-forward, unembedding. Everything that can be
 * swapped is a row of a family; the rows' interfaces are here.
 *
 * Dimensions: B windows of this pass, T time, N = B T tokens, C width, H heads, G key/value heads,
 * D head size, F ffn width, V vocabulary, L layers. */
#ifndef SL_MODEL_H
#define SL_MODEL_H

#include "../base/desc.h"
#include "../kernels/kernels.h"
#include "attention.h"
#include "linear.h"
#include "plan.h"

#define SL_MAX_LAYERS 24

enum { SL_NORM_PRE, SL_NORM_POST, SL_NORM_SANDWICH };

typedef struct sl_model_config {
  int32_t layers, heads, kv_heads, width, head_size, ffn_width; /* 0: heads; width / heads */
  int32_t norm_placement, init_residual, bias, tied;
  double init_embedding, init_matrix; /* init_matrix 0: 1 / sqrt(fan-in) */
  int32_t qk_norm, head_combination;
  double softcap; /* 0: none */
  sl_pick position, norm, similarity, normaliser, slot, mask, gate, ffn;
} sl_model_config;

extern const sl_desc sl_model_section; /* describes sl_model_config */

typedef struct sl_dims {
  int B, T, N, C, H, G, D, S, F, V, L; /* S keys of a row: T, and a slot's in front */
} sl_dims;

typedef struct sl_model sl_model;

/* What only a pass of training has. */
typedef struct sl_training {
  double label_smoothing, z_loss, dropout;
  uint64_t seed;
  int64_t step;
  int first; /* window of the batch that the pass begins with */
} sl_training;

/* What an analysis changes in a forward pass that is only looked at. Parameters are never touched, so the
 * model is as it was afterwards. */
typedef enum sl_point {
  SL_POINT_HIDDEN, /* (N,C) the residual stream in front of block `layer`; L: after the last */
  SL_POINT_HEADS   /* (N,HD) what the heads of block `layer` give, gated */
} sl_point;
typedef struct sl_edit sl_edit;
struct sl_edit {
  /* Changes x in place, at every point; NULL: nothing. */
  void (*apply)(const sl_edit *e, const struct sl_pass *p, sl_point point, int layer, sl_real *x);
  const void *what; /* apply's own */
  int hide_first;   /* no other token sees the window's first */
};

/* One forward and backward pass of one worker over B windows. */
typedef struct sl_pass {
  const sl_model *model;
  const sl_kernels *k;
  const sl_real *params;
  const sl_real *state;
  sl_real *grads; /* NULL in a pass without gradients */
  sl_real *saved, *scratch;
  sl_real *work; /* the gemm's */
  int B, N;      /* windows of this pass, at most the model's dims.B */
  const int32_t *tokens, *target, *position, *document; /* (B,T) */
  const sl_real *weight;                                /* (B,T) */
  const sl_training *training;                          /* NULL: the model is only looked at */
  const sl_edit *edit;                                  /* NULL: nothing is changed */
  const int32_t *prefix; /* (B) tokens at the front that all see each other; NULL: none */
} sl_pass;

/* A saved or scratch tensor of this pass. */
static inline sl_real *sl_at(const sl_pass *p, sl_slot s) {
  return (s.role == SL_SAVED ? p->saved : p->scratch) + s.at;
}
static inline const sl_real *sl_weight(const sl_pass *p, sl_slot s) {
  return (s.role == SL_PARAM ? p->params : p->state) + s.at;
}
static inline sl_real *sl_grad(const sl_pass *p, sl_slot s) { return p->grads + s.at; }

/* What the start of matrices that write to the residual stream is divided by: sqrt(2L), so that the
 * stream does not grow with depth, or 1. */
double sl_residual_shrink(const sl_model_config *c);

/* ---- position ---- */
typedef struct sl_position sl_position;

/* A row of scores: of one head's query against the keys 0..n-1 of its window. */
typedef struct sl_bias_row {
  int head, query;    /* the query's position */
  const int32_t *key; /* (n) the keys' */
  int n;
} sl_bias_row;

typedef struct sl_position_type {
  sl_desc desc;
  /* A sentence if it cannot be with these dimensions. May be NULL. */
  sl_code (*check)(const void *settings, const sl_dims *d, sl_error *e);
  void (*plan)(sl_plan *p, const sl_model_config *c, const sl_dims *d, sl_position *o);
  /* Fills what plan declared as SL_STATE. May be NULL. */
  void (*fill)(const sl_position *o, const sl_dims *d, sl_real *state);
  /* Adds to the embedded tokens x (N,C). May be NULL, as its backward. */
  void (*embed)(const sl_pass *p, const sl_position *o, sl_real *x);
  void (*embed_back)(const sl_pass *p, const sl_position *o, const sl_real *dx);
  /* Turns queries or keys (N,heads D) in place; direction -1 turns gradients back. May be NULL. */
  void (*turn)(const sl_pass *p, const sl_position *o, int direction, int heads, sl_real *qk);
  /* Adds to a row of scores, already scaled (r->n); back: takes dL/dscore, zero where a key is not
   * seen. May be NULL both. */
  void (*bias)(const sl_pass *p, const sl_position *o, const sl_bias_row *r, sl_real *scores);
  void (*bias_back)(const sl_pass *p, const sl_position *o, const sl_bias_row *r,
                    const sl_real *d_scores);
} sl_position_type;
struct sl_position {
  const sl_position_type *type;
  const void *settings;
  sl_slot table, buckets, cos, sin;
};
extern const sl_family sl_position_family;

/* ---- norm ---- */
typedef struct sl_norm sl_norm;
typedef struct sl_norm_type {
  sl_desc desc;
  void (*plan)(sl_plan *p, const sl_dims *d, sl_norm *n);
  void (*forward)(const sl_pass *p, const sl_norm *n, const sl_real *x, sl_real *y);
  /* dx += … */
  void (*backward)(const sl_pass *p, const sl_norm *n, const sl_real *x, const sl_real *dy,
                   sl_real *dx);
} sl_norm_type;
struct sl_norm {
  const sl_norm_type *type;
  const void *settings;
  sl_slot weight, bias, stat;
};
typedef struct sl_norm_settings {
  double eps;
} sl_norm_settings; /* of every row there is today */
extern const sl_family sl_norm_family;

/* ---- feed-forward ---- */
/* What an activation takes, gives and keeps, n elements each. */
typedef struct sl_activation {
  size_t n;
  const sl_real *u, *g; /* g: NULL unless gated */
  sl_real *s;           /* kept for the backward; NULL unless the type keeps something */
} sl_activation;

typedef struct sl_ffn_type {
  sl_desc desc;
  int gated, keeps;
  /* a = f(u) or f(g) u. NULL: there is no such layer. */
  void (*forward)(const sl_kernels *k, const sl_activation *x, sl_real *a);
  /* du = …, dg = …; du may be da. */
  void (*backward)(const sl_kernels *k, const sl_activation *x, const sl_real *da, sl_real *dg,
                   sl_real *du);
} sl_ffn_type;
extern const sl_family sl_ffn_family;
/* What gated types share: f(g) stands in a, and is multiplied by u. Backward, for f(g) = g s (ReLU
 * keeps no s: it is whether g is above 0): du = da f(g), and dg holds what flows into f. */
void sl_ffn_gate(const sl_activation *x, sl_real *a);
void sl_ffn_gate_back(const sl_activation *x, const sl_real *da, sl_real *dg, sl_real *du);

typedef struct sl_ffn {
  const sl_ffn_type *type;
  sl_linear in, gate, out; /* C to F twice, F to C */
  sl_slot u, g, s, a;      /* (N,F) saved */
  sl_slot da, dg;          /* (N,F) scratch; da becomes du */
} sl_ffn;
void sl_ffn_plan(sl_plan *p, const sl_model_config *c, const sl_dims *d, sl_ffn *f);
void sl_ffn_forward(const sl_pass *p, const sl_ffn *f, const sl_real *x, sl_real *y);
/* dx = … */
void sl_ffn_backward(const sl_pass *p, const sl_ffn *f, const sl_real *x, const sl_real *dy,
                     sl_real *dx);

/* ---- dropout (Srivastava et al. 2014, inverted) ----
 * What is dropped depends on the seed, the step, the window's number in the batch, the place in the
 * model and the element alone, so that any worker drops the same and nothing has to be kept. Places: 0
 * is the embedded input, then two sublayers per layer. */
static inline int sl_drops(const sl_pass *p) { return p->training && p->training->dropout > 0; }
/* x (N,C) in place: forward on values, backward on gradients. */
void sl_dropout(const sl_pass *p, int place, sl_real *x);
/* What flows back through a dropped sum: d itself, or its copy, masked. */
const sl_real *sl_dropout_back(const sl_pass *p, int place, const sl_real *d, sl_real *copy);

/* ---- block: x -> attention -> m -> feed-forward -> y, each sublayer f as
 *   pre       x + f(norm(x))
 *   post      norm(x + f(x))
 *   sandwich  x + out_norm(f(norm(x)))
 * Without a feed-forward layer y is m. In training dropout takes its share of what is added. ---- */
typedef struct sl_sublayer {
  sl_norm norm, out_norm; /* out_norm: sandwich only */
  sl_slot in;             /* (N,C) what the norm gives; post: what it takes */
  sl_slot out;            /* (N,C) sandwich: what f gives */
} sl_sublayer;
typedef struct sl_block {
  sl_sublayer sub[2];
  sl_attention attention;
  sl_ffn ffn;
  sl_slot middle;        /* (N,C) m */
  sl_slot d_in, d_inner; /* (N,C) scratch */
} sl_block;
void sl_block_plan(sl_plan *p, const sl_model_config *c, const sl_dims *d, sl_block *b);
void sl_block_forward(const sl_pass *p, const sl_block *b, const sl_real *x, sl_real *y);
/* d (N,C) holds dL/dy and becomes dL/dx. */
void sl_block_backward(const sl_pass *p, const sl_block *b, const sl_real *x, sl_real *d);

/* ---- the whole ---- */
struct sl_model {
  sl_model_config config;
  sl_dims dims;
  sl_plan plan;
  sl_position position;
  sl_block blocks[SL_MAX_LAYERS];
  sl_norm final_norm;                /* not in post placement */
  sl_slot embedding, unembedding;    /* (V,C) both; the same if they are tied */
  sl_slot sink_token;                /* (C) instead of the first token's, where there is one */
  sl_slot unembedding_bias;          /* (V), where the model has biases */
  sl_slot hidden[SL_MAX_LAYERS + 1]; /* (N,C) residual stream: embedded tokens, after each block */
  sl_slot top, logits;               /* (N,C) what is unembedded; (N,V) scratch */
  sl_slot d_hidden, d_top;           /* scratch */
};

/* Tokens of a window in front of those that are read: 1 with a sink token. */
static inline int sl_model_front(const sl_model_config *c) {
  return (((const sl_sink_type *)c->slot.row)->has & SL_SINK_TOKEN) != 0;
}

/* Lays out a model for passes of at most B windows of T tokens over a vocabulary of V. Allocates
 * only the plan's list. */
sl_code sl_model_plan(sl_model *m, const sl_model_config *c, int B, int T, int V, sl_error *e);
void sl_model_free(sl_model *m);
/* Start values; parameters depend on the seed and their place in the plan alone. */
void sl_model_init(const sl_model *m, uint64_t seed, sl_real *params);
void sl_model_fill_state(const sl_model *m, sl_real *state);

/* Logits and everything saved. */
void sl_model_forward(const sl_pass *p);
/* Weighted sum of the token losses (nats). grad_scale not 0: the logits become their gradient.
 * losses (N) unweighted, or NULL. Where the pass of training smooths labels or has a z-loss, the sum
 * includes it, and the logits become their gradient in any case. */
double sl_model_loss(const sl_pass *p, sl_real grad_scale, sl_real *losses);
/* The sum with label smoothing and z-loss; the logits become their gradient. */
double sl_objective(const sl_pass *p, sl_real grad_scale, sl_real *losses);
/* Adds this pass's gradients to p->grads; after sl_model_loss with a grad_scale. */
void sl_model_backward(const sl_pass *p);
/* d (N,C) holds a gradient in the residual stream in front of block `from` (or after the last) and
 * becomes that in front of block `to`, at most `from`; on the way adds to p->grads. */
void sl_model_pull(const sl_pass *p, int from, int to, sl_real *d);
/* Changes x as the pass's edit says. */
static inline void sl_edit_at(const sl_pass *p, sl_point point, int layer, sl_real *x) {
  if (p->edit && p->edit->apply) p->edit->apply(p->edit, p, point, layer, x);
}
/* Which block an attention belongs to. */
int sl_layer_of(const sl_model *m, const sl_attention *a);
/* Multiply-adds times two of one training step per token, by the usual formula. */
double sl_model_flops_per_token(const sl_model *m);

#endif
