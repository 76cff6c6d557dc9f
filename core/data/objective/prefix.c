/* Prefix language modelling (Raffel et al. 2020, sec. 3.2.1; Gu et al. 2025, sec. 6): the tokens of the
 * prefix all see each other, and only what comes behind it is predicted. */
#include "../data.h"

typedef struct settings {
  int32_t min, max;
} settings;

static sl_code check(const void *s, int T, sl_error *e) {
  const settings *c = s;
  if (c->min > c->max)
    return sl_fail(e, SL_E_CONFIG, "data.objective.min",
                   "The shortest prefix (%d tokens) is longer than the longest (%d).", c->min,
                   c->max);
  if (c->max > T - 2)
    return sl_fail(e, SL_E_CONFIG, "data.objective.max",
                   "A prefix of %d tokens leaves nothing to predict in a window of %d; use at most "
                   "%d, or a longer context.",
                   c->max, T, T - 2);
  return SL_OK;
}

static int length(const void *s, sl_rng *rng) {
  const settings *c = s;
  return c->min + (int)sl_rng_below(rng, (uint32_t)(c->max - c->min + 1));
}

static const sl_param params[] = {
    {.key = "min",
     .label = "Shortest prefix",
     .unit = "tokens",
     .type = SL_INT,
     .def = 4,
     .min = 1,
     .max = 1022,
     .offset = offsetof(settings, min),
     .help = "Fewest tokens at the front of a window that see each other."},
    {.key = "max",
     .label = "Longest prefix",
     .unit = "tokens",
     .type = SL_INT,
     .def = 4,
     .min = 1,
     .max = 1022,
     .offset = offsetof(settings, max),
     .help = "Most of them; each window draws its own number where the two differ."},
    {0}};

const sl_objective_type sl_objective_prefix = {
    .desc = {"prefix", "Prefix",
             "The first tokens of a window all see each other, and only what follows is predicted.",
             "arXiv 2410.10781, sec. 6", params},
    .check = check,
    .length = length};
