#include "model.h"

#include "../base/format.h"
#include "../base/math.h"
#include "../base/rng.h"

#include <string.h>

double sl_residual_shrink(const sl_model_config *c) {
  return c->init_residual ? sl_sqrt(2.0 * c->layers) : 1;
}

static sl_code dims_of(const sl_model_config *c, int B, int T, int V, sl_dims *d, sl_error *e) {
  if (!c->head_size && c->width % c->heads)
    return sl_fail(
        e, SL_E_CONFIG, "model.heads",
        "A width of %d cannot be divided among %d heads; choose heads that divide it, or "
        "set model.head_size.",
        c->width, c->heads);
  *d = (sl_dims){.B = B,
                 .T = T,
                 .N = B * T,
                 .C = c->width,
                 .H = c->heads,
                 .G = c->kv_heads ? c->kv_heads : c->heads,
                 .F = c->ffn_width,
                 .V = V,
                 .L = c->layers};
  d->D = c->head_size ? c->head_size : c->width / c->heads;
  const sl_position_type *position = (const sl_position_type *)c->position.row;
  d->S = T + sl_sink_column(c);
  SL_TRY(sl_attention_check(c, d, e));
  return position->check ? position->check(&c->position.settings, d, e) : SL_OK;
}

static void plan_layer(sl_model *m, int layer) {
  char name[24];
  sl_snprintf(m->plan.prefix, sizeof m->plan.prefix, "layers.%d.", layer);
  sl_block_plan(&m->plan, &m->config, &m->dims, &m->blocks[layer]);
  m->plan.prefix[0] = 0;
  sl_snprintf(name, sizeof name, "hidden.%d", layer + 1);
  m->hidden[layer + 1] = sl_plan_add(&m->plan, SL_SAVED, name, (int[]){m->dims.N, m->dims.C, 0});
}

static void plan_top(sl_model *m) {
  sl_plan *p = &m->plan;
  const sl_dims *d = &m->dims;
  double scale = m->config.init_matrix > 0 ? m->config.init_matrix : 1 / sl_sqrt(d->C);
  m->top = m->hidden[d->L];
  if (m->config.norm_placement != SL_NORM_POST) {
    sl_snprintf(p->prefix, sizeof p->prefix, "final_norm.");
    m->final_norm.type = (const sl_norm_type *)m->config.norm.row;
    m->final_norm.settings = &m->config.norm.settings;
    m->final_norm.type->plan(p, d, &m->final_norm);
    m->top = sl_plan_add(p, SL_SAVED, "out", (int[]){d->N, d->C, 0});
    p->prefix[0] = 0;
  }
  m->unembedding = m->embedding;
  if (!m->config.tied)
    m->unembedding = sl_plan_param(p, "unembedding", (int[]){d->V, d->C, 0}, SL_INIT_NORMAL, scale);
  if (m->config.bias)
    m->unembedding_bias = sl_plan_param(p, "unembedding_bias", (int[]){d->V, 0}, SL_INIT_ZERO, 0);
  size_t mark = sl_plan_mark(p); /* the logits are gone before the blocks' scratch is used */
  m->logits = sl_plan_add(p, SL_SCRATCH, "logits", (int[]){d->N, d->V, 0});
  m->d_top = sl_plan_add(p, SL_SCRATCH, "d_top", (int[]){d->N, d->C, 0});
  sl_plan_release(p, mark);
}

sl_code sl_model_plan(sl_model *m, const sl_model_config *c, int B, int T, int V, sl_error *e) {
  memset(m, 0, sizeof *m);
  m->config = *c;
  SL_TRY(dims_of(c, B, T, V, &m->dims, e));
  sl_plan *p = &m->plan;
  const sl_dims *d = &m->dims;
  m->embedding =
      sl_plan_param(p, "embedding", (int[]){d->V, d->C, 0}, SL_INIT_NORMAL, c->init_embedding);
  if (sl_model_front(c))
    m->sink_token =
        sl_plan_param(p, "slot.token", (int[]){d->C, 0}, SL_INIT_NORMAL, c->init_embedding);
  m->position.type = (const sl_position_type *)c->position.row;
  m->position.settings = &m->config.position.settings;
  m->position.type->plan(p, &m->config, d, &m->position);
  m->hidden[0] = sl_plan_add(p, SL_SAVED, "hidden.0", (int[]){d->N, d->C, 0});
  m->d_hidden = sl_plan_add(p, SL_SCRATCH, "d_hidden", (int[]){d->N, d->C, 0});
  for (int l = 0; l < d->L; l++) plan_layer(m, l);
  plan_top(m);
  if (!p->failed) return SL_OK;
  sl_model_free(m);
  return sl_fail(e, SL_E_MEMORY, "", "Out of memory while laying out the model.");
}

void sl_model_free(sl_model *m) { sl_plan_free(&m->plan); }

void sl_model_init(const sl_model *m, uint64_t seed, sl_real *params) {
  uint64_t index = 0;
  for (int i = 0; i < m->plan.count; i++) {
    const sl_entry *t = &m->plan.tensors[i];
    if (t->role != SL_PARAM) continue;
    sl_rng r = sl_rng_at(seed, SL_STREAM_INIT, index++, 0);
    for (size_t j = 0; j < t->size; j++)
      params[t->at + j] = t->init == SL_INIT_ONE    ? (sl_real)1
                          : t->init == SL_INIT_ZERO ? (sl_real)0
                                                    : (sl_real)(t->deviation * sl_rng_normal(&r));
  }
}

void sl_model_fill_state(const sl_model *m, sl_real *state) {
  if (m->position.type->fill) m->position.type->fill(&m->position, &m->dims, state);
}

/* The first token of every window is the sink token, whatever stands there. */
static void embed_sink_token(const sl_pass *p, sl_real *x) {
  const sl_dims *d = &p->model->dims;
  for (int b = 0; b < p->B && sl_model_front(&p->model->config); b++)
    memcpy(x + (size_t)b * d->T * d->C, sl_weight(p, p->model->sink_token),
           (size_t)d->C * sizeof *x);
}

/* Takes its gradient out of dx. */
static void embed_sink_token_back(const sl_pass *p, sl_real *dx) {
  const sl_dims *d = &p->model->dims;
  for (int b = 0; b < p->B && sl_model_front(&p->model->config); b++) {
    sl_real *row = dx + (size_t)b * d->T * d->C;
    p->k->add((size_t)d->C, row, sl_grad(p, p->model->sink_token));
    memset(row, 0, (size_t)d->C * sizeof *row);
  }
}

void sl_model_forward(const sl_pass *p) {
  const sl_model *m = p->model;
  const sl_dims *d = &m->dims;
  sl_real *x = sl_at(p, m->hidden[0]);
  p->k->gather(p->N, d->C, p->tokens, sl_weight(p, m->embedding), 0, x);
  embed_sink_token(p, x);
  if (m->position.type->embed) m->position.type->embed(p, &m->position, x);
  sl_dropout(p, 0, x);
  sl_edit_at(p, SL_POINT_HIDDEN, 0, x);
  for (int l = 0; l < d->L; l++) {
    sl_real *y = sl_at(p, m->hidden[l + 1]);
    sl_block_forward(p, &m->blocks[l], sl_at(p, m->hidden[l]), y);
    sl_edit_at(p, SL_POINT_HIDDEN, l + 1, y);
  }
  if (m->final_norm.type)
    m->final_norm.type->forward(p, &m->final_norm, sl_at(p, m->hidden[d->L]), sl_at(p, m->top));
  sl_gemm logits = sl_gemm_dense(SL_GEMM_NT, 0, p->N, d->V, d->C);
  if (m->config.bias) logits.bias = sl_weight(p, m->unembedding_bias);
  p->k->gemm(&logits, sl_at(p, m->top), sl_weight(p, m->unembedding), sl_at(p, m->logits), p->work);
}

double sl_model_loss(const sl_pass *p, sl_real grad_scale, sl_real *losses) {
  const sl_model *m = p->model;
  const sl_training *t = p->training;
  if (t && (t->label_smoothing > 0 || t->z_loss > 0)) return sl_objective(p, grad_scale, losses);
  return p->k->cross_entropy(p->N, m->dims.V, p->target, p->weight, grad_scale, sl_at(p, m->logits),
                             losses);
}

void sl_model_pull(const sl_pass *p, int from, int to, sl_real *d) {
  const sl_model *m = p->model;
  for (int l = from - 1; l >= to; l--)
    sl_block_backward(p, &m->blocks[l], sl_at(p, m->hidden[l]), d);
}

int sl_layer_of(const sl_model *m, const sl_attention *a) {
  int layer = 0;
  while (layer < m->dims.L && &m->blocks[layer].attention != a) layer++;
  return layer;
}

void sl_model_backward(const sl_pass *p) {
  const sl_model *m = p->model;
  const sl_dims *d = &m->dims;
  const sl_real *d_logits = sl_at(p, m->logits);
  sl_real *dx = sl_at(p, m->d_hidden);
  const sl_gemm to_w = sl_gemm_dense(SL_GEMM_TN, 1, d->V, d->C, p->N);
  const sl_gemm to_x = sl_gemm_dense(SL_GEMM_NN, 0, p->N, d->C, d->V);
  p->k->gemm(&to_w, d_logits, sl_at(p, m->top), sl_grad(p, m->unembedding), p->work);
  if (m->config.bias) sl_bias_back(p, p->N, d->V, d_logits, sl_grad(p, m->unembedding_bias));
  if (m->final_norm.type) {
    sl_real *d_top = sl_at(p, m->d_top);
    p->k->gemm(&to_x, d_logits, sl_weight(p, m->unembedding), d_top, p->work);
    memset(dx, 0, (size_t)p->N * d->C * sizeof *dx);
    m->final_norm.type->backward(p, &m->final_norm, sl_at(p, m->hidden[d->L]), d_top, dx);
  } else {
    p->k->gemm(&to_x, d_logits, sl_weight(p, m->unembedding), dx, p->work);
  }
  sl_model_pull(p, d->L, 0, dx);
  sl_dropout(p, 0, dx);
  if (m->position.type->embed_back) m->position.type->embed_back(p, &m->position, dx);
  embed_sink_token_back(p, dx);
  p->k->scatter_add(p->N, d->C, p->tokens, dx, sl_grad(p, m->embedding));
}

double sl_model_flops_per_token(const sl_model *m) {
  const sl_dims *d = &m->dims;
  double HD = (double)d->H * d->D, GD = (double)d->G * d->D;
  const sl_ffn_type *type = m->blocks[0].ffn.type;
  double ffn = !type->forward ? 0 : (type->gated ? 3.0 : 2.0) * d->C * d->F;
  double matrices = d->L * (2.0 * d->C * (HD + GD) + ffn) + (double)d->V * d->C;
  return 6.0 * matrices + 6.0 * d->T * HD * d->L;
}
