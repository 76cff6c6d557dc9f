/* Sinklab's one public header.
 *
 * A lab is one training run: configuration as JSON in, numbers as flat typed views out. Every call
 * takes the lab's handle; strings and views belong to the lab. A string lives until the next call
 * on the same handle that returns a string; a view until `generation` changes (sl_open, sl_load,
 * sl_close) or the same thing is asked for again. A call that returns int gives 0 for success or
 * an error code whose sentence is in sl_error_json; a call that returns a pointer gives NULL then.
 * A refused call leaves everything as it was. The engine never prints, exits or aborts, and holds
 * no global state: labs are independent, each used by one thread at a time. */
#ifndef SINKLAB_H
#define SINKLAB_H

#include <stddef.h>
#include <stdint.h>

#define SL_ABI 1

#ifdef __cplusplus
extern "C" {
#endif

#define SL_API    __attribute__((used, visibility("default")))
#define SL_NATIVE __attribute__((visibility("default"))) /* not in the engine of the page */

typedef struct sl_lab sl_lab;

typedef enum sl_view_type { SL_F32 = 0, SL_F64 = 1, SL_I32 = 2, SL_U8 = 3 } sl_view_type;

/* Numbers in the lab's memory: row-major, shape[0..rank). */
typedef struct sl_view {
  const void *data;
  int32_t type; /* sl_view_type */
  int32_t rank;
  int32_t shape[4];
  uint32_t generation;
} sl_view;

/* SL_ABI of the built engine. */
SL_API int sl_abi(void);
/* {"abi":1,"view":{"size":…,"data":offset,"type":…,"rank":…,"shape":…,"generation":…}} : static. */
SL_API const char *sl_layout_json(void);

/* A handle with nothing open; NULL when out of memory. */
SL_API sl_lab *sl_new(void);
SL_API void sl_free(sl_lab *lab);

/* {"code":"config","path":"model.width","offset":-1,"message":"…"} of the last refused call. */
SL_API const char *sl_error_json(sl_lab *lab);

/* Every setting, family, row and probe: see registry/registry.h for its shape. */
SL_NATIVE const char *sl_registry_json(sl_lab *lab);
/* The same as Markdown (reference tables of the documentation). */
SL_NATIVE const char *sl_registry_markdown(sl_lab *lab);
/* Of all its ids, types, ranges and defaults, but not of words: an engine and a registry.json, where
 * it is "hash", belong together if it is the same. */
SL_API uint64_t sl_registry_hash(void);

/* ["strict","fma"]: the arithmetics that this engine can compute here, the default first. strict
 * rounds after every operation and has the same bits everywhere; fma fuses each multiply-add, is
 * faster, and has bits of its own, the same wherever the hardware fuses. */
SL_API const char *sl_arithmetics_json(sl_lab *lab);
/* The arithmetic of the runs opened from now on. A checkpoint of another is loaded all the same; the
 * run's arithmetic is then "mixed", and no replay can repeat it. */
SL_API int sl_set_arithmetic(sl_lab *lab, const char *name);

/* The configuration with every default filled in, or NULL. Nothing is opened. */
SL_API const char *sl_resolve_json(sl_lab *lab, const char *json, size_t size);
/* {"bytes":…,"parameters":…,"flops_per_step":…,"tokens_per_step":…,"vocabulary":…} or NULL. bytes is
 * all that sl_open will allocate, with `workers` activation arenas. */
SL_API const char *sl_estimate_json(sl_lab *lab, const char *json, size_t size, const void *text,
                                    size_t text_size, int workers);

/* What the configured data looks like, without opening a run: what sl_data_json says, and
 * "documents":[{"ended":…,"tokens":[…]},…], as many as asked for, the first tokens of each;
 * "mean_length": tokens of a document, null if they do not end; "counts": how often each token of the
 * vocabulary came in the sample that the baselines are measured on. */
SL_API const char *sl_preview_json(sl_lab *lab, const char *json, size_t size, const void *text,
                                   size_t text_size, int documents);

/* Opens a run at step 0. text: the user's own text for the corpus "text", else NULL, 0; it is
 * copied. Several files follow each other with the character 0x1C between them; each is then a document
 * (of bytes only where data.corpus.documents is "file"). workers: how many activation arenas (1 unless a runner is set). limit: bytes the run may
 * take, 0 for no limit. */
SL_API int sl_open(sl_lab *lab, const char *json, size_t size, const void *text, size_t text_size,
                   int workers, uint64_t limit);
SL_API void sl_close(sl_lab *lab);
SL_API uint32_t sl_generation(const sl_lab *lab);
/* The resolved configuration of the open run. */
SL_API const char *sl_config_json(sl_lab *lab);
/* {"vocabulary":["a",…],"bos":…,"eos":…,"unknown":…,"spaced":…,"baselines":{"uniform":…,"unigram":…,"bigram":…,"floor":…,
 * "sample":…}} of the open run's data. The floor is there where it is exact: what a model would score
 * that knows how documents are made, on whole documents behind a BOS. unknown: the token of words that
 * have none, where there is one; spaced: tokens are words, with blanks between them as text. */
SL_API const char *sl_data_json(sl_lab *lab);

/* Up to `steps` optimiser steps; stops at train.steps. Evaluates and takes fingerprints at the
 * steps the configuration names. */
SL_API int sl_train(sl_lab *lab, int steps);
/* Changes a setting of the open run from the coming step on: "train.lr", "train.optimiser.decay" and the
 * other numbers that the registry calls live. The run file and checkpoints record it with the step, so
 * that the run can be repeated: workers that share a run change it between the same two steps. The
 * configuration stays as the run began. */
SL_API int sl_set_live(sl_lab *lab, const char *path, double value);
/* One step in pieces, for several workers: each computes some shards, in any order, and gives their
 * buffers (tensor "shards.N": the gradient, then the loss as the sum of the last two numbers) to the
 * others, who write them in place; when all shards of the step are there, all apply. A worker that
 * computes none of them begins the step with sl_shard(lab, -1). sl_apply cannot know whether a
 * buffer is of this step: that is the caller's duty. It takes fingerprints and does not evaluate. */
SL_API int sl_shard(sl_lab *lab, int shard);
SL_API int sl_apply(sl_lab *lab);
/* Steps done. */
SL_API int64_t sl_step(const sl_lab *lab);
/* Loss of the last step in nats per token, NaN before the first. */
SL_API double sl_loss(const sl_lab *lab);
/* Fingerprint of the parameters now: 16 hexadecimal digits. */
SL_API const char *sl_fingerprint(sl_lab *lab);

/* Evaluates now, at the current step, and appends to the metrics (unless they end with it). */
SL_API int sl_evaluate(sl_lab *lab);
/* How many metric records there are; record i as JSON (an element of the run file's metrics). */
SL_API int sl_metrics_count(const sl_lab *lab);
SL_API const char *sl_metrics_json(sl_lab *lab, int i);
/* What the model did with its attention at the last evaluation, in plain words from measured numbers
 * (evaluates if it never was: to speak of this step, call sl_evaluate first): {"verdict":"sink","lines":[{"about":…,"text":…},…],
 * "births":[{"step":…,"what":…,"layer":…,"head":…,"text":…},…]}. */
SL_API const char *sl_report_json(sl_lab *lab);
/* The whole run file. */
SL_API const char *sl_run_json(sl_lab *lab);

/* A text of the user's for the inputs "bos_prompt" and "prompt", in the tokens of the open run's data:
 * {"tokens":…,"kept":…}. What does not fit into the context is left out (kept < tokens); what has no
 * token is refused, with its byte. */
SL_API const char *sl_set_prompt(sl_lab *lab, const char *utf8, size_t size);
/* Runs the named probes ("attention,hidden_norm", comma-separated ids) over `sequences` windows,
 * starting with number `first`, of an input: its place in the registry's list "inputs", where 0 is
 * packed as in training, 1 BOS + text, 2 text. One forward pass serves them all. */
SL_API int sl_probe(sl_lab *lab, const char *ids, int input, int first, int sequences);
/* The sink threshold of the coming calls of sl_probe, above 0 and below 1; 0: the configuration's, as it
 * is when a run opens. The run's own measurements go on with the configuration's. */
SL_API int sl_set_epsilon(sl_lab *lab, double epsilon);
/* What a probe of the last sl_probe measured. */
SL_API int sl_probe_view(sl_lab *lab, const char *id, sl_view *view);
/* Tokens (T) and document numbers (T) of the last probed window: -1 is a BOS that every document sees,
 * -2 padding. */
SL_API int sl_probe_tokens(sl_lab *lab, sl_view *tokens, sl_view *documents);
/* Tokens at its front that all see each other: 0 without a prefix, or before anything was probed. */
SL_API int sl_probe_prefix(const sl_lab *lab);

/* A tensor by name, where it lives: parameters ("layers.0.attention.w_q"), their gradients
 * ("shards.0/…"), optimiser state ("…/m"), activations of the last probed windows. */
SL_API int sl_tensor(sl_lab *lab, const char *name, sl_view *view);
/* [{"name":…,"role":"param","shape":[…]},…] */
SL_API const char *sl_tensors_json(sl_lab *lab);

/* A checkpoint of the open run, and back: opens the run that the bytes hold. */
SL_API int sl_save(sl_lab *lab, sl_view *bytes);
SL_API int sl_load(sl_lab *lab, const void *bytes, size_t size, const void *text, size_t text_size,
                   int workers, uint64_t limit);

/* Who runs the shards of a step. run(ctx, task, arg, n) calls task(arg, i, worker) once
 * for every i in [0,n), worker in [0, workers). Default: one after the other. */
typedef void (*sl_task)(void *arg, int i, int worker);
typedef void (*sl_runner)(void *ctx, sl_task task, void *arg, int n);
SL_NATIVE void sl_set_runner(sl_lab *lab, sl_runner run, void *ctx);

#ifdef __cplusplus
}
#endif
#endif
