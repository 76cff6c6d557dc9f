/* Positions: what is added to an embedding, done to a query or key, or added to a score.
 *
 *   sinusoidal     Vaswani et al. 2017 (1706.03762), sec. 3.5
 *   learned        Gu et al. 2025 (2410.10781), sec. 7.1
 *   relative       Raffel et al. 2019 (1910.10683), sec. 2.1, causal
 *   ALiBi          Press et al. 2021 (2108.12409), sec. 3
 *   rotary         Su et al. 2021 (2104.09864), eq. 34; of a part: Black et al. 2022 (2204.06745) */
#ifndef ORACLE_POSITION_H
#define ORACLE_POSITION_H

#include "base.h"

static void oracle_place_learned(const oracle *o, int place, double *x) {
  const double *table = o->weight(o->ctx, "position.table");
  for (int c = 0; c < o->C; c++) x[c] += table[place * o->C + c];
}

static void oracle_place_sinusoidal(const oracle *o, int place, double *x) {
  double base = o->setting(o->ctx, "position", "base");
  double scale = o->setting(o->ctx, "position", "scale");
  for (int i = 0; 2 * i < o->C; i++) {
    double angle = place / pow(base, 2.0 * i / o->C);
    x[2 * i] += scale * sin(angle);
    if (2 * i + 1 < o->C) x[2 * i + 1] += scale * cos(angle);
  }
}

static void oracle_turn_rotary(const oracle *o, int place, double *x) {
  int turned = 2 * (int)floor(o->setting(o->ctx, "position", "fraction") * o->D / 2);
  for (int i = 1; i <= turned / 2; i++) {
    double theta = pow(o->setting(o->ctx, "position", "base"), -2.0 * (i - 1) / turned);
    double cosine = cos(place * theta), sine = sin(place * theta);
    double x1 = x[2 * i - 2], x2 = x[2 * i - 1];
    x[2 * i - 2] = x1 * cosine - x2 * sine;
    x[2 * i - 1] = x2 * cosine + x1 * sine;
  }
}

static double oracle_bias_relative(const oracle *o, int head, int query, int key) {
  const double *table = o->weight(o->ctx, "position.relative");
  int buckets = (int)o->setting(o->ctx, "position", "buckets"), exact = buckets / 2;
  double farthest = o->setting(o->ctx, "position", "max_distance");
  int bucket = query > key ? query - key : 0;
  if (bucket >= exact) {
    double share = log((double)bucket / exact) / log(farthest / exact);
    bucket = (int)fmin(exact + floor(share * (buckets - exact)), buckets - 1);
  }
  return table[bucket * o->H + head];
}

static double oracle_bias_alibi(const oracle *o, int head, int query, int key) {
  return query > key ? -pow(2, -8.0 * (head + 1) / o->H) * (query - key) : 0;
}

typedef struct oracle_position_row {
  const char *id;
  void (*place)(const oracle *o, int place, double *x); /* (C) */
  void (*turn)(const oracle *o, int place, double *x);  /* (D) */
  /* What is added to a head's score of a query and a key at these places. */
  double (*bias)(const oracle *o, int head, int query, int key);
} oracle_position_row;
static const oracle_position_row oracle_positions[] = {
    {"none", NULL, NULL, NULL},
    {"sinusoidal", oracle_place_sinusoidal, NULL, NULL},
    {"learned", oracle_place_learned, NULL, NULL},
    {"relative", NULL, NULL, oracle_bias_relative},
    {"alibi", NULL, NULL, oracle_bias_alibi},
    {"rotary", NULL, oracle_turn_rotary, NULL},
    {0}};

#endif
