/* One head of one window, and its rows of weights: what attention.c and attention_row.c share. */
#ifndef SL_ATTENTION_HEAD_H
#define SL_ATTENTION_HEAD_H

#include "model.h"

typedef struct sl_head {
  const sl_pass *pass;
  const sl_attention *a;
  const int32_t *document, *position; /* (T) */
  int prefix;                         /* tokens of the window that see each other */
  int b, h, g;                        /* window, head, its key/value head */
  int T, D, S;
  sl_real *weights;         /* (T,S) */
  sl_real *shares, *scores; /* (T,S), or NULL */
  sl_real *inverse_z;       /* (T) */
  sl_real scale;            /* 1 / sqrt(D) */
} sl_head;

/* The keys a query sees, by their place in the window: [from, shared) and [start, end). */
typedef struct sl_span {
  int from, shared, start, end;
  int lead, first; /* leading shared tokens before the query; where its document begins */
} sl_span;

/* The span of a query from that of the query before it (of query 0: from none). */
sl_span sl_visible(const sl_head *h, sl_span before, int query);

/* Keys that the rows [i, end) reach, all of them. */
static inline int sl_keys_of_rows(const sl_head *h, int i, int end) {
  return i < h->prefix && h->prefix > end ? h->prefix : end;
}

/* Row `query` of the head's scores q.k becomes its weights, with zeros up to key `keys` where the
 * query sees nothing. */
void sl_weigh_row(const sl_head *h, const sl_span *s, int query, int keys);
/* d_row (S): dL/dw of the row becomes dL/d(q.k). */
void sl_weigh_row_back(const sl_head *h, const sl_span *s, int query, int keys, sl_real *d_row);

#endif
