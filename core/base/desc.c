#include "desc.h"

#include <string.h>

const sl_desc *sl_family_find(const sl_family *f, const char *id) {
  for (int i = 0; i < f->count; i++)
    if (!strcmp(f->rows[i]->id, id)) return f->rows[i];
  return NULL;
}

int sl_pick_set(sl_pick *pick, const sl_family *f, const char *id) {
  const sl_desc *row = sl_family_find(f, id);
  if (!row) return 0;
  memset(pick, 0, sizeof *pick);
  pick->row = row;
  sl_desc_defaults(row, &pick->settings);
  return 1;
}

static int option_index(const sl_param *p, const char *id) {
  for (int i = 0; p->options[i].id; i++)
    if (!strcmp(p->options[i].id, id)) return i;
  return 0;
}

static void set_default(const sl_param *p, void *member) {
  switch (p->type) {
    case SL_INT:
    case SL_BOOL: *(int32_t *)member = (int32_t)p->def; break;
    case SL_REAL: *(double *)member = p->def; break;
    case SL_CHOICE: *(int32_t *)member = option_index(p, p->text); break;
    case SL_STRING: memcpy(member, p->text, strlen(p->text) + 1); break;
    case SL_SEED: *(uint64_t *)member = (uint64_t)p->def; break;
    case SL_FAMILY: sl_pick_set(member, p->family, p->text); break;
    case SL_SECTION: sl_desc_defaults(p->section, member); break;
  }
}

void sl_desc_defaults(const sl_desc *d, void *out) {
  for (const sl_param *p = d->params; p && p->key; p++) set_default(p, (char *)out + p->offset);
}

/* Levenshtein distance of short words, one row of the table at a time. */
static int distance(const char *a, const char *b) {
  enum { LONGEST = 48 };
  size_t n = strlen(b);
  int row[LONGEST + 1];
  if (n > LONGEST) return 99;
  for (size_t j = 0; j <= n; j++) row[j] = (int)j;
  for (size_t i = 0; a[i]; i++) {
    int diagonal = row[0];
    row[0] = (int)i + 1;
    for (size_t j = 0; j < n; j++) {
      int substitute = diagonal + (a[i] != b[j]);
      int insert = row[j] + 1, erase = row[j + 1] + 1;
      diagonal = row[j + 1];
      row[j + 1] = insert < erase ? insert : erase;
      if (substitute < row[j + 1]) row[j + 1] = substitute;
    }
  }
  return row[n];
}

const char *sl_nearest(const char *word, const char *const *names, int count) {
  const char *best = NULL;
  int best_distance = 99;
  for (int i = 0; i < count; i++) {
    int d = distance(word, names[i]);
    if (d < best_distance) {
      best_distance = d;
      best = names[i];
    }
  }
  return best && best_distance <= (int)strlen(word) / 2 + 1 ? best : NULL;
}
