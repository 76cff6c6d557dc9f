/* What rounding the activations costs: the held-out loss (nats per token) as it is; with the residual
 * stream at the input of every block rounded to 8 bits; to 8 bits but for the first token's row; to 4 bits;
 * to 4 bits but for that row. Rounding is symmetric, of a window's whole tensor at once, with the largest
 * size as its end: x = s floor(x / s + 1/2), s = max |x| / (2^(bits-1) - 1), the spared row left as it is
 * and out of the maximum. A sink's outliers stretch the grid for all others (Bondarenko et al. 2023). */
#include "probe.h"

typedef struct grid {
  int steps; /* on either side of zero */
  int first; /* row that is rounded: 1 spares the first token */
} grid;

static void round_numbers(sl_real *x, size_t n, int steps) {
  double largest = 0;
  for (size_t i = 0; i < n; i++)
    if (sl_magnitude(x[i]) > largest) largest = sl_magnitude(x[i]);
  double scale = largest / steps;
  for (size_t i = 0; i < n && largest > 0; i++) /* above zero, where (int) rounds down */
    x[i] = (sl_real)(((int)(x[i] / scale + steps + 0.5) - steps) * scale);
}

static void quantise(const sl_edit *e, const sl_pass *p, sl_point point, int layer, sl_real *x) {
  const sl_dims *d = &p->model->dims;
  const grid *g = e->what;
  if (point != SL_POINT_HIDDEN || layer == d->L) return;
  for (int row = 0; row < p->B; row++, x += (size_t)d->T * d->C)
    round_numbers(x + (size_t)g->first * d->C, (size_t)(sl_window_length(p, row) - g->first) * d->C,
                  g->steps);
}

static void measure(sl_trainer *t, const sl_probe_run *run, float *out) {
  static const grid grids[] = {{127, 0}, {127, 1}, {7, 0}, {7, 1}};
  out[0] = (float)run->loss;
  for (int i = 0; i < 4; i++) {
    const sl_edit edit = {.apply = quantise, .what = &grids[i]};
    out[i + 1] = (float)sl_probe_loss(t, run, &edit);
  }
}

const sl_probe_type sl_probe_quantisation = {
    .desc = {"quantisation", "Rounded activations",
             "The held-out loss in nats per token: as it is, with activations rounded to 8 bits, "
             "to 8 bits but for the first token's, to 4 bits, and to 4 but for that.",
             "arXiv 2306.12929, sec. 5", NULL},
    .kind = "series",
    .shape = "5",
    .names = "as it is|8 bits|8 bits, first token spared|4 bits|4 bits, first token spared",
    .needs = "hidden",
    .measure = measure};
