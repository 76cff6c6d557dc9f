/* Every refusal: a sentence that says what is wrong and where, and the run that was open is as it
 * was. The settings and the families are walked, so that a new one is tested without a line here. */
#include "../../core/train/train.h"
#include "../lab.h"

#include <math.h>
#include <time.h>

static sl_lab *lab; /* holds TINY_RUN, trained a few steps, all the time */
static print untouched;

static char text[4000]; /* good text */

/* ---- what a refusal must be ---- */

static const char *code_of(sl_lab *l) {
  static char code[24];
  code[0] = 0;
  sscanf(sl_error_json(l), "{\"code\":\"%20[a-z]\"", code);
  return code;
}

/* rc is not 0, the code is this, the sentence is one and holds both words (or NULL). */
static void refused(int rc, const char *code, const char *word1, const char *word2,
                    const char *what) {
  const char *m = lab_message(lab);
  if (!check(rc != 0, "%.300s: taken", what)) {
    lab_open(lab, TINY_RUN);
    sl_train(lab, 3);
    return;
  }
  check(is_sentence(m), "%.300s: \"%s\" is no sentence", what, m);
  check(!strcmp(code_of(lab), code), "%.300s: code %s, not %s (%s)", what, code_of(lab), code, m);
  const char *words[] = {word1, word2};
  for (int i = 0; i < 2; i++)
    if (words[i]) check(strstr(m, words[i]) != NULL, "%.300s: \"%s\" lacks %s", what, m, words[i]);
  check(same_print(lab_print(lab), untouched), "%.300s: the open run was changed", what);
}

static int open_json(const char *json) {
  return sl_open(lab, json, strlen(json), text, sizeof text, 1, 0);
}

static void refuse_json(const char *json, const char *code, const char *word1, const char *word2) {
  refused(open_json(json), code, word1, word2, json);
  check(sl_resolve_json(lab, json, strlen(json)) == NULL || strcmp(code, "config"),
        "%.300s: resolved", json);
}

/* ---- settings, walked ---- */

/* Where a setting stands: what to write before and after "key":value. */
typedef struct place {
  char before[160], after[16], path[96];
} place;

static void with_value(const place *at, const char *key, const char *value, const char *code,
                       const char *word) {
  char json[400], path[160];
  snprintf(json, sizeof json, "%s\"%s\":%s%s", at->before, key, value, at->after);
  snprintf(path, sizeof path, "%s%s%s", at->path, *at->path ? "." : "", key);
  refuse_json(json, code, path, word);
}

static void wrong_values(const sl_param *p, const place *at) {
  char value[64], near[48];
  snprintf(near, sizeof near, "%.40sx", p->key);
  with_value(at, near, "1", "config", p->key);
  with_value(at, p->key, "null", "config", p->type == SL_SEED ? "digits" : "null");
  with_value(at, p->key, "[1]", "config", p->type == SL_SEED ? "digits" : "a list");
  switch (p->type) {
    case SL_INT:
    case SL_REAL:
      snprintf(value, sizeof value, "%.17g",
               p->max + (p->type == SL_INT ? 1 : 1e-6 * (fabs(p->max) + 1)));
      with_value(at, p->key, value, "config", "between");
      snprintf(value, sizeof value, "%.17g", p->min - (p->type == SL_INT ? 1 : 1e-9));
      with_value(at, p->key, value, "config", "between");
      with_value(at, p->key, "1e999", "config", NULL);
      with_value(at, p->key, "\"1\"", "config", "a number");
      if (p->type == SL_REAL) break;
      snprintf(value, sizeof value, "%.17g", p->min + 0.5);
      with_value(at, p->key, value, "config", "whole");
      break;
    case SL_BOOL: with_value(at, p->key, "1", "config", "true or false"); break;
    case SL_STRING: with_value(at, p->key, "7", "config", "a string"); break;
    case SL_CHOICE:
      snprintf(value, sizeof value, "\"%.40sx\"", p->options[0].id);
      with_value(at, p->key, value, "config", p->options[0].id);
      break;
    case SL_FAMILY:
      snprintf(value, sizeof value, "\"%.40sx\"", p->family->rows[0]->id);
      with_value(at, p->key, value, "config", p->family->rows[0]->id);
      with_value(at, p->key, "{\"type\":3}", "config", NULL);
      break;
    case SL_SEED:
      with_value(at, p->key, "-1", "config", NULL);
      with_value(at, p->key, "1.5", "config", NULL);
      with_value(at, p->key, "\"\"", "config", NULL);
      with_value(at, p->key, "\"12a\"", "config", NULL);
      with_value(at, p->key, "\"99999999999999999999\"", "config", NULL);
      break;
    case SL_SECTION: with_value(at, p->key, "3", "config", "an object"); break;
  }
}

static void walk_settings(const sl_desc *d, const place *at) {
  for (const sl_param *p = d->params; p && p->key; p++) {
    place inner;
    wrong_values(p, at);
    snprintf(inner.after, sizeof inner.after, "}%.12s", at->after);
    snprintf(inner.path, sizeof inner.path, "%.60s%s%.30s", at->path, *at->path ? "." : "", p->key);
    if (p->type == SL_SECTION) {
      snprintf(inner.before, sizeof inner.before, "%.100s\"%.40s\":{", at->before, p->key);
      walk_settings(p->section, &inner);
    }
    for (int r = 0; p->type == SL_FAMILY && r < p->family->count; r++) {
      snprintf(inner.before, sizeof inner.before, "%.40s\"%.30s\":{\"type\":\"%.30s\",", at->before,
               p->key, p->family->rows[r]->id);
      walk_settings(p->family->rows[r], &inner);
    }
  }
}

/* ---- the JSON itself ---- */

static void broken_json(void) {
  static const char *const broken[] = {"",
                                       " ",
                                       "{",
                                       "}",
                                       "{\"seed\":}",
                                       "{\"seed\":\"1\"",
                                       "{'seed':1}",
                                       "{seed:1}",
                                       "{\"seed\":1,}",
                                       "{\"seed\":01x}",
                                       "\"",
                                       "{\"seed\":\"\\u12\"}",
                                       "tru",
                                       "{\"seed\":\"1\"}}",
                                       "{} {}",
                                       "{}x",
                                       "{\"model\":{\"layers\":1,\"layers\":2}}",
                                       "{\"seed\":\"1\",\"model\":{},\"seed\":\"1\"}"};
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
    refuse_json(broken[i], "json", NULL, NULL);
  refuse_json("{\"model\":{\"layers\":1,\"layers\":2}}", "json", "layers", "twice");
  refuse_json("{} x", "json", "byte 3", NULL);
  refuse_json("[]", "config", "an object", NULL);
  refuse_json("3", "config", "an object", NULL);
  refuse_json("null", "config", "an object", NULL);
  refused(sl_open(lab, "{}\0", 3, NULL, 0, 1, 0), "json", "byte 2", NULL, "{} and a NUL");
  refused(sl_open(lab, NULL, 0, NULL, 0, 1, 0), "json", NULL, NULL, "no JSON");
  check(sl_open(lab, "{\"Seed\":\"1\"}", 12, NULL, 0, 1, 0) != 0, "keys are taken in capitals");
  check(sl_resolve_json(lab, "  {} \n\t", 7) != NULL, "white space is refused: %s",
        lab_message(lab));
  check(sl_resolve_json(lab, "{\"seed\":9}{", 10) != NULL, "more than the size is read");
}

static void deep_and_large_json(void) {
  static char json[300 << 10];
  for (int depth = 17; depth <= 1000; depth += depth < 20 ? 1 : 49) {
    memset(json, '[', (size_t)depth);
    memset(json + depth, ']', (size_t)depth);
    json[2 * depth] = 0;
    refused(open_json(json), "json", depth <= 60 ? "deep" : NULL, NULL, "deep JSON");
  }
  memset(json, ' ', sizeof json);
  memcpy(json, "{}", 2);
  check(sl_resolve_json(lab, json, 256 << 10) != NULL, "256 KiB: %s", lab_message(lab));
  refused(sl_open(lab, json, (256 << 10) + 1, NULL, 0, 1, 0), "json", "bytes", NULL, "large JSON");
  /* As many keys as fit: refused within a moment. */
  size_t n = 1;
  for (int i = 0; n < (256 << 10) - 16; i++)
    n += (size_t)snprintf(json + n, 16, "%s\"%x\":0", i ? "," : "", i);
  json[0] = '{';
  json[n++] = '}';
  clock_t start = clock();
  refused(sl_open(lab, json, n, NULL, 0, 1, 0), "json", "keys", NULL, "thousands of keys");
  double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
  check(seconds < 1, "256 KiB of keys took %.1f s", seconds);
}

/* ---- combinations ---- */

static void impossible_combinations(void) {
  refuse_json("{\"model\":{\"heads\":3,\"width\":8}}", "config", "8", "3");
  refuse_json("{\"model\":{\"head_size\":3}}", "config", "even", "3");
  refuse_json("{\"model\":{\"heads\":8,\"width\":8}}", "config", "even", "1");
  refuse_json(
      "{\"model\":{\"heads\":2,\"width\":8,\"position\":{\"type\":\"rotary\",\"fraction\":0.2}}}",
      "config", "fraction", "4");
  refuse_json("{\"model\":{\"position\":{\"type\":\"relative\",\"max_distance\":16}}}", "config",
              "32", "beyond 16");
  refuse_json("{\"train\":{\"batch\":2,\"shards\":3}}", "config", "2", "3");
  refuse_json("{\"train\":{\"warmup\":10,\"steps\":10}}", "config", "10", NULL);
  refuse_json("{\"data\":{\"packing\":\"causal_bos\"}}", "config", "causal_bos", "backcopy");
  refuse_json("{\"data\":{\"packing\":\"intra\",\"corpus\":\"backcopy\"}}", "config", "intra",
              NULL);
  refused(
      open_json("{\"data\":{\"corpus\":{\"type\":\"backcopy_docs\",\"doc_min\":9,\"doc_max\":8}}}"),
      "config", "9", "8", "documents longer than the longest");
  refused(open_json("{\"data\":{\"corpus\":{\"type\":\"backcopy\",\"triggers\":\"a#\"}}}"),
          "config", "#", NULL, "a trigger that is no character of the chain");
}

/* ---- memory ---- */

static void too_much_memory(void) {
  static const char large[] =
      "{\"model\":{\"layers\":24,\"heads\":32,\"width\":1024,\"ffn_width\":4096},"
      "\"data\":{\"context\":1024},\"train\":{\"batch\":512,\"shards\":1}}";
  char bytes[40];
  const char *estimate = sl_estimate_json(lab, large, strlen(large), NULL, 0, 1);
  if (!check(estimate != NULL, "no estimate: %s", lab_message(lab))) return;
  double need = strtod(strstr(estimate, "\"bytes\":") + 8, NULL);
  snprintf(bytes, sizeof bytes, "%.1f MB", need / 1e6);
  refused(sl_open(lab, large, strlen(large), NULL, 0, 1, 1000000000), "memory", bytes, "1000.0 MB",
          "a run of more than its limit");
  estimate = sl_estimate_json(lab, TINY_RUN, strlen(TINY_RUN), NULL, 0, 2);
  uint64_t tiny = strtoull(strstr(estimate, "\"bytes\":") + 8, NULL, 10);
  refused(sl_open(lab, TINY_RUN, strlen(TINY_RUN), NULL, 0, 2, tiny - 1), "memory", "MB", NULL,
          "one byte too little");
  sl_lab *l = sl_new();
  check(sl_open(l, TINY_RUN, strlen(TINY_RUN), NULL, 0, 2, tiny) == 0,
        "the estimate is refused: %s", lab_message(l));
  sl_free(l);
}

/* ---- text ---- */

#define TEXT_RUN(more)                                                                             \
  "{" TINY_MODEL ",\"data\":{\"context\":64,\"corpus\":{\"type\":\"text\"" more                    \
  "}},\"train\":{\"steps\":4,\"batch\":2,\"shards\":1}," TINY_EVAL "}"

static void bad_text(void) {
  static const char chars[] = TEXT_RUN(""), lines[] = TEXT_RUN(",\"documents\":\"line\"");
  refused(lab_open(lab, chars), "data", "text", NULL, "no text");
  refused(lab_open_text(lab, chars, text, 100), "data", "100", "256", "a text of 100 characters");
  refused(lab_open_text(lab, chars, text, 300), "data", "64", "30", "a held-out tenth of 30");
  memset(text, 'a', 300);
  refused(lab_open_text(lab, lines, text, 300), "data", "line", NULL, "a text of one line");
  sl_lab *l = sl_new();
  check(lab_open_text(l, chars, text, sizeof text) == 0, "good text: %s", lab_message(l));
  sl_free(l);
}

static void not_utf8(void) {
  static const char *const bad[] = {
      "\x80",         "\xC0\xAF",         "\xC3(", "\xE0\x80\x80",
      "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF",  "\xF8\x88\x80\x80\x80",
      "\xE2\x82"};
  static const char chars[] = TEXT_RUN(""), bytes[] = TEXT_RUN(",\"level\":\"byte\"");
  static const size_t places[] = {0, 1, 700, sizeof text - 8};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    for (size_t p = 0; p < 4; p++) {
      char copy[sizeof text], offset[40];
      memcpy(copy, text, sizeof text);
      memcpy(copy + places[p], bad[i], strlen(bad[i]));
      refused(lab_open_text(lab, chars, copy, sizeof copy), "data", "UTF-8", NULL, "not UTF-8");
      snprintf(offset, sizeof offset, "\"offset\":%zu,", places[p]);
      check(strstr(sl_error_json(lab), offset) != NULL, "%s does not say %s", sl_error_json(lab),
            offset);
      sl_lab *l = sl_new();
      check(lab_open_text(l, bytes, copy, sizeof copy) == 0 && sl_train(l, 1) == 0,
            "bytes that are not UTF-8: %s", lab_message(l));
      sl_free(l);
    }
  /* A character that the end of the text cuts. */
  char copy[sizeof text];
  memcpy(copy, text, sizeof text);
  memcpy(copy + sizeof copy - 2, "\xE2\x82", 2);
  refused(lab_open_text(lab, chars, copy, sizeof copy), "data", "UTF-8", NULL, "cut character");
}

/* ---- checkpoints ---- */

static void bad_checkpoints(void) {
  size_t size = 0;
  unsigned char *file = lab_save(lab, &size);
  for (size_t n = 0; n < size; n += n < 4096 ? 61 : 997)
    refused(sl_load(lab, file, n, NULL, 0, 1, 0), "file", NULL, NULL, "a truncated checkpoint");
  for (size_t at = 0; at < size; at += at < 64 ? 1 : 331) {
    file[at] ^= 0x10;
    int rc = sl_load(lab, file, size, NULL, 0, 1, 0);
    if (rc)
      refused(rc, "file", NULL, NULL, "an altered checkpoint");
    else
      check(same_print(lab_print(lab), untouched), "byte %zu altered: another run", at);
    file[at] ^= 0x10;
  }
  refused(sl_load(lab, "PK\3\4 something else", 20, NULL, 0, 1, 0), "file", NULL, NULL, "a zip");
  refused(sl_load(lab, file, size, NULL, 0, 1, 1000), "memory", "MB", NULL, "a limit");
  check(sl_load(lab, file, size, NULL, 0, 1, 0) == 0, "undamaged: %s", lab_message(lab));
  free(file);
}

static void checkpoint_of_another_text(void) {
  static const char chars[] = TEXT_RUN("");
  sl_lab *l = sl_new();
  size_t size = 0;
  lab_open_text(l, chars, text, sizeof text);
  sl_train(l, 1);
  unsigned char *file = lab_save(l, &size);
  refused(sl_load(lab, file, size, NULL, 0, 1, 0), "data", "text", NULL, "its text is missing");
  refused(sl_load(lab, file, size, text, sizeof text - 1, 1, 0), "data", "text", NULL,
          "other text");
  check(sl_load(l, file, size, text, sizeof text, 1, 0) == 0, "its own text: %s", lab_message(l));
  free(file);
  sl_free(l);
}

/* ---- calls out of place ---- */

static void out_of_place(void) {
  sl_view v, w;
  sl_lab *empty = sl_new(), *kept = lab;
  check(sl_train(empty, 1) && is_sentence(lab_message(empty)), "nothing open: train");
  check(sl_shard(empty, 0) && sl_apply(empty) && sl_evaluate(empty) && sl_save(empty, &v) &&
            sl_tensor(empty, "embedding", &v) && sl_probe(empty, "alpha", 0, 0, 1) &&
            sl_probe_view(empty, "alpha", &v) && sl_set_epsilon(empty, 0.5) && sl_probe_tokens(empty, &v, &w),
        "nothing open: a call succeeded");
  check(!sl_config_json(empty) && !sl_data_json(empty) && !sl_fingerprint(empty) &&
            !sl_metrics_json(empty, 0) && !sl_run_json(empty) && !sl_tensors_json(empty),
        "nothing open: a call gave a string");
  check(sl_step(empty) == 0 && sl_probe_prefix(empty) == 0 && sl_metrics_count(empty) == 0 &&
            isnan(sl_loss(empty)),
        "nothing open: a number");
  sl_close(empty);
  sl_free(empty);
  sl_free(NULL);
  lab = kept;
  refused(sl_probe_tokens(lab, &v, &w), "state", NULL, NULL, "tokens before a probe");
  refused(sl_probe_view(lab, "alpha", &v), "state", "alpha", NULL, "a view before a probe");
  refused(sl_probe(lab, "alpa", 0, 0, 1), "config", "alpha", NULL, "a misspelt probe");
  refused(sl_probe(lab, "alpha", SL_INPUT_COUNT, 0, 1), "config", NULL, NULL, "no such input");
  refused(sl_set_epsilon(lab, 1), "config", NULL, NULL, "an epsilon of 1");
  refused(sl_set_epsilon(lab, -0.1), "config", NULL, NULL, "an epsilon below 0");
  refused(sl_set_epsilon(lab, 0.0 / 0.0), "config", NULL, NULL, "no epsilon");
  refused(sl_probe(lab, "alpha", 0, -1, 1), "config", NULL, NULL, "window -1");
  refused(sl_probe(lab, "alpha", 0, 0, 0), "config", NULL, NULL, "no windows");
  refused(sl_probe(lab, "alpha", 0, 2147483647, 9), "config", NULL, NULL, "windows beyond 2^31");
  refused(sl_tensor(lab, "embeding", &v), "config", "embeding", NULL, "a misspelt tensor");
  refused(sl_tensor(lab, "shards.9", &v), "config", NULL, NULL, "shard 9");
  refused(sl_tensor(lab, "shards.0/hidden.0", &v), "config", NULL, NULL,
          "gradient of no parameter");
  refused(sl_tensor(lab, "embedding/m7", &v), "config", NULL, NULL, "state m7");
  refused(sl_shard(lab, 4), "state", "4", NULL, "shard 4 of 4");
  refused(sl_shard(lab, -2), "state", "-2", NULL, "shard -2");
  refused(sl_apply(lab), "state", "shards", NULL, "apply before shards");
  check(!sl_metrics_json(lab, -1) && !sl_metrics_json(lab, 999), "a metric record 999");
}

static void done(void) {
  sl_lab *l = sl_new();
  lab_open(l, TINY_RUN);
  check(sl_train(l, 100) == 0 && sl_step(l) == 20, "not stopped at train.steps");
  check(sl_train(l, 1) == 0 && sl_step(l) == 20, "more than train.steps");
  check(sl_shard(l, 0) && is_sentence(lab_message(l)), "a shard behind the last step");
  sl_free(l);
}

int main(void) {
  for (size_t i = 0; i < sizeof text; i++)
    text[i] = i % 37 == 36 ? '\n' : (char)('a' + (i * i + i / 7) % 23);
  lab = sl_new();
  lab_open(lab, TINY_RUN);
  sl_train(lab, 3);
  untouched = lab_print(lab);
  out_of_place();
  walk_settings(&sl_config_desc, &(place){"{", "}", ""});
  broken_json();
  deep_and_large_json();
  impossible_combinations();
  too_much_memory();
  bad_text();
  not_utf8();
  bad_checkpoints();
  checkpoint_of_another_text();
  done();
  sl_free(lab);
  return harness_end();
}
