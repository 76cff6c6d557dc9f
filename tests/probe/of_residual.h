/* Oracles of the residual stream: lengths, massive activations, and what becomes without them. */
#ifndef OF_RESIDUAL_H
#define OF_RESIDUAL_H

#include "probe_oracle.h"

static const double *stream(const view *v, int w, int depth, int t) {
  return dumped(v, w, "hidden.%d", depth) + (size_t)t * (size_t)v->o.C;
}

static size_t probe_hidden_norm(const view *v, double *out) {
  size_t at = 0;
  for (int p = 0; p <= v->o.L; p++)
    for (int t = 0; t < v->o.T; t++, at++)
      for (int w = 0; w < v->o.B; w++) out[at] += view_norm(stream(v, w, p, t), v->o.C) / v->o.B;
  return at;
}

/* ---- numbers of a window, in order of size ---- */

typedef struct number {
  int token, channel;
  double value;
} number;

static int by_size(const void *a, const void *b) {
  double x = fabs(((const number *)a)->value), y = fabs(((const number *)b)->value);
  return x < y ? 1 : x > y ? -1 : 0;
}

/* Of the first `tokens` tokens, the largest first; to be freed. */
static number *sorted(const view *v, int w, int depth, int tokens) {
  int n = tokens * v->o.C;
  number *x = calloc((size_t)n, sizeof *x);
  for (int i = 0; i < n; i++) x[i] = (number){i / v->o.C, i % v->o.C, stream(v, w, depth, 0)[i]};
  qsort(x, (size_t)n, sizeof *x, by_size);
  return x;
}

/* The size that half of them, or one more, do not exceed. */
static double middle(const view *v, int w, const number *x) {
  int n = v->length[w] * v->o.C;
  return fabs(x[n / 2].value);
}

static size_t over_windows(const view *v, double (*of)(const view *v, int w, int depth),
                           double *out) {
  for (int p = 0; p <= v->o.L; p++)
    for (int w = 0; w < v->o.B; w++) out[p] += of(v, w, p) / v->o.B;
  return (size_t)v->o.L + 1;
}

static double median_of(const view *v, int w, int depth) {
  number *x = sorted(v, w, depth, v->length[w]);
  double m = middle(v, w, x);
  free(x);
  return m;
}
static double over_median(const view *v, int w, int depth) {
  number *x = sorted(v, w, depth, v->length[w]);
  double ratio = fabs(x[0].value) / middle(v, w, x);
  free(x);
  return ratio;
}
static double norm_ratio_of(const view *v, int w, int depth) {
  double others = 0;
  for (int t = 1; t < v->length[w]; t++) others += view_norm(stream(v, w, depth, t), v->o.C);
  return view_norm(stream(v, w, depth, 0), v->o.C) * (v->length[w] - 1) / others;
}
/* By the raw moments. */
static double kurtosis_of(const view *v, int w, int depth) {
  double m[5] = {0};
  int n = v->length[w] * v->o.C;
  for (int i = 0; i < n; i++)
    for (int p = 1; p <= 4; p++) m[p] += pow(stream(v, w, depth, 0)[i], p) / n;
  double second = m[2] - m[1] * m[1];
  return (m[4] - 4 * m[1] * m[3] + 6 * m[1] * m[1] * m[2] - 3 * pow(m[1], 4)) / (second * second);
}
static size_t probe_median_activation(const view *v, double *out) {
  return over_windows(v, median_of, out);
}
static size_t probe_max_over_median(const view *v, double *out) {
  return over_windows(v, over_median, out);
}
static size_t probe_norm_ratio(const view *v, double *out) {
  return over_windows(v, norm_ratio_of, out);
}
static size_t probe_kurtosis(const view *v, double *out) {
  return over_windows(v, kurtosis_of, out);
}

static size_t probe_spiked(const view *v, double *out) {
  for (int p = 0; p <= v->o.L; p++) {
    number *x = sorted(v, 0, p, 1);
    for (int i = 0; i < 3; i++) {
      *out++ = x[i].channel;
      *out++ = x[i].value;
    }
    free(x);
  }
  return ((size_t)v->o.L + 1) * 6;
}
static size_t probe_top_activations(const view *v, double *out) {
  for (int p = 0; p <= v->o.L; p++) {
    number *x = sorted(v, 0, p, v->length[0]);
    for (int i = 0; i < 3; i++) {
      *out++ = x[i].token;
      *out++ = x[i].channel;
      *out++ = x[i].value;
    }
    free(x);
  }
  return ((size_t)v->o.L + 1) * 9;
}

/* ---- changes ---- */

typedef struct put {
  int depth;
  number at[3];
} put;

static void put_numbers(oracle *o, int heads, int layer, double *x) {
  const put *p = o->edit_ctx;
  if (heads || layer != p->depth) return;
  for (int w = 0; w < o->B; w++)
    for (int i = 0; i < 3; i++)
      x[(w * o->T + p->at[i].token) * o->C + p->at[i].channel] = p->at[i].value;
}

/* Sun et al. 2024, sec. 3. */
static size_t probe_massive_edit(const view *v, double *out) {
  put p = {0};
  double largest = 0;
  for (int depth = 0; depth < v->o.L; depth++) {
    number *x = sorted(v, 0, depth, v->length[0]);
    if (fabs(x[0].value) > largest) {
      largest = fabs(x[0].value);
      p.depth = depth;
      memcpy(p.at, x, sizeof p.at);
    }
    free(x);
  }
  for (int i = 0; i < 3; i++) p.at[i].value = 0;
  out[0] = view_loss(v, NULL, NULL, 0);
  out[1] = view_loss(v, put_numbers, &p, 0);
  for (int i = 0; i < 3; i++) {
    int windows = 0;
    for (int w = 0; w < v->o.B; w++) windows += p.at[i].token < v->length[w];
    for (int w = 0; w < v->o.B; w++)
      if (p.at[i].token < v->length[w])
        p.at[i].value += stream(v, w, p.depth, p.at[i].token)[p.at[i].channel] / windows;
  }
  out[2] = view_loss(v, put_numbers, &p, 0);
  return 3;
}

typedef struct rounding {
  const view *v;
  int bits, spare;
} rounding;

static void round_stream(oracle *o, int heads, int layer, double *x) {
  const rounding *r = o->edit_ctx;
  if (heads || layer == o->L) return;
  for (int w = 0; w < o->B; w++) {
    double end = 0;
    for (int t = r->spare; t < r->v->length[w]; t++)
      for (int c = 0; c < o->C; c++) end = fmax(end, fabs(x[(w * o->T + t) * o->C + c]));
    double step = end / ((1 << (r->bits - 1)) - 1);
    for (int t = r->spare; t < r->v->length[w]; t++)
      for (int c = 0; c < o->C; c++) {
        double *h = &x[(w * o->T + t) * o->C + c];
        if (step > 0) *h = step * floor(*h / step + 0.5);
      }
  }
}
static size_t probe_quantisation(const view *v, double *out) {
  out[0] = view_loss(v, NULL, NULL, 0);
  for (int i = 0; i < 4; i++) {
    rounding r = {v, i < 2 ? 8 : 4, i % 2};
    out[1 + i] = view_loss(v, round_stream, &r, 0);
  }
  return 5;
}

static const probe_oracle of_residual[] = {
    PROBE_ORACLE(hidden_norm),       PROBE_ORACLE(norm_ratio),
    PROBE_ORACLE(kurtosis),          PROBE_ORACLE(max_over_median),
    PROBE_ORACLE(median_activation), PROBE_ORACLE(spiked),
    PROBE_ORACLE(top_activations),   PROBE_ORACLE(massive_edit),
    PROBE_ORACLE(quantisation),      {0}};

#endif
