/* Learned absolute positions: x_n = token_n + P[position_n]; backward dP[position_n] += dx_n. */
#include "../model.h"

static void plan(sl_plan *p, const sl_model_config *c, const sl_dims *d, sl_position *o) {
  o->table =
      sl_plan_param(p, "position.table", (int[]){d->T, d->C, 0}, SL_INIT_NORMAL, c->init_embedding);
}

static void embed(const sl_pass *p, const sl_position *o, sl_real *x) {
  p->k->gather(p->N, p->model->dims.C, p->position, sl_weight(p, o->table), 1, x);
}

static void embed_back(const sl_pass *p, const sl_position *o, const sl_real *dx) {
  p->k->scatter_add(p->N, p->model->dims.C, p->position, dx, sl_grad(p, o->table));
}

const sl_position_type sl_position_learned = {
    .desc = {"learned", "Learned", "Each position has a vector of its own, added to the token's.",
             "arXiv 2410.10781, sec. 7.1", NULL},
    .plan = plan,
    .embed = embed,
    .embed_back = embed_back};
