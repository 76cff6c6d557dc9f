#include "plan.h"

#include "../base/format.h"

#include <stdlib.h>
#include <string.h>

/* Every tensor starts on a 64-byte boundary. */
static size_t padded(size_t elements) {
  size_t line = 64 / sizeof(sl_real);
  return (elements + line - 1) / line * line;
}

static sl_entry *next(sl_plan *p) {
  if (p->count == p->room && !p->failed) {
    int room = p->room ? 2 * p->room : 64;
    sl_entry *bigger = realloc(p->tensors, (size_t)room * sizeof *bigger);
    if (bigger) {
      p->tensors = bigger;
      p->room = room;
    } else {
      p->failed = 1;
    }
  }
  return p->failed ? NULL : &p->tensors[p->count++];
}

static size_t claim(sl_plan *p, sl_role role, size_t size) {
  if (role != SL_SCRATCH) {
    size_t at = p->size[role];
    p->size[role] += padded(size);
    return at;
  }
  size_t at = p->scratch;
  p->scratch += padded(size);
  if (p->scratch > p->size[SL_SCRATCH]) p->size[SL_SCRATCH] = p->scratch;
  return at;
}

sl_slot sl_plan_add(sl_plan *p, sl_role role, const char *name, const int *shape) {
  sl_entry t = {.role = role, .size = 1};
  sl_snprintf(t.name, sizeof t.name, "%s%s", p->prefix, name);
  for (; t.rank < SL_RANK && shape[t.rank]; t.rank++) {
    t.shape[t.rank] = shape[t.rank];
    t.size *= (size_t)shape[t.rank];
  }
  t.at = claim(p, role, t.size);
  sl_entry *entry = next(p);
  if (entry) *entry = t;
  return (sl_slot){role, t.at};
}

sl_slot sl_plan_param(sl_plan *p, const char *name, const int *shape, sl_init init,
                      double deviation) {
  sl_slot slot = sl_plan_add(p, SL_PARAM, name, shape);
  if (!p->failed) {
    p->tensors[p->count - 1].init = init;
    p->tensors[p->count - 1].deviation = deviation;
  }
  return slot;
}

sl_slot sl_plan_linear(sl_plan *p, const char *name, int in, int out, double deviation) {
  sl_slot slot = sl_plan_param(p, name, (int[]){in, out, 0}, SL_INIT_NORMAL, deviation);
  if (!p->failed) p->tensors[p->count - 1].is_linear = 1;
  return slot;
}

size_t sl_plan_mark(const sl_plan *p) { return p->scratch; }
void sl_plan_release(sl_plan *p, size_t mark) { p->scratch = mark; }

const sl_entry *sl_plan_find(const sl_plan *p, const char *name) {
  for (int i = 0; i < p->count; i++)
    if (!strcmp(p->tensors[i].name, name)) return &p->tensors[i];
  return NULL;
}

void sl_plan_free(sl_plan *p) {
  free(p->tensors);
  *p = (sl_plan){0};
}
