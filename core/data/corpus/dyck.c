/* Balanced brackets of several kinds, nested up to a depth. A document opens or closes by the toss of
 * a coin where it may do either, and ends where it is balanced for the first time behind its shortest
 * length; so whoever has read it from its beginning knows when it ends. */
#include "../../base/math.h"
#include "corpus_parts.h"

#define KINDS_MAX 8
#define DEPTH_MAX 64

typedef struct settings {
  sl_lengths lengths;
  int32_t kinds, depth;
} settings;

static const char *const brackets[2 * KINDS_MAX] = {"(", ")", "[", "]", "{", "}", "<", ">",
                                                    "«", "»", "⟨", "⟩", "⌈", "⌉", "⌊", "⌋"};

typedef enum move { END, OPEN, CLOSE, EITHER } move;

/* What may come behind n tokens, `depth` of them open. */
static move next_move(const settings *s, int least, int n, int depth) {
  int most = s->lengths.max & ~1;
  if (depth == 0) return n >= least || n == most ? END : OPEN;
  return depth == s->depth || n + depth == most ? CLOSE : EITHER;
}

/* Nats that a document holds over the tokens it has with its EOS, by the probability of each depth
 * behind each number of tokens. */
static double floor_of(const settings *s) {
  double at[DEPTH_MAX + 2] = {1}, nats = 0, tokens = 1, kind = sl_log(s->kinds), coin = sl_log(2);
  for (int n = 0; n < s->lengths.max; n++) {
    double next[DEPTH_MAX + 2] = {0};
    for (int d = 0; d <= s->depth; d++) {
      move m = next_move(s, s->lengths.min, n, d);
      double opens = m == OPEN ? at[d] : m == EITHER ? at[d] / 2 : 0;
      if (m == END) continue;
      next[d + 1] += opens;
      if (d > 0) next[d - 1] += at[d] - opens;
      nats += opens * kind + (m == EITHER ? at[d] * coin : 0);
      tokens += at[d];
    }
    for (int d = 0; d <= s->depth; d++) at[d] = next[d];
  }
  return nats / tokens;
}

static sl_code open(sl_corpus *c, const void *set, sl_text_input text, sl_arena *arena,
                    sl_error *e) {
  const settings *s = set;
  c->longest = s->lengths.max & ~1;
  c->floor = floor_of(s);
  return sl_symbols_open(c, 0, brackets, 2 * s->kinds, arena, e);
}

static size_t memory(const void *set, sl_text_input text) {
  return sl_symbols_memory(0, 2 * ((const settings *)set)->kinds);
}

static int document(const sl_corpus *c, sl_rng *rng, int held_out, int want, int skip, int max,
                    int32_t *out, int *ended) {
  const settings *s = c->settings;
  int32_t open[DEPTH_MAX]; /* kinds */
  int depth = 0, n = 0, least = want > s->lengths.min ? want : s->lengths.min;
  move m;
  while ((m = next_move(s, least, n, depth)) != END && n < skip + max) {
    if (m == EITHER) m = sl_rng_below(rng, 2) ? OPEN : CLOSE;
    int32_t kind = m == OPEN ? (int32_t)sl_rng_below(rng, (uint32_t)s->kinds) : open[depth - 1];
    if (n >= skip) out[n - skip] = 2 * kind + (m == CLOSE);
    if (m == OPEN)
      open[depth++] = kind;
    else
      depth--;
    n++;
  }
  *ended = m == END;
  return n;
}

static const sl_param params[] = {{.key = "kinds",
                                   .label = "Kinds",
                                   .help = "How many kinds of brackets there are.",
                                   .type = SL_INT,
                                   .def = 2,
                                   .min = 1,
                                   .max = KINDS_MAX,
                                   .offset = offsetof(settings, kinds)},
                                  {.key = "depth",
                                   .label = "Depth",
                                   .help = "How many brackets may be open at a time.",
                                   .type = SL_INT,
                                   .def = 8,
                                   .min = 1,
                                   .max = DEPTH_MAX,
                                   .offset = offsetof(settings, depth)},
                                  {.key = "doc_min",
                                   .label = "Shortest document",
                                   .help = "A document ends where it is balanced for the first "
                                           "time behind this many tokens.",
                                   .unit = "tokens",
                                   .type = SL_INT,
                                   .def = 24,
                                   .min = 2,
                                   .max = 1024,
                                   .offset = offsetof(settings, lengths.min)},
                                  {.key = "doc_max",
                                   .label = "Longest document",
                                   .help = "Towards this many tokens all that is open is closed.",
                                   .unit = "tokens",
                                   .type = SL_INT,
                                   .def = 126,
                                   .min = 2,
                                   .max = 1024,
                                   .offset = offsetof(settings, lengths.max)},
                                  {0}};

const sl_corpus_type sl_corpus_dyck = {
    .desc = {.id = "dyck",
             .label = "Brackets (Dyck)",
             .help = "Brackets of several kinds that close in the order they were opened: to know "
                     "which, one has to find the last that is open.",
             .paper = "arXiv 2010.07515",
             .params = params},
    .has_documents = 1,
    .check = sl_lengths_check,
    .open = open,
    .memory = memory,
    .document = document};
