/* All oracles of probes: a file of them is a line here. */
#ifndef PROBE_ORACLES_H
#define PROBE_ORACLES_H

#include "of_attention.h"
#include "of_bands.h"
#include "of_heads.h"
#include "of_mixing.h"
#include "of_path.h"
#include "of_residual.h"
#include "of_theory.h"

static const probe_oracle *const probe_tables[] = {of_attention, of_heads, of_residual, of_mixing,
                                                   of_path,      of_bands, of_theory,   NULL};

static const probe_oracle *probe_oracle_of(const char *id) {
  for (int i = 0; probe_tables[i]; i++)
    for (const probe_oracle *p = probe_tables[i]; p->id; p++)
      if (!strcmp(p->id, id)) return p;
  return NULL;
}

#endif
