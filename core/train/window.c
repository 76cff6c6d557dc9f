#include "window.h"

/* The part of row b that packing fills. */
static sl_batch packed_part(const sl_batch *batch, int b, int front) {
  size_t at = (size_t)b * batch->T + (size_t)front;
  return (sl_batch){.B = batch->B,
                    .T = batch->T - front,
                    .tokens = batch->tokens + at,
                    .target = batch->target + at,
                    .position = batch->position + at,
                    .document = batch->document + at,
                    .weight = batch->weight + at,
                    .prefix = batch->prefix + b};
}

/* A sink token: at position 0, seen by all, nothing to predict; positions behind it go one up. The
 * token's number is of no account. */
static void put_front(const sl_batch *batch, int b) {
  size_t at = (size_t)b * batch->T;
  batch->tokens[at] = batch->target[at] = batch->position[at] = 0;
  batch->document[at] = SL_DOCUMENT_SHARED;
  batch->weight[at] = 0;
  for (int i = 1; i < batch->T; i++) batch->position[at + (size_t)i]++;
}

/* No loss on tokens of the prefix; the last of them predicts the first behind it. */
static void put_prefix(const sl_trainer *t, sl_rng *rng, int front, sl_batch *batch, int b) {
  const sl_pick *pick = &t->config.data.objective;
  const sl_objective_type *objective = (const sl_objective_type *)pick->row;
  batch->prefix[b] = 0;
  if (!objective->length) return;
  batch->prefix[b] = front + objective->length(&pick->settings, rng);
  for (int i = 0; i < batch->prefix[b] - 1; i++) {
    batch->target[(size_t)b * batch->T + (size_t)i] = 0;
    batch->weight[(size_t)b * batch->T + (size_t)i] = 0;
  }
}

static void finish(const sl_trainer *t, sl_rng *rng, sl_batch *batch, int b) {
  int front = sl_model_front(&t->config.model);
  if (front) put_front(batch, b);
  put_prefix(t, rng, front, batch, b);
}

void sl_window_train(const sl_trainer *t, int64_t step, int row, sl_batch *batch, int b) {
  sl_batch part = packed_part(batch, b, sl_model_front(&t->config.model));
  sl_rng rng = sl_rng_at(t->config.seed, SL_STREAM_PREFIX, (uint64_t)step, (uint64_t)row);
  sl_pack_train(&t->config.data.packing, &t->corpus, t->config.seed, step, row, &part, 0);
  finish(t, &rng, batch, b);
}

void sl_window_held_out(const sl_trainer *t, sl_input input, int row, sl_batch *batch, int b) {
  sl_batch part = packed_part(batch, b, sl_model_front(&t->config.model));
  /* No step has such a number. */
  sl_rng rng = sl_rng_at(t->config.seed, SL_STREAM_PREFIX, ~(uint64_t)input, (uint64_t)row);
  sl_pack_held_out(&t->config.data.packing, &t->corpus, t->config.seed, input, row, &part, 0);
  finish(t, &rng, batch, b);
}
