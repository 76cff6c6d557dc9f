/* The most frequent words and signs of the text; of those as frequent, the ones that come first. */
#include "tokenizer.h"

#include <string.h>

#define SLOTS    65536 /* a power of two */
#define DISTINCT 49152 /* words that are counted; what first comes after so many is not */

/* A word: where it stands, and how often it came or which token it is. */
typedef struct word {
  int32_t at, value;
  int32_t length; /* 0: free */
} word;

typedef struct state {
  word *slots;     /* (SLOTS) */
  uint16_t *store; /* (most, SL_PIECE_MAX) symbols of the words that have a token */
} state;

static size_t memory(int most, size_t symbols) {
  return sl_arena_round(sizeof(state)) + sl_arena_round(SLOTS * sizeof(word)) +
         sl_arena_round((size_t)most * SL_PIECE_MAX * sizeof(uint16_t)) +
         sl_arena_round((size_t)most * sizeof(word)) + sl_arena_round((size_t)most * SL_NAME_MAX) +
         sl_arena_round(((size_t)most + 2) * sizeof(char *));
}

/* The slot of n symbols among those that stand in `from`, or the free one where they would go. */
static word *find(word *slots, const uint16_t *from, const uint16_t *text, int n) {
  uint32_t hash = 2166136261u;
  for (int i = 0; i < n; i++) hash = (hash ^ text[i]) * 16777619u;
  for (uint32_t s = hash ^ hash >> 15;; s++) {
    word *w = &slots[s % SLOTS];
    if (!w->length || (w->length == n && !memcmp(from + w->at, text, (size_t)n * sizeof *text)))
      return w;
  }
}

/* Symbols from the piece at text[0] on, and whether it has a token: blanks have none, but line ends
 * have one each. */
static int next_word(const sl_tokenizer *k, const uint16_t *text, int n, int *counts) {
  uint32_t c = sl_symbol_code(k, text[0]);
  *counts = c == '\n' || !sl_code_is_blank(c);
  return c == '\n' ? 1 : sl_piece(k, text, n, 1, 0);
}

static void count_words(const sl_tokenizer *k, word *slots, const uint16_t *text, int n) {
  int distinct = 0, counts;
  for (int at = 0, size; at < n; at += size) {
    size = next_word(k, text + at, n - at, &counts);
    if (!counts) continue;
    word *w = find(slots, text, text + at, size);
    if (!w->length && distinct == DISTINCT) continue;
    if (!w->length) {
      distinct++;
      *w = (word){at, 0, size};
    }
    w->value++;
  }
}

/* Larger for words that come more often, then for those that come first. */
static uint64_t rank_of(const word *w) {
  return w->length ? (uint64_t)w->value << 32 | (uint32_t)~w->at : 0;
}

static int ranked(const word *slots, uint64_t least) {
  int n = 0;
  for (int s = 0; s < SLOTS; s++) n += rank_of(&slots[s]) >= least;
  return n;
}

/* The `most` words of the highest rank into `best`, highest first. */
static int choose(const word *slots, int most, word *best) {
  uint64_t low = 0, high = UINT64_MAX; /* more than most have low, no more have high */
  int n = 0;
  while (high - low > 1) {
    uint64_t mid = low + (high - low) / 2;
    if (ranked(slots, mid) > most)
      low = mid;
    else
      high = mid;
  }
  for (int s = 0; s < SLOTS; s++) {
    if (rank_of(&slots[s]) < high) continue;
    int at = n++;
    for (; at > 0 && rank_of(&best[at - 1]) < rank_of(&slots[s]); at--) best[at] = best[at - 1];
    best[at] = slots[s];
  }
  return n;
}

static sl_code train(sl_tokenizer *k, const uint16_t *text, int n, int most, sl_arena *arena,
                     sl_error *e) {
  state *st = sl_arena_take(arena, sizeof *st);
  if (!st) return sl_tokenizer_no_memory(e);
  st->slots = sl_arena_take(arena, SLOTS * sizeof *st->slots);
  st->store = sl_arena_take(arena, (size_t)most * SL_PIECE_MAX * sizeof *st->store);
  word *best = sl_arena_take(arena, (size_t)most * sizeof *best);
  char *bytes = sl_arena_take(arena, (size_t)most * SL_NAME_MAX);
  k->names = sl_arena_take(arena, ((size_t)most + 2) * sizeof *k->names);
  if (!st->slots || !st->store || !best || !bytes || !k->names) return sl_tokenizer_no_memory(e);
  k->state = st;
  count_words(k, st->slots, text, n);
  k->size = choose(st->slots, most - 1, best);
  memset(st->slots, 0, SLOTS * sizeof *st->slots);
  for (int i = 0; i < k->size; i++, bytes += SL_NAME_MAX) {
    uint16_t *own = st->store + (size_t)i * SL_PIECE_MAX;
    memcpy(own, text + best[i].at, (size_t)best[i].length * sizeof *own);
    *find(st->slots, st->store, own, best[i].length) = (word){i * SL_PIECE_MAX, i, best[i].length};
    for (int j = 0; j < best[i].length; j++) strcat(bytes, k->symbol_names[own[j]]);
    k->names[i] = bytes;
  }
  k->names[k->size++] = "UNK";
  return SL_OK;
}

static int encode(const sl_tokenizer *k, uint16_t *text, int n) {
  const state *st = k->state;
  int out = 0, counts;
  for (int at = 0, size; at < n; at += size) {
    size = next_word(k, text + at, n - at, &counts);
    if (!counts) continue;
    const word *w = find(st->slots, st->store, text + at, size);
    text[out++] = (uint16_t)(w->length ? w->value : k->size - 1);
  }
  return out;
}

const sl_tokenizer_type sl_tokenizer_words = {
    .spaced = 1, .unknown = 1, .memory = memory, .train = train, .encode = encode};
