/* Positions: what is added to an embedding, and what is done to a query or key.
 *
 *   learned        Gu et al. 2025 (2410.10781), sec. 6
 *   rotary         Su et al. 2021 (2104.09864), eq. 34 */
#ifndef ORACLE_POSITION_H
#define ORACLE_POSITION_H

#include "base.h"

static void oracle_place_learned(const oracle *o, int place, double *x) {
  const double *table = o->weight(o->ctx, "position.table");
  for (int c = 0; c < o->C; c++) x[c] += table[place * o->C + c];
}

static void oracle_turn_rotary(const oracle *o, int place, double *x) {
  for (int i = 1; i <= o->D / 2; i++) {
    double theta = pow(o->setting(o->ctx, "position", "base"), -2.0 * (i - 1) / o->D);
    double cosine = cos(place * theta), sine = sin(place * theta);
    double x1 = x[2 * i - 2], x2 = x[2 * i - 1];
    x[2 * i - 2] = x1 * cosine - x2 * sine;
    x[2 * i - 1] = x2 * cosine + x1 * sine;
  }
}

typedef struct oracle_position_row {
  const char *id;
  void (*place)(const oracle *o, int place, double *x); /* (C) */
  void (*turn)(const oracle *o, int place, double *x);  /* (D) */
} oracle_position_row;
static const oracle_position_row oracle_positions[] = {{"none", NULL, NULL},
                                                       {"learned", oracle_place_learned, NULL},
                                                       {"rotary", NULL, oracle_turn_rotary},
                                                       {0}};

#endif
