/* Oracles of what is read off attention weights: sinks, and what a head looks at. */
#ifndef OF_ATTENTION_H
#define OF_ATTENTION_H

#include "probe_oracle.h"

/* ---- sinks (Gu et al. 2025, sec. 3.2) ---- */

/* alpha of key k, counted from the first that is read, or of the slot (-1), in one window. */
static double alpha_of(const view *v, int w, int l, int h, int k) {
  int last = v->front + (v->tokens < v->length[w] ? v->tokens : v->length[w]);
  if (last > v->length[w]) last = v->length[w];
  int key = v->front + k, from = key;
  if (k < 0) {
    key = view_column(v) ? -1 : 0;
    from = 0;
  }
  double sum = 0;
  for (int i = from; i < last; i++) sum += view_share(v, w, l, h, i, key);
  return from < last ? sum / (last - from) : 0;
}

static int has_slot(const view *v) { return view_column(v) || v->front; }

/* The mean over the windows of alpha, or of whether it is above epsilon. */
static double mean_alpha(const view *v, int l, int h, int k, int rate) {
  double sum = 0;
  for (int w = 0; w < v->o.B; w++) {
    double alpha = alpha_of(v, w, l, h, k);
    sum += rate ? alpha > v->epsilon : alpha;
  }
  return sum / v->o.B;
}

static double mean_rate(const view *v, int k) {
  double sum = 0;
  for (int l = 0; l < v->o.L; l++)
    for (int h = 0; h < v->o.H; h++) sum += mean_alpha(v, l, h, k, 1);
  return sum / (v->o.L * v->o.H);
}

static size_t by_head(const view *v, double *out, double (*of)(const view *v, int l, int h)) {
  for (int l = 0; l < v->o.L; l++)
    for (int h = 0; h < v->o.H; h++) *out++ = of(v, l, h);
  return (size_t)v->o.L * (size_t)v->o.H;
}

static size_t probe_sink_rate(const view *v, double *out) {
  for (int k = 0; k < 4; k++) out[k] = mean_rate(v, k);
  return 4;
}
/* Windows of other inputs, in the order that they are numbered in. */
static size_t probe_sink_by_input(const view *v, double *out) {
  for (int i = 0; i < SL_INPUT_BOS_PROMPT; i++) {
    sl_probe_run run = v->run;
    run.input = (sl_input)i;
    view other = view_open(v->t, run);
    view_ready(&other);
    *out++ = mean_rate(&other, 0);
    view_close(&other);
  }
  return SL_INPUT_BOS_PROMPT;
}
static size_t probe_sink_rate_keys(const view *v, double *out) {
  for (int k = 0; k < v->o.T; k++) out[k] = mean_rate(v, k);
  return (size_t)v->o.T;
}
static size_t probe_sink_rate_slot(const view *v, double *out) {
  out[0] = has_slot(v) ? mean_rate(v, -1) : 0;
  return 1;
}

static double rate_of_first(const view *v, int l, int h) { return mean_alpha(v, l, h, 0, 1); }
static double alpha_of_first(const view *v, int l, int h) { return mean_alpha(v, l, h, 0, 0); }
static double alpha_of_slot(const view *v, int l, int h) {
  return has_slot(v) ? mean_alpha(v, l, h, -1, 0) : 0;
}
/* Leaving out the last eight of the keys that are read and measured. */
static double most_attended(const view *v, int l, int h) {
  int keys = v->o.T - v->front < v->tokens ? v->o.T - v->front : v->tokens, best = 0;
  for (int k = 0; k < keys - 8; k++)
    if (mean_alpha(v, l, h, k, 0) > mean_alpha(v, l, h, best, 0)) best = k;
  return best;
}
static size_t probe_sink_rate_head(const view *v, double *out) {
  return by_head(v, out, rate_of_first);
}
static size_t probe_alpha(const view *v, double *out) { return by_head(v, out, alpha_of_first); }
static size_t probe_alpha_slot(const view *v, double *out) {
  return by_head(v, out, alpha_of_slot);
}
static size_t probe_sink_position(const view *v, double *out) {
  return by_head(v, out, most_attended);
}
static size_t probe_alpha_keys(const view *v, double *out) {
  for (int l = 0; l < v->o.L; l++)
    for (int h = 0; h < v->o.H; h++)
      for (int k = 0; k < v->o.T; k++) *out++ = mean_alpha(v, l, h, k, 0);
  return (size_t)v->o.L * (size_t)v->o.H * (size_t)v->o.T;
}

/* Of every query behind the first token, over the windows in which it sees that. */
static size_t by_context(const view *v, double *out,
                         double (*of)(const view *v, int w, int l, int h, int t)) {
  size_t at = 0;
  for (int l = 0; l < v->o.L; l++)
    for (int h = 0; h < v->o.H; h++)
      for (int t = 0; t < v->o.T; t++, at++) {
        int windows = 0;
        for (int w = 0; w < v->o.B && t > v->front; w++)
          if (t < v->length[w] && oracle_sees(&v->o, w, t, v->front)) {
            out[at] += of(v, w, l, h, t);
            windows++;
          }
        if (windows) out[at] /= windows;
      }
  return at;
}

static double share_of_first(const view *v, int w, int l, int h, int t) {
  return view_share(v, w, l, h, t, v->front);
}
static size_t probe_first_by_context(const view *v, double *out) {
  return by_context(v, out, share_of_first);
}
static double even_share(const view *v, int w, int l, int h, int t) {
  int keys = view_column(v);
  (void)l, (void)h;
  for (int j = 0; j < v->o.T; j++) keys += oracle_sees(&v->o, w, t, j);
  return 1.0 / keys;
}
static size_t probe_even_by_context(const view *v, double *out) {
  return by_context(v, out, even_share);
}

static size_t probe_attention(const view *v, double *out) {
  size_t n = (size_t)v->o.L * (size_t)v->o.H * (size_t)v->o.T * (size_t)v->S, at = 0;
  for (int l = 0; l < v->o.L; l++)
    for (int h = 0; h < v->o.H; h++)
      for (int i = 0; i < v->o.T; i++)
        for (int j = -view_column(v); j < v->o.T; j++, at++)
          for (int w = 0; w < v->o.B; w++) out[at] += view_weight(v, w, l, h, i, j) / v->o.B;
  return n;
}

/* ---- what a head looks at: means over the queries behind the first ---- */

static double over_queries(const view *v, int l, int h,
                           double (*of)(const view *v, int w, int l, int h, int i)) {
  double sum = 0;
  for (int w = 0; w < v->o.B; w++)
    for (int i = 1; i < v->length[w]; i++) sum += of(v, w, l, h, i) / (v->length[w] - 1) / v->o.B;
  return sum;
}

static double entropy_of(const view *v, int w, int l, int h, int i) {
  double sum = 0;
  for (int j = -view_column(v); j < v->o.T; j++) {
    double p = view_share(v, w, l, h, i, j);
    if (p > 0) sum += p * log(1 / p);
  }
  return sum;
}
static double mean_entropy(const view *v, int l, int h) {
  return over_queries(v, l, h, entropy_of);
}
static size_t probe_attention_entropy(const view *v, double *out) {
  return by_head(v, out, mean_entropy);
}

static double before_of(const view *v, int w, int l, int h, int i) {
  return view_share(v, w, l, h, i, i - 1);
}
static double mean_before(const view *v, int l, int h) { return over_queries(v, l, h, before_of); }
static size_t probe_previous_token_score(const view *v, double *out) {
  return by_head(v, out, mean_before);
}

/* Olsson et al. 2022: from i, with an earlier equal token e in sight, to e + 1. */
static double induction(const view *v, int l, int h) {
  double mean = 0;
  for (int w = 0; w < v->o.B; w++) {
    const int32_t *token = v->o.tokens + w * v->o.T;
    double sum = 0;
    int queries = 0;
    for (int i = 0; i < v->length[w]; i++) {
      int again = 0;
      for (int e = v->front; e + 1 < i; e++) {
        if (token[e] != token[i] || !oracle_sees(&v->o, w, i, e) ||
            !oracle_sees(&v->o, w, i, e + 1))
          continue;
        again = 1;
        sum += view_share(v, w, l, h, i, e + 1);
      }
      queries += again;
    }
    if (queries) mean += sum / queries / v->o.B;
  }
  return mean;
}
static size_t probe_induction_score(const view *v, double *out) {
  return by_head(v, out, induction);
}

static const probe_oracle of_attention[] = {PROBE_ORACLE(sink_rate),
                                            PROBE_ORACLE(sink_rate_head),
                                            PROBE_ORACLE(sink_rate_keys),
                                            PROBE_ORACLE(sink_by_input),
                                            PROBE_ORACLE(sink_rate_slot),
                                            PROBE_ORACLE(alpha),
                                            PROBE_ORACLE(alpha_keys),
                                            PROBE_ORACLE(first_by_context),
                                            PROBE_ORACLE(even_by_context),
                                            PROBE_ORACLE(alpha_slot),
                                            PROBE_ORACLE(sink_position),
                                            PROBE_ORACLE(attention),
                                            PROBE_ORACLE(induction_score),
                                            PROBE_ORACLE(attention_entropy),
                                            PROBE_ORACLE(previous_token_score),
                                            {0}};

#endif
