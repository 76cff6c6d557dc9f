/* Training: the configuration of a run, its optimiser and schedule, and the trainer that takes
 * steps. A step is: make the batch, each shard's gradient into a buffer of its own, add the buffers
 * in index order, clip, apply. So the bits do not depend on how many workers computed the shards. */
#ifndef SL_TRAIN_H
#define SL_TRAIN_H

#include "../base/text.h"
#include "../data/data.h"
#include "../model/model.h"

/* ---- optimiser ---- */
typedef struct sl_update {
  double lr;
  double grad_scale; /* clipping factor */
  int64_t t;         /* this step's number, from 1 */
  int decays;        /* whether this tensor takes weight decay */
  int inner;         /* whether it is the matrix of a linear map inside a layer */
  int rank;
  const int *shape; /* (rank) */
  int index;        /* among the parameters */
  uint64_t seed;    /* of the run */
  sl_real *scratch; /* `scratch` numbers per number of the tensor, see below */
  sl_real *work;    /* the gemm's */
} sl_update;

typedef struct sl_optimiser_type {
  sl_desc desc;
  int states;  /* numbers kept per parameter, at most 2 */
  int scratch; /* numbers used per parameter of the tensor at hand */
  void (*update)(const sl_kernels *k, const void *settings, const sl_update *u, size_t n,
                 const sl_real *g, sl_real *w, sl_real *state0, sl_real *state1);
} sl_optimiser_type;
extern const sl_family sl_optimiser_family;

/* ---- schedule ---- */
typedef struct sl_schedule_type {
  sl_desc desc;
  /* Factor on the learning rate; progress in [0,1] of the steps after the warm-up. */
  double (*factor)(const void *settings, double progress);
} sl_schedule_type;
extern const sl_family sl_schedule_family;

/* ---- configuration of a run ---- */
typedef struct sl_data_config {
  sl_pick corpus, packing, objective;
  int32_t context, unique;
} sl_data_config;

typedef struct sl_train_config {
  int32_t steps, batch, shards, warmup;
  double lr, clip, label_smoothing, z_loss, l2, dropout;
  sl_pick optimiser, schedule;
} sl_train_config;

typedef struct sl_eval_config {
  int32_t every, sequences, tokens, fingerprint_every;
  double epsilon;
} sl_eval_config;

typedef struct sl_config {
  uint64_t seed;
  sl_model_config model;
  sl_data_config data;
  sl_train_config train;
  sl_eval_config eval;
} sl_config;

extern const sl_desc sl_config_desc;

/* Parses, fills in defaults and checks every combination that needs no data. */
sl_code sl_config_parse(const char *json, size_t size, sl_config *c, sl_error *e);

/* Opens the corpus as training sees it, in sl_corpus_memory() bytes of the arena. */
sl_code sl_config_open_corpus(const sl_config *c, sl_text_input text, sl_arena *arena,
                              sl_corpus *corpus, sl_error *e);

/* ---- trainer ---- */

/* How the shards of a step are spread over workers; see sl_set_runner. */
typedef void (*sl_shard_task)(void *arg, int i, int worker);
typedef struct sl_parallel {
  void (*run)(void *ctx, sl_shard_task task, void *arg, int n); /* NULL: one after the other */
  void *ctx;
} sl_parallel;

/* Memory of one worker's passes. */
typedef struct sl_worker {
  sl_real *saved, *scratch, *work;
} sl_worker;

/* A setting that was changed when `step` steps were done. */
typedef struct sl_change {
  int64_t step;
  double value;
  char path[40];
} sl_change;

typedef struct sl_trainer {
  sl_config config; /* as the run began */
  sl_config now;    /* with all changes */
  sl_change *changes;
  int change_count, change_room;
  sl_corpus corpus;
  sl_model model; /* laid out for the windows of one shard */
  const sl_kernels *kernels;
  const char *arithmetic; /* of the kernels; "mixed" once a checkpoint of another was loaded */
  sl_parallel parallel;
  sl_arena arena;
  int workers;
  sl_worker *worker; /* (workers) */
  sl_real *params, *state;
  size_t n;              /* numbers in params, padding between tensors included */
  sl_real *optimiser[2]; /* (n) each, or NULL */
  sl_real *shards;       /* (shards, n + 2): gradient, then the loss as the sum of two numbers */
  sl_batch batch;        /* (batch, T) of the step at hand */
  sl_batch held_out;     /* (B, T) of the windows that are evaluated */
  double total_weight;   /* of the batch's losses */
  int64_t step;          /* done */
  int64_t prepared;      /* step whose batch is in place, or -1 */
  double loss;           /* of the last step */
  double grad_norm;      /* of the last step, before clipping */
  int diverged;
  int64_t diverged_step;
  char diverged_tensor[48];
} sl_trainer;

/* Bytes sl_trainer_open claims, without claiming them. Leaves the model's layout in m if not NULL
 * (to be freed). */
sl_code sl_trainer_measure(const sl_config *c, sl_text_input text, const sl_kernels *k, int workers,
                           size_t *bytes, sl_model *m, int *vocabulary, sl_error *e);
/* Opens at step 0; what the corpus needs of the text is copied. extra: bytes more for the caller, to be
 * taken from t->arena. */
sl_code sl_trainer_open(sl_trainer *t, const sl_config *c, sl_text_input text, sl_tier tier,
                        int workers, size_t extra, sl_error *e);
void sl_trainer_close(sl_trainer *t);

/* One step in pieces: a shard's gradient (any order, any worker), then the update. */
sl_code sl_trainer_shard(sl_trainer *t, int shard, int worker, sl_error *e);
sl_code sl_trainer_apply(sl_trainer *t, sl_error *e);
/* One whole step. On SL_E_DIVERGED the parameters are those before the step, all finite. */
sl_code sl_trainer_step(sl_trainer *t, sl_error *e);

/* Changes a setting from the coming step on: "train.lr", "train.optimiser.decay" and the others whose
 * description says that they are live. A change of the same setting at the same step is replaced. */
sl_code sl_trainer_set_live(sl_trainer *t, const char *path, double value, sl_error *e);
/* The same while a checkpoint is read: at an earlier step, none before those there are. */
sl_code sl_trainer_set_at(sl_trainer *t, int64_t step, const char *path, double value, sl_error *e);
/* ,"changes":[{"step":…,"path":…,"value":…},…] or, where there are none, nothing. */
void sl_trainer_write_changes(const sl_trainer *t, sl_text *out);

/* Learning rate of the step with this index (from 0). */
double sl_trainer_lr(const sl_trainer *t, int64_t step);

/* A pass of worker 0 over `count` held-out windows, ready to be changed and run; the windows stay in
 * t->held_out. */
sl_pass sl_trainer_windows(sl_trainer *t, sl_input input, int first, int count);
/* Room of n numbers for an analysis between two steps, the shards': at least a gradient, and at least
 * the residual streams of a window with, in doubles behind them, two matrices (C,C), one (T,C), a vector
 * (C) and one (T). */
sl_real *sl_trainer_room(sl_trainer *t, size_t *n);
/* A pass of worker 0 over `count` held-out windows from number `first`, without gradients; the
 * windows stay in t->held_out. */
sl_pass sl_trainer_look(sl_trainer *t, sl_input input, int first, int count);

/* Hash of all parameters, tensor by tensor. */
uint64_t sl_trainer_fingerprint(const sl_trainer *t);

/* The gradient of shard s, (n + 2). */
static inline sl_real *sl_trainer_shard_at(const sl_trainer *t, int s) {
  return t->shards + (size_t)s * (t->n + 2);
}

#endif
