/* Sums of two numbers, all digits written: 042+961=1003. */
#include "../../base/math.h"
#include "corpus_parts.h"

#define DIGITS_MAX 32

typedef struct settings {
  int32_t digits, reversed;
} settings;

enum { PLUS = 10, EQUALS };
static const char *const texts[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "+", "="};

static sl_code open(sl_corpus *c, const void *set, sl_text_input text, sl_arena *arena,
                    sl_error *e) {
  const settings *s = set;
  c->longest = 3 * s->digits + 3;
  c->floor = 2 * s->digits * sl_log(10) / (c->longest + 1);
  return sl_symbols_open(c, 0, texts, 12, arena, e);
}

static size_t memory(const void *set, sl_text_input text) { return sl_symbols_memory(0, 12); }

static int document(const sl_corpus *c, sl_rng *rng, int held_out, int want, int skip, int max,
                    int32_t *out, int *ended) {
  const settings *s = c->settings;
  int32_t all[3 * DIGITS_MAX + 3];
  int D = s->digits, carry = 0;
  int32_t *a = all, *b = all + D + 1, *sum = all + 2 * D + 2;
  for (int i = 0; i < D; i++) a[i] = (int32_t)sl_rng_below(rng, 10);
  for (int i = 0; i < D; i++) b[i] = (int32_t)sl_rng_below(rng, 10);
  all[D] = PLUS;
  all[2 * D + 1] = EQUALS;
  for (int i = D; i >= 0; i--) { /* of the sum's digits, which are one more */
    int digit = carry + (i ? a[i - 1] + b[i - 1] : 0);
    carry = digit / 10;
    sum[s->reversed ? D - i : i] = digit % 10;
  }
  int n = sl_document_cut(c->longest, skip, max, ended);
  for (int i = skip; i < n; i++) out[i - skip] = all[i];
  return n;
}

static const sl_param params[] = {
    {.key = "digits",
     .label = "Digits",
     .help = "How many digits each of the two numbers has, zeros in front included.",
     .type = SL_INT,
     .def = 3,
     .min = 1,
     .max = DIGITS_MAX,
     .offset = offsetof(settings, digits)},
    {.key = "reversed",
     .label = "Sum reversed",
     .help = "Whether the sum is written from its last digit, as one computes it.",
     .type = SL_BOOL,
     .def = 0,
     .max = 1,
     .offset = offsetof(settings, reversed)},
    {0}};

const sl_corpus_type sl_corpus_addition = {
    .desc = {.id = "addition",
             .label = "Addition",
             .help = "Sums like 042+961=1003: the numbers cannot be known, the sum can.",
             .paper = "arXiv 2310.13121",
             .params = params},
    .has_documents = 1,
    .open = open,
    .memory = memory,
    .document = document};
