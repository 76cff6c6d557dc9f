/* Data: corpora make documents, packings lay documents into windows, a batch holds the windows.
 * Nothing downstream knows which corpus or packing it was. All is a pure function of
 * (seed, stream, step, row): nothing is stored, and any worker can make any row. */
#ifndef SL_DATA_H
#define SL_DATA_H

#include "../base/arena.h"
#include "../base/desc.h"
#include "../base/document.h"
#include "../base/real.h"
#include "../base/rng.h"

/* The longest window that packing fills: its stream stands on the stack. */
#define SL_CONTEXT_MAX 2048

/* What packing fills, one row of T per window; the contract of every packing. */
typedef struct sl_batch {
  int B, T;
  int32_t *tokens;   /* (B,T) */
  int32_t *target;   /* (B,T) next token; 0 where weight is 0 */
  int32_t *position; /* (B,T) */
  int32_t *document; /* (B,T) query i sees key j iff j <= i and (same document, or j is SHARED) */
  sl_real *weight;   /* (B,T) loss weight */
  int32_t *prefix;   /* (B) tokens at the front that all see each other */
} sl_batch;

/* The tokens a corpus can make. Specials come last: bos = size-2, eos = size-1. */
typedef struct sl_vocab {
  int size; /* V, specials included */
  int bos, eos;
  const char *const *text; /* (V) UTF-8 of each token, "BOS" and "EOS" included; one may hold NUL */
  int unknown;             /* stands for words that have no token, right before bos; 0: none */
  int spaced;              /* tokens are words: as text, a blank stands between them */
} sl_vocab;

/* Tokens that are no specials, the first ones. */
static inline int sl_vocab_plain(const sl_vocab *v) { return v->unknown ? v->unknown : v->bos; }

/* The character between two files of a text. */
#define SL_SEPARATOR 0x1C

/* The user's own text, or {0}. */
typedef struct sl_text_input {
  const unsigned char *bytes;
  size_t size;
} sl_text_input;

typedef struct sl_corpus sl_corpus;

/* A row of the corpus family. */
typedef struct sl_corpus_type {
  sl_desc desc;
  int has_documents; /* documents can end by themselves; 0: one document goes on for ever */
  int needs_text;    /* made of the user's text */
  /* What the parameter list cannot say about the settings (two that contradict each other), or
   * NULL. Needs no memory and no text. */
  sl_code (*check)(const void *settings, sl_error *e);
  /* Fills the rest of *c from the arena. May refuse: text too short, not UTF-8. */
  sl_code (*open)(sl_corpus *c, const void *settings, sl_text_input text, sl_arena *arena,
                  sl_error *e);
  /* Bytes open will take from the arena. */
  size_t (*memory)(const void *settings, sl_text_input text);
  /* Makes one document, without BOS or EOS. Its first `skip` tokens are left out, the next ones, at
   * most max, go to out. Returns its length >= 1 with the skipped tokens: nothing was written if
   * that is not above skip. A document longer than skip + max is cut there (*ended = 0), else
   * *ended = 1: an EOS belongs after it.
   * held_out: draw from the part of the data that training never sees (for generators: a stream of
   * its own is enough). want: a length the caller would like (evaluation asks for a document that
   * fills the window), honoured if the corpus has a choice, or 0. */
  int (*document)(const sl_corpus *c, sl_rng *rng, int held_out, int want, int skip, int max,
                  int32_t *out, int *ended);
  /* The tokens of a text; the first `max` go to out. NULL: by the texts of the vocabulary. */
  sl_code (*encode)(const sl_corpus *c, sl_text_input text, int max, int32_t *out, int *n,
                    sl_error *e);
  /* Leaves training the first `tokens` of a corpus that has only so many; NULL for generators. */
  void (*limit)(sl_corpus *c, int tokens);
} sl_corpus_type;

struct sl_corpus {
  const sl_corpus_type *type;
  const void *settings;
  sl_vocab vocab;
  int longest; /* tokens of the longest document; 0: one begins anywhere and does not end */
  int train_tokens, held_out_tokens; /* how many there are, or 0: as many as are asked for */
  /* Nats per token that nobody can do without who reads whole documents, each behind a BOS, and
   * predicts their tokens and their EOS: exact, or 0 where it is not known. */
  double floor;
  int unique_windows; /* of sl_corpus_limit, or 0 */
  int32_t *prompt;    /* of the inputs PROMPT: memory for a window, of the trainer */
  int prompt_length;
  void *state;
};

extern const sl_family sl_corpus_family; /* rows are sl_corpus_type */

/* Opens the corpus of a pick, which has to outlive it (the settings stay there); the text need
 * not. */
sl_code sl_corpus_open(sl_corpus *c, const sl_pick *pick, sl_text_input text, sl_arena *arena,
                       sl_error *e);
/* Bytes that open takes from the arena, or a little more. */
size_t sl_corpus_memory(const sl_pick *pick, sl_text_input text);
/* Refuses settings that contradict each other; open asks too. */
sl_code sl_corpus_check(const sl_pick *pick, sl_error *e);
/* Gives training a stock of `tokens`, in windows of T: the corpus's own first ones, or, of a generator,
 * so many windows that come again and again, in another order each time. 0: no limit. */
void sl_corpus_limit(sl_corpus *c, int tokens, int T);
/* The tokens of a text: *n of them, of which the first `max` go to out. Refuses what has no token. */
sl_code sl_corpus_encode(const sl_corpus *c, sl_text_input text, int max, int32_t *out, int *n,
                         sl_error *e);
/* Says that the character at `at`, or in corpora of words the word, has no token. */
sl_code sl_corpus_no_token(const sl_vocab *v, sl_text_input in, size_t at, sl_error *e);
/* The token of this text, or -1. */
int sl_vocab_find(const sl_vocab *v, const char *text);
/* Refuses a window of T tokens that the corpus cannot fill, with the numbers in the sentence. */
sl_code sl_corpus_check_context(const sl_corpus *c, int T, sl_error *e);

/* A row of the packing family. A window of packing is a function of (corpus, rng). */
typedef struct sl_packing_type {
  sl_desc desc;
  int needs_documents; /* refuses a corpus of one endless document */
  int bos;             /* 0: none, 1: BOS before every document, 2: one BOS pinned at position 0,
                          3: one of these, as the settings say */
  int own_document;    /* attention stays inside the document */
  int pads;            /* windows need not be full: padding stands behind the last document */
  /* What only the opened corpus can say about the settings, or NULL. */
  sl_code (*check)(const void *settings, const sl_corpus *c, sl_error *e);
  /* Fills row b of the batch. */
  void (*fill)(const struct sl_packing_type *p, const void *settings, const sl_corpus *c,
               sl_rng *rng, int held_out, sl_batch *batch, int b);
} sl_packing_type;

extern const sl_family sl_packing_family; /* rows are sl_packing_type */

/* Refuses settings that do not go with the corpus. */
sl_code sl_packing_check(const sl_pick *packing, const sl_corpus *c, sl_error *e);

/* A row of the objective family. */
typedef struct sl_objective_type {
  sl_desc desc;
  /* Refuses what a window of T tokens cannot be. May be NULL, as length. */
  sl_code (*check)(const void *settings, int T, sl_error *e);
  /* Tokens of a window's prefix. */
  int (*length)(const void *settings, sl_rng *rng);
} sl_objective_type;

extern const sl_family sl_objective_family; /* rows are sl_objective_type */

/* Where the text of a window that is looked at comes from: its number is part of the window's random
 * numbers. */
enum { SL_FROM_PACKING, SL_FROM_TEXT, SL_FROM_RANDOM, SL_FROM_REPEATED, SL_FROM_PROMPT };

/* Inputs to look at: X(NAME, id, source, with BOS, label, help). New ones go at the end: their order
 * is the public numbering. */
#define SL_INPUTS(X)                                                                               \
  X(PACKED, "packed", SL_FROM_PACKING, 0, "As in training",                                        \
    "Held-out windows, packed as in training.")                                                    \
  X(BOS_TEXT, "bos_text", SL_FROM_TEXT, 1, "BOS + text",                                           \
    "A BOS, then held-out text from the beginning of a document.")                                 \
  X(TEXT, "text", SL_FROM_TEXT, 0, "Text", "The same text without the BOS.")                       \
  X(BOS_RANDOM, "bos_random", SL_FROM_RANDOM, 1, "BOS + random tokens",                            \
    "A BOS, then tokens of the vocabulary drawn one by one.")                                      \
  X(RANDOM, "random", SL_FROM_RANDOM, 0, "Random tokens", "The same tokens without the BOS.")      \
  X(BOS_REPEATED, "bos_repeated", SL_FROM_REPEATED, 1, "BOS + one token",                          \
    "A BOS, then one token of the vocabulary again and again.")                                    \
  X(REPEATED, "repeated", SL_FROM_REPEATED, 0, "One token",                                        \
    "The same token again and again, without the BOS.")                                            \
  X(BOS_PROMPT, "bos_prompt", SL_FROM_PROMPT, 1, "BOS + your prompt",                              \
    "A BOS, then a text of yours, with padding behind it.")                                        \
  X(PROMPT, "prompt", SL_FROM_PROMPT, 0, "Your prompt", "The same text without the BOS.")

typedef enum sl_input {
#define SL_INPUT(NAME, id, source, with_bos, label, help) SL_INPUT_##NAME,
  SL_INPUTS(SL_INPUT)
#undef SL_INPUT
      SL_INPUT_COUNT
} sl_input;

typedef struct sl_input_type {
  const char *id;
  sl_words label, help;
  unsigned char source, with_bos;
} sl_input_type;
extern const sl_input_type sl_input_types[]; /* (SL_INPUT_COUNT) */

/* Row `row` of training step `step`, each of batch->B rows, into row b of the batch. */
void sl_pack_train(const sl_pick *packing, const sl_corpus *c, uint64_t seed, int64_t step, int row,
                   sl_batch *batch, int b);
/* Held-out window number `row` of an input. Text starts at a document's start, asks for a document that
 * fills the window, goes on with EOS and the next document (in packings that pad, with padding) if it
 * does not; all but PACKED use the packing's own-document mask. With and without BOS the same tokens are
 * scored: the prediction of the first from BOS has weight 0. */
void sl_pack_held_out(const sl_pick *packing, const sl_corpus *c, uint64_t seed, sl_input input,
                      int row, sl_batch *batch, int b);

/* The token that the first held-out windows of T tokens all begin with, or -1. */
int32_t sl_pack_front(const sl_pick *packing, const sl_corpus *c, uint64_t seed, int T);

/* Entropies of the corpus in nats per token, measured on a fixed sample of its own documents
 * (without specials): uniform ln V, unigram, bigram (conditional). */
typedef struct sl_baselines {
  double uniform, unigram, bigram;
  double floor;           /* the corpus's own */
  double mean_length;     /* tokens of a document, or 0 if they do not end */
  const uint32_t *counts; /* (V) how often each token came; in scratch */
  int sample;             /* tokens measured */
} sl_baselines;

/* Document `number` of that sample: its first `max` tokens; returns how many. */
int sl_corpus_sample(const sl_corpus *c, uint64_t seed, int number, int max, int32_t *out,
                     int *ended);
/* scratch: at least sl_baselines_scratch() bytes. */
size_t sl_baselines_scratch(void);
sl_baselines sl_corpus_baselines(const sl_corpus *c, uint64_t seed, void *scratch);

#endif
