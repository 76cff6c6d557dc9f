/* Any two choices of a configuration train a step, or one sentence says why they cannot. The choices
 * are read off the descriptors, so that a new row is in all its pairs without a line here. */
#include "../../core/train/train.h"
#include "../lab.h"

#include <math.h>

/* A value of a setting, as JSON. needs: another choice without which it never goes, or -1. */
typedef struct choice {
  const char *section, *key;
  char value[96];
  int needs;
} choice;

enum { CHOICES_MAX = 400 };
static choice choices[CHOICES_MAX];
static int count;
static char text[4000];

__attribute__((format(printf, 3, 4))) static void add(const char *section, const char *key,
                                                      const char *fmt, ...) {
  if (!check(count < CHOICES_MAX, "more choices than CHOICES_MAX")) return;
  choice *c = &choices[count++];
  *c = (choice){section, key, "", -1};
  va_list args;
  va_start(args, fmt);
  int n = vsnprintf(c->value, sizeof c->value, fmt, args);
  va_end(args);
  check(n < (int)sizeof c->value, "%s.%s: the value is cut", section, key);
}

/* A row, and with each of the options and switches that it has. */
static void add_row(const char *section, const char *key, const sl_desc *row) {
  add(section, key, "\"%s\"", row->id);
  for (const sl_param *p = row->params; p && p->key; p++) {
    for (int o = 0; p->type == SL_CHOICE && p->options[o].id; o++)
      if (strcmp(p->options[o].id, p->text) != 0)
        add(section, key, "{\"type\":\"%s\",\"%s\":\"%s\"}", row->id, p->key, p->options[o].id);
    if (p->type == SL_BOOL)
      add(section, key, "{\"type\":\"%s\",\"%s\":%s}", row->id, p->key, p->def ? "false" : "true");
  }
}

/* Rows, options, switches, and numbers that 0 turns off: on, or off. */
static void add_choices(const char *section, const sl_param *p) {
  int number = p->type == SL_INT || p->type == SL_REAL;
  for (int r = 0; p->type == SL_FAMILY && r < p->family->count; r++)
    add_row(section, p->key, p->family->rows[r]);
  for (int o = 0; p->type == SL_CHOICE && p->options[o].id; o++)
    add(section, p->key, "\"%s\"", p->options[o].id);
  for (int on = 0; p->type == SL_BOOL && on < 2; on++) add(section, p->key, on ? "true" : "false");
  if (number && p->min == 0 && p->def == 0) add(section, p->key, "%g", p->type == SL_INT ? 2 : 0.1);
  if (number && p->min == 0 && p->def != 0) add(section, p->key, "0");
}

static void find_choices(void) {
  for (const sl_param *s = sl_config_desc.params; s->key; s++)
    for (const sl_param *p = s->type == SL_SECTION ? s->section->params : NULL; p && p->key; p++)
      add_choices(s->key, p);
}

static int same_setting(const choice *a, const choice *b) {
  return !strcmp(a->section, b->section) && !strcmp(a->key, b->key);
}

/* The smallest of runs that has these choices (NULL: none); of one setting the first counts. */
static const char *config_of(const choice *const *some, int n) {
  static const struct {
    const char *id, *fixed;
  } sections[] = {
      {"model", "\"layers\":1,\"heads\":2,\"width\":8,\"ffn_width\":8"},
      {"data", "\"context\":16"},
      {"train", "\"steps\":4,\"batch\":2,\"shards\":2"},
      {"eval", "\"sequences\":1"},
  };
  static char json[1200];
  int at = snprintf(json, sizeof json, "{\"seed\":\"5\"");
  for (size_t s = 0; s < sizeof sections / sizeof *sections; s++) {
    const char *const id = sections[s].id;
    at += snprintf(json + at, sizeof json - (size_t)at, ",\"%s\":{%s", id, sections[s].fixed);
    for (int i = 0; i < n; i++) {
      int again = !some[i] || strcmp(some[i]->section, id) != 0;
      for (int j = 0; j < i && !again; j++) again = some[j] && same_setting(some[i], some[j]);
      if (again) continue;
      at +=
          snprintf(json + at, sizeof json - (size_t)at, ",\"%s\":%s", some[i]->key, some[i]->value);
    }
    at += snprintf(json + at, sizeof json - (size_t)at, "}");
  }
  snprintf(json + at, sizeof json - (size_t)at, "}");
  return json;
}

static int opens(sl_lab *l, const char *json) {
  return sl_open(l, json, strlen(json), text, sizeof text, 1, 0) == 0;
}

/* What each choice cannot do without: no choice may be impossible whatever goes with it. */
static void find_needs(sl_lab *l) {
  for (int a = 0; a < count; a++) {
    const choice *two[] = {&choices[a], NULL};
    if (opens(l, config_of(two, 1))) continue;
    for (int b = 0; b < count && choices[a].needs < 0; b++) {
      two[1] = &choices[b];
      if (!same_setting(two[0], two[1]) && opens(l, config_of(two, 2))) choices[a].needs = b;
    }
    check(choices[a].needs >= 0, "%s.%s = %s never opens", two[0]->section, two[0]->key,
          two[0]->value);
  }
}

static const choice *needed(const choice *c) { return c->needs < 0 ? NULL : &choices[c->needs]; }

/* Both with what they need, trains a step; or a sentence. Whether it trained. */
static int pair(sl_lab *l, const choice *a, const choice *b) {
  const char *json = config_of((const choice *[]){a, b, needed(a), needed(b)}, 4);
  if (opens(l, json)) {
    check(sl_train(l, 1) == 0 && sl_step(l) == 1 && isfinite(sl_loss(l)), "%s: no step (%s)", json,
          lab_message(l));
    return 1;
  }
  const char *said = lab_message(l);
  check(is_sentence(said), "%s: \"%s\" is no sentence", json, said);
  return 0;
}

int main(void) {
  int pairs = 0, trained = 0;
  sl_lab *l = sl_new();
  for (size_t i = 0; i < sizeof text; i++)
    text[i] = i % 37 == 36 ? '\n' : (char)('a' + (i * i + i / 7) % 23);
  find_choices();
  find_needs(l);
  for (int a = 0; a < count; a++)
    for (int b = a; b < count; b++) {
      if (a != b && same_setting(&choices[a], &choices[b])) continue;
      trained += pair(l, &choices[a], &choices[b]);
      pairs++;
    }
  printf("%d of %d pairs of %d choices trained, the rest refused\n", trained, pairs, count);
  check(trained > pairs * 3 / 4, "only %d of %d pairs train", trained, pairs);
  sl_free(l);
  return harness_end();
}
