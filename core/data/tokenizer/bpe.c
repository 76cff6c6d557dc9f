/* Byte-pair encoding (Sennrich et al. 2016, arXiv 1508.07909), over characters or bytes: the pair of
 * neighbours that comes most often becomes a token, of several the one with the smallest numbers.
 * Pairs do not cross pieces. It is learnt from the beginning of the text. */
#include "tokenizer.h"

#include <string.h>

#define SAMPLE 65536  /* symbols that it is learnt from */
#define SLOTS  131072 /* of pairs; more than there can be different ones at a time */
#define MERGES 8192   /* of the table that finds a merge; twice as many as there can be */

typedef struct pair {
  uint32_t key; /* left << 16 | right */
  int32_t count;
  int32_t used;
} pair;

typedef struct merge {
  uint32_t key;
  int32_t token; /* 0: free, for it is behind the symbols */
} merge;

typedef struct learning {
  pair *pairs;    /* (SLOTS) */
  uint16_t *text; /* (2 SAMPLE) with SL_SYMBOL_NONE between pieces and behind the last */
  int n, used;
} learning;

static size_t memory(int most, size_t symbols) {
  return sl_arena_round(SLOTS * sizeof(pair)) +
         sl_arena_round((size_t)2 * SAMPLE * sizeof(uint16_t)) +
         sl_arena_round(MERGES * sizeof(merge)) + sl_arena_round((size_t)most * SL_NAME_MAX) +
         sl_arena_round(((size_t)most + 2) * sizeof(char *));
}

static uint32_t hash_of(uint32_t key) {
  key *= 2654435761u;
  return key ^ key >> 15;
}

static uint32_t key_of(uint16_t left, uint16_t right) { return (uint32_t)left << 16 | right; }

/* ---- learning -------------------------------------------------------------------------------- */
static void add(learning *l, uint16_t left, uint16_t right, int by) {
  if (left == SL_SYMBOL_NONE || right == SL_SYMBOL_NONE) return;
  uint32_t key = key_of(left, right), s = hash_of(key) % SLOTS;
  while (l->pairs[s].used && l->pairs[s].key != key) s = (s + 1) % SLOTS;
  pair *p = &l->pairs[s];
  l->used += !p->used;
  *p = (pair){key, p->count + by, 1};
}

static void count_pairs(learning *l) {
  memset(l->pairs, 0, SLOTS * sizeof *l->pairs);
  l->used = 0;
  for (int i = 0; i + 1 < l->n; i++) add(l, l->text[i], l->text[i + 1], 1);
}

static void load(learning *l, const sl_tokenizer *k, const uint16_t *text, int n) {
  if (n > SAMPLE) n = SAMPLE;
  for (int at = 0, size; at < n; at += size) {
    size = sl_piece(k, text + at, n - at, 0, 1);
    memcpy(l->text + l->n, text + at, (size_t)size * sizeof *text);
    l->n += size;
    l->text[l->n++] = SL_SYMBOL_NONE;
  }
}

static const pair *best_pair(const learning *l) {
  const pair *best = NULL;
  for (int s = 0; s < SLOTS; s++) {
    const pair *p = &l->pairs[s];
    if (p->count < 2) continue;
    if (!best || p->count > best->count || (p->count == best->count && p->key < best->key))
      best = p;
  }
  return best;
}

/* Every pair of this key becomes the token; counts follow. */
static void apply(learning *l, uint32_t key, uint16_t token) {
  uint16_t left = (uint16_t)(key >> 16), right = (uint16_t)key, *text = l->text;
  int out = 0;
  for (int i = 0; i < l->n; i++) {
    if (text[i] != left || i + 1 == l->n || text[i + 1] != right) {
      text[out++] = text[i];
      continue;
    }
    uint16_t before = out ? text[out - 1] : SL_SYMBOL_NONE;
    uint16_t after = i + 2 < l->n ? text[i + 2] : SL_SYMBOL_NONE;
    add(l, left, right, -1);
    add(l, before, left, -1);
    add(l, before, token, 1);
    add(l, right, after, -1);
    add(l, token, after, 1);
    text[out++] = token;
    i++;
  }
  l->n = out;
  if (l->used > SLOTS / 4 * 3) count_pairs(l); /* pairs that are gone leave their slots */
}

/* ---- tokens ---------------------------------------------------------------------------------- */
static merge *find(merge *merges, uint32_t key) {
  uint32_t s = hash_of(key) % MERGES;
  while (merges[s].token && merges[s].key != key) s = (s + 1) % MERGES;
  return &merges[s];
}

static sl_code train(sl_tokenizer *k, const uint16_t *text, int n, int most, sl_arena *arena,
                     sl_error *e) {
  learning l = {.pairs = sl_arena_take(arena, SLOTS * sizeof *l.pairs),
                .text = sl_arena_take(arena, (size_t)2 * SAMPLE * sizeof *l.text)};
  merge *merges = sl_arena_take(arena, MERGES * sizeof *merges);
  char *bytes = sl_arena_take(arena, (size_t)most * SL_NAME_MAX);
  k->names = sl_arena_take(arena, ((size_t)most + 2) * sizeof *k->names);
  if (!l.pairs || !l.text || !merges || !bytes || !k->names) return sl_tokenizer_no_memory(e);
  if (k->symbols >= most)
    return sl_fail(e, SL_E_DATA, "data.corpus.vocabulary",
                   "The text has %d different characters or bytes, so a vocabulary of %d leaves no "
                   "room for pieces; make it larger.",
                   k->symbols, most);
  k->state = merges;
  for (k->size = 0; k->size < k->symbols; k->size++) k->names[k->size] = k->symbol_names[k->size];
  load(&l, k, text, n);
  count_pairs(&l);
  const pair *best;
  for (; k->size < most && (best = best_pair(&l)); k->size++, bytes += SL_NAME_MAX) {
    uint32_t key = best->key;
    *find(merges, key) = (merge){key, k->size};
    strcat(strcat(bytes, k->names[key >> 16]), k->names[key & 0xFFFF]);
    k->names[k->size] = bytes;
    apply(&l, key, (uint16_t)k->size);
  }
  return SL_OK;
}

/* Merges within a piece, the earliest learnt first. */
static int encode_piece(merge *merges, uint16_t *piece, int n) {
  for (;;) {
    int at = -1, token = 0;
    for (int i = 0; i + 1 < n; i++) {
      int found = find(merges, key_of(piece[i], piece[i + 1]))->token;
      if (found && (at < 0 || found < token)) {
        at = i;
        token = found;
      }
    }
    if (at < 0) return n;
    piece[at] = (uint16_t)token;
    memmove(piece + at + 1, piece + at + 2, (size_t)(--n - at - 1) * sizeof *piece);
  }
}

static int encode(const sl_tokenizer *k, uint16_t *text, int n) {
  int out = 0;
  for (int at = 0, size; at < n; at += size) {
    size = sl_piece(k, text + at, n - at, 0, 1);
    int tokens = encode_piece(k->state, text + at, size);
    memmove(text + out, text + at, (size_t)tokens * sizeof *text);
    out += tokens;
  }
  return out;
}

const sl_tokenizer_type sl_tokenizer_bpe = {.memory = memory, .train = train, .encode = encode};
