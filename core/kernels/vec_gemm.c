/* Matrix product. Every element of C is one sequential sum over k, so the bits are those of the
 * plain loop whatever the blocking and however wide the vectors.
 *
 * B is copied into panels of PANEL columns padded with zeros, so that the inner loop reads it in a
 * straight line. Rows of A are copied a constant distance apart, so that one pointer with offsets
 * reads them all: with a pointer for each, moving them takes issue slots that the products need.
 * Stored transposed, A is read where it is, or copied into strips as wide as a tile if it is deeper
 * than a few rows. A block of BLOCK_M rows of A stays in the first-level cache while the panels of B
 * stream past it from the second. A tile of C stays in registers for a block of k. */
#include "vec_table.h"

#include "vec.h"

/* The tile: TALL rows by two vectors, LOW rows where fewer are left. V8 has fifteen registers: 6 x 2
 * fits when multiply and add are one operation, else the product needs one more and 5 x 2 does. */
#if SL_LANES == 16
enum { TALL = 12, LOW = 4, BLOCK_M = 48 }; /* AVX-512 has thirty-two */
#elif SL_LANES == 8 || defined(SL_FMA)
enum { TALL = 6, LOW = 4, BLOCK_M = 48 };
#else
enum { TALL = 5, LOW = 4, BLOCK_M = 40 };
#endif

/* Steps of k from one look at the end to the next. V8 is a twentieth faster, and the engine of the page
 * smaller, with one. */
#ifdef __wasm__
enum { STEPS = 1 };
#else
enum { STEPS = 4 };
#endif

enum {
  PANEL = 2 * SL_LANES,
  BLOCK_N = 256,
  BLOCK_K = 128,
  IN_PLACE_K = 48,   /* a transposed A is read where it is up to this depth */
  GAP = 16,          /* elements between panels, which keep them out of the same cache set */
  ROW = BLOCK_K + 4, /* from a copied row of A to the next; not of the same cache set */
  WORK_B = BLOCK_N / PANEL * (BLOCK_K * PANEL + GAP),
  WORK_A = BLOCK_M * ROW + LOW * BLOCK_K
};

_Static_assert(WORK_B + WORK_A <= VEC_GEMM_WORK, "scratch of one product");
_Static_assert(PANEL <= (int)SL_GEMM_PANEL && GAP == (int)SL_GEMM_GAP, "size of packed panels");
_Static_assert(BLOCK_N % PANEL == 0 && BLOCK_M % TALL == 0 && BLOCK_M % LOW == 0, "blocks");

static int min(int a, int b) { return a < b ? a : b; }

/* ---- tiles ---- */

/* How a tile reads A: copied rows, contiguous in k and ROW apart, or columns that are contiguous in
 * rows and `stride` apart. A constant wherever a tile is expanded. */
enum { BY_ROWS, BY_COLUMNS };

/* One step of k: a column of A times two vectors of B. */
VEC_INLINE void step(const int R, const int way, const float *a0, const float *panel,
                     wf (*sum)[2]) {
  const wf b0 = w_load(panel), b1 = w_load(panel + SL_LANES);
  VEC_UNROLL
  for (int r = 0; r < R; r++) {
    const wf a = w_load_splat(a0 + r * (way == BY_ROWS ? ROW : 1));
    sum[r][0] = w_muladd(sum[r][0], a, b0);
    sum[r][1] = w_muladd(sum[r][1], a, b1);
  }
}

/* A panel of B and where its columns go. */
typedef struct target {
  const float *panel;
  const float *bias; /* (PANEL) or NULL */
  float *c;
  size_t ldc;
} target;

/* C(R,PANEL) (+)= A(R,K) panel(K,PANEL) (+ bias). */
VEC_INLINE void tile(const int R, const int way, const float *a, size_t stride, int K,
                     int accumulate, const target *t, float *c) {
  const float *panel = t->panel;
  const size_t ldc = t->ldc;
  wf sum[TALL][2];
  VEC_UNROLL
  for (int r = 0; r < R; r++) {
    VEC_UNROLL
    for (int v = 0; v < 2; v++)
      sum[r][v] = accumulate ? w_load(c + (size_t)r * ldc + v * SL_LANES) : (wf){0};
  }
  const size_t along = way == BY_ROWS ? 1 : stride;
  for (; STEPS > 1 && K >= STEPS; K -= STEPS) {
    VEC_UNROLL
    for (int k = 0; k < STEPS; k++) step(R, way, a + (size_t)k * along, panel + k * PANEL, sum);
    a += STEPS * along, panel += STEPS * PANEL;
  }
  for (const float *end = panel + (size_t)K * PANEL; panel != end; panel += PANEL, a += along)
    step(R, way, a, panel, sum);
  if (t->bias) {
    const wf b0 = w_load(t->bias), b1 = w_load(t->bias + SL_LANES);
    VEC_UNROLL
    for (int r = 0; r < R; r++) {
      w_store(c + (size_t)r * ldc, w_add(sum[r][0], b0));
      w_store(c + (size_t)r * ldc + SL_LANES, w_add(sum[r][1], b1));
    }
  } else {
    VEC_UNROLL
    for (int r = 0; r < R; r++) {
      w_store(c + (size_t)r * ldc, sum[r][0]);
      w_store(c + (size_t)r * ldc + SL_LANES, sum[r][1]);
    }
  }
}

/* ---- a block: up to BLOCK_M rows of A times panels of B ---- */

/* Rows of A that are computed in tiles of one height; stride as in tile. */
typedef struct rows {
  const float *a;
  size_t stride, next; /* next: from one tile's rows to those of the following */
  int tiles;
} rows;

typedef struct block {
  rows tall, low;
  rows last; /* fewer than LOW rows, as columns padded to LOW */
  int way, last_count;
  const float *panels;
  size_t panel_length;
  const float *bias; /* (n) or NULL */
  float *C;
  size_t ldc;
  int m, n, K, accumulate;
} block;

VEC_INLINE void sweep(const int R, const int way, const rows *a, const block *b, const target *t,
                      float *c) {
  const float *next = a->a;
  for (int i = 0; i < a->tiles; i++, next += a->next, c += (size_t)R * t->ldc)
    tile(R, way, next, a->stride, b->K, b->accumulate, t, c);
}

#define SWEEP(name, R, way)                                                                        \
  static void name(const rows *a, const block *b, const target *t, float *c) {                     \
    sweep(R, way, a, b, t, c);                                                                     \
  }
SWEEP(tall_by_rows, TALL, BY_ROWS)
SWEEP(tall_by_columns, TALL, BY_COLUMNS)
SWEEP(low_by_columns, LOW, BY_COLUMNS)
SWEEP(low_by_rows, LOW, BY_ROWS)

static void copy(int m, int n, const float *from, size_t from_stride, float *to, size_t to_stride) {
  for (; m > 0; m--, from += from_stride, to += to_stride)
    for (int v = 0; v < n; v++) to[v] = from[v];
}

/* All rows of the block times one panel. */
static void whole_panel(const block *b, const target *t) {
  float *c_low = t->c + (size_t)(b->tall.tiles * TALL) * t->ldc;
  float *c_last = c_low + (size_t)(b->low.tiles * LOW) * t->ldc;
  if (b->way == BY_ROWS) {
    tall_by_rows(&b->tall, b, t, t->c);
    if (b->low.tiles) low_by_rows(&b->low, b, t, c_low);
  } else {
    tall_by_columns(&b->tall, b, t, t->c);
    if (b->low.tiles) low_by_columns(&b->low, b, t, c_low);
  }
  if (b->last_count) {
    float part[LOW * PANEL] = {0};
    const target beside = {t->panel, t->bias, part, PANEL};
    if (b->accumulate) copy(b->last_count, PANEL, c_last, t->ldc, part, PANEL);
    low_by_columns(&b->last, b, &beside, part);
    copy(b->last_count, PANEL, part, PANEL, c_last, t->ldc);
  }
}

/* The panel over the edge of C, of n columns from j: beside it. */
static void edge_panel(const block *b, const float *panel, int j, int n) {
  float part[BLOCK_M * PANEL], bias[PANEL] = {0};
  const target beside = {panel, b->bias ? bias : NULL, part, PANEL};
  if (b->bias) copy(1, n, b->bias + j, 0, bias, 0);
  if (b->accumulate) copy(b->m, n, b->C + j, b->ldc, part, PANEL);
  whole_panel(b, &beside);
  copy(b->m, n, part, PANEL, b->C + j, b->ldc);
}

static void multiply_block(const block *b) {
  const float *panel = b->panels;
  int j = 0;
  for (; j + PANEL <= b->n; j += PANEL, panel += b->panel_length)
    whole_panel(b, &(target){panel, b->bias ? b->bias + j : NULL, b->C + j, b->ldc});
  if (j < b->n) edge_panel(b, panel, j, b->n - j);
}

/* ---- packing ---- */

static size_t panel_length(int K) { return (size_t)K * PANEL + GAP; }

/* Copies the columns of K rows, `count` times `width` of them, into strips of `width` columns,
 * `length` apart. Row by row, so that a cache line is read once. */
VEC_INLINE void pack_columns(const int width, const float *source, size_t stride, int K, int count,
                             float *strips, size_t length) {
  for (int k = 0; k < K; k++, source += stride, strips += width) {
    const float *from = source;
    float *to = strips;
    for (int j = count; j > 0; j--, from += width, to += length) {
      VEC_UNROLL
      for (int v = 0; v < width; v += 4) {
        const int at =
            v + 4 <= width ? v : width - 4; /* a width of five or six: two copies overlap */
        v_store(to + at, v_load(from + at));
      }
    }
  }
}

/* Copies `count` rows of K elements, ROW apart. */
static void copy_rows(const float *source, size_t stride, int K, int count, float *out) {
  for (; count > 0; count--, source += stride, out += ROW) {
    int k = 0;
    for (; k + 4 <= K; k += 4) v_store(out + k, v_load(source + k));
    for (; k < K; k++) out[k] = source[k];
  }
}

/* What no other copy takes: `count` columns as a strip of `width`, padded with zeros. The next column
 * is `stride` further on, the next row `down`. */
static void pack_few(int width, const float *source, size_t stride, size_t down, int K, int count,
                     float *strip) {
  for (int k = 0; k < K; k++, source += down) {
    const float *from = source;
    for (int j = 0; j < width; j++, from += stride) *strip++ = j < count ? *from : 0.0f;
  }
}

/* Four rows of four elements, `stride` apart, to four columns PANEL apart. */
VEC_INLINE void transpose4(const float *source, size_t stride, float *out) {
  v4f r0 = v_load(source), r1 = v_load(source + stride);
  v4f r2 = v_load(source + 2 * stride), r3 = v_load(source + 3 * stride);
  v4f low01 = v_shuffle(r0, r1, 0, 4, 1, 5), high01 = v_shuffle(r0, r1, 2, 6, 3, 7);
  v4f low23 = v_shuffle(r2, r3, 0, 4, 1, 5), high23 = v_shuffle(r2, r3, 2, 6, 3, 7);
  v_store(out, v_shuffle(low01, low23, 0, 1, 4, 5));
  v_store(out + PANEL, v_shuffle(low01, low23, 2, 3, 6, 7));
  v_store(out + 2 * PANEL, v_shuffle(high01, high23, 0, 1, 4, 5));
  v_store(out + 3 * PANEL, v_shuffle(high01, high23, 2, 3, 6, 7));
}

/* Copies n rows of K elements, transposed, into panels. */
static void pack_rows(const float *source, size_t stride, int K, int n, float *panels) {
  for (int j = 0; j < n; j += PANEL, panels += panel_length(K)) {
    const float *row = source + (size_t)j * stride;
    const int here = min(PANEL, n - j), whole = here < PANEL ? 0 : K & ~3;
    for (int k = 0; k < whole; k += 4)
      for (int v = 0; v < PANEL; v += 4)
        transpose4(row + (size_t)v * stride + k, stride, panels + (size_t)k * PANEL + v);
    pack_few(PANEL, row + whole, stride, 1, K - whole, here, panels + (size_t)whole * PANEL);
  }
}

/* n columns from j, K steps from k, of B. */
static void pack_B(const sl_gemm *g, const float *B, int j, int n, int k, int K, float *panels) {
  const size_t ldb = (size_t)g->ldb;
  if (g->op == SL_GEMM_NT) {
    pack_rows(B + (size_t)j * ldb + k, ldb, K, n, panels);
    return;
  }
  const int whole = n / PANEL, rest = n % PANEL;
  B += (size_t)k * ldb + j;
  pack_columns(PANEL, B, ldb, K, whole, panels, panel_length(K));
  if (rest)
    pack_few(PANEL, B + whole * PANEL, 1, ldb, K, rest, panels + (size_t)whole * panel_length(K));
}

/* ---- rows of A ---- */

/* Splits the m rows of the block so that none is padded, if there is a way: 32 = 4 x 6 + 2 x 4. */
static void split_rows(block *b) {
  int tall = b->m / TALL, rest = b->m % TALL;
  for (int fewer = 0; fewer < LOW && fewer <= tall; fewer++)
    if ((rest + fewer * TALL) % LOW == 0) {
      tall -= fewer, rest += fewer * TALL;
      break;
    }
  b->tall.tiles = tall;
  b->low.tiles = rest / LOW;
  b->last_count = rest % LOW;
  b->last.tiles = 1;
}

/* Lays out m rows of A from row i, K steps from k; strips: scratch. */
static void take_rows(const sl_gemm *g, const float *A, int i, int k, float *strips, block *b) {
  const size_t lda = (size_t)g->lda, K = (size_t)b->K;
  const int transposed = g->op == SL_GEMM_TN;
  const float *a = transposed ? A + (size_t)k * lda + i : A + (size_t)i * lda + k;
  const size_t row_stride = transposed ? 1 : lda, k_stride = transposed ? lda : 1;
  split_rows(b);
  const int tall = b->tall.tiles * TALL, low = b->low.tiles * LOW;
  const float *a_low = a + (size_t)tall * row_stride;
  b->way = transposed ? BY_COLUMNS : BY_ROWS;
  if (!transposed) {
    copy_rows(a, lda, b->K, tall + low, strips);
    b->tall = (rows){strips, ROW, TALL * ROW, b->tall.tiles};
    b->low = (rows){strips + tall * ROW, ROW, LOW * ROW, b->low.tiles};
  } else if (b->K <= IN_PLACE_K) {
    b->tall = (rows){a, lda, TALL * row_stride, b->tall.tiles};
    b->low = (rows){a_low, lda, LOW * row_stride, b->low.tiles};
  } else {
    float *low_strips = strips + (size_t)tall * K;
    pack_columns(TALL, a, lda, b->K, b->tall.tiles, strips, TALL * K);
    pack_columns(LOW, a_low, lda, b->K, b->low.tiles, low_strips, LOW * K);
    b->tall = (rows){strips, TALL, TALL * K, b->tall.tiles};
    b->low = (rows){low_strips, LOW, LOW * K, b->low.tiles};
  }
  float *last = strips + WORK_A - LOW * BLOCK_K;
  if (b->last_count)
    pack_few(LOW, a_low + (size_t)low * row_stride, row_stride, k_stride, b->K, b->last_count,
             last);
  b->last.a = last, b->last.stride = LOW;
}

/* All rows of A times the K steps from k and the n columns from j that b's panels hold. */
static void multiply_rows(const sl_gemm *g, const float *A, float *C, int j, int k, float *strips,
                          block *b) {
  b->ldc = (size_t)g->ldc;
  b->bias = g->bias && k + b->K == g->K ? g->bias + j : NULL;
  b->accumulate = g->accumulate || k > 0;
  for (int i = 0; i < g->M; i += BLOCK_M) {
    b->m = min(BLOCK_M, g->M - i);
    b->C = C + (size_t)i * b->ldc + j;
    take_rows(g, A, i, k, strips, b);
    multiply_block(b);
  }
}

static int is_empty(const sl_gemm *g, float *C) {
  if (g->K > 0) return 0;
  for (int i = 0; i < g->M; i++, C += g->ldc)
    for (int j = 0; j < g->N; j++) {
      const float sum = g->accumulate ? C[j] : 0.0f;
      C[j] = g->bias ? sum + g->bias[j] : sum;
    }
  return 1;
}

void VEC(gemm)(const sl_gemm *g, const float *A, const float *B, float *C, float *work) {
  if (is_empty(g, C)) return;
  for (int j = 0; j < g->N; j += BLOCK_N)
    for (int k = 0; k < g->K; k += BLOCK_K) {
      block b = {.panels = work, .n = min(BLOCK_N, g->N - j), .K = min(BLOCK_K, g->K - k)};
      b.panel_length = panel_length(b.K);
      pack_B(g, B, j, b.n, k, b.K, work);
      multiply_rows(g, A, C, j, k, work + WORK_B, &b);
    }
}

void VEC(gemm_pack)(const sl_gemm *g, const float *B, float *panels) {
  pack_B(g, B, 0, g->N, 0, g->K, panels);
}

void VEC(gemm_packed)(const sl_gemm *g, const float *A, const float *panels, int K, float *C,
                      float *work) {
  if (is_empty(g, C)) return;
  for (int k = 0; k < g->K; k += BLOCK_K) {
    block b = {.panels = panels + (size_t)k * PANEL, .n = g->N, .K = min(BLOCK_K, g->K - k)};
    b.panel_length = panel_length(K);
    multiply_rows(g, A, C, 0, k, work + WORK_B, &b);
  }
}
