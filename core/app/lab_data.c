/* The public API: what is read. */
#include "lab.h"

#include <stdlib.h>
#include <string.h>

/* "vocabulary":[…],"bos":…,"eos":…,"unknown":…,"spaced":…,"baselines":{…} */
static void write_corpus(sl_text *t, const sl_vocab *v, const sl_baselines *b) {
  sl_text_add(t, "\"vocabulary\":[");
  for (int i = 0; i < v->size; i++) {
    if (i) sl_text_add(t, ",");
    sl_text_string(t, v->text[i]);
  }
  sl_text_printf(t, "],\"bos\":%d,\"eos\":%d", v->bos, v->eos);
  if (v->unknown) sl_text_printf(t, ",\"unknown\":%d", v->unknown);
  sl_text_printf(t, ",\"spaced\":%s,\"baselines\":{\"uniform\":", v->spaced ? "true" : "false");
  sl_text_number(t, b->uniform);
  sl_text_add(t, ",\"unigram\":");
  sl_text_number(t, b->unigram);
  sl_text_add(t, ",\"bigram\":");
  sl_text_number(t, b->bigram);
  if (b->floor > 0) {
    sl_text_add(t, ",\"floor\":");
    sl_text_number(t, b->floor);
  }
  sl_text_printf(t, ",\"sample\":%d}", b->sample);
}

static void *take_scratch(sl_lab *lab) {
  void *scratch = malloc(sl_baselines_scratch());
  if (!scratch) sl_fail(&lab->error, SL_E_MEMORY, "", "Out of memory while measuring the corpus.");
  return scratch;
}

const char *sl_data_json(sl_lab *lab) {
  if (sl_lab_need_run(lab)) return NULL;
  const sl_corpus *corpus = &lab->run->trainer.corpus;
  void *scratch = take_scratch(lab);
  if (!scratch) return NULL;
  sl_baselines b = sl_corpus_baselines(corpus, lab->run->trainer.config.seed, scratch);
  sl_text_clear(&lab->out);
  sl_text_add(&lab->out, "{");
  write_corpus(&lab->out, &corpus->vocab, &b);
  sl_text_add(&lab->out, "}");
  free(scratch);
  return sl_lab_answer(lab);
}

/* ---- preview ---- */

#define DOCUMENTS_MAX 64
#define SHOWN_MAX     1024 /* tokens of a document */

static void write_documents(sl_text *t, const sl_corpus *c, uint64_t seed, int documents) {
  int32_t tokens[SHOWN_MAX];
  sl_text_add(t, ",\"documents\":[");
  for (int d = 0; d < documents; d++) {
    int ended, n = sl_corpus_sample(c, seed, d, c->longest ? SHOWN_MAX : 256, tokens, &ended);
    sl_text_printf(t, "%s{\"ended\":%s,\"tokens\":[", d ? "," : "", ended ? "true" : "false");
    for (int i = 0; i < n; i++) sl_text_printf(t, "%s%d", i ? "," : "", (int)tokens[i]);
    sl_text_add(t, "]}");
  }
  sl_text_add(t, "]");
}

static void write_preview(sl_text *t, const sl_corpus *c, uint64_t seed, int documents,
                          void *scratch) {
  sl_baselines b = sl_corpus_baselines(c, seed, scratch);
  sl_text_clear(t);
  sl_text_add(t, "{");
  write_corpus(t, &c->vocab, &b);
  sl_text_add(t, ",\"mean_length\":");
  if (b.mean_length > 0)
    sl_text_number(t, b.mean_length);
  else
    sl_text_add(t, "null");
  sl_text_add(t, ",\"counts\":[");
  for (int v = 0; v < c->vocab.size; v++)
    sl_text_printf(t, "%s%u", v ? "," : "", (unsigned)b.counts[v]);
  sl_text_add(t, "]");
  write_documents(t, c, seed, documents);
  sl_text_add(t, "}");
}

const char *sl_preview_json(sl_lab *lab, const char *json, size_t size, const void *text,
                            size_t text_size, int documents) {
  sl_config c;
  sl_arena arena;
  sl_corpus corpus;
  sl_text_input in = {text, text_size};
  if (sl_config_parse(json, size, &c, &lab->error)) return NULL;
  if (documents < 0 || documents > DOCUMENTS_MAX) {
    sl_fail(&lab->error, SL_E_CONFIG, "documents", "A preview shows 0 to %d documents, not %d.",
            DOCUMENTS_MAX, documents);
    return NULL;
  }
  void *scratch = take_scratch(lab);
  if (!scratch) return NULL;
  sl_code code = sl_arena_open(&arena, sl_corpus_memory(&c.data.corpus, in), &lab->error);
  if (!code) {
    code = sl_config_open_corpus(&c, in, &arena, &corpus, &lab->error);
    if (!code) write_preview(&lab->out, &corpus, c.seed, documents, scratch);
    sl_arena_close(&arena);
  }
  free(scratch);
  return code ? NULL : sl_lab_answer(lab);
}

/* ---- prompt ---- */

const char *sl_set_prompt(sl_lab *lab, const char *utf8, size_t size) {
  if (sl_lab_need_run(lab)) return NULL;
  sl_corpus *c = &lab->run->trainer.corpus;
  sl_text_input text = {(const unsigned char *)utf8, size};
  int n, room = lab->run->trainer.config.data.context - 1;
  if (sl_corpus_encode(c, text, 0, NULL, &n, &lab->error)) return NULL;
  if (n == 0) {
    sl_fail(&lab->error, SL_E_DATA, "prompt", "The prompt holds no token; write some text.");
    return NULL;
  }
  c->prompt_length = n < room ? n : room;
  sl_corpus_encode(c, text, c->prompt_length, c->prompt, &n, &lab->error);
  sl_text_clear(&lab->out);
  sl_text_printf(&lab->out, "{\"tokens\":%d,\"kept\":%d}", n, c->prompt_length);
  return sl_lab_answer(lab);
}
