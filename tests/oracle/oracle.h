/* The whole forward pass once more, written down from the papers: double precision, one loop per
 * sum sign, nothing stored that is not asked for, no line of core. It reads weights by tensor name
 * and settings by key, and leaves what it computed under the names the engine uses.
 *
 * Here: the decoder, Vaswani et al. 2017 (1706.03762), with post (sec. 3.1) or pre (Xiong 2020)
 * norms. Each family has a file of its own. */
#ifndef ORACLE_H
#define ORACLE_H

#include "attention.h"
#include "ffn.h"
#include "norm.h"

/* ---- which rows are written down ---- */

typedef struct oracle_family {
  const char *key;
  const void *table;
  size_t line;
} oracle_family;
#define ORACLE_FAMILY(key, table)                                                                  \
  { key, table, sizeof *(table) }
static const oracle_family oracle_families[] = {ORACLE_FAMILY("position", oracle_positions),
                                                ORACLE_FAMILY("norm", oracle_norms),
                                                ORACLE_FAMILY("similarity", oracle_similarities),
                                                ORACLE_FAMILY("normaliser", oracle_normalisers),
                                                ORACLE_FAMILY("ffn", oracle_ffns),
                                                {0}};

/* Whether a family's row has its oracle. */
static int oracle_knows(const char *key, const char *id) {
  const oracle_family *f = oracle_line(oracle_families, sizeof *oracle_families, key);
  return f && oracle_line(f->table, f->line, id);
}

/* ---- block and whole ---- */

static void oracle_block(oracle *o, int layer, const double *x, double *y) {
  char prefix[24], norm1[32], norm2[32];
  snprintf(prefix, sizeof prefix, "layers.%d.", layer);
  snprintf(norm1, sizeof norm1, "%snorm1.", prefix);
  snprintf(norm2, sizeof norm2, "%snorm2.", prefix);
  int n = o->B * o->T * o->C;
  double *in1 = oracle_new(o, prefix, "in1", n), *in2 = oracle_new(o, prefix, "in2", n);
  double *m = oracle_new(o, prefix, "middle", n);
  if (oracle_is(o, "norm_placement", "post")) {
    oracle_attention(o, prefix, x, in1);
    for (int i = 0; i < n; i++) in1[i] += x[i];
    oracle_norm(o, norm1, in1, m);
    oracle_feed_forward(o, prefix, m, in2);
    for (int i = 0; i < n; i++) in2[i] += m[i];
    oracle_norm(o, norm2, in2, y);
  } else {
    oracle_norm(o, norm1, x, in1);
    oracle_attention(o, prefix, in1, m);
    for (int i = 0; i < n; i++) m[i] += x[i];
    oracle_norm(o, norm2, m, in2);
    oracle_feed_forward(o, prefix, in2, y);
    for (int i = 0; i < n; i++) y[i] += m[i];
  }
}

static void oracle_losses(oracle *o, const double *top) {
  int N = o->B * o->T;
  const double *U = o->weight(o->ctx, "unembedding");
  const double *bias = oracle_number(o, "bias") != 0 ? o->weight(o->ctx, "unembedding_bias") : NULL;
  double *logits = oracle_new(o, "", "logits", N * o->V);
  double *losses = oracle_new(o, "", "losses", N);
  for (int n = 0; n < N; n++) {
    double sum = 0;
    for (int v = 0; v < o->V; v++) {
      if (bias) logits[n * o->V + v] = bias[v];
      for (int c = 0; c < o->C; c++) logits[n * o->V + v] += top[n * o->C + c] * U[v * o->C + c];
      sum += exp(logits[n * o->V + v]);
    }
    if (o->loss_weight[n] == 0) continue;
    losses[n] = -log(exp(logits[n * o->V + o->target[n]]) / sum);
    o->loss += o->loss_weight[n] * losses[n];
  }
}

static void oracle_run(oracle *o) {
  o->count = 0;
  o->loss = 0;
  o->unknown = 0;
  for (const oracle_family *f = oracle_families; f->key; f++)
    o->unknown |= !oracle_knows(f->key, oracle_choice(o, f->key));
  if (o->unknown) return;
  const oracle_position_row *position = ORACLE_ROW(o, oracle_positions, "position");
  const double *E = o->weight(o->ctx, "embedding");
  int N = o->B * o->T;
  double *x = oracle_new(o, "", "hidden.0", N * o->C);
  for (int n = 0; n < N; n++) {
    for (int c = 0; c < o->C; c++) x[n * o->C + c] = E[o->tokens[n] * o->C + c];
    if (position->place) position->place(o, o->place[n], x + n * o->C);
  }
  for (int l = 0; l < o->L; l++) {
    char name[24];
    snprintf(name, sizeof name, "hidden.%d", l + 1);
    double *y = oracle_new(o, "", name, N * o->C);
    oracle_block(o, l, x, y);
    x = y;
  }
  if (!oracle_is(o, "norm_placement", "post")) {
    double *top = oracle_new(o, "", "final_norm.out", N * o->C);
    oracle_norm(o, "final_norm.", x, top);
    x = top;
  }
  oracle_losses(o, x);
}

#endif
