#include "tokenizer.h"

static size_t memory(int most, size_t symbols) {
  return sl_arena_round((symbols + 2) * sizeof(char *));
}

static sl_code train(sl_tokenizer *k, const uint16_t *text, int n, int most, sl_arena *arena,
                     sl_error *e) {
  k->size = k->symbols;
  k->names = sl_arena_take(arena, ((size_t)k->size + 2) * sizeof *k->names);
  if (!k->names) return sl_tokenizer_no_memory(e);
  for (int i = 0; i < k->size; i++) k->names[i] = k->symbol_names[i];
  return SL_OK;
}

static int encode(const sl_tokenizer *k, uint16_t *text, int n) { return n; }

const sl_tokenizer_type sl_tokenizer_characters = {
    .memory = memory, .train = train, .encode = encode};
