/* The whole forward pass once more, written down from the papers: double precision, one loop per
 * sum sign, nothing stored that is not asked for, no line of core. It reads weights by tensor name
 * and settings by key, and leaves what it computed under the names the engine uses.
 *
 * Here: the decoder, Vaswani et al. 2017 (1706.03762), with post (sec. 3.1), pre (Xiong et al. 2020,
 * 2002.04745) or sandwich norms (Ding et al. 2021, 2105.13290, sec. 2.4), its embeddings tied (Press
 * & Wolf 2016, 1608.05859) or not. Each family has a file of its own. */
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
                                                ORACLE_FAMILY("slot", oracle_slots),
                                                ORACLE_FAMILY("gate", oracle_gates),
                                                ORACLE_FAMILY("mask", oracle_masks),
                                                ORACLE_FAMILY("ffn", oracle_ffns),
                                                {0}};

/* Whether a family's row has its oracle. */
static int oracle_knows(const char *key, const char *id) {
  const oracle_family *f = oracle_line(oracle_families, sizeof *oracle_families, key);
  return f && oracle_line(f->table, f->line, id);
}

/* ---- block and whole ---- */

typedef void (*oracle_part)(oracle *o, const char *prefix, const double *x, double *y);

/* y = x + f(x), normed where the placement says; number: of the sublayer. */
static void oracle_sublayer(oracle *o, const char *layer, int number, oracle_part f,
                            const double *x, double *y) {
  char in_name[8], out_name[8], norm[48], out_norm[48];
  snprintf(in_name, sizeof in_name, "in%d", number);
  snprintf(out_name, sizeof out_name, "out%d", number);
  snprintf(norm, sizeof norm, "%snorm%d.", layer, number);
  snprintf(out_norm, sizeof out_norm, "%snorm%d_out.", layer, number);
  int n = o->B * o->T * o->C;
  double *in = oracle_new(o, layer, in_name, n);
  if (oracle_is(o, "norm_placement", "post")) {
    f(o, layer, x, in);
    for (int i = 0; i < n; i++) in[i] += x[i];
    oracle_norm(o, norm, in, y);
  } else if (oracle_is(o, "norm_placement", "sandwich")) {
    double *out = oracle_new(o, layer, out_name, n);
    oracle_norm(o, norm, x, in);
    f(o, layer, in, out);
    oracle_norm(o, out_norm, out, y);
    for (int i = 0; i < n; i++) y[i] += x[i];
  } else {
    oracle_norm(o, norm, x, in);
    f(o, layer, in, y);
    for (int i = 0; i < n; i++) y[i] += x[i];
  }
}

static void oracle_block(oracle *o, int layer, const double *x, double *y) {
  char prefix[24];
  snprintf(prefix, sizeof prefix, "layers.%d.", layer);
  int n = o->B * o->T * o->C;
  double *m = oracle_new(o, prefix, "middle", n);
  oracle_sublayer(o, prefix, 1, oracle_attention, x, m);
  if (oracle_is(o, "ffn", "none"))
    for (int i = 0; i < n; i++) y[i] = m[i];
  else
    oracle_sublayer(o, prefix, 2, oracle_feed_forward, m, y);
}

static void oracle_losses(oracle *o, const double *top) {
  int N = o->B * o->T;
  const double *U = o->weight(o->ctx, oracle_number(o, "tied") != 0 ? "embedding" : "unembedding");
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
  const oracle_slot_row *slot = ORACLE_ROW(o, oracle_slots, "slot");
  const double *E = o->weight(o->ctx, "embedding");
  int N = o->B * o->T;
  double *x = oracle_new(o, "", "hidden.0", N * o->C);
  for (int n = 0; n < N; n++) {
    const double *input = E + o->tokens[n] * o->C;
    if (slot->token && n % o->T == 0) input = o->weight(o->ctx, "slot.token");
    for (int c = 0; c < o->C; c++) x[n * o->C + c] = input[c];
    if (position->place) position->place(o, o->place[n], x + n * o->C);
  }
  if (o->edit) o->edit(o, 0, 0, x);
  for (int l = 0; l < o->L; l++) {
    char name[24];
    snprintf(name, sizeof name, "hidden.%d", l + 1);
    double *y = oracle_new(o, "", name, N * o->C);
    oracle_block(o, l, x, y);
    if (o->edit) o->edit(o, 0, l + 1, y);
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
