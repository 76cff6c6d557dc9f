/* Probes: analyses that read a forward pass over held-out windows. A probe is one file and one line
 * in probe.def; the page draws any of them by its kind and shape. */
#ifndef SL_PROBE_H
#define SL_PROBE_H

#include "../model/attention_head.h"
#include "../train/train.h"

/* What a probe sees of one window. */
typedef struct sl_look {
  const sl_pass *pass;
  int row;        /* of the pass */
  int index;      /* of this window among all that are probed, from 0 */
  double epsilon; /* sink threshold */
  int length;     /* of the window, without the padding at its end */
  int tokens;     /* of these, those that attention shares are averaged over, from the front */
} sl_look;

struct sl_probe_run;
typedef struct sl_probe_type {
  sl_desc desc;
  const char *kind; /* how to draw it: scalar, series, matrix, tokens, points or table */
  const char *
      shape; /* a letter per dimension: T, S (keys of a row), L, H, G, P (L+1 residual streams), K (first keys),
                        Q (bands), digits themselves */
  sl_words names; /* of the places on the last axis that is a digit, with "|" between them */
  const struct sl_probe_type *over; /* or NULL: of the same shape, what this is the theory of */
  const char *needs;                /* saved tensors it reads, by name without the layer */
  /* Adds one window's numbers to out; the sum is divided by the number of windows. */
  void (*add)(const sl_look *look, float *out);
  /* Or, instead of add: passes of its own (with changes, or backwards). out is all zeros. */
  void (*measure)(sl_trainer *t, const struct sl_probe_run *run, float *out);
  /* Or, at last: made of the means of another probe. */
  const struct sl_probe_type *from;
  void (*derive)(const sl_trainer *t, const float *from, float *out);
  /* A sentence if the model has nothing to measure; NULL: every model has. */
  sl_code (*check)(const sl_model *m, sl_error *e);
  int first_only; /* of the first window alone, not a mean */
} sl_probe_type;

extern const sl_family sl_probe_family; /* rows are sl_probe_type */

#define SL_BANDS     20 /* of the unembedding's spectrum */
#define SL_SINK_KEYS 4  /* sink rates are given for the first four tokens */

/* Sizes of the dimensions in `shape`; returns their number. */
int sl_probe_shape(const sl_probe_type *p, const sl_dims *d, int shape[SL_RANK]);
size_t sl_probe_size(const sl_probe_type *p, const sl_dims *d);

/* Numbers that all probes write, one after the other in family order. */
size_t sl_probes_size(const sl_dims *d);
float *sl_probe_out(const sl_probe_type *p, const sl_dims *d, float *all);

/* Which probes: bit i is row i of the family, which has at most as many. */
enum { SL_PROBES_MAX = 64 };
typedef uint64_t sl_probe_set;
/* Comma-separated ids to a set. */
sl_code sl_probe_parse(const char *ids, sl_probe_set *set, sl_error *e);

/* A sentence if the model has nothing to measure for one of the set; its path is the probe's id. */
sl_code sl_probes_check(sl_probe_set set, const sl_model *m, sl_error *e);

/* What sl_probes_run looked at besides. */
typedef struct sl_probe_run {
  sl_input input;
  int first, count;
  double epsilon; /* sink threshold; 0: the configuration's */
  double loss;    /* mean weighted loss over the windows, nats per token */
} sl_probe_run;

/* Runs the set over the windows run->first … of run->input; means go to `all`. */
void sl_probes_run(sl_trainer *t, sl_probe_set set, sl_probe_run *run, float *all);

/* ---- what several probes share ---- */

/* The passes over the run's windows, `done` of them behind us: 0 when there are no more, else a forward
 * pass with the edit (or NULL), of the windows before *done. */
int sl_probe_next(sl_trainer *t, const sl_probe_run *run, const sl_edit *edit, int *done,
                  sl_pass *pass);
/* The mean weighted loss over the windows with the edit. */
double sl_probe_loss(sl_trainer *t, const sl_probe_run *run, const sl_edit *edit);
/* A window of a pass, for what is shared below. */
sl_look sl_look_at(const sl_trainer *t, const sl_probe_run *run, const sl_pass *pass, int row);
/* Tokens of a window without the padding at its end. */
int sl_window_length(const sl_pass *pass, int row);

/* Attention weights (T,S) of one head in the window. */
const sl_real *sl_look_weights(const sl_look *k, int layer, int head);
/* Columns of row `query` that it may see; what stands behind them was never written. */
int sl_look_seen(const sl_look *k, int query);
/* Queries (heads = H), keys or values (G) of the window, (T,heads,D). */
const sl_real *sl_look_heads(const sl_look *k, sl_slot slot, int heads);
/* The window's part (T,C) of a tensor (N,C). */
const sl_real *sl_look_stream(const sl_look *k, sl_slot slot);
/* Residual stream of the window after `layer` blocks, (T,C). */
const sl_real *sl_look_hidden(const sl_look *k, int layer);
/* Importance of key `key`, from 0 for the first that a document can have, or of the slot (-1): the mean
 * weight it gets from the queries that see it, among the first look->tokens of the window, |w| over
 * the row sum of |w| where rows do not add up to one (Gu et al. 2025, sec. 3.2 and 7.4). */
double sl_look_alpha(const sl_look *k, int layer, int head, int key);
/* Of n keys from `key` on. */
void sl_look_alphas(const sl_look *k, int layer, int head, int key, int n, double *alpha);
/* So many keys can be called a sink by their alpha. The last eight that are looked at cannot: few queries
 * see them, and of the last one alpha is the weight on itself of one query. */
int sl_sink_keys(const sl_trainer *t);
/* A row of weights, from that of the window's first token on (a slot's is in front of it), and what
 * their sizes add up to. */
typedef struct sl_shares {
  const sl_real *weight;
  double total;
} sl_shares;
sl_shares sl_look_shares(const sl_look *k, int layer, int head, int query);

/* Longest window: the context, and a sink token in front. */
#define SL_WINDOW_MAX (SL_CONTEXT_MAX + 1)
/* Which keys a query sees, from those of the query before it ({0} for the first). */
sl_span sl_look_span(const sl_look *k, sl_span before, int query);
static inline int sl_sees(const sl_span *s, int key) {
  return (key >= s->from && key < s->shared) || (key >= s->start && key < s->end);
}
/* The vectors (D) that attention compares: after a feature map where there is one. */
const sl_real *sl_look_query(const sl_look *k, int layer, int head, int query);
const sl_real *sl_look_key(const sl_look *k, int layer, int g, int key);
/* Fills row with a number for each of the first n keys. */
typedef void (*sl_row_of)(const sl_look *k, int layer, int head, int query, int n, sl_real *row);
/* Adds for each key the mean over the queries that see it, (L,H,T). */
void sl_add_seen_means(const sl_look *k, sl_row_of row_of, float *out);
/* A number of one query's attention, and its mean over those behind the window's first, (L,H). */
typedef double (*sl_of_query)(const sl_look *k, int layer, int head, int query);
void sl_add_query_means(const sl_look *k, sl_of_query of_query, float *out);

/* Room of 2 T D numbers for what `add` computes; the logits were there. */
double *sl_look_room(const sl_look *k);

double sl_magnitude(double x);
/* The median of |x| to a part in 2^24 of the largest, which is left in *largest. */
float sl_median(const sl_real *x, size_t n, float *largest);
/* Three entries of `width` numbers, of which the last is a value: those of largest |value|, largest first,
 * of them and x. */
void sl_keep_largest(float *entries, int width, const float *x);
/* Keeps (token, channel, value) of the largest in the residual stream after `layer` blocks. */
void sl_add_largest(const sl_look *k, int layer, float *out);
double sl_dot(const sl_real *x, const sl_real *y, int n);
/* Euclidean norm. */
double sl_norm_of(const sl_real *x, int n);
/* Norm of the first row of x (T rows, stride apart, n numbers each) over the mean of the others'. */
double sl_first_over_others(const sl_real *x, int T, int stride, int n);
/* Adds the norm of every head's row at every token, (L,heads,T); slot: offset in sl_attention of the slot
 * of queries, keys or values. */
void sl_add_head_norms(const sl_look *k, size_t slot, int heads, float *out);

#endif
