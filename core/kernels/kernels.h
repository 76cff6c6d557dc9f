/* Whole-block primitives of the engine, one table per instruction tier.
 *
 * `ref` is plain loops compiled without auto-vectorisation: the oracle and the honest baseline (and
 * the only tier of the double build). `vec` is one body of four lanes, compiled natively and for
 * WASM simd128; both give the same bits: no fused multiply-add, fixed order of sums, own math.
 * `fma` is that body with every multiply-add fused (natively, and WASM relaxed SIMD): faster, with
 * bits of its own, the same wherever the hardware fuses.
 *
 * Conventions: row-major; gradients (names d...) accumulate with +=, forwards assign; no kernel
 * allocates; pointers need natural alignment only; n may be any length >= 0; inputs and outputs do
 * not overlap unless the comment says so. N tokens, C width, D head size, V vocabulary. */
#ifndef SL_KERNELS_H
#define SL_KERNELS_H

#include "../base/real.h"

#include <stddef.h>
#include <stdint.h>

typedef enum sl_gemm_op {
  SL_GEMM_NN, /* A (M,K), B (K,N) */
  SL_GEMM_NT, /* A (M,K), B (N,K) */
  SL_GEMM_TN  /* A (K,M), B (K,N) */
} sl_gemm_op;

/* Sizes of one product; lda, ldb, ldc are row strides in elements. */
typedef struct sl_gemm {
  sl_gemm_op op;
  int accumulate; /* 0: C = AB, 1: C += AB */
  int M, N, K;
  int lda, ldb, ldc;
  const sl_real *bias; /* (N), added to each row of the finished sums; NULL: none */
} sl_gemm;

/* The sizes of a product whose operands are dense. */
static inline sl_gemm sl_gemm_dense(sl_gemm_op op, int accumulate, int M, int N, int K) {
  return (sl_gemm){op, accumulate, M, N, K, op == SL_GEMM_TN ? M : K, op == SL_GEMM_NT ? K : N,
                   N,  NULL};
}

/* Elements that a B of K rows and N columns takes once it is packed, in any tier. */
enum { SL_GEMM_PANEL = 32, SL_GEMM_GAP = 16 };
static inline size_t sl_gemm_panels(int N, int K) {
  size_t columns = (size_t)(N + SL_GEMM_PANEL - 1) / SL_GEMM_PANEL * SL_GEMM_PANEL;
  return columns * (size_t)K + columns / 8 * SL_GEMM_GAP;
}

/* One AdamW step's constants. */
typedef struct sl_adamw_step {
  sl_real lr, beta1, beta2, eps, decay; /* decay: decoupled, already 0 for tensors without decay */
  sl_real correct1, correct2;           /* 1 / (1 - beta^t) */
  sl_real grad_scale;                   /* clipping factor, multiplied into the gradient */
} sl_adamw_step;

typedef struct sl_sgd_step {
  sl_real lr, momentum, decay, grad_scale;
} sl_sgd_step;

typedef struct sl_kernels {
  const char *name;

  /* C(M,N) (+)= A B. Each element is ONE sequential sum over k = 0..K-1 that starts from 0, or from
   * C when accumulating, multiply and add rounded apart; so the bits do not depend on tiles,
   * blocking or tier. work: gemm_work elements of scratch, private to the caller. */
  void (*gemm)(const sl_gemm *g, const sl_real *A, const sl_real *B, sl_real *C, sl_real *work);
  size_t gemm_work;
  /* B packed once, for several products: panels has room for sl_gemm_panels(N, K) elements. M, lda
   * and ldc are not read. */
  void (*gemm_pack)(const sl_gemm *g, const sl_real *B, sl_real *panels);
  /* gemm with a B that was packed with the same op, at least as many columns, and K rows; g->K may
   * be less. The same bits. */
  void (*gemm_packed)(const sl_gemm *g, const sl_real *A, const sl_real *panels, int K, sl_real *C,
                      sl_real *work);

  /* y[i] = x[i] + y[i] */
  void (*add)(size_t n, const sl_real *x, sl_real *y);
  /* y[i] *= a */
  void (*scale)(size_t n, sl_real a, sl_real *y);
  /* Sum of x[i]^2, in double, fixed order. */
  double (*sumsq)(size_t n, const sl_real *x);
  /* Largest element; -infinity for n = 0. NaN, if there is one anywhere, need not be returned. */
  sl_real (*max)(size_t n, const sl_real *x);
  /* Sum of a[i] b[i]. */
  sl_real (*dot)(size_t n, const sl_real *a, const sl_real *b);

  /* e[i] = exp(a (x[i] - shift)), results below 1e-30 become 0 (no denormals); in float, arguments
   * above 88 count as 88 (no infinities). Returns the sum of e. e may be x. */
  sl_real (*exp_row)(size_t n, sl_real a, sl_real shift, const sl_real *x, sl_real *e);
  /* Softmax backward, one row, in place: d[i] = a w[i] (d[i] - sum_j w[j] d[j]). */
  void (*softmax_back_row)(size_t n, sl_real a, const sl_real *w, sl_real *d);

  /* RMSNorm (Zhang 2019): y = w x r, r = 1/sqrt(mean(x^2)+eps); r (N) is saved. */
  void (*rmsnorm)(int N, int C, sl_real eps, const sl_real *x, const sl_real *w, sl_real *y,
                  sl_real *r);
  /* dx += r (w dy - x r^2 mean(w dy x)); dw += sum_n dy x r. */
  void (*rmsnorm_back)(int N, int C, const sl_real *x, const sl_real *w, const sl_real *r,
                       const sl_real *dy, sl_real *dx, sl_real *dw);
  /* LayerNorm (Ba 2016): y = w (x - m) r + b; stat (N,2) holds m, r. */
  void (*layernorm)(int N, int C, sl_real eps, const sl_real *x, const sl_real *w, const sl_real *b,
                    sl_real *y, sl_real *stat);
  void (*layernorm_back)(int N, int C, const sl_real *x, const sl_real *w, const sl_real *stat,
                         const sl_real *dy, sl_real *dx, sl_real *dw, sl_real *db);

  /* Rotary (Su 2021), adjacent pairs (x[2i], x[2i+1]) of each head turned by angle of its position:
   * x (N,H*D) in place; position (N); cos, sin (P, D/2); direction +1 forward, -1 backward. */
  void (*rope)(int N, int H, int D, const int32_t *position, const sl_real *cos, const sl_real *sin,
               sl_real direction, sl_real *x);

  /* Activations over n elements; s keeps the forward's sigmoid for the backward, which may leave its
   * result where dy stands. */
  void (*relu)(size_t n, const sl_real *u, sl_real *y);
  void (*relu_back)(size_t n, const sl_real *u, const sl_real *dy, sl_real *du);
  /* GELU, tanh form (Hendrycks 2016): u/2 (1 + tanh(sqrt(2/pi) (u + 0.044715 u^3))). */
  void (*gelu)(size_t n, const sl_real *u, sl_real *s, sl_real *y);
  void (*gelu_back)(size_t n, const sl_real *u, const sl_real *s, const sl_real *dy, sl_real *du);
  /* SwiGLU (Shazeer 2020): y = silu(g) u, silu(g) = g s, s = 1/(1+exp(-g)). */
  void (*swiglu)(size_t n, const sl_real *g, const sl_real *u, sl_real *s, sl_real *y);
  void (*swiglu_back)(size_t n, const sl_real *g, const sl_real *u, const sl_real *s,
                      const sl_real *dy, sl_real *dg, sl_real *du);

  /* x (N,C) = or += table[id[n]]; back: dtable[id[n]] += dx[n], in order of n. */
  void (*gather)(int N, int C, const int32_t *id, const sl_real *table, int accumulate, sl_real *x);
  void (*scatter_add)(int N, int C, const int32_t *id, const sl_real *dx, sl_real *dtable);

  /* Cross-entropy of logits (N,V) against target (N); token loss is weighted by weight (N). Returns
   * sum_n weight loss in double. loss (N) unweighted, or NULL. If grad_scale is not 0, logits become
   * their gradient: weight grad_scale (p - onehot). Rows of weight 0 cost nothing: their
   * loss is 0 and their gradient 0, and their target is not read. Elements of weight grad_scale p
   * under 1e-30 become 0. */
  double (*cross_entropy)(int N, int V, const int32_t *target, const sl_real *weight,
                          sl_real grad_scale, sl_real *logits, sl_real *loss);

  /* AdamW (Loshchilov 2017): g' = grad_scale g; m,v moments; moments under 1e-36 become 0, and |g'|
   * under 1e-17 counts as 0 in v (its square would be denormal), so eps must be above 0;
   * w -= lr (m correct1 / (sqrt(v correct2) + eps) + decay w). */
  void (*adamw)(size_t n, const sl_adamw_step *s, const sl_real *g, sl_real *w, sl_real *m,
                sl_real *v);
  /* SGD with momentum: m = momentum m + grad_scale g (under 1e-36 becomes 0);
   * w -= lr (m + decay w) */
  void (*sgd)(size_t n, const sl_sgd_step *s, const sl_real *g, sl_real *w, sl_real *m);
} sl_kernels;

extern const sl_kernels sl_kernels_ref;
#ifndef SL_DOUBLE
extern const sl_kernels sl_kernels_vec, sl_kernels_fma;
/* The same with eight and sixteen lanes, natively: AVX2, AVX-512. */
extern const sl_kernels sl_kernels_vec8, sl_kernels_fma8, sl_kernels_vec16, sl_kernels_fma16;
#endif

/* An arithmetic and the kernels that compute it here. */
typedef struct sl_tier {
  const char *arithmetic; /* "strict", "fma" */
  const sl_kernels *kernels;
} sl_tier;

/* What this build on this processor can compute, the default first; kernels is NULL past the last.
 * The engine file of the page that is compiled for relaxed SIMD has the fma tier alone; where the
 * hardware does not fuse, that file's arithmetic is strict. Of one arithmetic there may be several
 * tiers, the fastest first; all give the same bits. */
sl_tier sl_tier_at(int i);

#endif
