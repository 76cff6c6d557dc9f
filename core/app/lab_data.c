/* The public API: what is read. */
#include "lab.h"

#include <stdlib.h>
#include <string.h>

const char *sl_data_json(sl_lab *lab) {
  if (sl_lab_need_run(lab)) return NULL;
  const sl_corpus *corpus = &lab->run->trainer.corpus;
  const sl_vocab *v = &corpus->vocab;
  void *scratch = malloc(sl_baselines_scratch());
  if (!scratch) {
    sl_fail(&lab->error, SL_E_MEMORY, "", "Out of memory while measuring the corpus.");
    return NULL;
  }
  sl_baselines b = sl_corpus_baselines(corpus, lab->run->trainer.config.seed, scratch);
  free(scratch);
  sl_text *t = &lab->out;
  sl_text_clear(t);
  sl_text_add(t, "{\"vocabulary\":[");
  for (int i = 0; i < v->size; i++) {
    if (i) sl_text_add(t, ",");
    sl_text_string(t, v->text[i]);
  }
  sl_text_printf(t, "],\"bos\":%d,\"eos\":%d,\"baselines\":{\"uniform\":", v->bos, v->eos);
  sl_text_number(t, b.uniform);
  sl_text_add(t, ",\"unigram\":");
  sl_text_number(t, b.unigram);
  sl_text_add(t, ",\"bigram\":");
  sl_text_number(t, b.bigram);
  if (b.floor > 0) {
    sl_text_add(t, ",\"floor\":");
    sl_text_number(t, b.floor);
  }
  sl_text_printf(t, ",\"sample\":%d}}", b.sample);
  return sl_lab_answer(lab);
}

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
