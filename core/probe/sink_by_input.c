/* Sink_1 of every input that needs no prompt, over as many windows of each: whether the sink stands on any
 * first token, or needs the text or the BOS that it was trained with (Gu et al. 2025, sec. 3.3). */
#include "probe.h"

enum { INPUTS = 7 };
extern const sl_probe_type sl_probe_sink_rate;

static float rate_of(sl_trainer *t, const sl_probe_run *run) {
  float rates[SL_SINK_KEYS] = {0};
  sl_pass pass;
  for (int done = 0; sl_probe_next(t, run, NULL, &done, &pass);)
    for (int row = 0; row < pass.B; row++) {
      const sl_look look = sl_look_at(t, run, &pass, row);
      sl_probe_sink_rate.add(&look, rates);
    }
  return rates[0] / (float)run->count;
}

static void measure(sl_trainer *t, const sl_probe_run *run, float *out) {
  sl_probe_run each = *run;
  for (int i = 0; i < INPUTS; i++) {
    each.input = (sl_input)i;
    out[i] = rate_of(t, &each);
  }
}

const sl_probe_type sl_probe_sink_by_input = {
    .desc = {"sink_by_input", "Sink rate by input",
             "Share of heads and windows in which the first token takes more than ε of the "
             "attention, by input: it may need its BOS, any first token, or the text.",
             "arXiv 2410.10781, sec. 3.3", NULL},
    .kind = "series",
    .shape = "7",
    .names = "as in training|BOS + text|text|BOS + random tokens|random tokens|"
             "BOS + one token|one token",
    .needs = "attention.weights",
    .measure = measure};
