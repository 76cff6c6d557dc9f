/* What the benchmark times in C: the kernels of both tiers at the shapes of preset R2 (one shard of
 * its batch), the peak, and natively whole steps of both tiers. Compiled to build/wasm/bench.wasm
 * (kernels and peak alone; the browser's clock is used) and to build/native/bench. */
#include "../../core/kernels/kernels.h"
#include "../../core/kernels/peak.h"

enum { N = 1024, C = 64, F = 256, T = 128, PARAMETERS = 107200, ROOM = N * F, WORK = 1 << 18 };

static float a[ROOM], b[ROOM], c[ROOM], d[ROOM], e[ROOM], work[WORK], sums[4 * N];

static const sl_kernels *tier_of(int vec) { return vec ? &sl_kernels_vec : &sl_kernels_ref; }

static void fill(float *x, uint32_t seed, float scale) {
  for (int i = 0; i < ROOM; i++) {
    seed = seed * 1664525u + 1013904223u;
    x[i] = (float)(int32_t)seed * (scale / 2147483648.0f);
  }
}

static void gemm(const sl_kernels *k, sl_gemm_op op, int m, int n, int depth) {
  const sl_gemm g = sl_gemm_dense(op, op == SL_GEMM_TN, m, n, depth);
  k->gemm(&g, a, b, c, work);
}

static void gemm_nn(const sl_kernels *k) { gemm(k, SL_GEMM_NN, N, F, C); }
static void gemm_nt(const sl_kernels *k) { gemm(k, SL_GEMM_NT, N, C, F); }
static void gemm_tn(const sl_kernels *k) { gemm(k, SL_GEMM_TN, C, F, N); }
static void exp_row(const sl_kernels *k) {
  for (int i = 0; i < N; i++) sums[i] = k->exp_row(T, 0.18f, 1.0f, a + i * T, c + i * T);
}
static void gelu(const sl_kernels *k) { k->gelu(N * F, a, d, c); }
static void gelu_back(const sl_kernels *k) { k->gelu_back(N * F, a, e, b, d); }
static void rmsnorm(const sl_kernels *k) { k->rmsnorm(N, C, 1e-5f, a, b, c, sums); }
static void rmsnorm_back(const sl_kernels *k) {
  k->rmsnorm_back(N, C, a, b, sums, e, d, d + N * C);
}
static void layernorm(const sl_kernels *k) { k->layernorm(N, C, 1e-5f, a, b, e, c, sums); }
static void layernorm_back(const sl_kernels *k) {
  k->layernorm_back(N, C, a, b, sums, e, d, d + N * C, d + N * C + C);
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
    {"gemm NN", gemm_nn, 2.0 * N *F *C},
    {"gemm NT", gemm_nt, 2.0 * N *F *C},
    {"gemm TN", gemm_tn, 2.0 * N *F *C},
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
double bench_peak_flops(void) { return 1000.0 * SL_PEAK_FLOPS; }

/* Operands as they are in training; 0 if the tiers need more scratch than there is. */
int bench_setup(void) {
  fill(a, 1, 2.0f), fill(b, 2, 1.0f), fill(c, 3, 1.0f), fill(d, 4, 1.0f), fill(e, 5, 1.0f);
  for (int i = 0; i < ROOM; i++) e[i] = e[i] < 0 ? -e[i] : e[i];
  for (int i = 0; i < 4 * N; i++) sums[i] = 1.0f;
  return sl_kernels_ref.gemm_work <= WORK && sl_kernels_vec.gemm_work <= WORK;
}

void bench_kernel(int i, int vec, int times) {
  while (times-- > 0) kernel[i].run(tier_of(vec));
}

double bench_peak(int thousands) { return vec_peak(1000 * (int64_t)thousands); }

#ifndef __EMSCRIPTEN__
/* build/native/bench CONFIG.json...: reads lines of
 *   peak THOUSANDS | kernel I VEC TIMES | step CONFIG VEC STEPS
 * and answers each with the seconds that it took. First comes a line with the kernels as JSON. */
#include "../../core/include/sinklab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Linked in place of the engine's choice (-Wl,--wrap=sl_kernels_best). */
static int opened_with = 1;
const sl_kernels *__wrap_sl_kernels_best(void);
const sl_kernels *__wrap_sl_kernels_best(void) { return tier_of(opened_with); }

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static sl_lab *opened(const char *path, int vec) {
  static char text[1 << 16];
  FILE *file = fopen(path, "rb");
  size_t size = file ? fread(text, 1, sizeof text, file) : 0;
  sl_lab *lab = sl_new();
  if (file) fclose(file);
  opened_with = vec;
  if (!lab || sl_open(lab, text, size, NULL, 0, 1, 0)) {
    fprintf(stderr, "%s: %s\n", path, lab ? sl_error_json(lab) : "no memory");
    exit(1);
  }
  return lab;
}

int main(int count, char **paths) {
  char line[128], what[16];
  sl_lab *lab[32][2];
  volatile double sink = 0;
  if (!bench_setup() || count > 32) return 1;
  for (int i = 1; i < count; i++)
    for (int vec = 0; vec < 2; vec++) lab[i - 1][vec] = opened(paths[i], vec);
  printf("{\"peak_flops\":%.0f,\"kernels\":[", bench_peak_flops());
  for (int i = 0; i < bench_count(); i++)
    printf("%s{\"name\":\"%s\",\"flops\":%.0f}", i ? "," : "", bench_name(i), bench_flops(i));
  printf("]}\n");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    int x = 0, y = 0, z = 0;
    if (sscanf(line, "%15s %d %d %d", what, &x, &y, &z) < 2) return 1;
    double start = now();
    if (!strcmp(what, "peak"))
      sink = sink + bench_peak(x);
    else if (!strcmp(what, "kernel") && x < bench_count())
      bench_kernel(x, y, z);
    else if (!strcmp(what, "step") && x < count - 1 && !sl_train(lab[x][y != 0], z))
      sink = sink + 0;
    else
      return 1;
    printf("%.9f\n", now() - start);
    fflush(stdout);
  }
  return 0;
}
#endif
