/* Muon (Jordan 2024): for the matrices inside the layers the momentum, made orthogonal, is the step:
 *   m = momentum m + (1 - momentum) g;  M = m, or g + momentum (m - g) (Nesterov)
 *   X = M / |M|, five times X = a X + b (X X^T) X + c (X X^T)^2 X: all singular values go near 1
 *   w -= lr (sqrt(max(1, out / in)) X + decay w)
 * Everything else (embeddings, tables, the unembedding, vectors) takes AdamW at adam_lr times the
 * rate. The engine's products have the same bits everywhere, and so has this. */
#include "optimiser_settings.h"

typedef struct settings {
  sl_adam_settings
      adam; /* in front, so that its members are described as Adam's; decay is for all */
  double momentum, adam_lr;
  int32_t nesterov;
} settings;

/* X (rows,cols) becomes nearly orthogonal. The smaller of its two squares is taken, (s,s): A = X X^T
 * and X = a X + B X, or, where X is tall, A = X^T X and X = a X + X B. scratch: n + 2 s s numbers. */
static void orthogonalise(const sl_kernels *k, const sl_update *u, sl_real *X, sl_real *scratch) {
  static const double a = 3.4445, b = -4.7750, c = 2.0315;
  const int rows = u->shape[0], cols = u->shape[1], tall = rows > cols, s = tall ? cols : rows;
  const size_t n = (size_t)rows * (size_t)cols, square = (size_t)s * (size_t)s;
  sl_real *Y = scratch, *A = Y + n, *B = A + square;
  const sl_gemm side = sl_gemm_dense(tall ? SL_GEMM_TN : SL_GEMM_NT, 0, s, s, tall ? rows : cols);
  const sl_gemm both = sl_gemm_dense(SL_GEMM_NN, 0, s, s, s);
  const sl_gemm back = sl_gemm_dense(SL_GEMM_NN, 0, rows, cols, s);
  k->scale(n, (sl_real)(1 / (sl_sqrt(k->sumsq(n, X)) + 1e-7)), X);
  for (int turn = 0; turn < 5; turn++) {
    k->gemm(&side, X, X, A, u->work);
    k->gemm(&both, A, A, B, u->work);
    for (size_t i = 0; i < square; i++) B[i] = (sl_real)b * A[i] + (sl_real)c * B[i];
    k->gemm(&back, tall ? X : B, tall ? B : X, Y, u->work);
    for (size_t i = 0; i < n; i++) X[i] = (sl_real)a * X[i] + Y[i];
  }
}

static void update_matrix(const sl_kernels *k, const settings *c, const sl_update *u, size_t n,
                          const sl_real *g, sl_real *w, sl_real *m) {
  sl_real *X = u->scratch;
  const sl_real scale = (sl_real)u->grad_scale, keep = (sl_real)c->momentum;
  for (size_t i = 0; i < n; i++) {
    sl_real d = scale * g[i];
    m[i] = sl_moment(keep * m[i] + (1 - keep) * d);
    X[i] = c->nesterov ? (1 - keep) * d + keep * m[i] : m[i];
  }
  orthogonalise(k, u, X, X + n);
  const double ratio = (double)u->shape[1] / u->shape[0]; /* w is (in, out) */
  const sl_real lr = (sl_real)u->lr, decay = u->decays ? (sl_real)c->adam.decay : 0;
  const sl_real size = (sl_real)sl_sqrt(ratio > 1 ? ratio : 1);
  for (size_t i = 0; i < n; i++) w[i] -= lr * (size * X[i] + decay * w[i]);
}

static void update(const sl_kernels *k, const void *s, const sl_update *u, size_t n,
                   const sl_real *g, sl_real *w, sl_real *m, sl_real *v) {
  const settings *c = s;
  if (u->inner) {
    update_matrix(k, c, u, n, g, w, m);
    return;
  }
  sl_adamw_step step = sl_adam_step(&c->adam, u);
  step.lr = (sl_real)(u->lr * c->adam_lr);
  k->adamw(n, &step, g, w, m, v);
}

static const sl_param params[] = {
    SL_OPTIMISER_MOMENTUM(settings, 0.95, "Share of the mean gradient that is kept."),
    {.key = "nesterov",
     .label = "Nesterov",
     .type = SL_BOOL,
     .def = 1,
     .offset = offsetof(settings, nesterov),
     .help = "The step looks ahead: the newest gradient counts once more."},
    SL_OPTIMISER_DECAY(sl_adam_settings, 0.1, SL_DECOUPLED),
    {.key = "adam_lr",
     .label = "Rate of the rest",
     .type = SL_REAL,
     .scale = SL_LOG,
     .def = 0.25,
     .min = 1e-4,
     .max = 100,
     .offset = offsetof(settings, adam_lr),
     .help = "Times the learning rate: what embeddings, unembedding and vectors take, by AdamW."},
    SL_OPTIMISER_BETA1(sl_adam_settings, 0.9),
    SL_OPTIMISER_BETA2(sl_adam_settings, 0.95),
    SL_OPTIMISER_EPS(sl_adam_settings),
    {0}};

const sl_optimiser_type sl_optimiser_muon = {
    .desc = {"muon", "Muon",
             "The momentum of every inner matrix is made orthogonal, so that all its directions "
             "move alike; the rest takes AdamW.",
             "arXiv 2502.16982, sec. 2.1", params},
    .states = 2,
    .scratch = 4,
    .update = update};
