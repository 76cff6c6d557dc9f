/* A run whose numbers stop being finite: the step is refused and named with the first tensor at
 * fault, the weights are those before it, and they can be looked at, saved and loaded. */
#include "../lab.h"

#include <math.h>

static const char *code_of(sl_lab *l) {
  static char code[24];
  code[0] = 0;
  sscanf(sl_error_json(l), "{\"code\":\"%20[a-z]\"", code);
  return code;
}

static int all_finite(sl_lab *l) {
  const char *list = sl_tensors_json(l);
  char name[64];
  int ok = 1, n = 0;
  for (const char *at = list; (at = strstr(at, "{\"name\":\"")) != NULL; at += 9) {
    sl_view v;
    if (!strstr(at, "\"role\":\"param\"") || sscanf(at + 9, "%60[^\"]", name) != 1) continue;
    if (strncmp(strstr(at, "\"role\":\""), "\"role\":\"param\"", 14) || sl_tensor(l, name, &v))
      continue;
    size_t size = 1;
    for (int d = 0; d < v.rank; d++) size *= (size_t)v.shape[d];
    for (size_t i = 0; i < size; i++) ok &= isfinite(((const float *)v.data)[i]) != 0;
    n++;
  }
  return ok && n > 0;
}

static void diverge(const char *json) {
  sl_lab *l = sl_new(), *again = sl_new();
  size_t size = 0;
  int rc = lab_open(l, json), steps = 0;
  check(rc == 0, "%s: %s", json, lab_message(l));
  print before = lab_print(l);
  while (rc == 0 && steps++ < 300) {
    before = lab_print(l);
    rc = sl_train(l, 1);
  }
  if (check(rc != 0, "%s: does not diverge", json)) {
    char step[24], first[500], *message = first;
    sl_view v;
    snprintf(step, sizeof step, "step %d:", (int)sl_step(l) + 1);
    snprintf(first, sizeof first, "%s", lab_message(l));
    check(!strcmp(code_of(l), "diverged") && is_sentence(message) && strstr(message, step),
          "%s: %s", json, message);
    const char *path = strstr(sl_error_json(l), "\"path\":\"") + 8;
    char tensor[64] = "";
    sscanf(path, "%60[^\"]", tensor);
    check(!strcmp(tensor, "loss") || sl_tensor(l, tensor, &v) == 0, "no tensor %s", tensor);
    check(same_print(before, lab_print(l)), "%s: the refused step changed the weights", json);
    check(all_finite(l), "%s: weights are not finite after \"%s\"", json, first);
    check(sl_train(l, 1) != 0 && !strcmp(code_of(l), "diverged"), "trains on after diverging");
    unsigned char *file = lab_save(l, &size);
    check(file && sl_load(again, file, size, NULL, 0, 1, 0) == 0, "saved, but: %s",
          lab_message(again));
    check(same_print(before, lab_print(again)), "the saved run is another");
    check(sl_train(again, 1) != 0 && !strcmp(first, lab_message(again)),
          "diverges otherwise after loading: %s", lab_message(again));
    check(sl_run_json(l) && strstr(sl_run_json(l), "\"diverged\""), "the run file does not say so");
    check(sl_evaluate(l) == 0 && sl_probe(l, "alpha", 0, 0, 1) == 0, "%s", lab_message(l));
    free(file);
  }
  sl_free(l);
  sl_free(again);
}

static void divergence(void) {
#define DIVERGING(model, train)                                                                    \
  "{\"model\":{\"layers\":1,\"heads\":1,\"width\":8,\"ffn_width\":8," model "},\"data\":{"         \
  "\"context\":16},\"train\":{\"steps\":400,\"batch\":2,\"shards\":2," train "}," TINY_EVAL "}"
  diverge(DIVERGING("\"init_embedding\":4,\"init_matrix\":1,\"ffn\":\"swiglu\"",
                    "\"optimiser\":{\"type\":\"sgd\",\"decay\":1},\"lr\":100,\"clip\":0"));
  diverge(DIVERGING("\"init_embedding\":4,\"init_matrix\":1,\"norm\":\"layernorm\"",
                    "\"optimiser\":\"sgd\",\"lr\":100,\"clip\":0"));
  diverge(DIVERGING("\"init_embedding\":4,\"init_matrix\":1,\"ffn\":\"swiglu\"",
                    "\"optimiser\":{\"type\":\"sgd\",\"decay\":10},\"lr\":100,\"clip\":1"));
  diverge(DIVERGING("\"init_matrix\":1", "\"optimiser\":{\"type\":\"adamw\",\"decay\":10},"
                                         "\"lr\":100"));
}

int main(void) {
  divergence();
  return harness_end();
}
