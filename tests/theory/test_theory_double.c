/* Theorems about one token repeated T times (Gu et al. 2025, arXiv 2410.10781, app. C.1), which hold
 * for any weights: here for random ones, and with every choice that leaves a softmax over all earlier
 * tokens what it is. In double.
 *
 *   absolute positions (sinusoidal, learned): the hidden states of a layer differ
 *   all others: they are equal, and
 *     none      A_{t,i} = 1/t
 *     rotary    A_{t,i} <= e^{2 xi} / (e^{2 xi} + t - 1), xi = |q| |k| / sqrt(D): no sink without
 *               large norms
 *     relative  A_t is the softmax of the bias alone, in every layer
 *     ALiBi     the same, and the last token has the most */
#include "../tiny.h"

enum { B = 1, T = 12, V = 11 };
static const double close_enough = 1e-12;
static double tightest = INFINITY; /* distance to the bound */

/* Largest difference between a token's hidden state and the first token's, relative. */
static double spread(const tiny *t, int layer) {
  const sl_dims *d = &t->model.dims;
  const sl_real *h = sl_at(&t->pass, t->model.hidden[layer]);
  double most = 0, scale = 0;
  for (int c = 0; c < d->C; c++) scale = fmax(scale, fabs(h[c]));
  for (int i = d->C; i < d->N * d->C; i++) most = fmax(most, fabs(h[i] - h[i % d->C]));
  return most / scale;
}

static double length(const sl_real *x, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++) sum += x[i] * x[i];
  return sqrt(sum);
}

static void check_uniform(const tiny *t, int layer, const char *what) {
  const sl_dims *d = &t->model.dims;
  const sl_real *A = sl_at(&t->pass, t->model.blocks[layer].attention.weights);
  double most = 0;
  for (int h = 0; h < d->H; h++)
    for (int i = 0; i < T; i++)
      for (int j = 0; j <= i; j++) most = fmax(most, fabs(A[(h * T + i) * T + j] - 1.0 / (i + 1)));
  check(most <= close_enough, "%s layer %d: A differs from 1/t by %.1e", what, layer, most);
}

static void check_bound(const tiny *t, int layer, const char *what) {
  const sl_dims *d = &t->model.dims;
  const sl_attention *a = &t->model.blocks[layer].attention;
  const sl_real *A = sl_at(&t->pass, a->weights);
  const sl_real *q = sl_at(&t->pass, a->q), *k = sl_at(&t->pass, a->k);
  double over = -INFINITY;
  for (int h = 0; h < d->H; h++)
    for (int i = 0; i < T; i++)
      for (int j = 0; j <= i; j++) {
        double xi = length(q + (i * d->H + h) * d->D, d->D) *
                    length(k + (j * d->G + h * d->G / d->H) * d->D, d->D) / sqrt(d->D);
        double bound = exp(2 * xi) / (exp(2 * xi) + i);
        over = fmax(over, A[(h * T + i) * T + j] - bound);
        if (i > 0) tightest = fmin(tightest, bound - A[(h * T + i) * T + j]);
      }
  check(over <= close_enough, "%s layer %d: A is %.1e above the bound", what, layer, over);
}

/* What a position adds to the scores of head h's query i. */
static void biases(const tiny *t, int h, int i, sl_real *b) {
  const sl_position *o = &t->model.position;
  for (int j = 0; j <= i; j++) b[j] = 0;
  o->type->bias(&t->pass, o, &(sl_bias_row){h, t->position[i], t->position, i + 1}, b);
}

static void check_bias_alone(const tiny *t, int layer, const char *what) {
  const sl_dims *d = &t->model.dims;
  const sl_real *A = sl_at(&t->pass, t->model.blocks[layer].attention.weights);
  int falls = !strcmp(t->model.config.position.row->id, "alibi"), fallen = 0;
  double most = 0;
  for (int h = 0; h < d->H; h++)
    for (int i = 0; i < T; i++) {
      sl_real b[T];
      double sum = 0;
      const sl_real *row = A + (h * T + i) * T;
      biases(t, h, i, b);
      for (int j = 0; j <= i; j++) sum += exp(b[j]);
      for (int j = 0; j <= i; j++) most = fmax(most, fabs(row[j] - exp(b[j]) / sum));
      for (int j = 1; j <= i; j++) fallen += row[j] <= row[j - 1];
    }
  check(most <= close_enough, "%s layer %d: A differs from softmax of the bias by %.1e", what,
        layer, most);
  check(!falls || !fallen, "%s layer %d: ALiBi favours an earlier token", what, layer);
}

static void repeat_one_token(tiny *t, int32_t token) {
  for (int i = 0; i < T; i++) {
    t->tokens[i] = token;
    t->position[i] = i;
    t->document[i] = 0;
  }
}

static void check_config(const sl_model_config *c, uint32_t seed, const char *name) {
  tiny t;
  sl_error e = {0};
  const char *position = c->position.row->id;
  char what[640];
  snprintf(what, sizeof what, "%s seed=%u", name, (unsigned)seed);
  if (!check(tiny_open(&t, c, B, T, V, WINDOW_CAUSAL, seed, &e) == SL_OK, "%s: %s", what,
             e.message))
    return;
  repeat_one_token(&t, (int32_t)(seed % V));
  sl_model_forward(&t.pass);
  for (int layer = 0; layer <= c->layers; layer++) {
    double s = spread(&t, layer);
    if (tiny_absolute(c))
      check(s > 1e-3, "%s layer %d: absolute positions leave the states equal", what, layer);
    else
      check(s <= close_enough, "%s layer %d: hidden states differ by %.1e", what, layer, s);
    if (layer == c->layers) break;
    if (!strcmp(position, "none")) check_uniform(&t, layer, what);
    if (!strcmp(position, "rotary")) check_bound(&t, layer, what);
    if (t.model.position.type->bias && c->softcap == 0) check_bias_alone(&t, layer, what);
  }
  tiny_close(&t);
}

int main(void) {
  static covering s;
  sl_model_config base;
  sl_desc_defaults(&sl_model_section, &base);
  base.layers = 3;
  base.width = 16;
  base.heads = 2;
  base.ffn_width = 24;
  base.init_embedding = 0.5;
  covering_open(&s, &base, NULL, 0);
  cover(&s);
  for (int i = 0; i < s.n; i++)
    for (uint32_t seed = 1; seed <= 3; seed++) {
      sl_model_config c;
      char name[600];
      covering_config(&s, s.rows[i], &c);
      c.init_matrix = 0.1 * seed * seed; /* from uniform to peaked attention */
      /* The theorems are about softmax over all earlier tokens, whatever is around it. */
      sl_pick_set(&c.similarity, &sl_similarity_family, "exp");
      sl_pick_set(&c.normaliser, &sl_normaliser_family, "sum");
      sl_pick_set(&c.slot, &sl_sink_family, "none");
      sl_pick_set(&c.mask, &sl_mask_family, "causal");
      check_config(&c, seed, config_name(s.factors, s.of_model, &c, name, sizeof name));
    }
  check(tightest < 0.5, "the rotary bound was never near: %g", tightest);
  return harness_end();
}
