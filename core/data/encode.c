/* A text of the user's in the tokens of a corpus: at each place the longest token that fits. */
#include "data.h"

#include "../base/utf8.h"

#include <string.h>

static int is_blank(int ch) { return ch == ' ' || ch == '\n' || ch == '\t' || ch == '\r'; }

static int is_letter(int ch) {
  return (ch | 32) >= 'a' && (ch | 32) <= 'z' ? 1 : (ch >= '0' && ch <= '9') || ch >= 0x80;
}

/* Whether a word ends in front of byte `at`. */
static int word_ends(sl_text_input in, size_t at) {
  return at == in.size || !is_letter(in.bytes[at - 1]) || !is_letter(in.bytes[at]);
}

static int longest_token(const sl_vocab *v, sl_text_input in, size_t at, size_t *length) {
  int best = -1;
  *length = 0;
  for (int i = 0; i < v->bos; i++) {
    size_t n = strlen(v->text[i]);
    if (n <= *length || n > in.size - at || memcmp(v->text[i], in.bytes + at, n) != 0) continue;
    if (v->spaced && !word_ends(in, at + n)) continue;
    best = i;
    *length = n;
  }
  return best;
}

sl_code sl_corpus_no_token(const sl_vocab *v, sl_text_input in, size_t at, sl_error *e) {
  char shown[48];
  size_t end = at, n = 0;
  do {
    end += (size_t)sl_utf8_show(in.bytes + end, in.size - end, shown + n, sizeof shown - n);
    n = strlen(shown);
  } while (v->spaced && !word_ends(in, end) && n < sizeof shown - 5);
  return sl_fail_at(e, SL_E_DATA, "prompt", (long long)at,
                    "The data that this model reads has no token for \"%s\" (byte %zu); leave it "
                    "out or write it otherwise.",
                    shown, at);
}

sl_code sl_corpus_encode(const sl_corpus *c, sl_text_input in, int max, int32_t *out, int *n,
                         sl_error *e) {
  *n = 0;
  if (c->type->encode) return c->type->encode(c, in, max, out, n, e);
  size_t length;
  for (size_t at = 0; at < in.size; at += length) {
    int token = longest_token(&c->vocab, in, at, &length);
    if (token < 0 && is_blank(in.bytes[at])) {
      length = 1;
      continue;
    }
    if (token < 0) return sl_corpus_no_token(&c->vocab, in, at, e);
    if (*n < max) out[*n] = token;
    ++*n;
  }
  return SL_OK;
}
