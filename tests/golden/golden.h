/* The engine against the vectors that make_golden.py left: forward pass, loss and every gradient of
 * tiny models, and the optimisers' trajectories. Included by a test of each precision; the float
 * build gets the same weights rounded. */
#ifndef GOLDEN_H
#define GOLDEN_H

#include "../../core/base/json.h"
#include "../../core/train/train.h"
#include "../tiny.h"

static double worst, tolerance;

/* ---- the files ---- */

static char *read_file(const char *path, size_t *size) {
  FILE *f = fopen(path, "rb");
  if (!f) return NULL;
  fseek(f, 0, SEEK_END);
  *size = (size_t)ftell(f);
  rewind(f);
  char *bytes = malloc(*size + 1);
  *size = fread(bytes, 1, *size, f);
  fclose(f);
  return bytes;
}

static char *numbers; /* golden.bin */
static size_t numbers_size, next_number;

static double take(void) {
  double x = NAN;
  if (8 * (next_number + 1) <= numbers_size) memcpy(&x, numbers + 8 * next_number, 8);
  next_number++;
  return x;
}

/* 0 where there is no such key. */
static double number_at(const sl_json *j, const char *key) {
  const sl_json *value = sl_json_get(j, key);
  return value ? sl_json_number(value) : 0;
}

static const char *string_at(const sl_json *j, const char *key) {
  const sl_json *value = sl_json_get(j, key);
  return value ? sl_json_string(value) : NULL;
}

/* First member of an array; NULL where there is no such key. */
static const sl_json *first_at(const sl_json *j, const char *key) {
  const sl_json *value = sl_json_get(j, key);
  return value ? sl_json_first(value) : NULL;
}

/* ---- the formula of the weights, as in reference/numbers.py ---- */

static uint32_t seed_of(const char *name) {
  uint32_t x = 7;
  for (; *name; name++) x = x * 31 + (unsigned char)*name;
  return x;
}

static double unit(uint32_t *x) {
  *x = *x * 1664525u + 1013904223u;
  return *x / 2147483648.0 - 1;
}

static void fill_params(const sl_plan *plan, sl_real *params) {
  for (int i = 0; i < plan->count; i++) {
    const sl_entry *p = &plan->tensors[i];
    if (p->role != SL_PARAM) continue;
    size_t n = strlen(p->name);
    int table = !strcmp(p->name, "embedding") || !strcmp(p->name, "position.table");
    double scale = p->rank != 2 ? 0.25 : table ? 1 : 0.5;
    double centre = p->rank != 2 && n > 7 && !strcmp(p->name + n - 7, ".weight");
    uint32_t x = seed_of(p->name);
    for (size_t j = 0; j < p->size; j++) params[p->at + j] = (sl_real)(centre + scale * unit(&x));
  }
}

/* ---- comparing ---- */

/* Takes `size` numbers; relative to the largest of them. What the mask hides may stay unwritten
 * (NaN) where it is 0: hidden says so. */
static void compare(const char *what, const char *name, const sl_real *got, size_t size,
                    int hidden) {
  double largest = 0, error = 0;
  for (size_t i = 0; i < size; i++) {
    double want = take(), e = fabs((double)got[i] - want);
    largest = fmax(largest, fabs(want));
    if (isnan(e) && hidden && want == 0) continue;
    if (!(e <= error)) error = e;
  }
  /* A gradient that is zero but for rounding: a bias of the keys under softmax. */
  error /= largest > 1e-12 ? largest : 1;
  worst = fmax(worst, error);
  check(error <= tolerance, "%s: %s is off by %.1e of its largest", what, name, error);
}

static const sl_real *tensor_of(const tiny *t, const char *name, size_t *size) {
  const sl_dims *d = &t->model.dims;
  if (!strcmp(name, "logits")) {
    *size = (size_t)d->N * (size_t)d->V;
    return sl_at(&t->pass, t->model.logits);
  }
  const char *plain = strncmp(name, "grad/", 5) ? name : name + 5;
  const sl_entry *x = sl_plan_find(&t->model.plan, plain);
  if (!x) return NULL;
  *size = x->size;
  return (plain == name ? t->saved : t->grads) + x->at;
}

/* The windows of a case, into arrays with room for them. */
static void fill_windows(const sl_json *c, sl_batch b) {
  static const char *const keys[] = {"tokens", "target", "position", "document"};
  int32_t *arrays[] = {b.tokens, b.target, b.position, b.document};
  for (int k = 0; k < 4; k++) {
    int i = 0;
    for (const sl_json *v = first_at(c, keys[k]); v; v = sl_json_next(v))
      arrays[k][i++] = (int32_t)sl_json_number(v);
  }
  int i = 0;
  for (const sl_json *v = first_at(c, "weight"); v; v = sl_json_next(v))
    b.weight[i++] = (sl_real)sl_json_number(v);
}

/* The logits become their gradient in the loss: they are compared before it. */
static void compare_case(tiny *t, const sl_json *c, const char *what) {
  int grads = 0, params = 0, passed_loss = 0;
  sl_model_forward(&t->pass);
  for (const sl_json *x = first_at(c, "tensors"); x; x = sl_json_next(x)) {
    const char *name = string_at(x, "name");
    size_t size = (size_t)number_at(x, "size"), have = 0;
    if (!strcmp(name, "loss")) {
      sl_real loss = (sl_real)sl_model_loss(&t->pass, 1, NULL);
      sl_model_backward(&t->pass);
      compare(what, name, &loss, 1, 0);
      passed_loss = 1;
      continue;
    }
    const sl_real *got = tensor_of(t, name, &have);
    if (check(got && have == size, "%s: no %s of %zu numbers but %zu", what, name, size, have))
      compare(what, name, got, size, strstr(name, ".weights") != NULL);
    else
      next_number += size;
    grads += passed_loss && !strncmp(name, "grad/", 5);
  }
  for (int i = 0; i < t->model.plan.count; i++) params += t->model.plan.tensors[i].role == SL_PARAM;
  check(grads == params, "%s: %d gradients, %d parameters", what, grads, params);
}

/* ---- which choices have vectors ---- */

static char seen[1 << 15]; /* "position=rotary;position=rotary.base=moved;…" of all cases */

/* "at.key=value"; out may be `at`. */
static const char *choice_name(const char *at, const char *key, const char *value, char out[120]) {
  char name[120];
  snprintf(name, sizeof name, "%s%s%s=%s", at, *at ? "." : "", key, value);
  return strcpy(out, name);
}

static void note(const char *at, const char *key, const char *value, char name[120]) {
  char entry[124];
  snprintf(entry, sizeof entry, ";%s;", choice_name(at, key, value, name));
  size_t used = strlen(seen);
  if (!strstr(seen, entry) && used + sizeof entry < sizeof seen) strcat(seen, entry);
}

/* What is chosen here: rows, options, both sides of a switch, numbers that left their default. */
static void note_all(const sl_param *params, const char *at, const void *in) {
  char name[120];
  for (const sl_param *p = params; p && p->key; p++) {
    const void *member = (const char *)in + p->offset;
    if (p->type == SL_FAMILY) {
      const sl_pick *pick = member;
      note(at, p->key, pick->row->id, name);
      note_all(pick->row->params, name, pick->settings.bytes);
    } else if (p->type == SL_CHOICE) {
      note(at, p->key, p->options[*(const int32_t *)member].id, name);
    } else if (p->type == SL_BOOL) {
      note(at, p->key, *(const int32_t *)member ? "yes" : "no", name);
    } else if (p->type == SL_REAL ? p->def != *(const double *)member
                                  : p->type == SL_INT && p->def != *(const int32_t *)member) {
      note(at, p->key, "moved", name);
    }
  }
}

static void need(const char *at, const char *key, const char *value, char name[120]) {
  char entry[124];
  snprintf(entry, sizeof entry, ";%s;", choice_name(at, key, value, name));
  check(strstr(seen, entry) != NULL, "reference/cases.py has no line with %s", name);
}

static void need_all(const sl_param *params, const char *at);

static void need_levels(const sl_param *p, const char *at) {
  char name[120];
  for (int r = 0; p->type == SL_FAMILY && r < p->family->count; r++) {
    need(at, p->key, p->family->rows[r]->id, name);
    need_all(p->family->rows[r]->params, name);
  }
  for (const sl_option *o = p->options; p->type == SL_CHOICE && o->id; o++)
    need(at, p->key, o->id, name);
  if (p->type == SL_BOOL) {
    need(at, p->key, "yes", name);
    need(at, p->key, "no", name);
  }
  if (p->type == SL_INT || p->type == SL_REAL) need(at, p->key, "moved", name);
}

/* A row, an option or a setting that was added without golden vectors fails here. Where parameters
 * start (init_…) the vectors do not say. */
static void need_all(const sl_param *params, const char *at) {
  for (const sl_param *p = params; p && p->key; p++)
    if (strncmp(p->key, "init_", 5)) need_levels(p, at);
}

static const char *pair_name(const sl_desc *similarity, const sl_desc *normaliser, char out[80]) {
  snprintf(out, 80, "%s/%s", similarity->id, normaliser->id);
  return out;
}

/* Every pair of similarity and normaliser that the engine takes. */
static void need_pairs(void) {
  char pair[80], name[120];
  for (int s = 0; s < sl_similarity_family.count; s++)
    for (int n = 0; n < sl_normaliser_family.count; n++) {
      const sl_desc *similarity = sl_similarity_family.rows[s],
                    *normaliser = sl_normaliser_family.rows[n];
      sl_model_config c;
      sl_model m;
      sl_error e;
      sl_desc_defaults(&sl_model_section, &c);
      sl_pick_set(&c.similarity, &sl_similarity_family, similarity->id);
      sl_pick_set(&c.normaliser, &sl_normaliser_family, normaliser->id);
      if (sl_model_plan(&m, &c, 1, 8, 11, &e) != SL_OK) continue;
      sl_model_free(&m);
      need("", "pair", pair_name(similarity, normaliser, pair), name);
    }
}

/* Passes over the numbers of a case that the engine refuses. */
static void refused(const sl_json *c, const sl_error *e) {
  check(0, "%s: %s", string_at(c, "name"), e->message);
  for (const sl_json *x = first_at(c, "tensors"); x; x = sl_json_next(x))
    next_number += (size_t)number_at(x, "size");
}

/* ---- models ---- */

static void check_case(const sl_json *index, const sl_json *c) {
  sl_model_config config;
  tiny t;
  sl_error e = {0};
  const char *what = string_at(c, "name");
  sl_desc_defaults(&sl_model_section, &config);
  sl_code code = sl_json_read(sl_json_get(c, "model"), &sl_model_section, "model", &config, &e);
  if (code == SL_OK)
    code = tiny_open(&t, &config, (int)number_at(index, "B"), (int)number_at(index, "T"),
                     (int)number_at(index, "V"), WINDOW_CAUSAL, 1, &e);
  if (code) {
    refused(c, &e);
    return;
  }
  int32_t prefix[8] = {0}, *end = prefix;
  for (const sl_json *x = first_at(c, "prefix"); x; x = sl_json_next(x))
    *end++ = (int32_t)sl_json_number(x);
  if (end > prefix) t.pass.prefix = prefix;
  const sl_json *objective = sl_json_get(c, "objective");
  const sl_training training = {.label_smoothing = number_at(objective, "label_smoothing"),
                                .z_loss = number_at(objective, "z_loss")};
  if (objective) t.pass.training = &training;
  fill_params(&t.model.plan, t.params);
  fill_windows(c, (sl_batch){.tokens = t.tokens,
                             .target = t.target,
                             .position = t.position,
                             .document = t.document,
                             .weight = t.weight});
  compare_case(&t, c, what);
  char pair[80], name[120];
  note_all(sl_model_section.params, "", &config);
  note("", "pair", pair_name(config.similarity.row, config.normaliser.row, pair), name);
  tiny_close(&t);
}

/* ---- whole steps of training ---- */

static const sl_desc *train_section(void) {
  const sl_param *p = sl_config_desc.params;
  while (strcmp(p->key, "train")) p++;
  return p->section;
}

static void compare_run(sl_trainer *t, const sl_json *c, const char *what) {
  sl_error e = {0};
  sl_real losses[10];
  const int steps = t->config.train.steps;
  fill_params(&t->model.plan, t->params);
  fill_windows(c, t->batch);
  t->total_weight = 0;
  for (int i = 0; i < t->batch.B * t->batch.T; i++) t->total_weight += t->batch.weight[i];
  for (int step = 0; step < steps && step < 10; step++) {
    t->prepared = t->step; /* the batch is in place */
    check(sl_trainer_step(t, &e) == SL_OK, "%s: %s", what, e.message);
    losses[step] = (sl_real)t->loss;
  }
  for (const sl_json *x = first_at(c, "tensors"); x; x = sl_json_next(x)) {
    const char *name = string_at(x, "name");
    size_t size = (size_t)number_at(x, "size");
    const sl_entry *p = strncmp(name, "after/", 6) ? NULL : sl_plan_find(&t->model.plan, name + 6);
    if (!p && check(size == (size_t)steps, "%s: no %s", what, name))
      compare(what, name, losses, size, 0);
    else if (p && check(size == p->size, "%s: %s has %zu numbers", what, name, p->size))
      compare(what, name, t->params + p->at, size, 0);
  }
}

/* The corpus is only there to be opened: a text that makes the vocabulary as large as the case's. */
static void check_run(const sl_json *index, const sl_json *c) {
  sl_config config;
  sl_trainer t;
  sl_error e = {0};
  char text[300];
  const char *what = string_at(c, "name");
  const int letters = (int)number_at(index, "V") - 2;
  for (int i = 0; i < (int)sizeof text; i++) text[i] = (char)('a' + i % letters);
  sl_desc_defaults(&sl_config_desc, &config);
  sl_code code = sl_json_read(sl_json_get(c, "config"), &sl_config_desc, "", &config, &e);
  if (code == SL_OK)
    code = sl_trainer_open(&t, &config, (sl_text_input){(unsigned char *)text, sizeof text},
                           sl_tier_at(0), 1, 0, &e);
  if (code) {
    refused(c, &e);
    return;
  }
  compare_run(&t, c, what);
  note_all(train_section()->params, "train", &config.train);
  sl_trainer_close(&t);
}

/* ---- optimisers ---- */

static void check_trajectory(const sl_json *c) {
  enum { MOST = 100, STEPS = 5 };
  sl_train_config train;
  sl_error e = {0};
  sl_real w[MOST], m[MOST] = {0}, v[MOST] = {0}, g[MOST], scratch[6 * MOST];
  sl_real *work = tiny_nan(sl_tier_at(0).kernels->gemm_work);
  const char *what = string_at(c, "name");
  sl_desc_defaults(train_section(), &train);
  sl_code code = sl_json_read(sl_json_get(c, "train"), train_section(), "train", &train, &e);
  if (code) {
    refused(c, &e);
    return;
  }
  const sl_optimiser_type *type = (const sl_optimiser_type *)(const void *)train.optimiser.row;
  size_t n = (size_t)number_at(first_at(c, "tensors"), "size");
  if (!check(n <= MOST, "%s: %zu numbers", what, n)) return;
  int rank = 0, shape[SL_RANK];
  for (const sl_json *x = first_at(c, "shape"); x; x = sl_json_next(x))
    shape[rank++] = (int)sl_json_number(x);
  for (size_t i = 0; i < n; i++) w[i] = (sl_real)take();
  for (int step = 0; step < STEPS; step++) {
    for (size_t i = 0; i < n; i++) g[i] = (sl_real)take();
    sl_update u = {.lr = number_at(c, "lr") / (1 + step),
                   .grad_scale = take(),
                   .t = step + 1,
                   .decays = number_at(c, "decays") != 0,
                   .inner = number_at(c, "inner") != 0,
                   .rank = rank,
                   .shape = shape,
                   .index = (int)number_at(c, "index"),
                   .seed = (uint64_t)number_at(c, "seed"),
                   .scratch = scratch,
                   .work = work};
    type->update(sl_tier_at(0).kernels, &train.optimiser.settings, &u, n, g, w, m, v);
    compare(what, "the weights", w, n, 0);
  }
  free(work);
  note_all(train_section()->params, "train", &train);
}

static int golden_all(double t) {
  size_t size = 0;
  sl_json *index = NULL;
  sl_error e = {0};
  char *text = read_file("tests/golden/golden.json", &size);
  numbers = read_file("tests/golden/golden.bin", &numbers_size);
  tolerance = t;
  if (!check(text && numbers, "tests/golden/golden.* are not here: run from the root") ||
      !check(sl_json_parse(text, size, 1 << 20, &index, &e) == SL_OK, "golden.json: %s", e.message))
    return harness_end();
  for (const sl_json *c = first_at(index, "cases"); c; c = sl_json_next(c)) check_case(index, c);
  for (const sl_json *c = first_at(index, "runs"); c; c = sl_json_next(c)) check_run(index, c);
  for (const sl_json *c = first_at(index, "trajectories"); c; c = sl_json_next(c))
    check_trajectory(c);
  check(8 * next_number == numbers_size, "%zu numbers of %zu were used", next_number,
        numbers_size / 8);
  need_all(sl_model_section.params, "");
  need_pairs();
  for (const sl_param *p = train_section()->params; p->key; p++)
    if (p->type == SL_REAL || !strcmp(p->key, "optimiser")) need_levels(p, "train");
  printf("%s: largest error %.1e\n", string_at(index, "made_by"), worst);
  sl_json_free(index);
  free(text);
  free(numbers);
  return harness_end();
}

#endif
