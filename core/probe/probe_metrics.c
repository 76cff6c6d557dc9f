#include "probe_metrics.h"

#include <math.h>
#include <string.h>

/* Probes whose means stand in a record, under their own ids. */
static const char *const recorded[] = {"sink_rate", "sink_rate_head", "alpha", "value_ratio",
                                       "resting", "norm_ratio", "max_over_median", "spiked",
                                       /* of models with a slot */
                                       "sink_rate_slot", "alpha_slot"};
enum { RECORDED = sizeof recorded / sizeof *recorded, OF_SLOTS = 2 };

/* Inputs besides the packed one, where the data has documents. */
static const struct {
  sl_input input;
  const char *key, *loss, *sink;
} inputs[] = {{SL_INPUT_BOS_TEXT, "bos_text", "bos_text.loss", "bos_text.sink_rate"},
              {SL_INPUT_TEXT, "text", "text.loss", "text.sink_rate"}};

static const sl_probe_type *probe_named(const char *id) {
  return (const sl_probe_type *)sl_family_find(&sl_probe_family, id);
}

static sl_field *add_field(sl_metrics *m, const char *key, int rank, const int *shape) {
  sl_field *f = &m->fields[m->field_count++];
  size_t n = 1;
  *f = (sl_field){.key = key, .at = m->record, .rank = rank};
  for (int i = 0; i < rank; i++) {
    f->shape[i] = shape[i];
    n *= (size_t)shape[i];
  }
  m->record += n;
  return f;
}

static void lay_out(sl_metrics *m, const sl_config *c, const sl_dims *d) {
  memset(m, 0, sizeof *m);
  add_field(m, "step", 0, NULL);
  add_field(m, "train_loss", 0, NULL);
  add_field(m, "valid_loss", 0, NULL);
  m->recorded = RECORDED - (sl_sink_attended(&c->model) ? 0 : OF_SLOTS);
  for (int i = 0; i < m->recorded; i++) {
    int shape[SL_RANK];
    int rank = sl_probe_shape(probe_named(recorded[i]), d, shape);
    add_field(m, recorded[i], rank, shape);
  }
  if (((const sl_corpus_type *)c->data.corpus.row)->has_documents)
    for (int i = 0; i < 2; i++) {
      add_field(m, inputs[i].loss, 0, NULL);
      add_field(m, inputs[i].sink, 1, (int[]){SL_SINK_KEYS});
    }
  /* One at the start, one at the end, and some that are asked for in between. */
  m->room = c->train.steps / c->eval.every + 16;
  m->fingerprint_room = c->train.steps / c->eval.fingerprint_every + 16;
}

size_t sl_metrics_memory(const sl_config *c, const sl_dims *d) {
  sl_metrics m;
  lay_out(&m, c, d);
  return sl_arena_round(m.record * (size_t)m.room * sizeof(double)) +
         sl_arena_round((size_t)m.fingerprint_room * sizeof(sl_fingerprint_entry)) +
         sl_arena_round(sl_probes_size(d) * sizeof(float));
}

void sl_metrics_open(sl_metrics *m, sl_trainer *t) {
  const sl_dims *d = &t->model.dims;
  lay_out(m, &t->config, d);
  m->records = sl_arena_take(&t->arena, m->record * (size_t)m->room * sizeof(double));
  m->fingerprints =
      sl_arena_take(&t->arena, (size_t)m->fingerprint_room * sizeof(sl_fingerprint_entry));
  m->probes = sl_arena_take(&t->arena, sl_probes_size(d) * sizeof(float));
}

void sl_metrics_fingerprint(sl_metrics *m, const sl_trainer *t) {
  int n = m->fingerprint_count;
  if (n && m->fingerprints[n - 1].step == t->step) return;
  if (n == m->fingerprint_room) m->fingerprint_count--; /* keeps the latest */
  m->fingerprints[m->fingerprint_count++] =
      (sl_fingerprint_entry){t->step, sl_trainer_fingerprint(t)};
}

void sl_metrics_after_step(sl_metrics *m, const sl_trainer *t) {
  m->loss_sum += t->loss;
  m->loss_steps++;
  if (t->step % t->config.eval.fingerprint_every == 0 || t->step == t->config.train.steps)
    sl_metrics_fingerprint(m, t);
}

int sl_metrics_due(const sl_trainer *t) {
  return t->step % t->config.eval.every == 0 || t->step == t->config.train.steps;
}

static double *field_at(sl_metrics *m, double *record, const char *key) {
  for (int i = 0; i < m->field_count; i++)
    if (!strcmp(m->fields[i].key, key)) return record + m->fields[i].at;
  return NULL;
}

static void copy_probe(sl_metrics *m, const sl_trainer *t, const char *id, double *to) {
  const sl_probe_type *p = probe_named(id);
  const float *from = sl_probe_out(p, &t->model.dims, m->probes);
  for (size_t i = 0; i < sl_probe_size(p, &t->model.dims); i++) to[i] = from[i];
}

static double run_probes(sl_metrics *m, sl_trainer *t, const char *ids, sl_input input) {
  sl_probe_set set;
  sl_probe_run run = {.input = input, .count = t->config.eval.sequences};
  sl_probe_parse(ids, &set, NULL);
  sl_probes_run(t, set, &run, m->probes);
  return run.loss;
}

void sl_metrics_evaluate(sl_metrics *m, sl_trainer *t) {
  if (m->count && m->records[(size_t)(m->count - 1) * m->record] == (double)t->step) return;
  if (m->count == m->room) m->count--; /* keeps the latest */
  double *r = m->records + (size_t)m->count++ * m->record;
  *field_at(m, r, "step") = (double)t->step;
  *field_at(m, r, "train_loss") = m->loss_steps ? m->loss_sum / (double)m->loss_steps : NAN;
  m->loss_sum = 0;
  m->loss_steps = 0;
  for (int i = 0; i < 2 && field_at(m, r, inputs[i].loss); i++) {
    *field_at(m, r, inputs[i].loss) = run_probes(m, t, "sink_rate", inputs[i].input);
    copy_probe(m, t, "sink_rate", field_at(m, r, inputs[i].sink));
  }
  char ids[160] = "";
  for (int i = 0; i < m->recorded; i++) {
    strcat(ids, recorded[i]);
    strcat(ids, ",");
  }
  *field_at(m, r, "valid_loss") = run_probes(m, t, ids, SL_INPUT_PACKED);
  for (int i = 0; i < m->recorded; i++) copy_probe(m, t, recorded[i], field_at(m, r, recorded[i]));
}

double sl_metrics_number(const sl_metrics *m, int i, const char *key, int at) {
  if (i < 0 || i >= m->count) return NAN;
  for (int f = 0; f < m->field_count; f++)
    if (!strcmp(m->fields[f].key, key))
      return m->records[(size_t)i * m->record + m->fields[f].at + (size_t)at];
  return NAN;
}

/* ---- JSON ---- */

/* Nested lists; the innermost list of a "spiked" pair becomes an object that says what is what. */
static const double *write_array(sl_text *out, const double *x, const int *shape, int rank,
                                 int pairs) {
  if (rank == 0) {
    sl_text_single(out, *x);
    return x + 1;
  }
  if (rank == 1 && pairs) {
    sl_text_printf(out, "{\"dim\":%d,\"value\":", (int)x[0]);
    sl_text_single(out, x[1]);
    sl_text_add(out, "}");
    return x + 2;
  }
  sl_text_add(out, "[");
  for (int i = 0; i < shape[0]; i++) {
    if (i) sl_text_add(out, ",");
    x = write_array(out, x, shape + 1, rank - 1, pairs);
  }
  sl_text_add(out, "]");
  return x;
}

static void write_field(const sl_field *f, const double *record, sl_text *out) {
  if (!strcmp(f->key, "step"))
    sl_text_printf(out, "%lld", (long long)record[f->at]);
  else if (!f->rank)
    sl_text_number(out, record[f->at]);
  else
    write_array(out, record + f->at, f->shape, f->rank, !strcmp(f->key, "spiked"));
}

void sl_metrics_write(const sl_metrics *m, int i, sl_text *out) {
  const double *record = m->records + (size_t)i * m->record;
  int plain = 3 + m->recorded;
  for (int f = 0; f < plain; f++) {
    sl_text_add(out, f ? "," : "{");
    sl_text_string(out, m->fields[f].key);
    sl_text_add(out, ":");
    write_field(&m->fields[f], record, out);
  }
  for (int f = plain, input = 0; f < m->field_count; f += 2, input++) {
    sl_text_printf(out, "%s\"%s\":{\"loss\":", input ? "," : ",\"eval\":{", inputs[input].key);
    write_field(&m->fields[f], record, out);
    sl_text_add(out, ",\"sink_rate\":");
    write_field(&m->fields[f + 1], record, out);
    sl_text_add(out, "}");
  }
  sl_text_add(out, m->field_count > plain ? "}}" : "}");
}
