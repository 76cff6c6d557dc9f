#include "data.h"

#include <string.h>

/* ---- the family ------------------------------------------------------------------------------ */
#define SL_FAMILY     sl_corpus
#define SL_FAMILY_DEF "../data/corpus/corpus.def"
#define SL_FAMILY_TEXT                                                                             \
  "corpus", "Data", "What the model reads: a generated stream, little stories or your own text."
#include "../base/family.inc"

/* ---- opening --------------------------------------------------------------------------------- */
static const sl_corpus_type *type_of(const sl_pick *pick) {
  return (const sl_corpus_type *)(const void *)pick->row;
}

sl_code sl_corpus_check(const sl_pick *pick, sl_error *e) {
  const sl_corpus_type *type = type_of(pick);
  return type->check ? type->check(&pick->settings, e) : SL_OK;
}

sl_code sl_corpus_open(sl_corpus *c, const sl_pick *pick, sl_text_input text, sl_arena *arena,
                       sl_error *e) {
  const sl_corpus_type *type = type_of(pick);
  *c = (sl_corpus){.type = type, .settings = &pick->settings};
  SL_TRY(sl_corpus_check(pick, e));
  if (type->needs_text && (!text.bytes || text.size == 0))
    return sl_fail(
        e, SL_E_DATA, "text",
        "The corpus \"%s\" is made of your own text and there is none: paste or drop one "
        "on the page, or give the command line --text FILE.",
        type->desc.id);
  return type->open(c, &pick->settings, text, arena, e);
}

size_t sl_corpus_memory(const sl_pick *pick, sl_text_input text) {
  return type_of(pick)->memory(&pick->settings, text);
}

void sl_corpus_limit(sl_corpus *c, int tokens, int T) {
  if (tokens == 0) return;
  if (c->type->limit)
    c->type->limit(c, tokens);
  else
    c->unique_windows = tokens < T ? 1 : tokens / T;
}

int sl_vocab_find(const sl_vocab *v, const char *text) {
  for (int i = 0; i < v->size; i++)
    if (!strcmp(v->text[i], text)) return i;
  return -1;
}

static sl_code check_part(const char *part, int tokens, int T, sl_error *e) {
  if (tokens == 0 || tokens > T) return SL_OK;
  return sl_fail(
      e, SL_E_DATA, "text",
      "The %s of this text has %d tokens and a context of %d needs %d: take a longer text, "
      "more unique data or a shorter context.",
      part, tokens, T, T + 1);
}

sl_code sl_corpus_check_context(const sl_corpus *c, int T, sl_error *e) {
  if (T < 2 || T > SL_CONTEXT_MAX)
    return sl_fail(e, SL_E_CONFIG, "data.context", "A window has 2 to %d tokens, not %d.",
                   SL_CONTEXT_MAX, T);
  SL_TRY(check_part("held-out tenth", c->held_out_tokens, T, e));
  return check_part("training part", c->train_tokens, T, e);
}
