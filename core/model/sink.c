/* The sink slot: a key that no token stands for, in column 0 of the weights, or a learned vector in
 * the head's output (Gu et al. 2025, arXiv 2410.10781, sec. 7.3). The rows say what of it there is. */
#include "model.h"

#include <string.h>

static const sl_sink_settings *settings_of(const sl_pass *p) {
  return (const sl_sink_settings *)(const void *)&p->model->config.slot.settings;
}

int sl_sink_attended(const sl_model_config *c) { return sl_sink_column(c) || sl_model_front(c); }

int sl_sink_column(const sl_model_config *c) {
  return (((const sl_sink_type *)c->slot.row)->has & (SL_SINK_KEY | SL_SINK_LOGIT)) != 0;
}

void sl_sink_plan(sl_plan *p, const sl_model_config *c, const sl_dims *d, sl_attention *a) {
  const sl_sink_settings *s = (const sl_sink_settings *)(const void *)&c->slot.settings;
  unsigned has = a->sink->has;
  a->key_dims = s->dims ? s->dims : d->D;
  if (has & SL_SINK_KEY)
    a->sink_k = sl_plan_param(p, "attention.slot_k", (int[]){d->G, a->key_dims, 0}, SL_INIT_NORMAL,
                              s->scale);
  if (has & SL_SINK_VALUE)
    a->sink_v =
        sl_plan_param(p, "attention.slot_v", (int[]){d->G, d->D, 0}, SL_INIT_NORMAL, s->scale);
  if (has & SL_SINK_OUTPUT)
    a->sink_v = sl_plan_param(p, "attention.slot_v", (int[]){d->H, d->D, 0}, SL_INIT_ZERO, 0);
  if (has & SL_SINK_LOGIT)
    a->sink_logit = sl_plan_param(p, "attention.slot_logit", (int[]){d->H, 0}, SL_INIT_ZERO, 0);
}

/* The learned numbers, zeros behind them. */
static void raw_key(const sl_pass *p, const sl_attention *a, int g, sl_real *key) {
  size_t D = (size_t)p->model->dims.D, dims = (size_t)a->key_dims;
  memset(key, 0, D * sizeof *key);
  if (a->sink->has & SL_SINK_KEY)
    memcpy(key, sl_weight(p, a->sink_k) + (size_t)g * dims, dims * sizeof *key);
}

void sl_sink_key(const sl_pass *p, const sl_attention *a, int g, sl_real *key) {
  size_t D = (size_t)p->model->dims.D;
  if (a->similarity->map && a->sink->has & SL_SINK_KEY)
    memcpy(key, sl_at(p, a->sink_map) + (size_t)g * D, D * sizeof *key);
  else
    raw_key(p, a, g, key);
}

void sl_sink_value(const sl_pass *p, const sl_attention *a, int g, sl_real *value) {
  int D = p->model->dims.D;
  memset(value, 0, (size_t)D * sizeof *value);
  if (a->sink->has & SL_SINK_VALUE)
    memcpy(value, sl_weight(p, a->sink_v) + (size_t)g * D, (size_t)D * sizeof *value);
  else if (a->sink->value)
    a->sink->value(settings_of(p), D, value);
}

static sl_map map_of(const sl_pass *p, const sl_attention *a) {
  int G = p->model->dims.G;
  sl_real *raw = sl_at(p, a->d_sink) + (size_t)2 * G * p->model->dims.D;
  for (int g = 0; g < G; g++) raw_key(p, a, g, raw + (size_t)g * p->model->dims.D);
  return (sl_map){G, raw, sl_at(p, a->sink_hidden), sl_at(p, a->sink_map)};
}

void sl_sink_map(const sl_pass *p, const sl_attention *a) {
  if (!(a->sink->has & SL_SINK_KEY)) return;
  const sl_map m = map_of(p, a);
  a->similarity->map(p, a, &m);
}

void sl_sink_output(const sl_pass *p, const sl_attention *a, sl_real *o) {
  size_t HD = (size_t)p->model->dims.H * p->model->dims.D;
  if (!(a->sink->has & SL_SINK_OUTPUT)) return;
  for (int n = 0; n < p->N; n++) p->k->add(HD, sl_weight(p, a->sink_v), o + (size_t)n * HD);
}

void sl_sink_output_back(const sl_pass *p, const sl_attention *a, const sl_real *d_out) {
  if (a->sink->has & SL_SINK_OUTPUT)
    sl_bias_back(p, p->N, p->model->dims.H * p->model->dims.D, d_out, sl_grad(p, a->sink_v));
}

void sl_sink_begin_back(const sl_pass *p, const sl_attention *a) {
  const sl_dims *d = &p->model->dims;
  if (a->column) memset(sl_at(p, a->d_sink), 0, (size_t)2 * d->G * d->D * sizeof(sl_real));
}

void sl_sink_end_back(const sl_pass *p, const sl_attention *a) {
  const sl_dims *d = &p->model->dims;
  size_t GD = (size_t)d->G * d->D, dims = (size_t)a->key_dims;
  if (!a->column) return;
  sl_real *d_key = sl_at(p, a->d_sink);
  if (a->sink->has & SL_SINK_VALUE) p->k->add(GD, d_key + GD, sl_grad(p, a->sink_v));
  if (!(a->sink->has & SL_SINK_KEY)) return;
  if (a->similarity->map) {
    const sl_map m = map_of(p, a);
    a->similarity->map_back(p, a, &m, d_key);
  }
  for (int g = 0; g < d->G; g++)
    p->k->add(dims, d_key + (size_t)g * d->D, sl_grad(p, a->sink_k) + (size_t)g * dims);
}
