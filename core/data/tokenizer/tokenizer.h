/* Tokenizers for the user's own text. Each works on symbols, which are the text's characters or its
 * bytes, learns its tokens from the part that is trained on when the run opens, and turns symbols into
 * tokens in place. The same text gives the same tokens everywhere. */
#ifndef SL_TOKENIZER_H
#define SL_TOKENIZER_H

#include "../data.h"

#define SL_TOKENS_MAX  4096 /* of any tokenizer, without BOS and EOS */
#define SL_PIECE_MAX   32   /* symbols of the longest token */
#define SL_NAME_MAX    (4 * SL_PIECE_MAX + 1)
#define SL_SYMBOL_NONE 0xFFFF /* stands between two files */

typedef struct sl_tokenizer_type sl_tokenizer_type;

typedef struct sl_tokenizer {
  const sl_tokenizer_type *type;
  int symbols;                     /* how many different ones */
  const uint32_t *code;            /* (symbols) code points, or bytes */
  const char *const *symbol_names; /* (symbols) */
  int size;                        /* tokens, without BOS and EOS */
  const char **names;              /* (size + 2), with room for both */
  void *state;
} sl_tokenizer;

struct sl_tokenizer_type {
  int spaced;  /* its tokens are words: as text, a blank stands between them */
  int unknown; /* its last token stands for what has none */
  /* Bytes that train takes at most. symbols: at most so many different ones. */
  size_t (*memory)(int most, size_t symbols);
  /* Learns at most `most` tokens from n symbols; fills size, names and state. */
  sl_code (*train)(sl_tokenizer *k, const uint16_t *text, int n, int most, sl_arena *arena,
                   sl_error *e);
  /* n symbols become tokens in place; returns how many. */
  int (*encode)(const sl_tokenizer *k, uint16_t *text, int n);
};

extern const sl_option sl_tokenizer_options[];
extern const sl_tokenizer_type *const sl_tokenizers[]; /* in the order of the options */

/* ---- what rows share ---- */

/* Symbols of the piece that begins at text[0]: a run of letters and digits, of one kind of blank, or
 * of signs (each sign alone if `single`); with `attach`, a space belongs to what follows it. */
int sl_piece(const sl_tokenizer *k, const uint16_t *text, int n, int single, int attach);
/* The symbol's code; SL_SEPARATOR for SL_SYMBOL_NONE. */
uint32_t sl_symbol_code(const sl_tokenizer *k, uint16_t symbol);
int sl_code_is_blank(uint32_t code);
sl_code sl_tokenizer_no_memory(sl_error *e);

#endif
