/* The public API: handles, opening, training, saving. What is measured is in lab_views.c. */
#include "lab.h"

#include "../base/hash.h"
#include "../base/json.h"
#include "../registry/registry.h"

#include <stdlib.h>
#include <string.h>

int sl_abi(void) { return SL_ABI; }

/* Offsets in sl_view, as JSON. */
#define STRING(x) #x
#define LAYOUT(abi, size, type, rank, shape, generation)                                           \
  "{\"abi\":" STRING(abi) ",\"view\":{\"size\":" #size ",\"data\":0,\"type\":" #type               \
                          ",\"rank\":" #rank ",\"shape\":" #shape ",\"generation\":" #generation   \
                          "}}"

const char *sl_layout_json(void) {
  return sizeof(void *) == 4 ? LAYOUT(SL_ABI, 32, 4, 8, 12, 28) : LAYOUT(SL_ABI, 40, 8, 12, 16, 32);
}

_Static_assert(sizeof(void *) == 8 ||
                   (sizeof(sl_view) == 32 && offsetof(sl_view, generation) == 28),
               "sl_layout_json does not describe sl_view");
_Static_assert(sizeof(void *) == 4 ||
                   (sizeof(sl_view) == 40 && offsetof(sl_view, generation) == 32),
               "sl_layout_json does not describe sl_view");

sl_lab *sl_new(void) { return calloc(1, sizeof(sl_lab)); }

static void run_free(run *r) {
  if (!r) return;
  sl_trainer_close(&r->trainer);
  free(r);
}

void sl_close(sl_lab *lab) {
  run_free(lab->run);
  lab->run = NULL;
  free(lab->saved);
  lab->saved = NULL;
  lab->generation++;
}

void sl_free(sl_lab *lab) {
  if (!lab) return;
  sl_close(lab);
  sl_text_free(&lab->out);
  sl_text_free(&lab->error_out);
  free(lab);
}

const char *sl_error_json(sl_lab *lab) {
  const sl_error *e = &lab->error;
  sl_text *t = &lab->error_out;
  sl_text_clear(t);
  sl_text_add(t, "{\"code\":");
  sl_text_string(t, sl_code_name(e->code));
  sl_text_add(t, ",\"path\":");
  sl_text_string(t, e->path);
  sl_text_printf(t, ",\"offset\":%lld,\"message\":", e->offset);
  sl_text_string(t, e->message);
  sl_text_add(t, "}");
  const char *json = sl_text_done(t);
  return json ? json
              : "{\"code\":\"memory\",\"path\":\"\",\"offset\":-1,\"message\":\"Out of memory.\"}";
}

const char *sl_lab_answer(sl_lab *lab) {
  const char *s = sl_text_done(&lab->out);
  if (!s) sl_fail(&lab->error, SL_E_MEMORY, "", "Out of memory while writing the answer.");
  return s;
}

sl_code sl_lab_need_run(sl_lab *lab) {
  return lab->run ? SL_OK : sl_fail(&lab->error, SL_E_STATE, "", "No run is open; open one first.");
}

/* ---- descriptions ---- */

#ifndef SL_WORDLESS

const char *sl_registry_json(sl_lab *lab) {
  sl_text_clear(&lab->out);
  sl_registry_write_json(&lab->out);
  return sl_lab_answer(lab);
}

const char *sl_registry_markdown(sl_lab *lab) {
  sl_text_clear(&lab->out);
  sl_registry_write_markdown(&lab->out);
  return sl_lab_answer(lab);
}

#endif

/* ---- arithmetic ---- */

static sl_tier tier_of(const sl_lab *lab) { return lab->tier.kernels ? lab->tier : sl_tier_at(0); }

const char *sl_arithmetics_json(sl_lab *lab) {
  sl_text_clear(&lab->out);
  const char *last = "";
  for (int i = 0; sl_tier_at(i).kernels; i++) {
    const char *name = sl_tier_at(i).arithmetic;
    if (strcmp(name, last)) sl_text_printf(&lab->out, "%s\"%s\"", i ? "," : "[", name);
    last = name;
  }
  sl_text_add(&lab->out, "]");
  return sl_lab_answer(lab);
}

int sl_set_arithmetic(sl_lab *lab, const char *name) {
  for (int i = 0; sl_tier_at(i).kernels; i++)
    if (!strcmp(sl_tier_at(i).arithmetic, name)) {
      lab->tier = sl_tier_at(i);
      return SL_OK;
    }
  return sl_fail(&lab->error, SL_E_CONFIG, "arithmetic",
                 "The arithmetic \"%s\" cannot be had from this engine on this processor; use "
                 "\"%s\".",
                 name, sl_tier_at(0).arithmetic);
}

const char *sl_resolve_json(sl_lab *lab, const char *json, size_t size) {
  sl_config c;
  if (sl_config_parse(json, size, &c, &lab->error)) return NULL;
  sl_text_clear(&lab->out);
  sl_json_write(&lab->out, &sl_config_desc, &c);
  return sl_lab_answer(lab);
}

/* What a run takes, and its shape. */
typedef struct estimate {
  size_t bytes, metrics;
  double parameters, flops_per_step;
  int vocabulary;
} estimate;

static sl_code measure(const sl_config *c, sl_text_input text, const sl_kernels *k, int workers,
                       estimate *out, sl_error *e) {
  sl_model m;
  SL_TRY(sl_trainer_measure(c, text, k, workers, &out->bytes, &m, &out->vocabulary, e));
  out->metrics = sl_metrics_memory(c, &m.dims);
  out->parameters = 0;
  for (int i = 0; i < m.plan.count; i++)
    if (m.plan.tensors[i].role == SL_PARAM) out->parameters += (double)m.plan.tensors[i].size;
  out->flops_per_step =
      sl_model_flops_per_token(&m) * (double)c->train.batch * (double)c->data.context;
  out->bytes +=
      out->metrics + sizeof(run) + (size_t)m.plan.room * sizeof *m.plan.tensors + SL_ALIGN;
  sl_model_free(&m);
  return SL_OK;
}

const char *sl_estimate_json(sl_lab *lab, const char *json, size_t size, const void *text,
                             size_t text_size, int workers) {
  sl_config c;
  estimate x;
  if (sl_config_parse(json, size, &c, &lab->error) ||
      measure(&c, (sl_text_input){text, text_size}, tier_of(lab).kernels, workers < 1 ? 1 : workers,
              &x, &lab->error))
    return NULL;
  sl_text_clear(&lab->out);
  sl_text_printf(&lab->out,
                 "{\"bytes\":%zu,\"parameters\":%.0f,\"flops_per_step\":%.0f,"
                 "\"tokens_per_step\":%d,\"vocabulary\":%d}",
                 x.bytes, x.parameters, x.flops_per_step, c.train.batch * c.data.context,
                 x.vocabulary);
  return sl_lab_answer(lab);
}

/* ---- opening ---- */

static sl_code run_open(run *r, const sl_config *c, const void *text, size_t text_size,
                        sl_tier tier, int workers, uint64_t limit, sl_error *e) {
  estimate x;
  sl_text_input input = {text, text_size};
  SL_TRY(measure(c, input, tier.kernels, workers, &x, e));
  if (limit && x.bytes > limit)
    return sl_fail(e, SL_E_MEMORY, "",
                   "This run needs %.1f MB and the limit is %.1f MB; a smaller batch "
                   "(train.batch), context, width or number of layers takes less.",
                   (double)x.bytes / 1e6, (double)limit / 1e6);
  if (text_size) r->meta.text_hash = sl_hash(SL_HASH_START, text, text_size);
  SL_TRY(sl_trainer_open(&r->trainer, c, input, tier, workers, x.metrics, e));
  sl_metrics_open(&r->metrics, &r->trainer);
  sl_metrics_fingerprint(&r->metrics, &r->trainer);
  return SL_OK;
}

/* Takes the place of whatever was open. */
static void adopt(sl_lab *lab, run *r) {
  sl_close(lab);
  r->trainer.parallel = lab->parallel;
  lab->run = r;
}

static int open_or_load(sl_lab *lab, const sl_config *c, const unsigned char *checkpoint,
                        size_t checkpoint_size, const sl_checkpoint_meta *meta, const void *text,
                        size_t text_size, int workers, uint64_t limit) {
  run *r = calloc(1, sizeof *r);
  if (!r) return sl_fail(&lab->error, SL_E_MEMORY, "", "Out of memory.");
  sl_code code =
      run_open(r, c, text, text_size, tier_of(lab), workers < 1 ? 1 : workers, limit, &lab->error);
  if (!code && checkpoint) {
    r->meta.parent = meta->parent;
    code = sl_checkpoint_load(checkpoint, checkpoint_size, &r->trainer, &r->metrics, &lab->error);
  }
  if (code)
    run_free(r);
  else
    adopt(lab, r);
  return code;
}

int sl_open(sl_lab *lab, const char *json, size_t size, const void *text, size_t text_size,
            int workers, uint64_t limit) {
  sl_config c;
  SL_TRY(sl_config_parse(json, size, &c, &lab->error));
  return open_or_load(lab, &c, NULL, 0, NULL, text, text_size, workers, limit);
}

int sl_load(sl_lab *lab, const void *bytes, size_t size, const void *text, size_t text_size,
            int workers, uint64_t limit) {
  sl_config c;
  sl_checkpoint_meta meta;
  SL_TRY(sl_checkpoint_config(bytes, size, &c, &meta, &lab->error));
  if (meta.text_hash && (!text_size || meta.text_hash != sl_hash(SL_HASH_START, text, text_size)))
    return sl_fail(&lab->error, SL_E_DATA, "text",
                   "This checkpoint was trained on a text of your own; give that same text to go "
                   "on.");
  return open_or_load(lab, &c, bytes, size, &meta, text, text_size, workers, limit);
}

int sl_save(sl_lab *lab, sl_view *bytes) {
  SL_TRY(sl_lab_need_run(lab));
  unsigned char *file;
  size_t size;
  SL_TRY(sl_checkpoint_save(&lab->run->trainer, &lab->run->metrics, &lab->run->meta, &file, &size,
                            &lab->error));
  if (size > INT32_MAX) {
    free(file);
    return sl_fail(&lab->error, SL_E_MEMORY, "checkpoint",
                   "A checkpoint of %.0f MB is too large to hand over; at most 2147 MB are.",
                   (double)size / 1e6);
  }
  free(lab->saved);
  lab->saved = file;
  *bytes = (sl_view){.data = file,
                     .type = SL_U8,
                     .rank = 1,
                     .shape = {(int32_t)size},
                     .generation = lab->generation};
  return SL_OK;
}

uint32_t sl_generation(const sl_lab *lab) { return lab->generation; }

const char *sl_config_json(sl_lab *lab) {
  if (sl_lab_need_run(lab)) return NULL;
  sl_text_clear(&lab->out);
  sl_json_write(&lab->out, &sl_config_desc, &lab->run->trainer.config);
  return sl_lab_answer(lab);
}

/* ---- training ---- */

int sl_train(sl_lab *lab, int steps) {
  SL_TRY(sl_lab_need_run(lab));
  sl_trainer *t = &lab->run->trainer;
  sl_metrics *m = &lab->run->metrics;
  if (t->step == 0) sl_metrics_evaluate(m, t);
  for (int i = 0; i < steps && t->step < t->config.train.steps; i++) {
    SL_TRY(sl_trainer_step(t, &lab->error));
    sl_metrics_after_step(m, t);
    if (sl_metrics_due(t)) sl_metrics_evaluate(m, t);
  }
  return SL_OK;
}

int sl_set_live(sl_lab *lab, const char *path, double value) {
  SL_TRY(sl_lab_need_run(lab));
  return sl_trainer_set_live(&lab->run->trainer, path, value, &lab->error);
}

int sl_shard(sl_lab *lab, int shard) {
  SL_TRY(sl_lab_need_run(lab));
  return sl_trainer_shard(&lab->run->trainer, shard, 0, &lab->error);
}

int sl_apply(sl_lab *lab) {
  SL_TRY(sl_lab_need_run(lab));
  SL_TRY(sl_trainer_apply(&lab->run->trainer, &lab->error));
  sl_metrics_after_step(&lab->run->metrics, &lab->run->trainer);
  return SL_OK;
}

int64_t sl_step(const sl_lab *lab) { return lab->run ? lab->run->trainer.step : 0; }

double sl_loss(const sl_lab *lab) {
  return lab->run ? lab->run->trainer.loss : (double)__builtin_nan("");
}

const char *sl_fingerprint(sl_lab *lab) {
  if (sl_lab_need_run(lab)) return NULL;
  sl_text_clear(&lab->out);
  sl_text_printf(&lab->out, "%016llx",
                 (unsigned long long)sl_trainer_fingerprint(&lab->run->trainer));
  return sl_lab_answer(lab);
}

void sl_set_runner(sl_lab *lab, sl_runner runner, void *ctx) {
  lab->parallel = (sl_parallel){runner, ctx};
  if (lab->run) lab->run->trainer.parallel = lab->parallel;
}
