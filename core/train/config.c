/* The configuration of a run: sections, parsing, and what cannot be combined. */
#include "../base/json.h"
#include "train.h"

#define DATA_AT(member)  .offset = offsetof(sl_data_config, member)
#define TRAIN_AT(member) .offset = offsetof(sl_train_config, member)
#define EVAL_AT(member)  .offset = offsetof(sl_eval_config, member)
#define ROOT_AT(member)  .offset = offsetof(sl_config, member)

static const sl_param data_params[] = {
    {.key = "corpus",
     .label = "Corpus",
     .type = SL_FAMILY,
     .text = "backcopy",
     .family = &sl_corpus_family,
     DATA_AT(corpus),
     .help = "What the model learns to continue."},
    {.key = "packing",
     .label = "Packing",
     .type = SL_FAMILY,
     .text = "causal_fixed_bos",
     .family = &sl_packing_family,
     DATA_AT(packing),
     .help = "How documents are laid into windows, and where BOS stands."},
    {.key = "objective",
     .label = "Objective",
     .type = SL_FAMILY,
     .text = "autoregressive",
     .family = &sl_objective_family,
     DATA_AT(objective),
     .help = "Which tokens of a window are predicted, and from what."},
    {.key = "context",
     .label = "Context",
     .unit = "tokens",
     .type = SL_INT,
     .scale = SL_POWER2,
     .def = 64,
     .min = 8,
     .max = 1024,
     DATA_AT(context),
     .help = "Tokens in a window."},
    {.key = "unique",
     .label = "Unique data",
     .unit = "tokens",
     .type = SL_INT,
     .def = 0,
     .min = 0,
     .max = 1000000000,
     DATA_AT(unique),
     .help = "Training goes again and again through windows of this many tokens, in a new order "
             "each time; of your own text it takes the first. 0: no window comes twice."},
    {0}};
static const sl_desc data_section = {"data", "Data", "What is read, and how it is packed.", NULL,
                                     data_params};

static const sl_param train_params[] = {
    {.key = "steps",
     .label = "Steps",
     .type = SL_INT,
     .scale = SL_LOG,
     .def = 1000,
     .min = 1,
     .max = 1000000,
     TRAIN_AT(steps),
     .help = "Optimiser steps of the whole run."},
    {.key = "batch",
     .label = "Batch",
     .unit = "windows",
     .type = SL_INT,
     .scale = SL_POWER2,
     .def = 32,
     .min = 1,
     .max = 512,
     TRAIN_AT(batch),
     .help = "Windows per step."},
    {.key = "shards",
     .label = "Shards",
     .type = SL_INT,
     .scale = SL_POWER2,
     .def = 4,
     .min = 1,
     .max = 64,
     TRAIN_AT(shards),
     .help = "Parts of a batch whose gradients are added in order: what workers share out."},
    {.key = "lr",
     .label = "Learning rate",
     .type = SL_REAL,
     .scale = SL_LOG,
     .def = 0.003,
     .min = 1e-6,
     .max = 100,
     TRAIN_AT(lr),
     .live = 1,
     .help = "How far a step goes."},
    {.key = "schedule",
     .label = "Schedule",
     .type = SL_FAMILY,
     .text = "constant",
     .family = &sl_schedule_family,
     TRAIN_AT(schedule),
     .help = "How the learning rate changes over the run."},
    {.key = "warmup",
     .label = "Warm-up",
     .unit = "steps",
     .type = SL_INT,
     .def = 0,
     .min = 0,
     .max = 100000,
     TRAIN_AT(warmup),
     .help = "Steps over which the learning rate rises from 0."},
    {.key = "optimiser",
     .label = "Optimiser",
     .type = SL_FAMILY,
     .text = "adamw",
     .family = &sl_optimiser_family,
     TRAIN_AT(optimiser),
     .help = "How gradients become changes of the weights."},
    {.key = "clip",
     .label = "Clip",
     .type = SL_REAL,
     .def = 1,
     .min = 0,
     .max = 1000,
     TRAIN_AT(clip),
     .help = "Largest norm of the whole gradient; 0 leaves it as it is."},
    {.key = "label_smoothing",
     .label = "Label smoothing",
     .type = SL_REAL,
     .def = 0,
     .min = 0,
     .max = 0.99,
     TRAIN_AT(label_smoothing),
     .help = "Share of the target that is spread over all tokens; the training loss includes it."},
    {.key = "z_loss",
     .label = "Z-loss",
     .type = SL_REAL,
     .def = 0,
     .min = 0,
     .max = 1,
     TRAIN_AT(z_loss),
     .help = "Times the square of each token's log sum of exp of the logits, added to the training "
             "loss: keeps logits near 0."},
    {.key = "l2",
     .label = "L2 in the loss",
     .type = SL_REAL,
     .def = 0,
     .min = 0,
     .max = 10,
     TRAIN_AT(l2),
     .live = 1,
     .help =
         "Half of it times the squares of all matrices, added to the training loss, so that its "
         "gradient goes through clipping and the optimiser; decay goes past them."},
    {.key = "dropout",
     .label = "Dropout",
     .type = SL_REAL,
     .def = 0,
     .min = 0,
     .max = 0.9,
     TRAIN_AT(dropout),
     .help = "Share of the embedded input and of what each sublayer adds that is set to 0, at "
             "random, in training only."},
    {0}};
static const sl_desc train_section = {"train", "Training", "How the weights are found.", NULL,
                                      train_params};

static const sl_param eval_params[] = {
    {.key = "every",
     .label = "Evaluate every",
     .unit = "steps",
     .type = SL_INT,
     .scale = SL_LOG,
     .def = 50,
     .min = 1,
     .max = 100000,
     EVAL_AT(every),
     .help = "Steps between two measurements on held-out windows."},
    {.key = "sequences",
     .label = "Held-out windows",
     .type = SL_INT,
     .def = 100,
     .min = 1,
     .max = 1000,
     EVAL_AT(sequences),
     .help = "Windows that a measurement averages over."},
    {.key = "tokens",
     .label = "Tokens of a window",
     .unit = "tokens",
     .type = SL_INT,
     .def = 64,
     .min = 8,
     .max = 1024,
     EVAL_AT(tokens),
     .help = "Sink rates look at the first tokens of each window only, as many as this, so that "
             "contexts of different length compare."},
    {.key = "epsilon",
     .label = "Threshold ε",
     .type = SL_REAL,
     .def = 0.3,
     .min = 0.01,
     .max = 0.99,
     EVAL_AT(epsilon),
     .help = "A head has a sink on a token that takes more than this share of its attention."},
    {.key = "fingerprint_every",
     .label = "Fingerprint every",
     .unit = "steps",
     .type = SL_INT,
     .scale = SL_LOG,
     .def = 100,
     .min = 1,
     .max = 100000,
     EVAL_AT(fingerprint_every),
     .help = "Steps between two hashes of all parameters, which prove the run."},
    {0}};
static const sl_desc eval_section = {"eval", "Evaluation", "What is measured, and how often.",
                                     "arXiv 2410.10781, sec. 3.2", eval_params};

static const sl_param root_params[] = {
    {.key = "seed",
     .label = "Seed",
     .type = SL_SEED,
     .def = 1,
     .max = 1e18,
     ROOT_AT(seed),
     .help = "The same seed and settings give the same run, bit for bit."},
    {.key = "model",
     .label = "Model",
     .type = SL_SECTION,
     .section = &sl_model_section,
     ROOT_AT(model),
     .help = "The network that is trained."},
    {.key = "data",
     .label = "Data",
     .type = SL_SECTION,
     .section = &data_section,
     ROOT_AT(data),
     .help = "What is read, and how it is packed."},
    {.key = "train",
     .label = "Training",
     .type = SL_SECTION,
     .section = &train_section,
     ROOT_AT(train),
     .help = "How the weights are found."},
    {.key = "eval",
     .label = "Evaluation",
     .type = SL_SECTION,
     .section = &eval_section,
     ROOT_AT(eval),
     .help = "What is measured, and how often."},
    {0}};
const sl_desc sl_config_desc = {"config", "Configuration", "Everything that makes a run.", NULL,
                                root_params};

/* What cannot be combined, each with its sentence. */
static sl_code check(const sl_config *c, sl_error *e) {
  const sl_corpus_type *corpus = (const sl_corpus_type *)c->data.corpus.row;
  const sl_packing_type *packing = (const sl_packing_type *)c->data.packing.row;
  SL_TRY(sl_corpus_check(&c->data.corpus, e));
  if (packing->needs_documents && !corpus->has_documents)
    return sl_fail(e, SL_E_CONFIG, "data.packing",
                   "The packing \"%s\" needs documents that end, and the corpus \"%s\" goes on for "
                   "ever; choose a corpus with documents, or \"causal_fixed_bos\".",
                   packing->desc.id, corpus->desc.id);
  if (c->train.shards > c->train.batch)
    return sl_fail(e, SL_E_CONFIG, "train.shards",
                   "A batch of %d windows cannot be cut into %d shards; use at most %d.",
                   c->train.batch, c->train.shards, c->train.batch);
  if (c->train.warmup >= c->train.steps && c->train.warmup > 0)
    return sl_fail(e, SL_E_CONFIG, "train.warmup",
                   "A warm-up of %d steps does not fit a run of %d; make it shorter.",
                   c->train.warmup, c->train.steps);
  const sl_objective_type *objective = (const sl_objective_type *)c->data.objective.row;
  if (objective->check) SL_TRY(objective->check(&c->data.objective.settings, c->data.context, e));
  sl_model m; /* the model's own combinations come out of its layout */
  sl_code code = sl_model_plan(&m, &c->model, 1, c->data.context + sl_model_front(&c->model), 3, e);
  if (code == SL_OK) sl_model_free(&m);
  return code;
}

sl_code sl_config_parse(const char *json, size_t size, sl_config *c, sl_error *e) {
  sl_json *j;
  SL_TRY(sl_json_parse(json, size, SL_JSON_CONFIG_LIMIT, &j, e));
  sl_desc_defaults(&sl_config_desc, c);
  sl_code code = sl_json_read(j, &sl_config_desc, "", c, e);
  sl_json_free(j);
  return code ? code : check(c, e);
}
