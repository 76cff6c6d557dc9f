/* What a model that knows only frequencies would score. Counted, not computed from a corpus's own
 * tables: generators with copies have none that would be right. */
#include "../base/math.h"
#include "data.h"

#include <string.h>

#define SAMPLE    65536  /* tokens */
#define SLOTS     131072 /* twice as many as there can be pairs */
#define PIECE     2048   /* tokens of one document at most */
#define ENDLESS   256    /* of a document that never ends */
#define VOCAB_MAX 4098   /* the largest a corpus makes */

typedef struct pair {
  uint32_t key, count; /* key: first * V + second + 1; 0: free */
} pair;

typedef struct counts {
  pair pairs[SLOTS];
  uint32_t all[VOCAB_MAX];   /* times a token occurs */
  uint32_t first[VOCAB_MAX]; /* times it occurs with another behind it */
  int32_t tokens[PIECE];
} counts;

size_t sl_baselines_scratch(void) { return sizeof(counts); }

static void count_pair(counts *k, uint32_t key) {
  uint32_t slot = (key * 2654435761u) % SLOTS;
  while (k->pairs[slot].key && k->pairs[slot].key != key) slot = (slot + 1) % SLOTS;
  k->pairs[slot].key = key;
  k->pairs[slot].count++;
}

/* Adds the entropy's sums: n counts and sum of n log n. */
typedef struct sums {
  double n, n_log_n;
} sums;

static void add(sums *s, uint32_t count) {
  if (!count) return;
  s->n += count;
  s->n_log_n += count * sl_log(count);
}

static double entropy(const sums *s) { return s->n > 0 ? sl_log(s->n) - s->n_log_n / s->n : 0; }

int sl_corpus_sample(const sl_corpus *c, uint64_t seed, int number, int max, int32_t *out,
                     int *ended) {
  sl_rng rng = sl_rng_at(seed, SL_STREAM_BASELINE, (uint64_t)number, 0);
  return c->type->document(c, &rng, 0, 0, 0, max, out, ended);
}

/* Returns how many tokens there are. */
static int count_sample(counts *k, const sl_corpus *c, uint64_t seed, double *mean_length) {
  uint32_t V = (uint32_t)c->vocab.size;
  int piece = c->longest == 0 ? ENDLESS : c->longest < PIECE ? c->longest : PIECE;
  int total = 0, whole = 0, whole_tokens = 0;
  for (int d = 0; total < SAMPLE; d++) {
    int ended, room = SAMPLE - total;
    int n = sl_corpus_sample(c, seed, d, room < piece ? room : piece, k->tokens, &ended);
    whole += ended;
    if (ended) whole_tokens += n;
    for (int i = 0; i < n; i++) {
      uint32_t token = (uint32_t)k->tokens[i];
      k->all[token]++;
      if (i + 1 == n) break;
      k->first[token]++;
      count_pair(k, token * V + (uint32_t)k->tokens[i + 1] + 1);
    }
    total += n;
  }
  *mean_length = c->longest && whole ? (double)whole_tokens / whole : 0;
  return total;
}

sl_baselines sl_corpus_baselines(const sl_corpus *c, uint64_t seed, void *scratch) {
  counts *k = scratch;
  memset(k, 0, sizeof *k);
  sl_baselines r = {.uniform = sl_log(c->vocab.size), .floor = c->floor};
  r.sample = count_sample(k, c, seed, &r.mean_length);
  r.counts = k->all;
  sums all = {0}, first = {0}, pairs = {0};
  for (int v = 0; v < c->vocab.size; v++) {
    add(&all, k->all[v]);
    add(&first, k->first[v]);
  }
  for (int s = 0; s < SLOTS; s++) add(&pairs, k->pairs[s].count);
  r.unigram = entropy(&all);
  r.bigram = entropy(&pairs) - entropy(&first); /* H(a,b) - H(a) */
  return r;
}
