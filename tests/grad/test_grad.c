/* The whole model's gradient against central differences, in the double build, to a relative 1e-8.
 *
 * Every row of every family on its own, every pair of them at least once, every kind of document
 * mask; some elements of every tensor. A difference is the five-point one, whose error falls as h^4;
 * where a kink (ReLU) lies inside its stencil a narrower one is tried: a wrong gradient passes at
 * none. */
#include "../tiny.h"

#ifndef SL_DOUBLE
#error "gradients are checked in the double build"
#endif

enum { LAYERS = 2, WIDTH = 8, HEADS = 4, HEAD = 4, FFN = 12, VOCABULARY = 11 };
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
  static const double steps[] = {2e-3, 5e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6};
  double best = INFINITY;
  for (int s = 0; s < 7 && best > tolerance; s++) {
    double error = fabs(five_points(t, t->params + i, steps[s]) - t->grads[i]) / largest;
    if (error < best) best = error;
  }
  return best;
}

/* Relative to the tensor's largest gradient, or to a five-hundredth of the model's largest where the
 * tensor has none to speak of (a bias of the keys moves all scores of a softmax alike). */
static void check_tensor(tiny *t, const sl_entry *x, int sample, double of_model,
                         const char *what) {
  double largest = 2e-3 * of_model, error = 0;
  for (size_t i = 0; i < x->size; i++) largest = fmax(largest, fabs(t->grads[x->at + i]));
  /* An odd step passes through all columns. */
  size_t step = sample && x->size > (size_t)sample ? x->size / (size_t)sample | 1 : 1, worst_at = 0;
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

/* `sample`: elements of each tensor that are looked at. */
static void check_model(const sl_model_config *c, int B, int T, int kind, int sample,
                        const char *name) {
  tiny t;
  sl_error e = {0};
  char what[640];
  snprintf(what, sizeof what, "%s window=%d T=%d", name, kind, T);
  if (!check(tiny_open(&t, c, B, T, VOCABULARY, kind, seed_of(name), &e) == SL_OK, "%s: %s", what,
             e.message))
    return;
  sl_model_forward(&t.pass);
  sl_model_loss(&t.pass, 1, NULL);
  sl_model_backward(&t.pass);
  double of_model = 0;
  for (size_t i = 0; i < t.model.plan.size[SL_PARAM]; i++)
    of_model = fmax(of_model, fabs(t.grads[i]));
  check(of_model > 1e-2 && isfinite(of_model), "%s: the largest gradient is %g", what, of_model);
  for (int i = 0; i < t.model.plan.count; i++)
    if (t.model.plan.tensors[i].role == SL_PARAM)
      check_tensor(&t, &t.model.plan.tensors[i], sample, of_model, what);
  check_accumulates(&t, what);
  tiny_close(&t);
}

static void base_config(sl_model_config *c) {
  sl_desc_defaults(&sl_model_section, c);
  c->layers = LAYERS;
  c->width = WIDTH;
  c->heads = HEADS;
  c->head_size = HEAD;
  c->ffn_width = FFN;
  c->init_embedding = 1;
  c->init_matrix = 0; /* one over the square root of the inputs */
}

/* Every pair of what a configuration can choose, the window's kind among it. */
static void all_pairs(const covering *s) {
  for (int i = 0; i < s->n; i++) {
    sl_model_config c;
    char name[600];
    covering_config(s, s->rows[i], &c);
    check_model(&c, 2, 7 + i % 3, s->rows[i][s->of_model], 8,
                config_name(s->factors, s->of_model, &c, name, sizeof name));
  }
  printf("%d covering combinations, %d pairs refused\n", s->n, s->refused);
}

/* Every level on its own, with what it cannot do without: nothing else is at fault where one of
 * these fails. Once in short windows; once in windows longer than a block of attention
 * rows. */
static void every_level(const covering *s) {
  for (int f = 0; f < s->of_model; f++)
    for (int level = 0; level < s->levels[f]; level++) {
      sl_model_config c;
      char name[600];
      int kind = (f + level) % WINDOW_KINDS, taken = covering_alone(s, f, level, &c);
      config_name(s->factors, s->of_model, &c, name, sizeof name);
      if (!check(taken, "%s: refused with everything else at its default", name)) continue;
      check_model(&c, 2, 9, kind, 40, name);
      c.layers = 1;
      check_model(&c, 1, SL_ATTENTION_ROWS + 5, kind, 10, name);
    }
}

int main(void) {
  static covering s;
  sl_model_config base;
  base_config(&base);
  covering_open(&s, &base, (int[]){WINDOW_KINDS}, 1);
  every_level(&s);
  cover(&s);
  all_pairs(&s);
  printf("largest error %.1e\n", worst);
  return harness_end();
}
