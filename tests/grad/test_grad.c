/* The whole model's gradient against central differences, in the double build, to a relative 1e-8.
 *
 * Every row of every family, every pair of them at least once, every kind of document mask; all
 * parameters of tiny models, 30 of each tensor in the longer ones (whose attention is computed in
 * more than one block of rows). A difference is the five-point one, whose error falls as h^4; where
 * a kink (ReLU) lies inside its stencil a narrower one is tried: a wrong gradient passes at none. */
#include "../tiny.h"

#ifndef SL_DOUBLE
#error "gradients are checked in the double build"
#endif

enum { LAYERS = 2, WIDTH = 8, HEADS = 2, FFN = 12, VOCABULARY = 11 };
static const double tolerance = 1e-8;
static double worst;

static double loss_of(tiny *t) {
  sl_model_forward(&t->pass);
  return sl_model_loss(&t->pass, 0, NULL);
}

static double five_points(tiny *t, sl_real *at, double h) {
  static const double steps[] = {-2, -1, 1, 2}, factors[] = {1, -8, 8, -1};
  double sum = 0, start = *at;
  for (int i = 0; i < 4; i++) {
    *at = start + steps[i] * h;
    sum += factors[i] * loss_of(t);
  }
  *at = start;
  return sum / (12 * h);
}

/* Relative to `largest`. */
static double element_error(tiny *t, size_t i, double largest) {
  static const double steps[] = {5e-4, 1e-4, 3e-5};
  double best = INFINITY;
  for (int s = 0; s < 3 && best > tolerance; s++) {
    double error = fabs(five_points(t, t->params + i, steps[s]) - t->grads[i]) / largest;
    if (error < best) best = error;
  }
  return best;
}

/* Relative to the tensor's largest gradient, or to a thousandth of the model's largest where the
 * tensor has none to speak of (a bias of the keys moves all scores of a softmax alike). */
static void check_tensor(tiny *t, const sl_entry *x, int sample, double of_model,
                         const char *what) {
  double largest = 1e-3 * of_model, error = 0;
  for (size_t i = 0; i < x->size; i++) largest = fmax(largest, fabs(t->grads[x->at + i]));
  size_t step = sample && x->size > (size_t)sample ? x->size / (size_t)sample : 1, worst_at = 0;
  for (size_t i = 0; i < x->size; i += step) {
    double e = element_error(t, x->at + i, largest);
    if (!(e <= error)) {
      error = e;
      worst_at = i;
    }
  }
  if (error > worst) worst = error;
  check(error <= tolerance, "%s: %s[%zu] is %.12g, off by %.1e of the largest", what, x->name,
        worst_at, t->grads[x->at + worst_at], error);
}

/* Gradients add to what is there: a second backward pass doubles them. */
static void check_accumulates(tiny *t, const char *what) {
  size_t n = t->model.plan.size[SL_PARAM];
  double *once = malloc(n * sizeof *once);
  double largest = 0, error = 0;
  memcpy(once, t->grads, n * sizeof *once);
  sl_model_forward(&t->pass);
  sl_model_loss(&t->pass, 1, NULL);
  sl_model_backward(&t->pass);
  for (size_t i = 0; i < n; i++) {
    largest = fmax(largest, fabs(once[i]));
    error = fmax(error, fabs(t->grads[i] - 2 * once[i]));
  }
  check(error <= 1e-13 * largest, "%s: a second backward pass does not add to the first", what);
  memcpy(t->grads, once, n * sizeof *once);
  free(once);
}

static uint32_t seed_of(const char *what) {
  uint32_t seed = 1;
  for (; *what; what++) seed = seed * 31 + (unsigned char)*what;
  return seed;
}

/* 1 if the configuration was tested, 0 if the model refuses it. */
static int check_model(const sl_model_config *c, int B, int T, int kind, const char *name) {
  tiny t;
  sl_error e = {0};
  char what[320];
  snprintf(what, sizeof what, "%s window=%d T=%d D=%d", name, kind, T, c->head_size);
  if (tiny_open(&t, c, B, T, VOCABULARY, kind, seed_of(name), &e)) {
    check(e.message[0] != 0, "%s: refused without a sentence", what);
    return 0;
  }
  sl_model_forward(&t.pass);
  sl_model_loss(&t.pass, 1, NULL);
  sl_model_backward(&t.pass);
  double of_model = 0;
  for (size_t i = 0; i < t.model.plan.size[SL_PARAM]; i++)
    of_model = fmax(of_model, fabs(t.grads[i]));
  check(of_model > 1e-2 && isfinite(of_model), "%s: the largest gradient is %g", what, of_model);
  for (int i = 0; i < t.model.plan.count; i++)
    if (t.model.plan.tensors[i].role == SL_PARAM)
      check_tensor(&t, &t.model.plan.tensors[i], T > 9 ? 30 : 0, of_model, what);
  check_accumulates(&t, what);
  tiny_close(&t);
  return 1;
}

static void base_config(sl_model_config *c) {
  sl_desc_defaults(&sl_model_section, c);
  c->layers = LAYERS;
  c->width = WIDTH;
  c->heads = HEADS;
  c->ffn_width = FFN;
  c->init_embedding = 1;
  c->init_matrix = 0; /* one over the square root of the inputs */
}

static const char *name_of(const factor *factors, int count, const sl_model_config *c, char *out,
                           size_t size) {
  out[0] = 0;
  for (int f = 0; f < count; f++) factor_name(&factors[f], c, out, size);
  return out;
}

/* Every pair of what a configuration can choose, the window's kind and the head size among it. */
static void all_pairs(void) {
  static const int head_sizes[] = {0, 6};
  factor factors[FACTORS_MAX];
  int levels[FACTORS_MAX], rows[200][FACTORS_MAX];
  int count = factors_of(&sl_model_section, factors), tested = 0;
  for (int f = 0; f < count; f++) levels[f] = factors[f].levels;
  levels[count] = WINDOW_KINDS;
  levels[count + 1] = 2;
  int n = pairwise(levels, count + 2, rows, 200);
  check(n < 200, "more than 200 rows do not cover all pairs");
  for (int i = 0; i < n; i++) {
    sl_model_config c;
    char name[256];
    base_config(&c);
    for (int f = 0; f < count; f++) factor_set(&factors[f], rows[i][f], &c);
    c.head_size = head_sizes[rows[i][count + 1]];
    tested += check_model(&c, 2, 7 + i % 3, rows[i][count],
                          name_of(factors, count, &c, name, sizeof name));
  }
  printf("%d of %d covering combinations trained, the rest refused\n", tested, n);
}

/* Every row on its own: nothing else is at fault where one of these fails. */
static void every_row(void) {
  factor factors[FACTORS_MAX];
  int count = factors_of(&sl_model_section, factors);
  for (int f = 0; f < count; f++)
    for (int level = f > 0; level < factors[f].levels; level++) {
      sl_model_config c;
      char name[256];
      base_config(&c);
      factor_set(&factors[f], level, &c);
      name_of(factors, count, &c, name, sizeof name);
      check(check_model(&c, 2, 9, (f + level) % WINDOW_KINDS, name),
            "%s: refused with everything else at its default", name);
    }
}

/* Windows longer than a block of attention rows. */
static void long_windows(void) {
  for (int r = 0; r < sl_position_family.count; r++) {
    sl_model_config c;
    base_config(&c);
    c.layers = 1;
    sl_pick_set(&c.position, &sl_position_family, sl_position_family.rows[r]->id);
    check_model(&c, 1, SL_ATTENTION_ROWS + 5, r % WINDOW_KINDS, c.position.row->id);
  }
}

int main(void) {
  every_row();
  long_windows();
  all_pairs();
  printf("largest error %.1e\n", worst);
  return harness_end();
}
