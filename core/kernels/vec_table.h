/* The functions of the vector tier, gathered in vec_table.c; see kernels.h for what they do. */
#ifndef SL_VEC_TABLE_H
#define SL_VEC_TABLE_H

#include "kernels.h"

/* vec_gemm.c */
enum { VEC_GEMM_WORK = 37504 };
void vec_gemm(const sl_gemm *g, const float *A, const float *B, float *C, float *work);

/* vec_row.c */
void vec_add(size_t n, const float *x, float *y);
void vec_scale(size_t n, float a, float *y);
double vec_sumsq(size_t n, const float *x);
float vec_max(size_t n, const float *x);
float vec_dot(size_t n, const float *a, const float *b);
float vec_exp_row(size_t n, float a, float shift, const float *x, float *e);
void vec_softmax_back_row(size_t n, float a, const float *w, float *d);
double vec_cross_entropy(int N, int V, const int32_t *target, const float *weight, float grad_scale,
                         float *logits, float *loss);

/* vec_norm.c */
void vec_rmsnorm(int N, int C, float eps, const float *x, const float *w, float *y, float *r);
void vec_rmsnorm_back(int N, int C, const float *x, const float *w, const float *r, const float *dy,
                      float *dx, float *dw);
void vec_layernorm(int N, int C, float eps, const float *x, const float *w, const float *b,
                   float *y, float *stat);
void vec_layernorm_back(int N, int C, const float *x, const float *w, const float *stat,
                        const float *dy, float *dx, float *dw, float *db);

/* vec_map.c */
void vec_rope(int N, int H, int D, const int32_t *position, const float *cos, const float *sin,
              float direction, float *x);
void vec_relu(size_t n, const float *u, float *y);
void vec_relu_back(size_t n, const float *u, const float *dy, float *du);
void vec_gelu(size_t n, const float *u, float *y);
void vec_gelu_back(size_t n, const float *u, const float *dy, float *du);
void vec_swiglu(size_t n, const float *g, const float *u, float *y);
void vec_swiglu_back(size_t n, const float *g, const float *u, const float *dy, float *dg,
                     float *du);
void vec_gather(int N, int C, const int32_t *id, const float *table, int accumulate, float *x);
void vec_scatter_add(int N, int C, const int32_t *id, const float *dx, float *dtable);

/* vec_optim.c */
void vec_adamw(size_t n, const sl_adamw_step *s, const float *g, float *w, float *m, float *v);
void vec_sgd(size_t n, const sl_sgd_step *s, const float *g, float *w, float *m);

#endif
