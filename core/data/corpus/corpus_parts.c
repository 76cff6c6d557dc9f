#include "corpus_parts.h"

#include "../../base/format.h"
#include "../../base/math.h"

sl_code sl_lengths_check(const void *lengths, sl_error *e) {
  const sl_lengths *l = lengths;
  if (l->min <= l->max) return SL_OK;
  return sl_fail(e, SL_E_CONFIG, "data.corpus.doc_min",
                 "The shortest document (%d) is longer than the longest (%d).", (int)l->min,
                 (int)l->max);
}

int sl_lengths_draw(const sl_lengths *l, sl_rng *rng, int want) {
  int length = l->min + (int)sl_rng_below(rng, (uint32_t)(l->max - l->min) + 1);
  if (want > 0) length = want < l->min ? l->min : want > l->max ? l->max : want;
  return length;
}

int sl_document_cut(int length, int skip, int max, int *ended) {
  *ended = length <= skip + max;
  return *ended ? length : skip + max;
}

double sl_lengths_floor(const sl_lengths *l, double nats) {
  return (nats + sl_log(l->max - l->min + 1)) / ((l->min + l->max) / 2.0 + 1);
}

#define NAME_SIZE 4 /* a letter, two digits and the end */

size_t sl_symbols_memory(int n, int more) {
  return sl_arena_round((size_t)(n + 1) * NAME_SIZE) +
         sl_arena_round((size_t)(n + more + 2) * sizeof(char *));
}

sl_code sl_symbols_open(sl_corpus *c, int n, const char *const *texts, int more, sl_arena *arena,
                        sl_error *e) {
  int V = n + more + 2;
  char *bytes = sl_arena_take(arena, (size_t)(n + 1) * NAME_SIZE);
  const char **names = sl_arena_take(arena, (size_t)V * sizeof *names);
  if (!bytes || !names)
    return sl_fail(e, SL_E_MEMORY, "data.corpus", "No memory left for the corpus's symbols.");
  for (int i = 0; i < n; i++) {
    names[i] = bytes + i * NAME_SIZE;
    sl_snprintf(bytes + i * NAME_SIZE, NAME_SIZE, i < 26 ? "%c" : "%c%d", 'a' + i % 26, i / 26);
  }
  for (int i = 0; i < more; i++) names[n + i] = texts[i];
  names[V - 2] = "BOS";
  names[V - 1] = "EOS";
  c->vocab = (sl_vocab){.size = V, .bos = V - 2, .eos = V - 1, .text = names};
  return SL_OK;
}

int sl_draw_counts(const uint32_t *cumulative, int n, sl_rng *rng) {
  uint32_t u = sl_rng_below(rng, cumulative[n]);
  int low = 0, high = n; /* cumulative[low] <= u < cumulative[high] */
  while (high - low > 1) {
    int mid = (low + high) / 2;
    if (cumulative[mid] <= u)
      low = mid;
    else
      high = mid;
  }
  return low;
}
