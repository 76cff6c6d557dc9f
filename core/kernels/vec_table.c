#include "vec_table.h"

#define NAME2(tier) #tier
#define NAME(tier)  NAME2(tier)

const sl_kernels VEC_JOIN(sl_kernels, SL_TIER) = {
    .name = NAME(SL_TIER),
    .gemm = VEC(gemm),
    .gemm_work = VEC_GEMM_WORK,
    .gemm_pack = VEC(gemm_pack),
    .gemm_packed = VEC(gemm_packed),
    .add = VEC(add),
    .scale = VEC(scale),
    .sumsq = VEC(sumsq),
    .max = VEC(max),
    .dot = VEC(dot),
    .exp_row = VEC(exp_row),
    .softmax_back_row = VEC(softmax_back_row),
    .rmsnorm = VEC(rmsnorm),
    .rmsnorm_back = VEC(rmsnorm_back),
    .layernorm = VEC(layernorm),
    .layernorm_back = VEC(layernorm_back),
    .rope = VEC(rope),
    .relu = VEC(relu),
    .relu_back = VEC(relu_back),
    .gelu = VEC(gelu),
    .gelu_back = VEC(gelu_back),
    .swiglu = VEC(swiglu),
    .swiglu_back = VEC(swiglu_back),
    .gather = VEC(gather),
    .scatter_add = VEC(scatter_add),
    .cross_entropy = VEC(cross_entropy),
    .adamw = VEC(adamw),
    .sgd = VEC(sgd),
};
