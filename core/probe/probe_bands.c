#include "probe_bands.h"

#include "../base/linear_algebra.h"

/* Directions that the unembedding reads. */
static int rank_of(const sl_dims *d) { return d->V < d->C ? d->V : d->C; }

sl_code sl_bands_check(const sl_model *m, sl_error *e) {
  if (rank_of(&m->dims) >= SL_BANDS) return SL_OK;
  return sl_fail(e, SL_E_CONFIG, "probe.bands",
                 "The unembedding of %d tokens and %d channels has only %d directions, too few for "
                 "%d bands.",
                 m->dims.V, m->dims.C, rank_of(&m->dims), SL_BANDS);
}

const double *sl_bands_of(sl_trainer *t) {
  const int C = t->model.dims.C;
  size_t n;
  double *directions = (double *)(void *)sl_trainer_room(t, &n);
  double *gram = directions + (size_t)C * C, *values = gram + (size_t)C * C;
  sl_gram(t->params + t->model.unembedding.at, t->model.dims.V, C, gram);
  sl_svd(C, C, gram, directions, values);
  return directions;
}

sl_filter sl_band(const sl_model *m, const double *directions, int band) {
  int rank = rank_of(&m->dims), C = m->dims.C;
  int from = band * rank / SL_BANDS, end = (band + 1) * rank / SL_BANDS;
  if (band == SL_BANDS - 1) end = C;
  return (sl_filter){.direction = directions + (size_t)from * C, .count = end - from};
}

void sl_filter_apply(const sl_edit *e, const sl_pass *p, sl_point point, int layer, sl_real *x) {
  const sl_filter *f = e->what;
  const int C = p->model->dims.C;
  if (point != SL_POINT_HIDDEN || layer < f->from) return;
  for (int n = 0; n < p->N; n++, x += C) {
    if (f->spare_first && n % p->model->dims.T == 0) continue;
    const double *v = f->direction;
    for (int i = 0; i < f->count; i++, v += C) {
      double along = 0;
      for (int c = 0; c < C; c++) along += x[c] * v[c];
      for (int c = 0; c < C; c++) x[c] -= (sl_real)(along * v[c]);
    }
  }
}
