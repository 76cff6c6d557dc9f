/* The functions of the vector tier, gathered in vec_table.c; see kernels.h for what they do. */
#ifndef SL_VEC_TABLE_H
#define SL_VEC_TABLE_H

#include "kernels.h"

/* The body is compiled once per tier; SL_TIER, given by the build, is the tier's prefix. */
#ifndef SL_TIER
#define SL_TIER vec
#endif
#define VEC_JOIN2(a, b) a##_##b
#define VEC_JOIN(a, b)  VEC_JOIN2(a, b)
#define VEC(name)       VEC_JOIN(SL_TIER, name)

/* vec_gemm.c */
enum { VEC_GEMM_WORK = 40192 };
void VEC(gemm)(const sl_gemm *g, const float *A, const float *B, float *C, float *work);
void VEC(gemm_pack)(const sl_gemm *g, const float *B, float *panels);
void VEC(gemm_packed)(const sl_gemm *g, const float *A, const float *panels, int K, float *C,
                      float *work);

/* vec_row.c */
void VEC(add)(size_t n, const float *x, float *y);
void VEC(scale)(size_t n, float a, float *y);
double VEC(sumsq)(size_t n, const float *x);
float VEC(max)(size_t n, const float *x);
float VEC(dot)(size_t n, const float *a, const float *b);
float VEC(exp_row)(size_t n, float a, float shift, const float *x, float *e);
void VEC(softmax_back_row)(size_t n, float a, const float *w, float *d);
double VEC(cross_entropy)(int N, int V, const int32_t *target, const float *weight,
                          float grad_scale, float *logits, float *loss);

/* vec_norm.c */
void VEC(rmsnorm)(int N, int C, float eps, const float *x, const float *w, float *y, float *r);
void VEC(rmsnorm_back)(int N, int C, const float *x, const float *w, const float *r,
                       const float *dy, float *dx, float *dw);
void VEC(layernorm)(int N, int C, float eps, const float *x, const float *w, const float *b,
                    float *y, float *stat);
void VEC(layernorm_back)(int N, int C, const float *x, const float *w, const float *stat,
                         const float *dy, float *dx, float *dw, float *db);

/* vec_map.c */
void VEC(rope)(int N, int H, int D, const int32_t *position, const float *cos, const float *sin,
               float direction, float *x);
void VEC(relu)(size_t n, const float *u, float *y);
void VEC(relu_back)(size_t n, const float *u, const float *dy, float *du);
void VEC(gelu)(size_t n, const float *u, float *s, float *y);
void VEC(gelu_back)(size_t n, const float *u, const float *s, const float *dy, float *du);
void VEC(swiglu)(size_t n, const float *g, const float *u, float *s, float *y);
void VEC(swiglu_back)(size_t n, const float *g, const float *u, const float *s, const float *dy,
                      float *dg, float *du);
void VEC(gather)(int N, int C, const int32_t *id, const float *table, int accumulate, float *x);
void VEC(scatter_add)(int N, int C, const int32_t *id, const float *dx, float *dtable);

/* vec_optim.c */
void VEC(adamw)(size_t n, const sl_adamw_step *s, const float *g, float *w, float *m, float *v);
void VEC(sgd)(size_t n, const sl_sgd_step *s, const float *g, float *w, float *m);

#endif
