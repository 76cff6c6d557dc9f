/* Which keys a query sees: the mask's (Gu et al. 2025, arXiv 2410.10781, sec. 6), of its own document
 * or of what every document sees (Barbero et al. 2025, arXiv 2504.02732); a prefix sees itself. */
#ifndef ORACLE_MASK_H
#define ORACLE_MASK_H

#include "base.h"

static int oracle_mask_causal(const oracle *o, int i, int j) {
  (void)o;
  return j <= i;
}
static int oracle_mask_window(const oracle *o, int i, int j) {
  int w = (int)o->setting(o->ctx, "mask", "size");
  return j <= i && i / w == j / w;
}
static int oracle_mask_shifted(const oracle *o, int i, int j) {
  return j <= i && i - j < (int)o->setting(o->ctx, "mask", "size");
}

typedef struct oracle_mask_row {
  const char *id;
  int (*sees)(const oracle *o, int i, int j);
} oracle_mask_row;
static const oracle_mask_row oracle_masks[] = {{"causal", oracle_mask_causal},
                                               {"window", oracle_mask_window},
                                               {"shifted_window", oracle_mask_shifted},
                                               {0}};

static int oracle_sees(const oracle *o, int b, int i, int j) {
  const oracle_mask_row *mask = ORACLE_ROW(o, oracle_masks, "mask");
  const int32_t *document = o->document + b * o->T;
  int prefix = o->prefix ? o->prefix[b] : 0;
  if (j == 0 && i > 0 && o->hide_first) return 0;
  if (j == 0 && i > 0 && oracle_is(o, "slot", "sink_token")) return 1;
  if (document[j] != document[i] && document[j] != -1) return 0;
  return mask->sees(o, i, j) || (i < prefix && j < prefix);
}

#endif
