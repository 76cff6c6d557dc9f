/* What the oracle asks: settings and parameters of the engine's model, by name. */
#ifndef ORACLE_SOURCE_H
#define ORACLE_SOURCE_H

#include "../../core/model/model.h"
#include "../harness.h"

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

/* The setting of a key, and in *member where its value is: the model's own, or of the row that a
 * family has. */
static const sl_param *param_of(const sl_model_config *c, const char *family, const char *key,
                                const void **member) {
  const sl_param *p = sl_model_section.params;
  const void *base = c;
  if (family) {
    const sl_pick *pick;
    param_of(c, NULL, family, &base);
    pick = base;
    p = pick->row->params;
    base = &pick->settings;
  }
  while (p && p->key && strcmp(p->key, key)) p++;
  if (!p || !p->key) {
    check(0, "%s has no setting %s", family ? family : "the model", key);
    exit(harness_end());
  }
  *member = (const char *)base + p->offset;
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

#endif
