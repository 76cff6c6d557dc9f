/* Oracles of the unembedding's spectrum (Cancedda 2024). */
#ifndef OF_BANDS_H
#define OF_BANDS_H

#include "of_attention.h"
#include "of_residual.h"
#include "rerun.h"
#include "singular.h"

enum { BANDS = 20 };

/* The projection P (C,C) on band q, and where it is taken out. */
typedef struct band {
  double P[ORACLE_MOST * ORACLE_MOST];
  int last_only, spare_first;
} band;

/* The right singular vectors of the unembedding, in columns; to be freed. */
static double *directions_of(const view *v) {
  double value[ORACLE_MOST];
  double *direction = calloc((size_t)(v->o.C * v->o.C), sizeof *direction);
  const char *name = oracle_number(&v->o, "tied") != 0 ? "embedding" : "unembedding";
  singular_vectors(oracle_weight(&v->o, "", name), v->o.V, v->o.C, value, direction);
  return direction;
}

static void band_open(const view *v, const double *direction, int q, band *b) {
  const int C = v->o.C, read = C < v->o.V ? C : v->o.V;
  int from = q * read / BANDS, end = q == BANDS - 1 ? C : (q + 1) * read / BANDS;
  memset(b, 0, sizeof *b);
  for (int i = 0; i < C; i++)
    for (int j = 0; j < C; j++)
      for (int k = from; k < end; k++)
        b->P[i * C + j] += direction[i * C + k] * direction[j * C + k];
}

static void project_on(const band *b, int C, const double *x, double *y) {
  for (int i = 0; i < C; i++) {
    y[i] = 0;
    for (int j = 0; j < C; j++) y[i] += b->P[i * C + j] * x[j];
  }
}

static void take_band_out(oracle *o, int heads, int layer, double *x) {
  const band *b = o->edit_ctx;
  double part[ORACLE_MOST];
  if (heads || (b->last_only && layer < o->L)) return;
  for (int n = 0; n < o->B * o->T; n++) {
    if (b->spare_first && n % o->T == 0) continue;
    project_on(b, o->C, x + n * o->C, part);
    for (int c = 0; c < o->C; c++) x[n * o->C + c] -= part[c];
  }
}

static size_t probe_band_loss(const view *v, double *out) {
  double *direction = directions_of(v);
  static band b;
  for (int q = 0; q < BANDS; q++) {
    band_open(v, direction, q, &b);
    b.last_only = 1;
    out[q] = view_loss(v, take_band_out, &b, 0);
    b.last_only = 0;
    b.spare_first = 1;
    out[BANDS + q] = view_loss(v, take_band_out, &b, 0);
  }
  free(direction);
  return 2 * (size_t)BANDS;
}

static size_t probe_band_attention(const view *v, double *out) {
  double *direction = directions_of(v);
  static band b;
  for (int q = 0; q < BANDS; q++) {
    band_open(v, direction, q, &b);
    view without = rerun(v, take_band_out, &b, 0);
    for (int l = 0; l < v->o.L; l++)
      for (int h = 0; h < v->o.H; h++)
        out[q] += mean_alpha(&without, l, h, v->front ? -1 : 0, 0) / (v->o.L * v->o.H);
    rerun_close(&without);
  }
  free(direction);
  return BANDS;
}

static size_t probe_dark_share(const view *v, double *out) {
  double *direction = directions_of(v);
  static band dark;
  double part[ORACLE_MOST];
  size_t at = 0;
  band_open(v, direction, BANDS - 1, &dark);
  for (int p = 0; p <= v->o.L; p++)
    for (int t = 0; t < v->o.T; t++, at++)
      for (int w = 0; w < v->o.B; w++) {
        const double *h = stream(v, w, p, t);
        project_on(&dark, v->o.C, h, part);
        out[at] += pow(view_norm(part, v->o.C) / view_norm(h, v->o.C), 2) / v->o.B;
      }
  free(direction);
  return at;
}

/* The lens: the final norm and the unembedding of what stands at a depth, written out. */
static size_t probe_logit_lens(const view *v, double *out) {
  view r = rerun(v, NULL, NULL, 0);
  const double none = r.o.loss;
  size_t n = (size_t)(v->o.B * v->o.T * v->o.C);
  double *top = calloc(n, sizeof *top);
  check(none > 0, "no loss");
  for (int p = 0; p <= v->o.L; p++) {
    oracle lens = v->o;
    lens.count = 0;
    lens.loss = 0;
    memcpy(top, stream(&r, 0, p, 0), n * sizeof *top);
    if (!oracle_is(&v->o, "norm_placement", "post"))
      oracle_norm(&lens, "final_norm.", stream(&r, 0, p, 0), top);
    oracle_losses(&lens, top);
    out[p] = lens.loss / v->loss_weight;
    oracle_free(&lens);
  }
  free(top);
  rerun_close(&r);
  return (size_t)v->o.L + 1;
}

static const probe_oracle of_bands[] = {PROBE_ORACLE(band_loss),
                                        PROBE_ORACLE(band_attention),
                                        PROBE_ORACLE(dark_share),
                                        PROBE_ORACLE(logit_lens),
                                        {0}};

#endif
