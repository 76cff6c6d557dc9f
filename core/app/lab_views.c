/* The public API: what can be read off an open run. */
#include "lab.h"

#include "../probe/probe_report.h"

#include "../base/json.h"
#include "../base/number.h"

#include <stdlib.h>
#include <string.h>

/* ---- measurements ---- */

int sl_evaluate(sl_lab *lab) {
  SL_TRY(sl_lab_need_run(lab));
  sl_metrics_evaluate(&lab->run->metrics, &lab->run->trainer);
  return SL_OK;
}

int sl_metrics_count(const sl_lab *lab) { return lab->run ? lab->run->metrics.count : 0; }

const char *sl_metrics_json(sl_lab *lab, int i) {
  if (sl_lab_need_run(lab)) return NULL;
  if (i < 0 || i >= lab->run->metrics.count) {
    sl_fail(&lab->error, SL_E_STATE, "metrics", "There is no metric record %d; there are %d.", i,
            lab->run->metrics.count);
    return NULL;
  }
  sl_text_clear(&lab->out);
  sl_metrics_write(&lab->run->metrics, i, &lab->out);
  return sl_lab_answer(lab);
}

const char *sl_run_json(sl_lab *lab) {
  if (sl_lab_need_run(lab)) return NULL;
  const sl_trainer *t = &lab->run->trainer;
  const sl_metrics *m = &lab->run->metrics;
  sl_text *out = &lab->out;
  sl_text_clear(out);
  sl_text_add(out, "{\"sinklab\":1,\"config\":");
  sl_json_write(out, &sl_config_desc, &t->config);
  sl_text_printf(out, ",\n\"seed\":\"%llu\",\"arithmetic\":\"%s\",\"step\":%lld",
                 (unsigned long long)t->config.seed, t->arithmetic, (long long)t->step);
  if (lab->run->meta.text_hash)
    sl_text_printf(out, ",\"text_hash\":\"%016llx\"", (unsigned long long)lab->run->meta.text_hash);
  if (t->diverged)
    sl_text_printf(out, ",\"diverged\":{\"step\":%lld,\"tensor\":\"%s\"}",
                   (long long)t->diverged_step, t->diverged_tensor);
  sl_trainer_write_changes(t, out);
  sl_text_add(out, ",\n\"fingerprint\":[");
  for (int i = 0; i < m->fingerprint_count; i++)
    sl_text_printf(out, "%s{\"step\":%lld,\"hash\":\"%016llx\"}", i ? "," : "",
                   (long long)m->fingerprints[i].step, (unsigned long long)m->fingerprints[i].hash);
  sl_text_add(out, "],\n\"metrics\":[");
  for (int i = 0; i < m->count; i++) {
    sl_text_add(out, i ? ",\n" : "\n");
    sl_metrics_write(m, i, out);
  }
  sl_text_add(out, "]}\n");
  return sl_lab_answer(lab);
}

const char *sl_report_json(sl_lab *lab) {
  if (sl_lab_need_run(lab)) return NULL;
  if (!lab->run->metrics.count) sl_metrics_evaluate(&lab->run->metrics, &lab->run->trainer);
  sl_text_clear(&lab->out);
  sl_report_write(&lab->run->trainer, &lab->run->metrics, &lab->out);
  return sl_lab_answer(lab);
}

int sl_probe(sl_lab *lab, const char *ids, int input, int first, int sequences) {
  sl_probe_set set;
  SL_TRY(sl_lab_need_run(lab));
  SL_TRY(sl_probe_parse(ids, &set, &lab->error));
  if (input < 0 || input >= SL_INPUT_COUNT || first < 0 || first > 1000000000 || sequences < 1 ||
      sequences > 100000)
    return sl_fail(&lab->error, SL_E_CONFIG, "probe",
                   "A probe needs an input of 0 to %d, a first window of 0 to 1000000000 and 1 to "
                   "100000 windows.",
                   SL_INPUT_COUNT - 1);
  if (sl_input_types[input].source == SL_FROM_PROMPT && !lab->run->trainer.corpus.prompt_length)
    return sl_fail(&lab->error, SL_E_STATE, "prompt",
                   "There is no prompt yet to look at; write one first.");
  SL_TRY(sl_probes_check(set, &lab->run->trainer.model, &lab->error));
  sl_probe_run run = {
      .input = (sl_input)input, .first = first, .count = sequences, .epsilon = lab->run->epsilon};
  sl_probes_run(&lab->run->trainer, set, &run, lab->run->metrics.probes);
  lab->run->probed = set;
  int B = lab->run->trainer.model.dims.B;
  lab->run->look_count = (sequences - 1) % B + 1;
  return SL_OK;
}

int sl_set_epsilon(sl_lab *lab, double epsilon) {
  SL_TRY(sl_lab_need_run(lab));
  if (!(epsilon >= 0 && epsilon < 1))
    return sl_fail(&lab->error, SL_E_CONFIG, "epsilon",
                   "The sink threshold of a measurement lies between 0 and 1; 0 is that of the "
                   "configuration.");
  lab->run->epsilon = epsilon;
  return SL_OK;
}

static sl_view view_of(const sl_lab *lab, const void *data, int type, int rank, const int *shape) {
  sl_view v = {.data = data, .type = type, .rank = rank, .generation = lab->generation};
  for (int i = 0; i < rank; i++) v.shape[i] = shape[i];
  return v;
}

int sl_probe_view(sl_lab *lab, const char *id, sl_view *view) {
  sl_probe_set set;
  SL_TRY(sl_lab_need_run(lab));
  SL_TRY(sl_probe_parse(id, &set, &lab->error));
  if (!set || set & (set - 1) || !(set & lab->run->probed))
    return sl_fail(&lab->error, SL_E_STATE, "probe",
                   "The probe \"%s\" was not part of the last measurement; ask for it first.", id);
  const sl_probe_type *p = (const sl_probe_type *)sl_family_find(&sl_probe_family, id);
  const sl_dims *d = &lab->run->trainer.model.dims;
  int shape[SL_RANK];
  int rank = sl_probe_shape(p, d, shape);
  *view = view_of(lab, sl_probe_out(p, d, lab->run->metrics.probes), SL_F32, rank, shape);
  return SL_OK;
}

int sl_probe_tokens(sl_lab *lab, sl_view *tokens, sl_view *documents) {
  SL_TRY(sl_lab_need_run(lab));
  if (!lab->run->look_count)
    return sl_fail(&lab->error, SL_E_STATE, "probe", "No window was probed yet.");
  const sl_batch *b = &lab->run->trainer.held_out;
  size_t at = (size_t)(lab->run->look_count - 1) * b->T;
  *tokens = view_of(lab, b->tokens + at, SL_I32, 1, &b->T);
  *documents = view_of(lab, b->document + at, SL_I32, 1, &b->T);
  return SL_OK;
}

int sl_probe_prefix(const sl_lab *lab) {
  if (!lab->run || !lab->run->look_count) return 0;
  return lab->run->trainer.held_out.prefix[lab->run->look_count - 1];
}

/* ---- tensors ---- */

static const int real_type = sizeof(sl_real) == 8 ? SL_F64 : SL_F32;

/* A parameter-shaped tensor in one of the arrays that are laid out like the parameters. */
static int param_view(sl_lab *lab, const char *name, const sl_real *base, sl_view *view) {
  const sl_entry *x = sl_plan_find(&lab->run->trainer.model.plan, name);
  if (!x || x->role != SL_PARAM || !base) return 0;
  *view = view_of(lab, base + x->at, real_type, x->rank, x->shape);
  return 1;
}

static int shard_view(sl_lab *lab, const char *name, sl_view *view) {
  const sl_trainer *t = &lab->run->trainer;
  const char *end;
  uint64_t s = sl_strtou(name, &end, 10);
  if (end == name || s >= (uint64_t)t->config.train.shards) return 0;
  const sl_real *g = sl_trainer_shard_at(t, (int)s);
  if (*end == '/') return param_view(lab, end + 1, g, view);
  if (*end) return 0;
  *view = view_of(lab, g, real_type, 1, (int[]){(int)t->n + 2});
  return 1;
}

static int find_tensor(sl_lab *lab, const char *name, sl_view *view) {
  const sl_trainer *t = &lab->run->trainer;
  if (!strncmp(name, "shards.", 7)) return shard_view(lab, name + 7, view);
  const char *slash = strchr(name, '/');
  if (slash) {
    char plain[48];
    if (slash - name >= (long)sizeof plain || slash[1] != 'm' ||
        (slash[2] != '0' && slash[2] != '1'))
      return 0;
    memcpy(plain, name, (size_t)(slash - name));
    plain[slash - name] = 0;
    return param_view(lab, plain, t->optimiser[slash[2] - '0'], view);
  }
  const sl_entry *x = sl_plan_find(&t->model.plan, name);
  if (!x || x->role == SL_SCRATCH) return 0;
  const sl_real *base = x->role == SL_PARAM   ? t->params
                        : x->role == SL_STATE ? t->state
                                              : t->worker[0].saved;
  *view = view_of(lab, base + x->at, real_type, x->rank, x->shape);
  return 1;
}

int sl_tensor(sl_lab *lab, const char *name, sl_view *view) {
  SL_TRY(sl_lab_need_run(lab));
  if (find_tensor(lab, name, view)) return SL_OK;
  return sl_fail(&lab->error, SL_E_CONFIG, name,
                 "There is no tensor \"%.60s\" in this run; the tensor list names those there are.",
                 name);
}

const char *sl_tensors_json(sl_lab *lab) {
  static const char *const roles[] = {"param", "saved", "scratch", "state"};
  if (sl_lab_need_run(lab)) return NULL;
  const sl_plan *plan = &lab->run->trainer.model.plan;
  sl_text *out = &lab->out;
  sl_text_clear(out);
  sl_text_add(out, "[");
  int any = 0;
  for (int i = 0; i < plan->count; i++) {
    const sl_entry *x = &plan->tensors[i];
    if (x->role == SL_SCRATCH) continue;
    sl_text_printf(out, "%s{\"name\":\"%s\",\"role\":\"%s\",\"shape\":[", any++ ? "," : "", x->name,
                   roles[x->role]);
    for (int d = 0; d < x->rank; d++) sl_text_printf(out, "%s%d", d ? "," : "", x->shape[d]);
    sl_text_add(out, "]}");
  }
  sl_text_add(out, "]");
  return sl_lab_answer(lab);
}
