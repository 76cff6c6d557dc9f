/* Matrix product, four lanes. Every element of C is one sequential sum over k, so the bits are
 * those of the plain loop whatever the blocking.
 *
 * B is copied into panels of TILE_N columns padded with zeros, so that the inner loop reads it in a
 * straight line; A is read where it is, or copied into strips of TILE_M rows when it is stored
 * transposed. A block of BLOCK_M rows of A stays in the first-level cache while the panels of B
 * stream past it from the second. A tile of C stays in registers for a whole block of k: 4 x 8 is
 * eight accumulators, which with two of B, one of A and one product fits V8's fifteen registers. */
#include "vec_table.h"

#include "vec.h"

enum {
  TILE_M = 4,
  TILE_N = 8,
  BLOCK_M = 32,
  BLOCK_N = 256,
  BLOCK_K = 128,
  STRIP_GAP = 16, /* elements; see strip_length */
  WORK_B = BLOCK_N * BLOCK_K + BLOCK_N / TILE_N * STRIP_GAP,
  WORK_A = BLOCK_M * BLOCK_K + BLOCK_M / TILE_M * STRIP_GAP
};

_Static_assert(VEC_GEMM_WORK == WORK_B + WORK_A, "scratch of one product");

/* One step of k, counted from a and b: two vectors of B times four elements of A. */
#define STEP(k)                                                                                    \
  do {                                                                                             \
    const v4f b0 = v_load(b + (k)*TILE_N), b1 = v_load(b + (k)*TILE_N + 4);                        \
    v4f a = v_load_splat(a0 + (k)*step);                                                           \
    c00 = v_muladd(c00, a, b0);                                                                    \
    c01 = v_muladd(c01, a, b1);                                                                    \
    a = v_load_splat(a1 + (k)*step);                                                               \
    c10 = v_muladd(c10, a, b0);                                                                    \
    c11 = v_muladd(c11, a, b1);                                                                    \
    a = v_load_splat(a2 + (k)*step);                                                               \
    c20 = v_muladd(c20, a, b0);                                                                    \
    c21 = v_muladd(c21, a, b1);                                                                    \
    a = v_load_splat(a3 + (k)*step);                                                               \
    c30 = v_muladd(c30, a, b0);                                                                    \
    c31 = v_muladd(c31, a, b1);                                                                    \
  } while (0)

/* C(4,8) (+)= A(4,K) B(K,8): element (r,k) of A at a[r row + k step], B one panel. */
VEC_INLINE void tile(const float *a0, size_t row, size_t step, const float *b, int K,
                     int accumulate, float *c, size_t ldc) {
  const float *a1 = a0 + row, *a2 = a1 + row, *a3 = a2 + row;
  v4f c00 = v_zero(), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  if (accumulate) {
    c00 = v_load(c), c01 = v_load(c + 4);
    c10 = v_load(c + ldc), c11 = v_load(c + ldc + 4);
    c20 = v_load(c + 2 * ldc), c21 = v_load(c + 2 * ldc + 4);
    c30 = v_load(c + 3 * ldc), c31 = v_load(c + 3 * ldc + 4);
  }
  int k = K;
  for (; k >= 4; k -= 4) {
    STEP(0);
    STEP(1);
    STEP(2);
    STEP(3);
    a0 += 4 * step, a1 += 4 * step, a2 += 4 * step, a3 += 4 * step, b += 4 * TILE_N;
  }
  for (; k > 0; k--) {
    STEP(0);
    a0 += step, a1 += step, a2 += step, a3 += step, b += TILE_N;
  }
  v_store(c, c00), v_store(c + 4, c01);
  v_store(c + ldc, c10), v_store(c + ldc + 4, c11);
  v_store(c + 2 * ldc, c20), v_store(c + 2 * ldc + 4, c21);
  v_store(c + 3 * ldc, c30), v_store(c + 3 * ldc + 4, c31);
}

static int min(int a, int b) { return a < b ? a : b; }

/* Elements from one strip of `width` columns to the next; the gap keeps strips that are filled
 * together out of the same cache set. */
static size_t strip_length(int K, int width) { return (size_t)K * (size_t)width + STRIP_GAP; }

/* Sixteen columns, one cache line of each row, into strips of 4 or 8. */
VEC_INLINE void pack_line(const float *source, size_t stride, int K, int width, float *strip) {
  const size_t length = strip_length(K, width), half = width == 4 ? length : 4;
  float *out0 = strip, *out1 = out0 + half;
  float *out2 = strip + (width == 4 ? 2 * length : length), *out3 = out2 + half;
  for (int k = 0; k < K; k++, source += stride) {
    v_store(out0, v_load(source));
    v_store(out1, v_load(source + 4));
    v_store(out2, v_load(source + 8));
    v_store(out3, v_load(source + 12));
    out0 += width, out1 += width, out2 += width, out3 += width;
  }
}

/* Copies n columns of each of K rows into strips of `width` columns (4 or 8), the last one padded
 * with zeros: strip after strip, each K rows long. */
VEC_INLINE void pack_columns(const float *source, size_t stride, int K, int n, int width,
                             float *strips) {
  const size_t length = strip_length(K, width);
  int j = 0;
  for (; j + 16 <= n; j += 16, strips += length * (size_t)(16 / width))
    pack_line(source + j, stride, K, width, strips);
  for (; j < n; j += width, strips += length)
    for (int k = 0; k < K; k++) {
      const float *row = source + (size_t)k * stride + j;
      float *out = strips + (size_t)k * (size_t)width;
      if (j + width <= n)
        for (int v = 0; v < width; v += 4) v_store(out + v, v_load(row + v));
      else
        for (int v = 0; v < width; v++) out[v] = j + v < n ? row[v] : 0.0f;
    }
}

/* Four rows of four elements, `stride` apart, to four columns TILE_N apart. */
VEC_INLINE void transpose4(const float *source, size_t stride, float *out) {
  v4f r0 = v_load(source), r1 = v_load(source + stride);
  v4f r2 = v_load(source + 2 * stride), r3 = v_load(source + 3 * stride);
  v4f low01 = v_shuffle(r0, r1, 0, 4, 1, 5), high01 = v_shuffle(r0, r1, 2, 6, 3, 7);
  v4f low23 = v_shuffle(r2, r3, 0, 4, 1, 5), high23 = v_shuffle(r2, r3, 2, 6, 3, 7);
  v_store(out, v_shuffle(low01, low23, 0, 1, 4, 5));
  v_store(out + TILE_N, v_shuffle(low01, low23, 2, 3, 6, 7));
  v_store(out + 2 * TILE_N, v_shuffle(high01, high23, 0, 1, 4, 5));
  v_store(out + 3 * TILE_N, v_shuffle(high01, high23, 2, 3, 6, 7));
}

/* Copies n rows of K elements, transposed, into panels of TILE_N columns. */
static void pack_rows(const float *source, size_t stride, int K, int n, float *panels) {
  for (int j = 0; j < n; j += TILE_N, panels += strip_length(K, TILE_N)) {
    const float *row = source + (size_t)j * stride;
    const int here = min(TILE_N, n - j), whole = here < TILE_N ? 0 : K & ~3;
    for (int k = 0; k < whole; k += 4) {
      transpose4(row + k, stride, panels + (size_t)k * TILE_N);
      transpose4(row + 4 * stride + k, stride, panels + (size_t)k * TILE_N + 4);
    }
    for (int k = whole; k < K; k++)
      for (int v = 0; v < TILE_N; v++)
        panels[(size_t)k * TILE_N + (size_t)v] =
            v < here ? row[(size_t)v * stride + (size_t)k] : 0.0f;
  }
}

/* The two layouts of A: rows in place, and strips of TILE_M rows, the last padded with zeros. */
static void tile_rows(const float *a, size_t lda, const float *b, int K, int accumulate, float *c,
                      size_t ldc) {
  tile(a, lda, 1, b, K, accumulate, c, ldc);
}

static void tile_strip(const float *a, const float *b, int K, int accumulate, float *c,
                       size_t ldc) {
  tile(a, 1, TILE_M, b, K, accumulate, c, ldc);
}

/* One block: m rows of A, n columns of B packed in panels, K steps. Rows from `in_place` on are in
 * strips. */
typedef struct block {
  const float *A, *strips, *panels;
  float *C;
  size_t lda, ldc;
  int m, n, K, accumulate, in_place;
} block;

/* A tile over the edge of C, of m rows and n columns, computed beside it. */
static void tile_edge(const block *b, int i, const float *panel, float *c, int n) {
  float part[TILE_M * TILE_N] = {0};
  const int m = min(TILE_M, b->m - i);
  for (int r = 0; b->accumulate && r < m; r++)
    for (int v = 0; v < n; v++) part[r * TILE_N + v] = c[(size_t)r * b->ldc + (size_t)v];
  if (i < b->in_place)
    tile_rows(b->A + (size_t)i * b->lda, b->lda, panel, b->K, b->accumulate, part, TILE_N);
  else
    tile_strip(b->strips + (size_t)((i - b->in_place) / TILE_M) * strip_length(b->K, TILE_M), panel,
               b->K, b->accumulate, part, TILE_N);
  for (int r = 0; r < m; r++)
    for (int v = 0; v < n; v++) c[(size_t)r * b->ldc + (size_t)v] = part[r * TILE_N + v];
}

static void multiply_block(const block *b) {
  const size_t lda = b->lda, ldc = b->ldc;
  const size_t panel_length = strip_length(b->K, TILE_N);
  const int whole = b->m & -TILE_M, K = b->K, accumulate = b->accumulate;
  for (int j = 0; j < b->n; j += TILE_N) {
    const float *panel = b->panels + (size_t)(j / TILE_N) * panel_length;
    const int n = min(TILE_N, b->n - j);
    float *c = b->C + j;
    int i = 0;
    if (n == TILE_N) {
      for (; i < b->in_place; i += TILE_M)
        tile_rows(b->A + (size_t)i * lda, lda, panel, K, accumulate, c + (size_t)i * ldc, ldc);
      for (; i < whole; i += TILE_M)
        tile_strip(b->strips + (size_t)((i - b->in_place) / TILE_M) * strip_length(K, TILE_M),
                   panel, K, accumulate, c + (size_t)i * ldc, ldc);
    }
    for (; i < b->m; i += TILE_M) tile_edge(b, i, panel, c + (size_t)i * ldc, n);
  }
}

/* The fewer than TILE_M rows that are left of A, as a strip padded with zeros. */
static void pack_last_rows(const float *A, size_t lda, int K, int m, float *strip) {
  for (int k = 0; k < K; k++, strip += TILE_M)
    for (int r = 0; r < TILE_M; r++) strip[r] = r < m ? A[(size_t)r * lda + (size_t)k] : 0.0f;
}

/* All rows of A times K steps, from k, and n columns, from j, of B. */
static void multiply_columns(const sl_gemm *g, const float *A, const float *B, float *C,
                             float *work, int j, int k) {
  const size_t lda = (size_t)g->lda, ldb = (size_t)g->ldb, ldc = (size_t)g->ldc;
  const int n = min(BLOCK_N, g->N - j), K = min(BLOCK_K, g->K - k);
  float *strips = work + WORK_B;
  block b = {.panels = work, .strips = strips, .lda = lda, .ldc = ldc, .n = n, .K = K};
  b.accumulate = g->accumulate || k > 0;
  if (g->op == SL_GEMM_NT)
    pack_rows(B + (size_t)j * ldb + k, ldb, K, n, work);
  else
    pack_columns(B + (size_t)k * ldb + j, ldb, K, n, TILE_N, work);
  for (int i = 0; i < g->M; i += BLOCK_M) {
    b.m = min(BLOCK_M, g->M - i);
    b.C = C + (size_t)i * ldc + j;
    if (g->op == SL_GEMM_TN) {
      pack_columns(A + (size_t)k * lda + i, lda, K, b.m, TILE_M, strips);
    } else {
      b.A = A + (size_t)i * lda + k;
      b.in_place = b.m & -TILE_M;
      if (b.in_place < b.m)
        pack_last_rows(b.A + (size_t)b.in_place * lda, lda, K, b.m - b.in_place, strips);
    }
    multiply_block(&b);
  }
}

void VEC(gemm)(const sl_gemm *g, const float *A, const float *B, float *C, float *work) {
  if (g->K <= 0 && !g->accumulate)
    for (int i = 0; i < g->M; i++)
      memset(C + (size_t)i * (size_t)g->ldc, 0, (size_t)g->N * sizeof *C);
  for (int j = 0; j < g->N; j += BLOCK_N)
    for (int k = 0; k < g->K; k += BLOCK_K) multiply_columns(g, A, B, C, work, j, k);
}
