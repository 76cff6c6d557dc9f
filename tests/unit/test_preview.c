/* The preview of a configuration's data: what an opened run says of it, and documents that the corpus
 * makes. */
#include "../../core/base/json.h"
#include "../lab.h"
#include "data_fixture.h"

#include <math.h>

static sl_json *parsed(const char *json) {
  sl_json *j = NULL;
  CHECK(json && sl_json_parse(json, strlen(json), 1 << 24, &j, NULL) == SL_OK, "no JSON");
  return j;
}

static double number(const sl_json *j, const char *key) {
  const sl_json *m = sl_json_get(j, key);
  return m && sl_json_is(m) == SL_JSON_NUMBER ? sl_json_number(m) : NAN;
}

static int length_of(const sl_json *list) {
  int n = 0;
  for (const sl_json *m = sl_json_first(list); m; m = sl_json_next(m)) n++;
  return n;
}

/* The corpus of this id with its defaults, sampled again. */
static void check_documents(const sl_json *j, const char *id, const char *text, size_t size) {
  opened o;
  int32_t tokens[1024];
  double counted = 0, sum = 0;
  int ended, number_of_document = 0, same = 1;
  sl_pick_set(&o.pick, &sl_corpus_family, id);
  open_pick(&o, text, size);
  const sl_json *d = sl_json_first(sl_json_get(j, "documents"));
  for (; d; d = sl_json_next(d), number_of_document++) {
    int n = sl_corpus_sample(&o.c, 5, number_of_document, o.c.longest ? 1024 : 256, tokens, &ended);
    const sl_json *m = sl_json_first(sl_json_get(d, "tokens"));
    same &= length_of(sl_json_get(d, "tokens")) == n;
    same &= (sl_json_number(sl_json_get(d, "ended")) != 0) == ended;
    for (int i = 0; i < n && m; i++, m = sl_json_next(m)) same &= sl_json_number(m) == tokens[i];
  }
  CHECK(same && number_of_document == 3, "%s: documents", id);
  for (const sl_json *m = sl_json_first(sl_json_get(j, "counts")); m; m = sl_json_next(m))
    counted += sl_json_number(m);
  CHECK(counted == number(sl_json_get(j, "baselines"), "sample"), "%s: %.0f counted", id, counted);
  int documents = 0;
  for (; o.c.longest && documents < 2000; documents++)
    sum += sl_corpus_sample(&o.c, 6, documents, 1024, tokens, &ended);
  if (o.c.longest)
    CHECK(fabs(number(j, "mean_length") - sum / documents) < 0.06 * sum / documents,
          "%s: %.1f tokens on average, here %.1f", id, number(j, "mean_length"), sum / documents);
  else
    CHECK(sl_json_is(sl_json_get(j, "mean_length")) == SL_JSON_NULL, "%s ends", id);
  sl_arena_close(&o.arena);
}

static void test_previews(void) {
  size_t size;
  char *text = sample_text(&size);
  for (int i = 0; i < sl_corpus_family.count; i++) {
    const char *id = sl_corpus_family.rows[i]->id;
    int own = ((const sl_corpus_type *)(const void *)sl_corpus_family.rows[i])->needs_text;
    char run[400];
    sl_lab *lab = sl_new();
    snprintf(run, sizeof run,
             "{\"seed\":\"5\"," TINY_MODEL ",\"data\":{\"corpus\":\"%s\",\"context\":16},"
             "\"train\":{\"batch\":4}," TINY_EVAL "}",
             id);
    const char *json = sl_preview_json(lab, run, strlen(run), own ? text : NULL, own ? size : 0, 3);
    CHECK(json != NULL, "%s: %s", id, lab_message(lab));
    sl_json *preview = parsed(json);
    CHECK(sl_config_json(lab) == NULL, "%s: a preview opens a run", id);
    CHECK(lab_open_text(lab, run, own ? text : NULL, own ? size : 0) == 0, "%s: %s", id,
          lab_message(lab));
    const char *data = sl_data_json(lab); /* the preview begins with all that it says */
    sl_lab *other = sl_new();
    json = sl_preview_json(other, run, strlen(run), own ? text : NULL, own ? size : 0, 0);
    CHECK(!strncmp(data, json, strlen(data) - 1), "%s: the run says %.200s", id, data);
    check_documents(preview, id, own ? text : NULL, own ? size : 0);
    sl_json_free(preview);
    sl_free(other);
    sl_free(lab);
  }
}

static void refused(sl_lab *lab, const char *run, int documents, const char *words) {
  CHECK(sl_preview_json(lab, run, strlen(run), NULL, 0, documents) == NULL &&
            strstr(lab_message(lab), words) && is_sentence(lab_message(lab)),
        "%s", lab_message(lab));
}

int main(void) {
  test_previews();
  sl_lab *lab = sl_new();
  refused(lab, "{\"data\":{\"corpus\":\"text\"}}", 1, "your own text");
  refused(lab, "{\"data\":{\"corpus\":\"txt\"}}", 1, "txt");
  refused(lab, "{}", 65, "0 to 64 documents");
  refused(lab, "{}", -1, "0 to 64 documents");
  sl_free(lab);
  return harness_end();
}
