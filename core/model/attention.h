/* Attention: weights = sim(phi(q), phi(k)) / Z (Gu et al. 2025, arXiv 2410.10781, sec. 7.4), then the
 * weighted sum of the values. Everything in it that can be swapped is a row of a family.
 *
 * G key/value heads serve H query heads. S keys a row: T, or T + 1 with a slot's key as column 0. */
#ifndef SL_ATTENTION_H
#define SL_ATTENTION_H

#include "../base/desc.h"
#include "../base/status.h"
#include "../kernels/kernels.h"
#include "linear.h"
#include "plan.h"

struct sl_pass;
struct sl_dims;
struct sl_model_config;
typedef struct sl_attention sl_attention;

/* ---- similarity: e = sim(a s) of one row of scores ---- */

/* The row at hand. The largest score stands for 0 (shift) where the normaliser takes the factor out
 * again or knows what 1 has become (one = exp(-a shift)). */
typedef struct sl_row {
  const sl_kernels *k;
  const void *similarity, *normaliser; /* settings */
  int n, context;                      /* keys that the query sees; tokens of a whole window */
  int shifts, is_signed;               /* whether there is a shift; of the similarity */
  sl_real a, shift, one;
  sl_real *temp; /* (S) */
} sl_row;

/* Vectors of `rows` heads that a feature map takes (x), keeps (hidden) and gives (y), (rows,D). */
typedef struct sl_map {
  int rows;
  const sl_real *x;
  sl_real *hidden, *y;
} sl_map;

typedef struct sl_similarity_type {
  sl_desc desc;
  int shifts;       /* sim(s - shift) = sim(s) times a factor */
  int is_signed;    /* e may be below zero: a sum is of sizes */
  int can_vanish;   /* a row's e may add up to zero */
  int is_kernel;    /* no function of scores: nothing to bias or to cap */
  int needs_shares; /* the finish is of weights that add up to one */
  double floor;     /* added to the sum that a row is divided by */
  /* e may be s. */
  void (*forward)(const sl_row *r, const sl_real *s, sl_real *e);
  /* w = e / Z, inverse_z = 1 / Z; d holds Z dL/de and becomes dL/ds. */
  void (*backward)(const sl_row *r, const sl_real *w, sl_real inverse_z, sl_real *d);
  /* What becomes of w = e / Z in the end, in place; backward: d holds dL/d(what became) and becomes
   * dL/dw. NULL: nothing. */
  void (*finish)(const sl_row *r, sl_real *w);
  void (*finish_back)(const sl_row *r, const sl_real *w, sl_real *d);
  /* The feature map phi of queries and keys, or NULL; then sim is of phi(q).phi(k) / sqrt(D). */
  int map_hidden; /* whether it keeps something */
  void (*map_plan)(sl_plan *p, const struct sl_model_config *c, const struct sl_dims *d,
                   sl_attention *a);
  void (*map)(const struct sl_pass *p, const sl_attention *a, const sl_map *m);
  /* d (rows,D) holds dL/dy and becomes dL/dx. */
  void (*map_back)(const struct sl_pass *p, const sl_attention *a, const sl_map *m, sl_real *d);
} sl_similarity_type;
extern const sl_family sl_similarity_family;

/* ---- normaliser: w = e / Z ---- */

typedef struct sl_normaliser_type {
  sl_desc desc;
  int scale_free;  /* e and c e give the same weights */
  int knows_one;   /* Z is a function of e and of what 1 has become */
  int divides;     /* Z is zero where the e add up to zero */
  int is_positive; /* Z is for e that are not below zero */
  int unit_rows;   /* the weights of a row of positive e add up to one */
  /* In place, returns 1 / Z. floor: of the similarity. */
  sl_real (*forward)(const sl_row *r, sl_real floor, sl_real *e);
  /* d holds dL/dw and becomes Z dL/de; NULL: it is that already, for Z does not depend on e. */
  void (*backward)(const sl_row *r, const sl_real *w, sl_real inverse_z, sl_real *d);
} sl_normaliser_type;
extern const sl_family sl_normaliser_family;

/* ---- mask ---- */

typedef struct sl_mask_type {
  sl_desc desc;
  /* First place that the query at place t may see; it sees the places from there to its own. */
  int (*first)(const void *settings, int t);
} sl_mask_type;
extern const sl_family sl_mask_family;

/* ---- sink slot: a key that no token stands for ---- */

enum {
  SL_SINK_KEY = 1,    /* a learned key: column 0 of the weights */
  SL_SINK_VALUE = 2,  /* a learned value of that key */
  SL_SINK_LOGIT = 4,  /* a learned score instead of a key: column 0 too, without a value */
  SL_SINK_OUTPUT = 8, /* a learned vector that is added to the head's output */
  SL_SINK_TOKEN = 16  /* a learned input in front of the window */
};
typedef struct sl_sink_settings {
  double scale, size;
  int32_t dims, direction;
} sl_sink_settings; /* of every row; each row's params name those it has */
typedef struct sl_sink_type {
  sl_desc desc;
  unsigned has;
  /* Fills a value that is not learned; NULL: it is zero. */
  void (*value)(const sl_sink_settings *s, int D, sl_real *v);
} sl_sink_type;
extern const sl_family sl_sink_family;

/* ---- gate: sigmoid(x W_g) on what a head gives, or on the values ---- */

typedef enum sl_gate_where { SL_GATE_NONE, SL_GATE_OUTPUT, SL_GATE_VALUE } sl_gate_where;
typedef struct sl_gate_type {
  sl_desc desc;
  sl_gate_where where;
  int per_head; /* one number a head, not one an element */
} sl_gate_type;
extern const sl_family sl_gate_family;

enum { SL_COMBINE_CONCAT, SL_COMBINE_SUM };

/* ---- the layer ---- */

/* RMSNorm of every head's vector before it is turned. */
typedef struct sl_head_norm {
  sl_slot weight, stat, raw; /* (D); (N,heads); (N,heads D) what the norm takes */
} sl_head_norm;

struct sl_attention {
  const sl_similarity_type *similarity;
  const sl_normaliser_type *normaliser;
  const sl_mask_type *mask;
  const sl_sink_type *sink;
  const sl_gate_type *gate;
  int column;                       /* 1 if column 0 is the slot's, else 0 */
  int key_dims;                     /* learned numbers of a slot's key */
  sl_linear to_q, to_k, to_v, to_o; /* C to HD, GD, GD; HD (or D) to C */
  sl_linear to_gate;                /* C to H, HD or GD */
  sl_linear map_in, map_out;        /* of a feature map that has weights, D to D */
  sl_head_norm q_norm, k_norm;
  sl_slot q, k, v, o;             /* (N,HD), (N,GD) twice, (N,HD) saved; q and k turned */
  sl_slot q_map, k_map, sink_map; /* phi of q, k and the slot's keys (G,D) */
  sl_slot q_hidden, k_hidden, sink_hidden;
  sl_slot gate_at, v_raw, gated; /* sigmoids; values and outputs before and after them */
  sl_slot combined;              /* (N,D) heads added up */
  sl_slot weights, inverse_z;    /* (B,H,T,S), (B,H,T) */
  sl_slot shares, scores;        /* (B,H,T,S): e / Z before finish; scores after the cap */
  sl_slot sink_k, sink_v, sink_logit;
  sl_slot dq, dk, dv, d_out, d_rows; /* scratch; d_rows (SL_ATTENTION_ROWS,S) */
  sl_slot by_key, by_channel;        /* scratch: a head, packed */
  sl_slot ext_k, ext_v;        /* scratch: a head's keys and values behind the slot's, (S,D) */
  sl_slot d_sink;              /* scratch: gradients of the slot's keys, values; its keys (3,G,D) */
  sl_slot d_gate, d_raw, temp; /* scratch */
};
/* Rows of one head that are computed together. */
#define SL_ATTENTION_ROWS 24

/* A sentence if the choices of the configuration do not go together. */
sl_code sl_attention_check(const struct sl_model_config *c, const struct sl_dims *d, sl_error *e);
void sl_attention_plan(sl_plan *p, const struct sl_model_config *c, const struct sl_dims *d,
                       sl_attention *a);
/* y (N,C) = attention of x (N,C). */
void sl_attention_forward(const struct sl_pass *p, const sl_attention *a, const sl_real *x,
                          sl_real *y);
/* dx = … (assigned: nothing else flows into it) */
void sl_attention_backward(const struct sl_pass *p, const sl_attention *a, const sl_real *x,
                           const sl_real *dy, sl_real *dx);

/* ---- its parts ---- */

void sl_head_gate_plan(sl_plan *p, const struct sl_model_config *c, const struct sl_dims *d,
                       sl_attention *a);
/* The sigmoids of x. */
void sl_head_gate_open(const struct sl_pass *p, const sl_attention *a, const sl_real *x);
/* y = g * u, (N,HD) or (N,GD). */
void sl_head_gate_forward(const struct sl_pass *p, const sl_attention *a, const sl_real *u,
                          sl_real *y);
/* d holds dL/dy and becomes dL/du; fills d_gate, the gradient before the sigmoid. */
void sl_head_gate_backward(const struct sl_pass *p, const sl_attention *a, const sl_real *u,
                           sl_real *d);

/* Whether attention can go to the slot: to a column of its own or to a token in front. */
int sl_sink_attended(const struct sl_model_config *c);
/* 1 if the weights have a column of the slot's, else 0. */
int sl_sink_column(const struct sl_model_config *c);
void sl_sink_plan(sl_plan *p, const struct sl_model_config *c, const struct sl_dims *d,
                  sl_attention *a);
/* The slot's key (mapped) and value of one key/value head, (D). */
void sl_sink_key(const struct sl_pass *p, const sl_attention *a, int g, sl_real *key);
void sl_sink_value(const struct sl_pass *p, const sl_attention *a, int g, sl_real *value);
/* The feature map of the slot's keys. */
void sl_sink_map(const struct sl_pass *p, const sl_attention *a);
/* Adds the learned output of every head to o (N,HD), and its gradient. */
void sl_sink_output(const struct sl_pass *p, const sl_attention *a, sl_real *o);
void sl_sink_output_back(const struct sl_pass *p, const sl_attention *a, const sl_real *d_out);
/* Around the heads' backward pass, which adds to d_sink. */
void sl_sink_begin_back(const struct sl_pass *p, const sl_attention *a);
void sl_sink_end_back(const struct sl_pass *p, const sl_attention *a);

#endif
