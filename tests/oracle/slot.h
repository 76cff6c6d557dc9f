/* The sink slot: a key and value that no token stands for (Gu et al. 2025, arXiv 2410.10781, sec. 7.3),
 * or one more term of the sum; and the gate on heads or values (Qiu et al. 2025, arXiv 2505.06708). */
#ifndef ORACLE_SLOT_H
#define ORACLE_SLOT_H

#include "base.h"

/* ---- slot: the key and value (D) of key/value head g ---- */

static void oracle_slot_key(const oracle *o, const char *prefix, int g, double *k) {
  const double *K = oracle_weight(o, prefix, "slot_k");
  for (int d = 0; d < o->D; d++) k[d] = K[g * o->D + d];
}

static void oracle_slot_short_key(const oracle *o, const char *prefix, int g, double *k) {
  const double *K = oracle_weight(o, prefix, "slot_k");
  int dims = (int)o->setting(o->ctx, "slot", "dims");
  if (dims == 0) dims = o->D;
  for (int d = 0; d < o->D; d++) k[d] = d < dims ? K[g * dims + d] : 0;
}

static void oracle_slot_value(const oracle *o, const char *prefix, int g, double *v) {
  const double *W = oracle_weight(o, prefix, "slot_v");
  for (int d = 0; d < o->D; d++) v[d] = W[g * o->D + d];
}

static void oracle_slot_fixed_value(const oracle *o, const char *prefix, int g, double *v) {
  double size = o->setting(o->ctx, "slot", "size");
  int first = !strcmp(o->choice(o->ctx, "slot", "direction"), "first");
  (void)prefix, (void)g;
  for (int d = 0; d < o->D; d++) v[d] = first ? (d == 0 ? size : 0) : size / sqrt(o->D);
}

typedef struct oracle_slot_row {
  const char *id;
  void (*key)(const oracle *o, const char *prefix, int g, double *k);
  void (*value)(const oracle *o, const char *prefix, int g, double *v); /* NULL: zero */
  int logit, output, token;
} oracle_slot_row;
static const oracle_slot_row oracle_slots[] = {
    {"none", NULL, NULL, 0, 0, 0},
    {"sink_token", NULL, NULL, 0, 0, 1},
    {"kv_bias", oracle_slot_key, oracle_slot_value, 0, 0, 0},
    {"k_bias", oracle_slot_short_key, NULL, 0, 0, 0},
    {"k_bias_fixed", oracle_slot_key, oracle_slot_fixed_value, 0, 0, 0},
    {"v_bias", NULL, NULL, 0, 1, 0},
    {"sink_logit", NULL, NULL, 1, 0, 0},
    {0}};

/* ---- gate: which of the D numbers of a head a sigmoid opens ---- */

typedef struct oracle_gate_row {
  const char *id;
  int outputs, values; /* what it acts on */
  int whole;           /* one number a head */
} oracle_gate_row;
static const oracle_gate_row oracle_gates[] = {
    {"none", 0, 0, 0}, {"head", 1, 0, 1}, {"element", 1, 0, 0}, {"value", 0, 1, 0}, {0}};

/* y = sigmoid(input W_g) * u of all tokens, `heads` heads; leaves the sigmoids. */
static void oracle_gate(oracle *o, const char *prefix, const double *input, int heads,
                        const double *u, double *y) {
  const oracle_gate_row *row = ORACLE_ROW(o, oracle_gates, "gate");
  int width = row->whole ? heads : heads * o->D, N = o->B * o->T;
  double *g = oracle_new(o, prefix, "gate", N * width);
  for (int n = 0; n < N; n++) {
    oracle_product(o, prefix, "gate", input + n * o->C, o->C, g + n * width, width);
    for (int i = n * width; i < (n + 1) * width; i++) g[i] = 1 / (1 + exp(-g[i]));
    for (int h = 0; h < heads; h++)
      for (int d = 0; d < o->D; d++) {
        int i = n * heads * o->D + h * o->D + d;
        y[i] = u[i] * (row->whole ? g[n * heads + h] : g[i]);
      }
  }
}

#endif
