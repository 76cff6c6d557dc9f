/* phi(x) = elu(x) + 1 on queries and keys, sim = phi(q).phi(k) / sqrt(D) (Katharopoulos et al. 2020,
 * arXiv 2006.16236, eq. 7). dphi/dx = 1 above 0, else phi. */
#include "../elementwise.h"
#include "similarity_common.h"

static void map(const sl_pass *p, const sl_attention *a, const sl_map *m) {
  (void)a;
  sl_elu_row(p->k, (size_t)m->rows * p->model->dims.D, 1, m->x, m->y);
}

static void map_back(const sl_pass *p, const sl_attention *a, const sl_map *m, sl_real *d) {
  size_t n = (size_t)m->rows * p->model->dims.D;
  (void)a;
  for (size_t i = 0; i < n; i++) d[i] *= sl_elu_slope(m->y[i]);
}

const sl_similarity_type sl_similarity_elu_map = {
    .desc = {"elu_map", "ELU + 1 map",
             "Queries and keys are made positive first, number by number, and then multiplied.",
             "arXiv 2006.16236, eq. 7", NULL},
    .is_kernel = 1,
    .forward = sl_similarity_linear,
    .backward = sl_similarity_linear_back,
    .map = map,
    .map_back = map_back};
