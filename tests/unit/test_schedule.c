/* The learning rate at every step, against formulas written down here. */
#include "../../core/train/train.h"
#include "../harness.h"

#include <math.h>
#include <string.h>

enum { STEPS = 40 };

static double constant(double p) { return p < 2 ? 1 : 0; }
static double linear(double p) { return 1 - p; }
static double linear_floor(double p) { return 1 - 0.75 * p; }
static double cosine(double p) { return 0.1 + 0.9 * (1 + cos(acos(-1) * p)) / 2; }
static double cosine_floor(double p) { return 0.5 + 0.5 * (1 + cos(acos(-1) * p)) / 2; }
static double wsd(double p) { return p < 0.8 ? 1 : (1 - p) / 0.2; }
static double wsd_floor(double p) { return p < 0.5 ? 1 : 0.25 + 0.75 * (1 - p) / 0.5; }
static double wsd_whole(double p) { return 1 - p; }

static const struct {
  const char *id, *json;
  double (*factor)(double progress);
} cases[] = {{"constant", "\"constant\"", constant},
             {"linear", "\"linear\"", linear},
             {"linear", "{\"type\":\"linear\",\"floor\":0.25}", linear_floor},
             {"cosine", "\"cosine\"", cosine},
             {"cosine", "{\"type\":\"cosine\",\"floor\":0.5}", cosine_floor},
             {"wsd", "\"wsd\"", wsd},
             {"wsd", "{\"type\":\"wsd\",\"share\":0.5,\"floor\":0.25}", wsd_floor},
             {"wsd", "{\"type\":\"wsd\",\"share\":1}", wsd_whole}};
enum { CASES = sizeof cases / sizeof *cases };

static void check_case(int i, int warmup) {
  char json[300];
  sl_trainer t = {0};
  sl_error e = {0};
  snprintf(json, sizeof json,
           "{\"train\":{\"steps\":%d,\"warmup\":%d,\"lr\":0.02,\"schedule\":%s}}", STEPS, warmup,
           cases[i].json);
  if (!check(sl_config_parse(json, strlen(json), &t.now, &e) == SL_OK, "%s: %s", json, e.message))
    return;
  for (int step = 0; step < STEPS; step++) {
    double want = step < warmup ? (step + 1.0) / warmup
                                : cases[i].factor((double)(step - warmup) / (STEPS - warmup));
    double got = sl_trainer_lr(&t, step);
    check(fabs(got - 0.02 * want) < 1e-15, "%s, warm-up %d, step %d: %.17g, not %.17g",
          cases[i].json, warmup, step, got, 0.02 * want);
  }
}

int main(void) {
  for (int i = 0; i < CASES; i++) {
    check_case(i, 0);
    check_case(i, 7);
  }
  for (int r = 0; r < sl_schedule_family.count; r++) {
    int found = 0;
    for (int i = 0; i < CASES; i++) found |= !strcmp(cases[i].id, sl_schedule_family.rows[r]->id);
    check(found, "no case has the schedule %s", sl_schedule_family.rows[r]->id);
  }
  return harness_end();
}
