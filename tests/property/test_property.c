/* What must hold for any weights, in the float build that trains:
 *   the future does not change the past, by no bit
 *   a document among others has the hidden states it has alone
 *   positions that are not added to embeddings: only distances count */
#include "../../core/data/data.h"
#include "../tiny.h"

enum { T = 41, V = 13 };

static void base_config(sl_model_config *c) {
  sl_desc_defaults(&sl_model_section, c);
  c->layers = 3;
  c->width = 20; /* no multiple of the vector lanes' blocks */
  c->heads = 4;
  c->head_size = 6;
  c->ffn_width = 28;
  c->init_embedding = 1;
  c->init_matrix = 0;
}

static int open_or_fail(tiny *t, const sl_model_config *c, int B, int kind, const char *what) {
  sl_error e = {0};
  return check(tiny_open(t, c, B, T, V, kind, 3, &e) == SL_OK, "%s: %s", what, e.message);
}

/* Copies the (rows,n) numbers of a slot. */
static sl_real *copy_of(const tiny *t, sl_slot slot, size_t n) {
  sl_real *copy = malloc(n * sizeof *copy);
  memcpy(copy, sl_at(&t->pass, slot), n * sizeof *copy);
  return copy;
}

/* ---- causality ---- */

static void check_causal(const sl_model_config *c, int kind, const char *what) {
  tiny t;
  if (!open_or_fail(&t, c, 2, kind, what)) return;
  size_t N = (size_t)t.pass.N;
  sl_model_forward(&t.pass);
  sl_real *before = copy_of(&t, t.model.logits, N * V);
  for (int changed = 0; changed < T; changed += 5) {
    int32_t old = t.tokens[changed];
    t.tokens[changed] = (old + 1 + changed % (V - 1)) % V;
    tiny_forget(&t);
    sl_model_forward(&t.pass);
    const sl_real *after = sl_at(&t.pass, t.model.logits);
    /* Inside a prefix every token is seen by all. */
    size_t past = changed < t.prefix[0] ? 0 : (size_t)changed;
    check(!memcmp(before, after, past * V * sizeof *after), "%s: token %d changes logits before it",
          what, changed);
    check(!memcmp(before + T * V, after + T * V, T * V * sizeof *after),
          "%s: token %d changes another window", what, changed);
    /* A sink token stands in place of the first. */
    if (changed || !sl_model_front(c))
      check(memcmp(before + changed * V, after + changed * V, V * sizeof *after) != 0,
            "%s: token %d does not change its own logits", what, changed);
    t.tokens[changed] = old;
  }
  free(before);
  tiny_close(&t);
}

static void every_row_is_causal(void) {
  static covering s;
  sl_model_config base, c;
  base_config(&base);
  covering_open(&s, &base, NULL, 0);
  for (int f = 0; f < s.of_model; f++)
    for (int level = 0; level < s.levels[f]; level++) {
      char name[600];
      int taken = covering_alone(&s, f, level, &c);
      config_name(s.factors, s.of_model, &c, name, sizeof name);
      if (!check(taken, "%s: refused with everything else at its default", name)) continue;
      for (int kind = 0; kind < WINDOW_KINDS; kind++) check_causal(&c, kind, name);
    }
}

/* A covering set of everything that can be chosen, the kind of the window among it. */
static void combinations_are_causal(void) {
  static const int kinds[] = {WINDOW_KINDS};
  static covering s;
  sl_model_config base, c;
  base_config(&base);
  covering_open(&s, &base, kinds, 1);
  cover(&s);
  for (int i = 0; i < s.n; i++) {
    char name[600];
    covering_config(&s, s.rows[i], &c);
    check_causal(&c, s.rows[i][s.of_model],
                 config_name(s.factors, s.of_model, &c, name, sizeof name));
  }
}

/* ---- packed equals separate ---- */

enum { DOCUMENTS = 4 };
static const int lengths[DOCUMENTS] = {11, 1, 17, 12};

/* Window 0: all documents behind `shared` tokens that all see. Windows 1..: each alone, at the
 * front, the rest of the window padding. */
static void lay_out(tiny *t, int shared, int restart) {
  uint32_t seed = 5;
  int at = shared, T0 = t->model.dims.T;
  memset(t->prefix, 0, (1 + DOCUMENTS) * sizeof *t->prefix);
  for (int i = 0; i < T0 * (1 + DOCUMENTS); i++) {
    t->tokens[i] = (int32_t)(harness_u32(&seed) % V);
    t->position[i] = i % T0;
    t->document[i] = SL_DOCUMENT_PADDING;
  }
  for (int b = 0; b <= DOCUMENTS; b++)
    for (int i = 0; i < shared; i++) {
      t->tokens[b * T0 + i] = i;
      t->document[b * T0 + i] = -1;
    }
  for (int d = 0; d < DOCUMENTS; d++)
    for (int i = 0; i < lengths[d] && at < T0; i++, at++) {
      int alone = (d + 1) * T0 + shared + i;
      t->document[at] = d;
      t->position[at] = restart ? shared + i : at;
      t->document[alone] = 50;
      t->position[alone] = shared + i;
      t->tokens[alone] = t->tokens[at];
    }
}

static void compare_documents(const tiny *t, int shared, int bits, const char *what) {
  const sl_dims *d = &t->model.dims;
  for (int layer = 0; layer <= d->L; layer++) {
    const sl_real *h = sl_at(&t->pass, t->model.hidden[layer]);
    int at = shared;
    for (int doc = 0; doc < DOCUMENTS; at += lengths[doc++]) {
      const sl_real *packed = h + at * d->C, *alone = h + ((doc + 1) * d->T + shared) * d->C;
      int rows = lengths[doc] < d->T - at ? lengths[doc] : d->T - at;
      double most = 0;
      for (int i = 0; i < rows * d->C; i++)
        most = fmax(most, fabs((double)packed[i] - (double)alone[i]));
      check(bits ? !memcmp(packed, alone, (size_t)(rows * d->C) * sizeof *h) : most < 2e-4,
            "%s layer %d document %d: packed and alone differ by %.1e", what, layer, doc, most);
    }
  }
}

static void check_packed(const sl_model_config *c, int shared, int restart, int bits,
                         const char *name) {
  tiny t;
  char what[700];
  snprintf(what, sizeof what, "%s shared=%d restart=%d", name, shared, restart);
  if (!open_or_fail(&t, c, 1 + DOCUMENTS, WINDOW_CAUSAL, what)) return;
  lay_out(&t, shared, restart);
  sl_model_forward(&t.pass);
  compare_documents(&t, shared, bits, what);
  tiny_close(&t);
}

/* A mask or slot that counts places of the window, which a document alone has others of: blocks, the
 * distance to what all see at the front, a token that stands in front of what is packed. */
static int counts_places(const sl_model_config *c, int shared) {
  const char *mask = c->mask.row->id;
  return !strcmp(mask, "window") || (!strcmp(mask, "shifted_window") && shared) ||
         sl_model_front(c);
}

/* A covering set of everything that can be chosen, positions restarting with each document. */
static void packed_equals_separate(void) {
  static const int shared_tokens[] = {3};
  static covering s;
  sl_model_config base, c;
  base_config(&base);
  covering_open(&s, &base, shared_tokens, 1);
  cover(&s);
  for (int i = 0; i < s.n; i++) {
    char name[600];
    covering_config(&s, s.rows[i], &c);
    if (counts_places(&c, s.rows[i][s.of_model])) continue;
    config_name(s.factors, s.of_model, &c, name, sizeof name);
    check_packed(&c, s.rows[i][s.of_model], 1, 1, name);
  }
}

/* ---- distances ---- */

/* Largest difference of the attention weights when positions p become a p + b. */
static double moved(const sl_model_config *c, const char *what, int a, int b) {
  enum { TOKENS = 18 }; /* at the window's front; the rest is another document */
  tiny t;
  double most = 0;
  if (!open_or_fail(&t, c, 2, WINDOW_CAUSAL, what)) return NAN;
  for (int i = 0; i < T; i++) {
    t.tokens[T + i] = t.tokens[i];
    t.document[i] = t.document[T + i] = i >= TOKENS;
    if (i < TOKENS) t.position[T + i] = a * i + b;
  }
  sl_model_forward(&t.pass);
  for (int layer = 0; layer < c->layers; layer++) {
    const sl_real *A = sl_at(&t.pass, t.model.blocks[layer].attention.weights);
    for (int h = 0; h < c->heads; h++)
      for (int i = 0; i < TOKENS; i++)
        for (int j = 0; j <= i; j++) {
          int at = (h * T + i) * T + j;
          most = fmax(most, fabs((double)A[at] - (double)A[c->heads * T * T + at]));
        }
  }
  tiny_close(&t);
  return most;
}

static void only_distances_count(const sl_model_config *c, const char *what) {
  for (int by = 1; by < T - 18; by += 4)
    check(moved(c, what, 1, by) < 2e-5, "%s: positions moved by %d change the attention by %.1e",
          what, by, moved(c, what, 1, by));
  check(moved(c, what, 1, 0) == 0, "%s: the same positions give other attention", what);
  check(moved(c, what, 2, 0) > 1e-3, "%s: doubled distances change the attention by %.1e only",
        what, moved(c, what, 2, 0));
}

/* Without positions nothing counts, so that not even tokens that all see do. */
static void no_positions_count(const sl_model_config *c, const char *what) {
  for (int shared = 0; shared <= 2; shared++) check_packed(c, shared, 0, 1, what);
}

/* Positions may then run through the documents of a window, too. */
static void positions_count_distances(void) {
  for (int r = 0; r < sl_position_family.count; r++)
    for (int v = 0; v < row_variants(&sl_position_family, r, -1, NULL); v++) {
      sl_model_config c;
      char what[60];
      base_config(&c);
      row_variants(&sl_position_family, r, v, &c.position);
      snprintf(what, sizeof what, "%s variant %d", c.position.row->id, v);
      if (tiny_absolute(&c)) continue;
      if (!strcmp(c.position.row->id, "none")) {
        no_positions_count(&c, what);
      } else {
        check_packed(&c, 0, 0, 0, what);
        only_distances_count(&c, what);
      }
    }
}

int main(void) {
  every_row_is_causal();
  combinations_are_causal();
  packed_equals_separate();
  positions_count_distances();
  return harness_end();
}
