/* What the oracle asks: settings and parameters of the engine's model, by name. */
#ifndef ORACLE_SOURCE_H
#define ORACLE_SOURCE_H

#include "../../core/model/model.h"
#include "../harness.h"
#include "oracle.h"

#include <stdlib.h>
#include <string.h>

typedef struct source {
  const sl_model *model;
  double *weights; /* all parameters in double */
} source;

static const double *weight_of(void *ctx, const char *name) {
  const source *s = ctx;
  const sl_entry *x = sl_plan_find(&s->model->plan, name);
  if (x && x->role == SL_PARAM) return s->weights + x->at;
  check(0, "there is no parameter %s", name);
  exit(harness_end());
}

/* The oracle asks in its inner loops, always with the same literals: what was found for a row and a
 * literal is kept by their addresses. */
typedef struct asked {
  const sl_param *params, *found;
  const char *key;
} asked;

static const sl_param *param_named(const sl_param *params, const char *key, const char *of) {
  static asked kept[256];
  asked *a = &kept[((uintptr_t)key / 2 + (uintptr_t)params / 16) % 256];
  if (a->params == params && a->key == key) return a->found;
  const sl_param *p = params;
  while (p && p->key && strcmp(p->key, key)) p++;
  if (!p || !p->key) {
    check(0, "%s has no setting %s", of, key);
    exit(harness_end());
  }
  *a = (asked){params, p, key};
  return p;
}

/* The setting of a key, and in *member where its value is: the model's own, or of the row that a
 * family has. */
static const sl_param *param_of(const sl_model_config *c, const char *family, const char *key,
                                const void **member) {
  const sl_param *p = param_named(sl_model_section.params, family ? family : key, "the model");
  *member = (const char *)c + p->offset;
  if (!family) return p;
  const sl_pick *pick = *member;
  p = param_named(pick->row->params, key, family);
  *member = (const char *)&pick->settings + p->offset;
  return p;
}

static const char *choice_of(void *ctx, const char *family, const char *key) {
  const void *member;
  const sl_param *p = param_of(&((const source *)ctx)->model->config, family, key, &member);
  return p->type == SL_FAMILY ? ((const sl_pick *)member)->row->id
                              : p->options[*(const int32_t *)member].id;
}

static double setting_of(void *ctx, const char *family, const char *key) {
  const void *member;
  const sl_param *p = param_of(&((const source *)ctx)->model->config, family, key, &member);
  return p->type == SL_REAL ? *(const double *)member : *(const int32_t *)member;
}

/* An oracle of these sizes that asks a source, which is its ctx; the windows are to come. */
static inline oracle oracle_sized(const sl_dims *d) {
  return (oracle){.B = d->B,
                  .T = d->T,
                  .C = d->C,
                  .H = d->H,
                  .G = d->G,
                  .D = d->D,
                  .F = d->F,
                  .V = d->V,
                  .L = d->L,
                  .choice = choice_of,
                  .setting = setting_of,
                  .weight = weight_of};
}

#endif
