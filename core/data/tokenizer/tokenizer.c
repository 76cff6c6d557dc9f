#include "tokenizer.h"

#define SL_ROW(id, label, help) extern const sl_tokenizer_type sl_tokenizer_##id;
#include "tokenizer.def"
#undef SL_ROW

const sl_option sl_tokenizer_options[] = {
#define SL_ROW(id, label, help) {#id, label, help},
#include "tokenizer.def"
#undef SL_ROW
    {0}};

const sl_tokenizer_type *const sl_tokenizers[] = {
#define SL_ROW(id, label, help) &sl_tokenizer_##id,
#include "tokenizer.def"
#undef SL_ROW
};

uint32_t sl_symbol_code(const sl_tokenizer *k, uint16_t symbol) {
  return symbol == SL_SYMBOL_NONE ? SL_SEPARATOR : k->code[symbol];
}

int sl_code_is_blank(uint32_t c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == SL_SEPARATOR;
}

/* Of other scripts all is taken for letters but the blocks of punctuation. */
static int is_letter(uint32_t c) {
  if (c < 0x80) return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
  return !(c >= 0xA0 && c <= 0xBF) && !(c >= 0x2000 && c <= 0x206F) &&
         !(c >= 0x3000 && c <= 0x303F);
}

static int kind_of(uint32_t c) { return sl_code_is_blank(c) ? 0 : is_letter(c) ? 1 : 2; }

int sl_piece(const sl_tokenizer *k, const uint16_t *text, int n, int single, int attach) {
  uint32_t first = sl_symbol_code(k, text[0]);
  int at = 1, kind = kind_of(first), most = n < SL_PIECE_MAX ? n : SL_PIECE_MAX;
  if (attach && first == ' ' && n > 1 && kind_of(sl_symbol_code(k, text[1]))) {
    kind = kind_of(sl_symbol_code(k, text[1]));
    at = 2;
  }
  for (; at < most && !(single && kind == 2); at++) {
    uint32_t c = sl_symbol_code(k, text[at]);
    if (kind_of(c) != kind || (kind == 0 && c != first)) break;
    /* The last of several spaces goes with the word behind. */
    if (attach && c == ' ' && at + 1 < n && kind_of(sl_symbol_code(k, text[at + 1]))) break;
  }
  return at;
}

sl_code sl_tokenizer_no_memory(sl_error *e) {
  return sl_fail(e, SL_E_MEMORY, "text", "No memory left for the tokenizer of the text.");
}
