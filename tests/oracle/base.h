/* What every part of the oracle uses: what it is asked about, weights and results by name, products.
 *
 * A family's rows stand in a table that starts with their ids; a new row is a function and a line
 * there. A new family's table gets a line in oracle_families (oracle.h). */
#ifndef ORACLE_BASE_H
#define ORACLE_BASE_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ORACLE_TENSORS = 128, ORACLE_MOST = 128 /* most T, C, F and HD */ };

typedef struct oracle_tensor {
  char name[64];
  int size;
  double *x;
} oracle_tensor;

typedef struct oracle {
  /* given */
  int B, T, C, H, G, D, F, V, L; /* G key/value heads */
  /* The id of a family's row or of an option, the value of a number or switch: of the model's own
   * settings, or of those of the row that a family (not NULL) has. */
  const char *(*choice)(void *ctx, const char *family, const char *key);
  double (*setting)(void *ctx, const char *family, const char *key);
  const double *(*weight)(void *ctx, const char *name);
  void *ctx;
  const int32_t *tokens, *target, *place, *document; /* (B,T) */
  const double *loss_weight;                         /* (B,T) */
  const int32_t *prefix; /* (B) tokens at the front that see each other, or NULL */
  /* Changes x, the residual stream in front of block `layer` (of the last: behind it) or, with heads,
   * what that block's heads give; NULL: nothing. */
  void (*edit)(struct oracle *o, int heads, int layer, double *x);
  const void *edit_ctx;
  int hide_first; /* no token sees the first, but itself */
  /* computed */
  oracle_tensor out[ORACLE_TENSORS];
  int count;
  double loss; /* sum of weight times loss */
  int unknown; /* a row that is not written down here was asked for */
} oracle;

/* ---- names ---- */

static double *oracle_new(oracle *o, const char *prefix, const char *name, int size) {
  if (o->count == ORACLE_TENSORS) abort();
  oracle_tensor *t = &o->out[o->count++];
  snprintf(t->name, sizeof t->name, "%s%s", prefix, name);
  t->size = size;
  t->x = calloc((size_t)size, sizeof *t->x);
  return t->x;
}

static const double *oracle_weight(const oracle *o, const char *prefix, const char *name) {
  char full[96];
  snprintf(full, sizeof full, "%s%s", prefix, name);
  return o->weight(o->ctx, full);
}

static void oracle_free(oracle *o) {
  for (int i = 0; i < o->count; i++) free(o->out[i].x);
  o->count = 0;
}

/* ---- what is set ---- */

static const char *oracle_choice(const oracle *o, const char *key) {
  return o->choice(o->ctx, NULL, key);
}
static double oracle_number(const oracle *o, const char *key) {
  return o->setting(o->ctx, NULL, key);
}
static int oracle_is(const oracle *o, const char *key, const char *id) {
  return !strcmp(oracle_choice(o, key), id);
}

/* The line of a table with this id, or NULL. */
static const void *oracle_line(const void *table, size_t size, const char *id) {
  for (const char *row = table; *(const char *const *)(const void *)row; row += size)
    if (!strcmp(*(const char *const *)(const void *)row, id)) return row;
  return NULL;
}
/* The line of what the model has chosen. */
#define ORACLE_ROW(o, table, key) oracle_line(table, sizeof *(table), oracle_choice(o, key))

/* y_j = sum_i x_i W_ij (+ b_j), the weights being w_name and b_name. */
static void oracle_product(const oracle *o, const char *prefix, const char *name, const double *x,
                           int n, double *y, int m) {
  char w[40], b[40];
  snprintf(w, sizeof w, "w_%s", name);
  snprintf(b, sizeof b, "b_%s", name);
  const double *W = oracle_weight(o, prefix, w);
  const double *bias = oracle_number(o, "bias") != 0 ? oracle_weight(o, prefix, b) : NULL;
  for (int j = 0; j < m; j++) {
    y[j] = bias ? bias[j] : 0;
    for (int i = 0; i < n; i++) y[j] += x[i] * W[i * m + j];
  }
}

#endif
