/* Which tensors Muon makes orthogonal: the matrices of linear maps in the layers. All others, slots'
 * vectors and tables of positions among them, move as AdamW moves them at a quarter of the rate. */
#include "../../core/train/train.h"
#include "../harness.h"

#include <string.h>

#define ADAM "\"beta1\":0.9,\"beta2\":0.95,\"eps\":1e-8,\"decay\":0.1"

static int step_once(sl_trainer *t, const char *rate, const char *optimiser) {
  char json[700];
  sl_config c;
  sl_error e = {0};
  snprintf(json, sizeof json,
           "{\"model\":{\"layers\":1,\"heads\":2,\"width\":8,\"ffn_width\":8,\"bias\":true,"
           "\"slot\":\"kv_bias\",\"position\":\"relative\",\"gate\":\"element\"},"
           "\"data\":{\"context\":16,\"corpus\":\"backcopy_docs\"},"
           "\"train\":{\"batch\":2,\"shards\":1,\"warmup\":0,\"lr\":%s,\"optimiser\":{%s," ADAM
           "}}}",
           rate, optimiser);
  sl_code code = sl_config_parse(json, strlen(json), &c, &e);
  if (!code) code = sl_trainer_open(t, &c, (sl_text_input){0}, sl_tier_at(0), 1, 0, &e);
  if (!check(!code, "%s: %s", e.path, e.message)) return 0;
  code = sl_trainer_step(t, &e);
  return check(!code, "a step: %s", e.message);
}

static void only_linear_maps(void) {
  sl_trainer muon, adamw;
  int maps = 0, others = 0;
  if (!step_once(&muon, "0.04", "\"type\":\"muon\",\"adam_lr\":0.25") ||
      !step_once(&adamw, "0.01", "\"type\":\"adamw\""))
    return;
  for (int i = 0; i < muon.model.plan.count; i++) {
    const sl_entry *x = &muon.model.plan.tensors[i];
    if (x->role != SL_PARAM) continue;
    const int map = !strncmp(x->name, "layers.", 7) && strstr(x->name, ".w_") != NULL;
    const int same =
        !memcmp(muon.params + x->at, adamw.params + x->at, x->size * sizeof *muon.params);
    check(same == !map, "%s moves %s AdamW moves it", x->name, same ? "as" : "not as");
    map ? maps++ : others++;
  }
  check(maps >= 6 && others >= 8, "only %d maps and %d others", maps, others);
  sl_trainer_close(&muon);
  sl_trainer_close(&adamw);
}

int main(void) {
  only_linear_maps();
  return harness_end();
}
