#include "probe_rest.h"

static const double DRAINED = 0.2;

int sl_is_drained(double output, double value) { return output < DRAINED * value; }

static int is_idle(const sl_look *k, int layer, int head, int query) {
  const sl_shares s = sl_look_shares(k, layer, head, query);
  double sink = sl_magnitude(s.weight[0]);
  if (k->pass->model->blocks[layer].attention.column) sink += sl_magnitude(s.weight[-1]);
  return sink > 0.5 * s.total;
}

static double mean_value(const sl_look *k, int layer, int head) {
  const sl_dims *d = &k->pass->model->dims;
  const sl_real *v = sl_look_heads(k, k->pass->model->blocks[layer].attention.v, d->G) +
                     (size_t)(head / (d->H / d->G)) * d->D;
  double sum = 0;
  for (int t = 1; t < k->length; t++) sum += sl_norm_of(v + (size_t)t * d->G * d->D, d->D);
  return sum / (k->length - 1);
}

sl_rest sl_rest_of(const sl_look *k, int layer, int head) {
  const sl_dims *d = &k->pass->model->dims;
  const sl_real *o =
      sl_look_heads(k, k->pass->model->blocks[layer].attention.o, d->H) + (size_t)head * d->D;
  sl_rest r = {.queries = k->length - 1, .value = mean_value(k, layer, head)};
  for (int i = 1; i < k->length; i++) {
    if (!is_idle(k, layer, head, i)) continue;
    double output = sl_norm_of(o + (size_t)i * d->H * d->D, d->D);
    r.resting += sl_is_drained(output, r.value);
    r.output += output;
    r.idle++;
  }
  r.output /= r.idle;
  return r;
}
