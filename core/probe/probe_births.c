#include "probe_births.h"

#include <stdlib.h>

/* A head has a sink where its alpha passes epsilon (Gu et al. 2025, sec. 3.2); a value is drained below
 * half of the others' length. */
static const double drained = 0.5;

typedef enum event { SINK_BORN, SLOT_BORN, VALUE_DRAINED, NORM_OUT } event;
static const struct {
  const char *id, *of_head;
} events[] = {{"sink", "has its sink on the first token"},
              {"slot", "has its sink in the slot"},
              {"drain", "finds the first token's value drained"},
              {"norms", NULL}};

typedef struct birth {
  int record, layer, head;
  event what;
} birth;

typedef struct births {
  birth *list; /* in order of records */
  int count;
} births;

int sl_value_of_head(const sl_dims *d, int i) { return i / d->H * d->G + i % d->H * d->G / d->H; }

/* The first record from which on the number stays on its side of the bound, or -1. */
static int onset(const sl_metrics *m, const char *key, int at, double bound, int above) {
  int first = -1;
  for (int i = 0; i < m->count; i++) {
    double x = sl_metrics_number(m, i, key, at);
    int inside = above ? x > bound : x < bound;
    if (!inside)
      first = -1;
    else if (first < 0)
      first = i;
  }
  return first;
}

static void add_birth(births *b, birth one) {
  int at = b->count;
  if (one.record < 0) return;
  for (; at > 0 && b->list[at - 1].record > one.record; at--) b->list[at] = b->list[at - 1];
  b->list[at] = one;
  b->count++;
}

/* Of head i of all layers. */
static void find_of_head(const sl_trainer *t, const sl_metrics *m, int i, births *b) {
  const sl_dims *d = &t->model.dims;
  const double epsilon = t->config.eval.epsilon;
  const int layer = i / d->H, head = i % d->H, sink = onset(m, "alpha", i, epsilon, 1);
  add_birth(b, (birth){sink, layer, head, SINK_BORN});
  add_birth(b, (birth){onset(m, "alpha_slot", i, epsilon, 1), layer, head, SLOT_BORN});
  if (sink < 0) return;
  const int drain = onset(m, "value_ratio", sl_value_of_head(d, i), drained, 0);
  add_birth(b, (birth){drain, layer, head, VALUE_DRAINED});
}

static void write_birth(const sl_metrics *m, const birth *b, sl_text *out) {
  const int step = (int)sl_metrics_number(m, b->record, "step", 0);
  sl_text_printf(out, "{\"step\":%d,\"what\":\"%s\",\"layer\":%d", step, events[b->what].id,
                 b->layer);
  if (b->head >= 0) sl_text_printf(out, ",\"head\":%d", b->head);
  sl_text_printf(out, ",\"text\":\"Step %d: ", step);
  if (b->head >= 0)
    sl_text_printf(out, "head %d of layer %d %s.", b->head + 1, b->layer + 1,
                   events[b->what].of_head);
  else
    sl_text_printf(out, "after block %d the first token's norm stands out.", b->layer + 1);
  sl_text_add(out, "\"}");
}

void sl_births_write(const sl_trainer *t, const sl_metrics *m, sl_text *out) {
  const sl_dims *d = &t->model.dims;
  const size_t most = (size_t)d->L * (size_t)(3 * d->H + 1); /* three of a head, one of a layer */
  births b = {malloc(most * sizeof *b.list), 0};
  if (!b.list) {
    out->failed = 1;
    return;
  }
  for (int i = 0; i < d->L * d->H; i++) find_of_head(t, m, i, &b);
  for (int l = 1; l <= d->L; l++)
    add_birth(&b, (birth){onset(m, "norm_ratio", l, SL_STANDS_OUT, 1), l - 1, -1, NORM_OUT});
  sl_text_add(out, "[");
  for (int i = 0; i < b.count; i++) {
    if (i) sl_text_add(out, ",\n");
    write_birth(m, &b.list[i], out);
  }
  sl_text_add(out, "]");
  free(b.list);
}
