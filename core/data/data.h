/* Data: corpora make documents, packings lay documents into windows, a batch holds the windows.
 * Nothing downstream knows which corpus or packing it was. All is a pure function of
 * (seed, stream, step, row): nothing is stored, and any worker can make any row. */
#ifndef SL_DATA_H
#define SL_DATA_H

#include "../base/arena.h"
#include "../base/desc.h"
#include "../base/real.h"
#include "../base/rng.h"

/* Document number of a token that every document may see (a pinned BOS): only at the window's
 * front. */
#define SL_DOCUMENT_SHARED (-1)

/* Document number of padding: EOS tokens behind the last document, without weight, which no document
 * sees. */
#define SL_DOCUMENT_PADDING (-2)

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
} sl_batch;

/* The tokens a corpus can make. Specials come last: bos = size-2, eos = size-1. */
typedef struct sl_vocab {
  int size; /* V, specials included */
  int bos, eos;
  const char *const *text; /* (V) UTF-8 of each token, "BOS" and "EOS" included; one may hold NUL */
} sl_vocab;

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

/* Which text a window holds. */
typedef enum sl_input {
  SL_INPUT_PACKED,   /* as in training, held out */
  SL_INPUT_BOS_TEXT, /* BOS, then text from a document's start */
  SL_INPUT_TEXT      /* the same text without the BOS, one token more at the end to fill T */
} sl_input;

/* Row `row` of training step `step`, each of batch->B rows, into row b of the batch. */
void sl_pack_train(const sl_pick *packing, const sl_corpus *c, uint64_t seed, int64_t step, int row,
                   sl_batch *batch, int b);
/* Held-out window number `row` in one of the three inputs. BOS_TEXT and TEXT start at a document's
 * start, ask for a document that fills the window, go on with EOS and the next document if it does
 * not, and use the packing's own-document mask. Weights score the same text tokens in both: the
 * prediction of the first text token from BOS has weight 0. */
void sl_pack_held_out(const sl_pick *packing, const sl_corpus *c, uint64_t seed, sl_input input,
                      int row, sl_batch *batch, int b);

/* Entropies of the corpus in nats per token, measured on a fixed sample of its own documents
 * (without specials): uniform ln V, unigram, bigram (conditional). */
typedef struct sl_baselines {
  double uniform, unigram, bigram;
  double floor; /* the corpus's own */
  int sample;   /* tokens measured */
} sl_baselines;

/* scratch: at least sl_baselines_scratch() bytes. */
size_t sl_baselines_scratch(void);
sl_baselines sl_corpus_baselines(const sl_corpus *c, uint64_t seed, void *scratch);

#endif
