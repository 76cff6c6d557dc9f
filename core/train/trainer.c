#include "window.h"

#include "../base/hash.h"
#include "../base/math.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Windows of the largest shard. */
static int shard_rows(const sl_train_config *c) { return (c->batch + c->shards - 1) / c->shards; }

/* First window of shard s. */
static int shard_start(const sl_train_config *c, int s) {
  return (int)((int64_t)c->batch * s / c->shards);
}

static size_t batch_bytes(int B, int T) {
  size_t n = (size_t)B * T;
  return 4 * sl_arena_round(n * sizeof(int32_t)) + sl_arena_round(n * sizeof(sl_real)) +
         sl_arena_round((size_t)B * sizeof(int32_t));
}

static size_t reals(size_t n) { return sl_arena_round(n * sizeof(sl_real)); }

/* Numbers of scratch: what a pass takes, and what the optimiser takes for the largest tensor. */
static size_t scratch_size(const sl_plan *plan, const sl_optimiser_type *optimiser) {
  size_t largest = 0, scratch = plan->size[SL_SCRATCH];
  for (int i = 0; i < plan->count; i++)
    if (plan->tensors[i].role == SL_PARAM && plan->tensors[i].size > largest)
      largest = plan->tensors[i].size;
  largest *= (size_t)optimiser->scratch;
  return largest > scratch ? largest : scratch;
}

/* Numbers of the shards' gradients, each with its loss; not fewer than an analysis may ask for. */
static size_t room_of(const sl_config *c, const sl_model *m) {
  const sl_dims *d = &m->dims;
  size_t C = (size_t)d->C, stream = (size_t)d->T * C;
  size_t doubles = 2 * C * C + stream + C + (size_t)d->T;
  size_t least = (size_t)(d->L + 1) * stream + doubles * sizeof(double) / sizeof(sl_real);
  size_t shards = (m->plan.size[SL_PARAM] + 2) * (size_t)c->train.shards;
  return shards > least ? shards : least;
}

sl_code sl_config_open_corpus(const sl_config *c, sl_text_input text, sl_arena *arena,
                              sl_corpus *corpus, sl_error *e) {
  SL_TRY(sl_corpus_open(corpus, &c->data.corpus, text, arena, e));
  sl_corpus_limit(corpus, c->data.unique, c->data.context);
  return SL_OK;
}

/* The corpus is opened for its vocabulary, in an arena of its own that is dropped. */
static sl_code vocabulary(const sl_config *c, sl_text_input text, int *V, sl_error *e) {
  sl_arena arena;
  sl_corpus corpus;
  SL_TRY(sl_arena_open(&arena, sl_corpus_memory(&c->data.corpus, text), e));
  sl_code code = sl_config_open_corpus(c, text, &arena, &corpus, e);
  if (code == SL_OK) code = sl_corpus_check_context(&corpus, c->data.context, e);
  if (code == SL_OK) code = sl_packing_check(&c->data.packing, &corpus, e);
  *V = corpus.vocab.size;
  sl_arena_close(&arena);
  return code;
}

sl_code sl_trainer_measure(const sl_config *c, sl_text_input text, const sl_kernels *k, int workers,
                           size_t *bytes, sl_model *m, int *vocabulary_size, sl_error *e) {
  int V = 0, T = c->data.context + sl_model_front(&c->model);
  SL_TRY(vocabulary(c, text, &V, e));
  SL_TRY(sl_model_plan(m, &c->model, shard_rows(&c->train), T, V, e));
  const sl_optimiser_type *optimiser = (const sl_optimiser_type *)c->train.optimiser.row;
  size_t n = m->plan.size[SL_PARAM];
  *vocabulary_size = V;
  *bytes = reals(n) * (1 + (size_t)optimiser->states) + reals(m->plan.size[SL_STATE]) +
           reals(room_of(c, m)) + batch_bytes(c->train.batch, T) + batch_bytes(m->dims.B, T) +
           sl_arena_round((size_t)workers * sizeof(sl_worker)) +
           (size_t)workers * (reals(m->plan.size[SL_SAVED]) +
                              reals(scratch_size(&m->plan, optimiser)) + reals(k->gemm_work)) +
           sl_arena_round(sl_corpus_memory(&c->data.corpus, text)) +
           sl_arena_round((size_t)T * sizeof(int32_t));
  return SL_OK;
}

static sl_real *take(sl_trainer *t, size_t n) {
  return sl_arena_take(&t->arena, n * sizeof(sl_real));
}

static void take_batch(sl_trainer *t, sl_batch *b, int B) {
  size_t n = (size_t)B * t->model.dims.T, bytes = n * sizeof(int32_t);
  b->B = B;
  b->T = t->model.dims.T;
  b->tokens = sl_arena_take(&t->arena, bytes);
  b->target = sl_arena_take(&t->arena, bytes);
  b->position = sl_arena_take(&t->arena, bytes);
  b->document = sl_arena_take(&t->arena, bytes);
  b->weight = take(t, n);
  b->prefix = sl_arena_take(&t->arena, (size_t)B * sizeof(int32_t));
}

static void take_all(sl_trainer *t) {
  const sl_optimiser_type *optimiser = (const sl_optimiser_type *)t->config.train.optimiser.row;
  const sl_plan *plan = &t->model.plan;
  t->n = plan->size[SL_PARAM];
  t->params = take(t, t->n);
  t->state = take(t, plan->size[SL_STATE]);
  for (int i = 0; i < optimiser->states; i++) t->optimiser[i] = take(t, t->n);
  t->shards = take(t, room_of(&t->config, &t->model));
  take_batch(t, &t->batch, t->config.train.batch);
  take_batch(t, &t->held_out, t->model.dims.B);
  t->worker = sl_arena_take(&t->arena, (size_t)t->workers * sizeof *t->worker);
  for (int w = 0; w < t->workers; w++) {
    t->worker[w].saved = take(t, plan->size[SL_SAVED]);
    t->worker[w].scratch = take(t, scratch_size(plan, optimiser));
    t->worker[w].work = take(t, t->kernels->gemm_work);
  }
}

static sl_code open_in_arena(sl_trainer *t, sl_text_input text, sl_error *e) {
  take_all(t);
  SL_TRY(sl_config_open_corpus(&t->config, text, &t->arena, &t->corpus, e));
  t->corpus.prompt =
      sl_arena_take(&t->arena, (size_t)t->config.data.context * sizeof *t->corpus.prompt);
  sl_model_init(&t->model, t->config.seed, t->params);
  sl_model_fill_state(&t->model, t->state);
  return SL_OK;
}

sl_code sl_trainer_open(sl_trainer *t, const sl_config *c, sl_text_input text, sl_tier tier,
                        int workers, size_t extra, sl_error *e) {
  size_t bytes;
  int V;
  memset(t, 0, sizeof *t);
  t->config = t->now = *c;
  t->kernels = tier.kernels;
  t->arithmetic = tier.arithmetic;
  t->workers = workers;
  t->prepared = -1;
  t->loss = t->grad_norm = NAN;
  SL_TRY(sl_trainer_measure(&t->config, text, t->kernels, workers, &bytes, &t->model, &V, e));
  sl_code code = sl_arena_open(&t->arena, bytes + extra, e);
  if (code == SL_OK) code = open_in_arena(t, text, e);
  if (code) sl_trainer_close(t);
  return code;
}

void sl_trainer_close(sl_trainer *t) {
  sl_arena_close(&t->arena);
  sl_model_free(&t->model);
  free(t->changes);
}

static void prepare(sl_trainer *t) {
  if (t->prepared == t->step) return;
  for (int b = 0; b < t->batch.B; b++) sl_window_train(t, t->step, b, &t->batch, b);
  t->total_weight = 0;
  for (size_t i = 0; i < (size_t)t->batch.B * t->batch.T; i++)
    t->total_weight += t->batch.weight[i];
  if (t->total_weight == 0)
    t->total_weight = 1; /* nothing to predict: prefixes over short documents */
  t->prepared = t->step;
}

/* A pass of worker w over `rows` windows of the batch, from window `first`. */
static sl_pass pass_over(const sl_trainer *t, const sl_batch *batch, int first, int rows, int w) {
  size_t at = (size_t)first * batch->T;
  const sl_worker *worker = &t->worker[w];
  return (sl_pass){.model = &t->model,
                   .k = t->kernels,
                   .params = t->params,
                   .state = t->state,
                   .saved = worker->saved,
                   .scratch = worker->scratch,
                   .work = worker->work,
                   .B = rows,
                   .N = rows * batch->T,
                   .tokens = batch->tokens + at,
                   .target = batch->target + at,
                   .position = batch->position + at,
                   .document = batch->document + at,
                   .weight = batch->weight + at,
                   .prefix = batch->prefix + first};
}

/* Computes shard i with the batch in place. The loss travels with the gradient as two numbers whose
 * sum is the double, so that every worker adds the same. */
static void shard_task(void *arg, int i, int w) {
  sl_trainer *t = arg;
  const sl_train_config *c = &t->now.train;
  int first = shard_start(c, i), end = shard_start(c, i + 1);
  const sl_training training = {.label_smoothing = c->label_smoothing,
                                .z_loss = c->z_loss,
                                .dropout = c->dropout,
                                .seed = t->config.seed,
                                .step = t->step,
                                .first = first};
  sl_pass p = pass_over(t, &t->batch, first, end - first, w);
  p.training = &training;
  p.grads = sl_trainer_shard_at(t, i);
  memset(p.grads, 0, t->n * sizeof *p.grads);
  sl_model_forward(&p);
  double loss = sl_model_loss(&p, (sl_real)(1 / t->total_weight), NULL);
  sl_model_backward(&p);
  p.grads[t->n] = (sl_real)loss;
  p.grads[t->n + 1] = (sl_real)(loss - (double)p.grads[t->n]);
}

static sl_code can_step(const sl_trainer *t, sl_error *e) {
  if (t->diverged)
    return sl_fail(
        e, SL_E_DIVERGED, t->diverged_tensor,
        "The run diverged at step %lld: %s stopped being finite. Lower the learning rate "
        "(train.lr) and start again, or load an earlier checkpoint.",
        (long long)t->diverged_step, t->diverged_tensor);
  if (t->step >= t->config.train.steps)
    return sl_fail(e, SL_E_STATE, "train.steps", "All %d steps of this run are done.",
                   t->config.train.steps);
  return SL_OK;
}

sl_code sl_trainer_shard(sl_trainer *t, int shard, int worker, sl_error *e) {
  SL_TRY(can_step(t, e));
  if (shard < -1 || shard >= t->config.train.shards)
    return sl_fail(e, SL_E_STATE, "train.shards", "There is no shard %d; there are %d.", shard,
                   t->config.train.shards);
  prepare(t);
  if (shard >= 0) shard_task(t, shard, worker);
  return SL_OK;
}

/* The squares of all matrices, times l2 / 2: their gradient is added, their loss given. */
static double add_l2(const sl_trainer *t, sl_real *g) {
  const double l2 = t->now.train.l2;
  double sum = 0;
  for (int i = 0; l2 > 0 && i < t->model.plan.count; i++) {
    const sl_entry *x = &t->model.plan.tensors[i];
    if (x->role != SL_PARAM || x->rank < 2) continue;
    const sl_real *w = t->params + x->at;
    for (size_t j = 0; j < x->size; j++) g[x->at + j] += (sl_real)l2 * w[j];
    sum += t->kernels->sumsq(x->size, w);
  }
  return l2 / 2 * sum;
}

/* Adds the shards in index order into the first, and the losses; the mean of the objective. */
static double reduce(sl_trainer *t) {
  sl_real *sum = sl_trainer_shard_at(t, 0);
  double loss = 0;
  for (int s = 0; s < t->config.train.shards; s++) {
    const sl_real *g = sl_trainer_shard_at(t, s);
    loss += (double)g[t->n] + (double)g[t->n + 1];
    if (s) t->kernels->add(t->n, g, sum);
  }
  return loss / t->total_weight + add_l2(t, sum);
}

/* Sum of squares over all parameters' gradients; the first tensor that is not finite, if any. */
static double square_norm(const sl_trainer *t, const sl_real *g, const sl_entry **bad) {
  double sum = 0;
  *bad = NULL;
  for (int i = 0; i < t->model.plan.count; i++) {
    const sl_entry *x = &t->model.plan.tensors[i];
    if (x->role != SL_PARAM) continue;
    double part = t->kernels->sumsq(x->size, g + x->at);
    if (!(part - part == 0) && !*bad) *bad = x;
    sum += part;
  }
  return sum;
}

double sl_trainer_lr(const sl_trainer *t, int64_t step) {
  const sl_train_config *c = &t->now.train;
  if (step < c->warmup) return c->lr * (double)(step + 1) / c->warmup;
  int64_t after = c->steps - c->warmup;
  const sl_schedule_type *schedule = (const sl_schedule_type *)c->schedule.row;
  return c->lr *
         schedule->factor(&c->schedule.settings, (double)(step - c->warmup) / (double)after);
}

static void update(sl_trainer *t, const sl_real *g, double norm) {
  const sl_train_config *c = &t->now.train;
  const sl_optimiser_type *optimiser = (const sl_optimiser_type *)c->optimiser.row;
  sl_update u = {.lr = sl_trainer_lr(t, t->step),
                 .grad_scale = 1,
                 .t = t->step + 1,
                 .index = -1,
                 .seed = t->config.seed,
                 .scratch = t->worker[0].scratch,
                 .work = t->worker[0].work};
  if (c->clip > 0 && norm > c->clip) u.grad_scale = c->clip / norm;
  for (int i = 0; i < t->model.plan.count; i++) {
    const sl_entry *x = &t->model.plan.tensors[i];
    if (x->role != SL_PARAM) continue;
    u.decays = x->rank >= 2;
    u.inner = x->is_linear;
    u.rank = x->rank;
    u.shape = x->shape;
    u.index++;
    optimiser->update(t->kernels, &c->optimiser.settings, &u, x->size, g + x->at, t->params + x->at,
                      t->optimiser[0] ? t->optimiser[0] + x->at : NULL,
                      t->optimiser[1] ? t->optimiser[1] + x->at : NULL);
  }
}

sl_code sl_trainer_apply(sl_trainer *t, sl_error *e) {
  SL_TRY(can_step(t, e));
  if (t->prepared != t->step)
    return sl_fail(e, SL_E_STATE, "", "Compute the shards of this step before applying it.");
  const sl_entry *bad;
  double loss = reduce(t);
  const sl_real *g = sl_trainer_shard_at(t, 0);
  double norm = sl_sqrt(square_norm(t, g, &bad));
  t->prepared = -1; /* the first shard holds the sum now */
  if (bad || !(loss - loss == 0)) {
    t->diverged = 1;
    t->diverged_step = t->step + 1;
    strcpy(t->diverged_tensor, bad ? bad->name : "loss");
    return can_step(t, e);
  }
  update(t, g, norm);
  t->loss = loss;
  t->grad_norm = norm;
  t->step++;
  return SL_OK;
}

sl_code sl_trainer_step(sl_trainer *t, sl_error *e) {
  SL_TRY(can_step(t, e));
  prepare(t);
  int shards = t->config.train.shards;
  if (t->parallel.run && t->workers > 1)
    t->parallel.run(t->parallel.ctx, shard_task, t, shards);
  else
    for (int s = 0; s < shards; s++) shard_task(t, s, 0);
  return sl_trainer_apply(t, e);
}

sl_pass sl_trainer_windows(sl_trainer *t, sl_input input, int first, int count) {
  for (int b = 0; b < count; b++) sl_window_held_out(t, input, first + b, &t->held_out, b);
  return pass_over(t, &t->held_out, 0, count, 0);
}

sl_pass sl_trainer_look(sl_trainer *t, sl_input input, int first, int count) {
  sl_pass p = sl_trainer_windows(t, input, first, count);
  sl_model_forward(&p);
  return p;
}

sl_real *sl_trainer_room(sl_trainer *t, size_t *n) {
  t->prepared = -1;
  *n = room_of(&t->config, &t->model);
  return t->shards;
}

uint64_t sl_trainer_fingerprint(const sl_trainer *t) {
  uint64_t h = SL_HASH_START;
  for (int i = 0; i < t->model.plan.count; i++) {
    const sl_entry *x = &t->model.plan.tensors[i];
    if (x->role == SL_PARAM) h = sl_hash(h, t->params + x->at, x->size * sizeof(sl_real));
  }
  return h;
}
