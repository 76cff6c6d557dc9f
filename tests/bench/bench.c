/* What the benchmark times in C: the matrix products of a block of the configurations A and S (one
 * shard of the batch), the other kernels at the shapes of S, the peak, and natively whole steps.
 * Compiled to build/wasm/bench.wasm (kernels and peak alone; the browser's clock is used) and to
 * build/native/bench. */
#include "../../core/kernels/kernels.h"
#include "../../core/kernels/peak.h"

enum { N = 1024, C = 64, F = 256, T = 128, PARAMETERS = 107200, ROOM = 2 * N * F, WORK = 1 << 18 };

static float a[ROOM], b[ROOM], c[ROOM], d[ROOM], e[ROOM], work[WORK], sums[4 * N];

#ifdef SL_FMA_ENGINE /* this file's vector tier: fused multiply-adds */
#define TIER       sl_kernels_fma
#define PEAK       fma_peak
#define PEAK_FLOPS SL_PEAK_FLOPS_FMA
#else
#define TIER       sl_kernels_vec
#define PEAK       vec_peak
#define PEAK_FLOPS SL_PEAK_FLOPS
#endif

static const sl_kernels *tier_of(int vec) { return vec ? &TIER : &sl_kernels_ref; }

static void fill(float *x, uint32_t seed, float scale) {
  for (int i = 0; i < ROOM; i++) {
    seed = seed * 1664525u + 1013904223u;
    x[i] = (float)(int32_t)seed * (scale / 2147483648.0f);
  }
}

static int rows = N; /* tokens of a call */

static void gemm(const sl_kernels *k, sl_gemm_op op, int m, int n, int depth) {
  const sl_gemm g = sl_gemm_dense(op, op == SL_GEMM_TN, m, n, depth);
  k->gemm(&g, a, b, c, work);
}

/* The products with one matrix of weights (in,out): forward, gradient of the input, of the matrix. */
static void product(const sl_kernels *k, sl_gemm_op op, int in, int out) {
  if (op == SL_GEMM_NN) gemm(k, op, rows, out, in);
  if (op == SL_GEMM_NT) gemm(k, op, rows, in, out);
  if (op == SL_GEMM_TN) gemm(k, op, in, out, rows);
}

/* Those of a block: queries, keys, values and what leaves the attention, then into and out of the
 * feed-forward layer, which is four times as wide. */
static void block(const sl_kernels *k, sl_gemm_op op, int width) {
  for (int i = 0; i < 4; i++) product(k, op, width, width);
  product(k, op, width, 4 * width);
  product(k, op, 4 * width, width);
}
#define BLOCK_FLOPS(width) (2.0 * N * 12 * (width) * (width))

static void a_nn(const sl_kernels *k) { block(k, SL_GEMM_NN, 2 * C); }
static void a_nt(const sl_kernels *k) { block(k, SL_GEMM_NT, 2 * C); }
static void a_tn(const sl_kernels *k) { block(k, SL_GEMM_TN, 2 * C); }
static void s_nn(const sl_kernels *k) { block(k, SL_GEMM_NN, C); }
static void s_nt(const sl_kernels *k) { block(k, SL_GEMM_NT, C); }
static void s_tn(const sl_kernels *k) { block(k, SL_GEMM_TN, C); }
static void exp_row(const sl_kernels *k) {
  for (int i = 0; i < rows; i++) sums[i] = k->exp_row(T, 0.18f, 1.0f, a + i * T, c + i * T);
}
static void gelu(const sl_kernels *k) { k->gelu(rows * F, a, d, c); }
static void gelu_back(const sl_kernels *k) { k->gelu_back(rows * F, a, e, b, d); }
static void rmsnorm(const sl_kernels *k) { k->rmsnorm(rows, C, 1e-5f, a, b, c, sums); }
static void rmsnorm_back(const sl_kernels *k) {
  k->rmsnorm_back(rows, C, a, b, sums, e, d, d + N * C);
}
static void layernorm(const sl_kernels *k) { k->layernorm(rows, C, 1e-5f, a, b, e, c, sums); }
static void layernorm_back(const sl_kernels *k) {
  k->layernorm_back(rows, C, a, b, sums, e, d, d + N * C, d + N * C + C);
}
static void adamw(const sl_kernels *k) {
  const sl_adamw_step s = {1e-9f, 0.9f, 0.95f, 1e-8f, 0.1f, 1.0f, 1.0f, 1.0f};
  k->adamw(PARAMETERS, &s, a, b, c, e);
}

static const struct {
  const char *name;
  void (*run)(const sl_kernels *k);
  double flops; /* 0: not counted */
} kernel[] = {
    {"A gemm NN", a_nn, BLOCK_FLOPS(2 * C)},
    {"A gemm NT", a_nt, BLOCK_FLOPS(2 * C)},
    {"A gemm TN", a_tn, BLOCK_FLOPS(2 * C)},
    {"S gemm NN", s_nn, BLOCK_FLOPS(C)},
    {"S gemm NT", s_nt, BLOCK_FLOPS(C)},
    {"S gemm TN", s_tn, BLOCK_FLOPS(C)},
    {"exp_row", exp_row, 0},
    {"gelu", gelu, 0},
    {"gelu_back", gelu_back, 0},
    {"rmsnorm", rmsnorm, 0},
    {"rmsnorm_back", rmsnorm_back, 0},
    {"layernorm", layernorm, 0},
    {"layernorm_back", layernorm_back, 0},
    {"adamw", adamw, 0},
};

int bench_count(void) { return (int)(sizeof kernel / sizeof *kernel); }
const char *bench_name(int i) { return kernel[i].name; }
double bench_flops(int i) { return kernel[i].flops; }
double bench_peak_flops(void) { return 1000.0 * PEAK_FLOPS; }

/* Operands as they are in training; 0 if the tiers need more scratch than there is. */
int bench_setup(void) {
  fill(a, 1, 2.0f), fill(b, 2, 1.0f), fill(c, 3, 1.0f), fill(d, 4, 1.0f), fill(e, 5, 1.0f);
  for (int i = 0; i < ROOM; i++) e[i] = e[i] < 0 ? -e[i] : e[i];
  for (int i = 0; i < 4 * N; i++) sums[i] = 1.0f;
  return sl_kernels_ref.gemm_work <= WORK && TIER.gemm_work <= WORK;
}

void bench_kernel(int i, int vec, int times) {
  while (times-- > 0) kernel[i].run(tier_of(vec));
}

double bench_peak(int thousands) { return PEAK(1000 * (int64_t)thousands); }

#ifndef __EMSCRIPTEN__
/* build/native/bench CONFIG TEXT CONFIG TEXT...: configurations as JSON files, with the file of the
 * text or "-". First answers with the tiers it has, as JSON; then reads lines
 *   step CONFIG TIER STEPS
 * and answers each with the seconds that it took.
 * build/native/bench count CONFIG TEXT...: see count(). */
#include "../../core/include/sinklab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Linked in place of the engine's list of tiers (-Wl,--wrap=sl_tier_at): one alone, when given. */
static sl_tier given;
sl_tier __real_sl_tier_at(int i);
sl_tier __wrap_sl_tier_at(int i);
sl_tier __wrap_sl_tier_at(int i) {
  if (!given.kernels) return __real_sl_tier_at(i);
  return i ? (sl_tier){0} : given;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The file's bytes, at most size; 0 where there is none. */
static size_t contents(const char *path, char *to, size_t size) {
  FILE *file = fopen(path, "rb");
  size_t n = file ? fread(to, 1, size, file) : 0;
  if (file) fclose(file);
  return n;
}

static sl_lab *opened(const char *config, const char *text, sl_tier tier) {
  static char json[1 << 16], own[1 << 20];
  size_t size = contents(config, json, sizeof json), n = contents(text, own, sizeof own);
  sl_lab *lab = sl_new();
  given = tier;
  if (!lab || sl_open(lab, json, size, n ? own : NULL, n, 1, 0)) {
    fprintf(stderr, "%s: %s\n", config, lab ? sl_error_json(lab) : "no memory");
    exit(1);
  }
  given = (sl_tier){0};
  return lab;
}

#ifdef __clang__
#define COMPILER "clang", __clang_major__
#else
#define COMPILER "gcc", __GNUC__
#endif

/* ---- counting instructions ---- */

static int32_t id[N]; /* below C */
static void add(const sl_kernels *k) { k->add(rows * F, a, d); }
static void scale(const sl_kernels *k) { k->scale(rows * F, 0.5f, d); }
static void sumsq(const sl_kernels *k) { sums[0] = (float)k->sumsq(rows * F, a); }
static void max(const sl_kernels *k) { sums[0] = k->max(rows * F, a); }
static void dot(const sl_kernels *k) { sums[0] = k->dot(rows * F, a, b); }
static void softmax_back(const sl_kernels *k) {
  for (int i = 0; i < rows; i++) k->softmax_back_row(T, 0.18f, e + i * T, d + i * T);
}
static void rope(const sl_kernels *k) { k->rope(rows, 2, C / 2, id, a, b, 1.0f, d); }
static void relu(const sl_kernels *k) { k->relu(rows * F, a, c); }
static void relu_back(const sl_kernels *k) { k->relu_back(rows * F, a, b, d); }
static void swiglu(const sl_kernels *k) { k->swiglu(rows * F, a, b, d, c); }
static void swiglu_back(const sl_kernels *k) {
  k->swiglu_back(rows * F, a, b, e, c, d, d + rows * F);
}
static void gather(const sl_kernels *k) { k->gather(rows, C, id, a, 1, c); }
static void scatter_add(const sl_kernels *k) { k->scatter_add(rows, C, id, a, c); }
static void cross_entropy(const sl_kernels *k) { k->cross_entropy(rows, C, id, e, 1e-3f, a, sums); }
static void sgd(const sl_kernels *k) {
  const sl_sgd_step s = {1e-9f, 0.9f, 0.1f, 1.0f};
  k->sgd(PARAMETERS, &s, a, b, c);
}
static void gemm_packed(const sl_kernels *k) {
  const sl_gemm g = sl_gemm_dense(SL_GEMM_NN, 0, rows, F, C);
  k->gemm_pack(&g, b, d);
  k->gemm_packed(&g, a, d, C, c, work);
}

/* The kernels that nobody times: with those of the table above, all there are. */
static const struct {
  const char *name;
  void (*run)(const sl_kernels *k);
} untimed[] = {
    {"add", add},
    {"scale", scale},
    {"sumsq", sumsq},
    {"max", max},
    {"dot", dot},
    {"softmax_back", softmax_back},
    {"rope", rope},
    {"relu", relu},
    {"relu_back", relu_back},
    {"swiglu", swiglu},
    {"swiglu_back", swiglu_back},
    {"gather", gather},
    {"scatter_add", scatter_add},
    {"cross_entropy", cross_entropy},
    {"sgd", sgd},
    {"gemm_packed", gemm_packed},
};

/* What is counted, by this name: a kernel, or a step of the lab. */
int bench_counted(void (*run)(const sl_kernels *), const sl_kernels *k, sl_lab *lab);
int bench_counted(void (*run)(const sl_kernels *), const sl_kernels *k, sl_lab *lab) {
  if (lab) return sl_train(lab, 1);
  run(k);
  return 0;
}
static int (*volatile counted)(void (*)(const sl_kernels *), const sl_kernels *,
                               sl_lab *) = bench_counted; /* not inlined */

static int count_kernels(const sl_kernels *k) {
  if (!bench_setup() || k->gemm_work > WORK) return 1;
  for (int i = 0; i < N; i++) id[i] = 7 * i % C;
  for (int i = 0; i < bench_count(); i++) {
    if (counted(kernel[i].run, k, NULL)) return 1;
    printf("%s %s\n", k->name, kernel[i].name);
  }
  bench_setup();
  for (size_t i = 0; i < sizeof untimed / sizeof *untimed; i++) {
    if (counted(untimed[i].run, k, NULL)) return 1;
    printf("%s %s\n", k->name, untimed[i].name);
  }
  return 0;
}

/* Says the compiler, then runs every kernel once in every tier there is, at an eighth of the tokens
 * (valgrind takes long to fuse), then the second step of every configuration in four strict lanes,
 * which every processor has. After each comes a line: its tier, its kernel or file. */
static int count(int configs, char **word) {
  printf("%s %d\n", COMPILER);
  rows = N / 8;
  for (int t = 0; sl_tier_at(t).kernels; t++)
    if (count_kernels(sl_tier_at(t).kernels)) return 1;
  for (int i = 0; i < configs; i++, word += 2) {
    sl_lab *lab = opened(word[0], word[1], (sl_tier){"strict", &sl_kernels_vec});
    if (sl_train(lab, 1) || counted(NULL, NULL, lab)) return 1;
    printf("vec %s\n", word[0]);
    sl_free(lab);
  }
  return 0;
}

int main(int words, char **word) {
  char line[128];
  sl_lab *lab[32][8];
  /* Plain loops, then of each arithmetic the last tier: four lanes, as in WebAssembly. */
  sl_tier tier[8] = {{"plain", &sl_kernels_ref}};
  int configs = words / 2, tiers = 1;
  if (words > 1 && !strcmp(word[1], "count")) return count(configs - 1, word + 2);
  for (int t = 0; tiers < 8 && sl_tier_at(t).kernels; t++) {
    if (strcmp(sl_tier_at(t).arithmetic, tier[tiers - 1].arithmetic)) tiers++;
    tier[tiers - 1] = sl_tier_at(t);
  }
  for (int t = 0; t < tiers; t++) printf("%s\"%s\"", t ? "," : "[", tier[t].arithmetic);
  printf("]\n");
  if (configs > 32) return 1;
  for (int i = 0; i < configs; i++)
    for (int t = 0; t < tiers; t++) lab[i][t] = opened(word[1 + 2 * i], word[2 + 2 * i], tier[t]);
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    int i = 0, t = 0, steps = 0;
    if (sscanf(line, "step %d %d %d", &i, &t, &steps) != 3) return 1;
    if (i < 0 || i >= configs || t < 0 || t >= tiers) return 1;
    double start = now();
    if (sl_train(lab[i][t], steps)) return 1;
    printf("%.9f\n", now() - start);
    fflush(stdout);
  }
  return 0;
}
#endif
