/* The gradient of what a step of training makes small, with label smoothing, z-loss, L2 and dropout,
 * against central differences in the double build, to a relative 1e-8: through the trainer, so that
 * shards, weights and the mean over the batch are in it. Also what the sum is, from logits. */
#include "../../core/train/train.h"
#include "../harness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifndef SL_DOUBLE
#error "gradients are checked in the double build"
#endif

static const double tolerance = 1e-8;
static double worst;

/* A step from these parameters; they and the step stay. Returns the mean loss; the gradient is in the
 * first shard. */
static double step_from(sl_trainer *t, const double *params) {
  sl_error e = {0};
  int64_t step = t->step;
  memcpy(t->params, params, t->n * sizeof *params);
  t->prepared = -1;
  for (int s = 0; s < t->config.train.shards; s++)
    check(sl_trainer_shard(t, s, 0, &e) == SL_OK, "%s", e.message);
  check(sl_trainer_apply(t, &e) == SL_OK, "%s", e.message);
  t->step = step;
  return t->loss;
}

static double five_points(sl_trainer *t, double *params, size_t i, double h) {
  static const double steps[] = {-2, -1, 1, 2}, factors[] = {1, -8, 8, -1};
  double sum = 0, start = params[i];
  for (int k = 0; k < 4; k++) {
    params[i] = start + steps[k] * h;
    sum += factors[k] * step_from(t, params);
  }
  params[i] = start;
  return sum / (12 * h);
}

static void check_tensor(sl_trainer *t, const sl_entry *x, double *params, const double *gradient,
                         const char *what) {
  static const double steps[] = {5e-4, 1e-4};
  double largest = 1e-4;
  for (size_t i = 0; i < x->size; i++) largest = fmax(largest, fabs(gradient[x->at + i]));
  size_t apart = x->size > 16 ? x->size / 16 : 1;
  for (size_t i = 0; i < x->size; i += apart) {
    double error = INFINITY;
    for (int k = 0; k < 2 && error > tolerance; k++)
      error = fmin(error, fabs(five_points(t, params, x->at + i, steps[k]) - gradient[x->at + i]) /
                              largest);
    worst = fmax(worst, error);
    check(error <= tolerance, "%s: %s[%zu] is off by %.1e of the largest", what, x->name, i, error);
  }
}

static void open_or_end(sl_trainer *t, const char *json) {
  sl_config c;
  sl_error e = {0};
  sl_code code = sl_config_parse(json, strlen(json), &c, &e);
  if (!code) code = sl_trainer_open(t, &c, (sl_text_input){0}, sl_tier_at(0), 1, 0, &e);
  if (!check(code == SL_OK, "%s: %s", json, e.message)) exit(harness_end());
}

static const char *config_of(const char *model, const char *train) {
  static char json[700];
  snprintf(json, sizeof json,
           "{\"seed\":\"5\",\"model\":{\"layers\":2,\"heads\":2,\"width\":8,\"ffn_width\":12,"
           "\"init_embedding\":1,\"init_matrix\":0%s},\"data\":{\"corpus\":\"backcopy_docs\","
           "\"packing\":\"intra_bos\",\"context\":9},\"train\":{\"steps\":9,\"batch\":4,\"clip\":0%"
           "s%s}}",
           model, strstr(train, "shards") ? "" : ",\"shards\":3", train);
  return json;
}

static void check_gradient(const char *model, const char *train) {
  sl_trainer t;
  open_or_end(&t, config_of(model, train));
  t.step = 3;
  double *params = malloc(t.n * sizeof *params), *gradient = malloc(t.n * sizeof *gradient);
  memcpy(params, t.params, t.n * sizeof *params);
  step_from(&t, params);
  memcpy(gradient, sl_trainer_shard_at(&t, 0), t.n * sizeof *gradient);
  for (int i = 0; i < t.model.plan.count; i++)
    if (t.model.plan.tensors[i].role == SL_PARAM)
      check_tensor(&t, &t.model.plan.tensors[i], params, gradient, train);
  free(params);
  free(gradient);
  sl_trainer_close(&t);
}

/* ---- the sum itself ---- */

/* Szegedy et al. 2016 as it is written: the cross-entropy of the softmax against the smoothed target,
 * plus z-loss, over the windows of the step at hand. */
static double loss_by_hand(const sl_trainer *t, double smoothing, double z_loss) {
  const sl_batch *b = &t->batch;
  int N = b->B * b->T, V = t->model.dims.V;
  double *logits = calloc((size_t)N * (size_t)V, sizeof *logits), total = 0, weight = 0;
  for (int row = 0; row < b->B; row++) { /* one window at a time, in the first one's place */
    const sl_worker *w = &t->worker[0];
    size_t at = (size_t)row * (size_t)b->T;
    sl_pass p = {.model = &t->model,
                 .k = t->kernels,
                 .params = t->params,
                 .state = t->state,
                 .saved = w->saved,
                 .scratch = w->scratch,
                 .work = w->work,
                 .B = 1,
                 .N = b->T,
                 .tokens = b->tokens + at,
                 .target = b->target + at,
                 .position = b->position + at,
                 .document = b->document + at,
                 .weight = b->weight + at};
    sl_model_forward(&p);
    memcpy(logits + at * (size_t)V, sl_at(&p, t->model.logits),
           (size_t)b->T * (size_t)V * sizeof *logits);
  }
  for (int n = 0; n < N; n++) {
    double Z = 0, loss = 0;
    for (int v = 0; v < V; v++) Z += exp(logits[n * V + v]);
    for (int v = 0; v < V; v++)
      loss -=
          ((v == b->target[n]) * (1 - smoothing) + smoothing / V) * log(exp(logits[n * V + v]) / Z);
    if (b->weight[n] == 0) continue;
    total += b->weight[n] * (loss + z_loss * log(Z) * log(Z));
    weight += b->weight[n];
  }
  free(logits);
  return total / weight;
}

static void check_sum(double smoothing, double z_loss, double l2) {
  sl_trainer t;
  sl_error e = {0};
  char train[120];
  snprintf(train, sizeof train, ",\"label_smoothing\":%g,\"z_loss\":%g,\"l2\":%g", smoothing,
           z_loss, l2);
  open_or_end(&t, config_of("", train));
  for (int s = 0; s < 3; s++) check(sl_trainer_shard(&t, s, 0, &e) == SL_OK, "%s", e.message);
  double want = loss_by_hand(&t, smoothing, z_loss);
  for (int i = 0; i < t.model.plan.count; i++) {
    const sl_entry *x = &t.model.plan.tensors[i];
    for (size_t j = 0; x->role == SL_PARAM && x->rank >= 2 && j < x->size; j++)
      want += l2 / 2 * t.params[x->at + j] * t.params[x->at + j];
  }
  check(sl_trainer_apply(&t, &e) == SL_OK, "%s", e.message);
  check(fabs(t.loss - want) < 1e-12 * want, "smoothing %g, z-loss %g, l2 %g: %.15g, not %.15g",
        smoothing, z_loss, l2, t.loss, want);
  sl_trainer_close(&t);
}

/* What is dropped does not depend on how a batch is cut: the same loss and gradient, but for the order
 * of sums; and it differs from step to step and from seed to seed. */
static void any_shards_drop_the_same(void) {
  static const int shards[] = {1, 2, 4};
  double loss[3], *gradient = NULL;
  for (int i = 0; i < 3; i++) {
    sl_trainer t;
    char train[80];
    snprintf(train, sizeof train, ",\"dropout\":0.5,\"shards\":%d", shards[i]);
    open_or_end(&t, config_of("", train));
    double *params = malloc(t.n * sizeof *params), error = 0;
    memcpy(params, t.params, t.n * sizeof *params);
    loss[i] = step_from(&t, params);
    const double *g = sl_trainer_shard_at(&t, 0);
    if (i) {
      for (size_t j = 0; j < t.n; j++) error = fmax(error, fabs(g[j] - gradient[j]));
      check(fabs(loss[i] - loss[0]) < 1e-13 && error < 1e-13, "%d shards drop others than one",
            shards[i]);
    } else {
      gradient = malloc(t.n * sizeof *gradient);
      memcpy(gradient, g, t.n * sizeof *gradient);
    }
    t.step = 1;
    check(fabs(step_from(&t, params) - loss[0]) > 1e-6, "the next step drops the same");
    free(params);
    sl_trainer_close(&t);
  }
  free(gradient);
}

/* The share that is dropped, and the size of what is kept: each to 5 standard deviations. */
static void the_share_is_as_asked(void) {
  enum { B = 4, T = 50, C = 20, N = B * T };
  static sl_real x[N * C], again[N * C];
  sl_model model = {.dims = {.C = C}};
  for (int r = 1; r < 10; r++) {
    sl_training training = {.dropout = r / 10.0, .seed = 3, .step = r};
    sl_pass p = {.model = &model, .B = B, .N = N, .training = &training};
    int zero = 0, wrong = 0, same = 0;
    for (int i = 0; i < N * C; i++) x[i] = again[i] = 1;
    sl_dropout(&p, 0, x);
    sl_dropout(&p, 1, again);
    for (int i = 0; i < N * C; i++) {
      zero += x[i] == 0;
      wrong += x[i] != 0 && fabs(x[i] - 1 / (1 - training.dropout)) > 1e-15;
      same += (x[i] == 0) == (again[i] == 0);
    }
    double q = training.dropout, n = N * C, alike = q * q + (1 - q) * (1 - q);
    check(fabs(zero - q * n) < 5 * sqrt(n * q * (1 - q)), "%d of %g are dropped at %g", zero, n, q);
    check(fabs(same - alike * n) < 5 * sqrt(n * alike * (1 - alike)), "two places drop alike: %d",
          same);
    check(!wrong, "%d are kept at another size than 1 / (1 - %g)", wrong, q);
    training.first = 1; /* the same windows from the second on */
    for (int i = 0; i < N * C; i++) again[i] = 1;
    p.B = B - 1, p.N = (B - 1) * T;
    sl_dropout(&p, 0, again);
    check(!memcmp(again, x + T * C, (size_t)p.N * C * sizeof *x),
          "windows drop by their place in the pass");
  }
}

int main(void) {
  static const char *const placements[] = {"", ",\"norm_placement\":\"post\"",
                                           ",\"norm_placement\":\"sandwich\",\"ffn\":\"none\"",
                                           ",\"norm_placement\":\"sandwich\""};
  check_sum(0, 0, 0);
  check_sum(0.2, 0, 0);
  check_sum(0, 0.3, 0);
  check_sum(0, 0, 0.1);
  check_sum(0.1, 0.02, 0.03);
  check_gradient("", ",\"label_smoothing\":0.3");
  check_gradient("", ",\"z_loss\":0.2");
  check_gradient("", ",\"l2\":0.1");
  for (int i = 0; i < 4; i++) {
    check_gradient(placements[i], ",\"dropout\":0.4");
    check_gradient(placements[i],
                   ",\"dropout\":0.2,\"label_smoothing\":0.1,\"z_loss\":0.05,\"l2\":0.02");
  }
  check_gradient(",\"slot\":\"sink_token\"",
                 ",\"dropout\":0.2,\"label_smoothing\":0.1,\"z_loss\":0.05,\"l2\":0.02");
  any_shards_drop_the_same();
  the_share_is_as_asked();
  printf("largest error %.1e\n", worst);
  return harness_end();
}
