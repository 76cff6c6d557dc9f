/* The report says what the last record's numbers say: records are made up here, so that every sentence
 * comes about, and its opposite. */
#include "../../core/probe/probe_report.h"
#include "../harness.h"

#include <math.h>
#include <string.h>

#define RUN(model, data) RUN_OF("\"layers\":2,\"heads\":2,\"width\":8,\"ffn_width\":8" model, data)
#define RUN_OF(model, data)                                                                        \
  "{\"seed\":\"3\",\"model\":{" model                                                              \
  "},\"data\":{\"corpus\":\"backcopy_docs\",\"context\":16" data                                   \
  "},\"train\":{\"steps\":20,\"batch\":2,\"shards\":1,\"warmup\":0},"                              \
  "\"eval\":{\"every\":10,\"sequences\":2}}"
#define FIXED ",\"packing\":\"causal_fixed_bos\""
enum { HEADS = 4, MOST = 1 << 15 };

typedef struct bench {
  sl_trainer t;
  sl_metrics m;
} bench;

static int bench_open(bench *b, const char *json) {
  sl_config c;
  sl_error e = {0};
  sl_code code = sl_config_parse(json, strlen(json), &c, &e);
  if (!code)
    code = sl_trainer_open(&b->t, &c, (sl_text_input){0}, sl_tier_at(0), 1, (size_t)1 << 20, &e);
  if (!check(!code, "%s: %s", e.path, e.message)) return 0;
  sl_metrics_open(&b->m, &b->t);
  return 1;
}

/* Number `at` of a key of record i becomes x. */
static void put(bench *b, int i, const char *key, int at, double x) {
  for (int f = 0; f < b->m.field_count; f++)
    if (!strcmp(b->m.fields[f].key, key)) {
      b->m.records[(size_t)i * b->m.record + b->m.fields[f].at + (size_t)at] = x;
      return;
    }
  check(0, "a record has no %s", key);
}

/* A record of a model that does nothing special. */
static void plain(bench *b, int step) {
  const int i = b->m.count++;
  put(b, i, "step", 0, step);
  put(b, i, "valid_loss", 0, 2);
  for (int h = 0; h < HEADS; h++) {
    put(b, i, "alpha", h, 0.1);
    put(b, i, "value_ratio", h, 1);
    put(b, i, "resting", h, 0);
  }
  for (int l = 0; l < 3; l++) put(b, i, "norm_ratio", l, 1);
  for (int k = 0; k < SL_SINK_KEYS; k++) put(b, i, "sink_rate", k, 0);
}

/* Head h has a sink whose value is so long. */
static void sink(bench *b, int h, double value) {
  const int i = b->m.count - 1;
  put(b, i, "alpha", h, 0.6);
  put(b, i, "value_ratio", h, value);
}

static const char *report_of(bench *b) {
  static char kept[MOST];
  sl_text out = {0};
  sl_report_write(&b->t, &b->m, &out);
  snprintf(kept, sizeof kept, "%s", sl_text_done(&out));
  sl_text_free(&out);
  return kept;
}

static void says(bench *b, const char *what) {
  const char *report = report_of(b);
  check(strstr(report, what) != NULL, "the report does not say \"%s\": %s", what, report);
}
static void does_not_say(bench *b, const char *what) {
  const char *report = report_of(b);
  check(!strstr(report, what), "the report says \"%s\": %s", what, report);
}

static void verdicts(void) {
  bench b;
  if (!bench_open(&b, RUN("", FIXED))) return;
  plain(&b, 0);
  says(&b, "\"verdict\":\"none\"");
  says(&b, "no attention sink on the first token");
  says(&b, "the most that any gives it is 10 %");
  says(&b,
       "No head is dormant: none looks mostly at a sink and adds next to nothing at any token.");
  put(&b, 0, "resting", 1, 0.044);
  says(&b, "next to nothing at more than 5 % of the tokens.");
  says(&b, "No norm peak");
  says(&b, "and yet no head rests on it");
  does_not_say(&b, "It has one on token");
  put(&b, 0, "alpha", 1, 0.32); /* the mean decides, as of the births */
  says(&b, "1 of its 4 heads gives more than 30 %");
  put(&b, 0, "alpha", 1, 0.1);
  sink(&b, 2, 0.1);
  says(&b, "\"verdict\":\"sink\"");
  says(&b, "1 of its 4 heads gives more than 30 % of its attention to the BOS that every window");
  says(&b, "head 1 of layer 2 gives it most, 60 %");
  says(&b, "a place to rest that is always there");
  does_not_say(&b, "rests on its slot too");
  put(&b, 0, "valid_loss", 0, 20); /* untrained: as it is made */
  says(&b, "\"verdict\":\"sink\"");
  put(&b, 0, "step", 0, 10);
  says(&b, "\"verdict\":\"unclear\"");
  says(&b, "Its loss, 20.00, is far above that of an even guess");
  does_not_say(&b, "norm peak");
  put(&b, 0, "valid_loss", 0, NAN);
  says(&b, "\"verdict\":\"unclear\"");
  says(&b, "no longer finite");
  does_not_say(&b, "norm peak");
  sl_trainer_close(&b.t);
}

static void heads(void) {
  bench b;
  if (!bench_open(&b, RUN("", FIXED))) return;
  plain(&b, 0);
  sink(&b, 0, 0.1);
  says(&b, "0.10 times as long as the others': looking there adds next to nothing.");
  sink(&b, 0, 0.4);
  says(&b, "0.40 times as long as the others': looking there adds less than looking elsewhere.");
  sink(&b, 0, 1.2);
  says(&b, "it reads the same thing again and again, a broadcast.");
  put(&b, 0, "resting", 1, 0.36);
  put(&b, 0, "resting", 2, 0.29);
  put(&b, 0, "resting", 3, 0.09);
  says(&b, "nothing: head 2 of layer 1 at 36 % of the tokens, head 1 of layer 2 at 29 % of the "
           "tokens.");
  sl_trainer_close(&b.t);
}

static void norms(void) {
  bench b;
  if (!bench_open(&b, RUN("", FIXED))) return;
  plain(&b, 0);
  put(&b, 0, "norm_ratio", 1, 5);
  put(&b, 0, "spiked", 6, 7);
  put(&b, 0, "spiked", 7, -40);
  says(&b, "after block 1 (0: the embedding) the first token's vector is 5.0 times as long");
  says(&b, "mostly in dimension 7 (-40); after the last block it is 1.0.");
  put(&b, 0, "norm_ratio", 2, 4);
  says(&b, "; it ends at 4.0.");
  sl_trainer_close(&b.t);
}

/* What a model may do with attention that it has no use for. */
static void reasons(void) {
  static const struct {
    const char *json, *none, *sink;
  } cases[] = {{RUN("", ",\"packing\":\"causal\""), "none at the front is always there",
                "they see nothing but themselves"},
               {RUN(",\"similarity\":\"sigmoid\",\"normaliser\":\"none\"", FIXED),
                "can give nothing, and needs no place to put it.",
                "What attention there is goes to the first token all the same."},
               {RUN(",\"normaliser\":{\"type\":\"scaled\",\"alpha\":0.5}", FIXED),
                "small scores do not make them small", "small scores do not make them small"},
               {RUN(",\"slot\":\"kv_bias\"", FIXED), "It was given a place for that: kv_bias.",
                "It was given a place for that: kv_bias."}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bench b;
    if (!bench_open(&b, cases[i].json)) return;
    plain(&b, 0);
    says(&b, cases[i].none);
    sink(&b, 3, 0.5);
    says(&b, cases[i].sink);
    sl_trainer_close(&b.t);
  }
}

/* The parameter of this name. */
static sl_real *param(bench *b, const char *name) {
  const sl_entry *x = sl_plan_find(&b->t.model.plan, name);
  return check(x != NULL, "no parameter %s", name) ? b->t.params + x->at : NULL;
}

/* A model made by hand: all queries are one vector, and the position's table makes the key at one place
 * point along it. */
static void elsewhere(void) {
  enum { PLACE = 5, C = 8, D = 4 };
  bench b;
  if (!bench_open(&b, RUN(",\"position\":\"learned\",\"bias\":true", FIXED))) return;
  plain(&b, 0);
  does_not_say(&b, "It has one on token");
  sl_real *tokens = param(&b, "embedding"), *places = param(&b, "position.table");
  sl_real *q = param(&b, "layers.1.attention.b_q"), *k = param(&b, "layers.1.attention.w_k");
  if (!tokens || !places || !q || !k) return;
  for (int i = 0; i < b.t.model.dims.V; i++) tokens[i * C] = 0;
  for (int i = 0; i < 16; i++) places[i * C] = i == PLACE ? 40 : 0;
  q[D] = 10, k[D] = 10; /* of the second head */
  says(&b, "It has one on token 6 of the window: 1 of its 4 heads gives more than 30 % of its "
           "attention to it.");
  sl_trainer_close(&b.t);
}

static void slots(void) {
  bench b;
  if (!bench_open(&b, RUN(",\"slot\":\"kv_bias\"", FIXED))) return;
  plain(&b, 0);
  put(&b, 0, "alpha_slot", 3, 0.7);
  says(&b, "\"verdict\":\"slot\"");
  says(&b, "head 2 of layer 2 gives the slot 70 % of its attention, and the first token 10 %");
  sink(&b, 0, 0.1);
  says(&b, "\"verdict\":\"sink\"");
  says(&b, "It rests on its slot too: head 2 of layer 2 gives that 70 %.");
  sl_trainer_close(&b.t);
}

/* From the first record on that holds to the end; in order of steps. */
static void births(void) {
  bench b;
  if (!bench_open(&b, RUN("", FIXED))) return;
  for (int step = 0; step <= 40; step += 10) {
    plain(&b, step);
    const int i = b.m.count - 1;
    if (step == 10 || step >= 30) sink(&b, 1, 0.9); /* gone again in between */
    if (step >= 20) put(&b, i, "value_ratio", 1, 0.3);
    if (step >= 20) put(&b, i, "value_ratio", 2, 0.3); /* of a head without a sink: nothing */
    if (step == 40) put(&b, i, "norm_ratio", 2, 4);
  }
  const char *list = strstr(report_of(&b), "\"births\":");
  static const char wanted[] =
      "\"births\":[{\"step\":20,\"what\":\"drain\",\"layer\":0,\"head\":1,\"text\":\"Step 20: head "
      "2 "
      "of layer 1 finds the first token's value drained.\"},\n"
      "{\"step\":30,\"what\":\"sink\",\"layer\":0,\"head\":1,\"text\":\"Step 30: head 2 of layer 1 "
      "has its sink on the first token.\"},\n"
      "{\"step\":40,\"what\":\"norms\",\"layer\":1,\"text\":\"Step 40: after block 2 the first "
      "token's norm stands out.\"}]}";
  check(list && !strcmp(list, wanted), "births: %s", list ? list : "none");
  sl_trainer_close(&b.t);
}

/* Of many heads none is left out. */
static void births_of_many(void) {
  enum { MANY = 8 * 8 };
  bench b;
  int found = 0;
  if (!bench_open(&b, RUN_OF("\"layers\":8,\"heads\":8,\"width\":16,\"ffn_width\":8", FIXED)))
    return;
  b.m.count = 1;
  put(&b, 0, "valid_loss", 0, 2);
  for (int h = 0; h < MANY; h++) sink(&b, h, 0.1);
  for (const char *at = report_of(&b); (at = strstr(at, "\"what\":")); at++) found++;
  check(found == 2 * MANY, "%d births of %d", found, 2 * MANY);
  says(&b, "head 8 of layer 8 has its sink on the first token.");
  sl_trainer_close(&b.t);
}

int main(void) {
  verdicts();
  heads();
  norms();
  reasons();
  elsewhere();
  slots();
  births();
  births_of_many();
  return harness_end();
}
