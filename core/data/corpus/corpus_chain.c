#include "corpus_chain.h"

#include "../../base/utf8.h"

#include <string.h>

#include "char_bigrams.inc"

#define N SL_ALPHABET

/* Cumulative counts. */
typedef struct chain {
  uint32_t first[N + 1];   /* unigram counts, without the triggers if none may come first */
  uint32_t next[N][N + 1]; /* bigram counts by the character before */
  unsigned char trigger[N];
  char text[N][2];
  const char *names[N + 2];
} chain;

static int find_char(char ch) {
  const char *at = ch ? strchr(sl_alphabet, ch) : NULL;
  return at ? (int)(at - sl_alphabet) : -1;
}

sl_code sl_chain_check(const void *settings, sl_error *e) {
  const sl_chain_settings *s = settings;
  for (const char *p = s->triggers; *p; p++) {
    if (find_char(*p) >= 0) continue;
    char shown[8];
    sl_utf8_show((const unsigned char *)p, strlen(p), shown, sizeof shown);
    return sl_fail(e, SL_E_CONFIG, "data.corpus.triggers",
                   "'%s' cannot be a trigger: it is not one of the %d characters of the chain "
                   "(letters, space, newline and ! $ & ' , - . 3 : ; ?).",
                   shown, N);
  }
  return SL_OK;
}

static void accumulate_first(chain *ch, int with_triggers) {
  for (int i = 0; i < N; i++)
    ch->first[i + 1] = ch->first[i] + (ch->trigger[i] && !with_triggers ? 0 : sl_unigram[i]);
}

sl_code sl_chain_open(sl_corpus *c, const void *settings, sl_text_input text, sl_arena *arena,
                      sl_error *e) {
  (void)text;
  const sl_chain_settings *s = settings;
  chain *ch = sl_arena_take(arena, sizeof *ch);
  if (!ch) return sl_fail(e, SL_E_MEMORY, "data.corpus", "No memory left for the chain's tables.");
  for (int i = 0; i < N; i++) ch->trigger[i] = strchr(s->triggers, sl_alphabet[i]) != NULL;
  accumulate_first(ch, s->first_trigger);
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) ch->next[i][j + 1] = ch->next[i][j] + sl_bigram[i][j];
  for (int i = 0; i < N; i++) {
    ch->text[i][0] = sl_alphabet[i];
    ch->names[i] = ch->text[i];
  }
  ch->names[N] = "BOS";
  ch->names[N + 1] = "EOS";
  c->vocab = (sl_vocab){.size = N + 2, .bos = N, .eos = N + 1, .text = ch->names};
  c->state = ch;
  return SL_OK;
}

size_t sl_chain_memory(const void *settings, sl_text_input text) {
  (void)settings;
  (void)text;
  return sl_arena_round(sizeof(chain));
}

void sl_chain_draw(const sl_corpus *c, sl_rng *rng, int skip, int n, int32_t *out) {
  const chain *ch = c->state;
  int before = -1, last = -1;
  for (int i = 0; i < n; i++) {
    int token;
    if (i == 0)
      token = sl_draw_counts(ch->first, N, rng);
    else if (ch->trigger[last] && before >= 0)
      token = before; /* may be a trigger itself: the rule holds for copies too */
    else
      token = sl_draw_counts(ch->next[last], N, rng);
    if (i >= skip) out[i - skip] = token;
    before = last;
    last = token;
  }
}
