/* Oracles of the spike's path: who writes the first token's largest number, what the norm and the keys make
 * of it, what attention does without it. */
#ifndef OF_PATH_H
#define OF_PATH_H

#include "of_attention.h"
#include "of_residual.h"
#include "rerun.h"

typedef struct spike {
  int depth, channel[3];
  double value;
} spike;

static spike spike_of(const view *v, int w) {
  spike s = {0};
  for (int p = 0; p < v->o.L; p++) {
    number *x = sorted(v, w, p, 1);
    if (fabs(x[0].value) > fabs(s.value)) {
      s = (spike){p, {x[0].channel, x[1].channel, x[2].channel}, x[0].value};
    }
    free(x);
  }
  return s;
}

static const double *matrix_of(const view *v, int l, const char *name) {
  char prefix[24];
  snprintf(prefix, sizeof prefix, "layers.%d.", l);
  return oracle_weight(&v->o, prefix, name);
}

/* ---- who writes it ---- */

static size_t probe_spike_written(const view *v, double *out) {
  const spike s = spike_of(v, 0);
  const int c = s.channel[0], post = oracle_is(&v->o, "norm_placement", "post");
  const int has_ffn = !oracle_is(&v->o, "ffn", "none");
  for (int l = 0; l < v->o.L; l++) {
    double x = stream(v, 0, l, 0)[c], y = stream(v, 0, l + 1, 0)[c];
    double m = dumped(v, 0, "layers.%d.middle", l)[c];
    *out++ = ((post ? dumped(v, 0, "layers.%d.in1", l)[c] : m) - x) / s.value;
    *out++ = has_ffn ? ((post ? dumped(v, 0, "layers.%d.in2", l)[c] : y) - m) / s.value : 0;
  }
  return 2 * (size_t)v->o.L;
}

static size_t probe_spike_neurons(const view *v, double *out) {
  const spike s = spike_of(v, 0);
  for (int l = 0; l < v->o.L; l++) {
    const double *a = dumped(v, 0, "layers.%d.ffn.a", l), *W = matrix_of(v, l, "ffn.w_out");
    number *writes = calloc((size_t)v->o.F, sizeof *writes);
    double all = 0;
    for (int f = 0; f < v->o.F; f++) {
      writes[f] = (number){0, f, a[f] * W[f * v->o.C + s.channel[0]]};
      all += fabs(writes[f].value);
    }
    qsort(writes, (size_t)v->o.F, sizeof *writes, by_size);
    for (int i = 0; i < 3; i++) {
      *out++ = writes[i].channel;
      *out++ = writes[i].value / all;
    }
    free(writes);
  }
  return 6 * (size_t)v->o.L;
}

/* ---- what becomes of it ---- */

/* What the attention of block l reads of the first token: written down once more from the residual. */
static const double *read_of_first(const view *v, int l, double *x) {
  char prefix[32];
  view one = only_window(v, 0);
  one.o.T = 1;
  one.o.count = 0;
  memcpy(x, stream(v, 0, l, 0), (size_t)v->o.C * sizeof *x);
  if (oracle_is(&v->o, "norm_placement", "post")) return x;
  snprintf(prefix, sizeof prefix, "layers.%d.norm1.", l);
  oracle_norm(&one.o, prefix, stream(v, 0, l, 0), x);
  oracle_free(&one.o);
  return x;
}

static size_t probe_norm_keeps(const view *v, double *out) {
  const spike s = spike_of(v, 0);
  double x[ORACLE_MOST];
  for (int l = 0; l < v->o.L; l++) {
    read_of_first(v, l, x);
    for (int i = 0; i < 3; i++) out[l] += pow(x[s.channel[i]] / view_norm(x, v->o.C), 2);
  }
  return (size_t)v->o.L;
}

static size_t probe_spike_key(const view *v, double *out) {
  const spike s = spike_of(v, 0);
  double x[ORACLE_MOST], spiked[ORACLE_MOST] = {0}, key[ORACLE_MOST], part[ORACLE_MOST];
  const int GD = v->o.G * v->o.D;
  for (int l = 0; l < v->o.L; l++) {
    const double *W = matrix_of(v, l, "attention.w_k");
    const double *b = oracle_number(&v->o, "bias") != 0 ? matrix_of(v, l, "attention.b_k") : NULL;
    read_of_first(v, l, x);
    memset(spiked, 0, sizeof spiked);
    for (int i = 0; i < 3; i++) spiked[s.channel[i]] = x[s.channel[i]];
    for (int j = 0; j < GD; j++) {
      key[j] = b ? b[j] : 0;
      part[j] = 0;
      for (int c = 0; c < v->o.C; c++) {
        key[j] += x[c] * W[c * GD + j];
        part[j] += spiked[c] * W[c * GD + j];
      }
    }
    for (int g = 0; g < v->o.G; g++) {
      const double *a = key + g * v->o.D, *c = part + g * v->o.D;
      *out++ = oracle_dot(&v->o, a, c) / (view_norm(a, v->o.D) * view_norm(c, v->o.D));
    }
  }
  return (size_t)v->o.L * (size_t)v->o.G;
}

/* ---- without it ---- */

static void silence_spikes(oracle *o, int heads, int layer, double *x) {
  const spike *s = o->edit_ctx;
  for (int w = 0; w < o->B; w++, s++, x += o->T * o->C)
    for (int i = 0; i < 3 && !heads && layer == s->depth; i++) x[s->channel[i]] = 0;
}

static size_t probe_channel_ablation(const view *v, double *out) {
  spike *s = calloc((size_t)v->o.B, sizeof *s);
  for (int w = 0; w < v->o.B; w++) s[w] = spike_of(v, w);
  view without = rerun(v, silence_spikes, s, 0);
  size_t at = 0;
  const int first = v->front ? -1 : 0;
  for (int l = 0; l < v->o.L; l++)
    for (int h = 0; h < v->o.H; h++, at++)
      out[at] = mean_alpha(&without, l, h, first, 0) - mean_alpha(v, l, h, first, 0);
  rerun_close(&without);
  free(s);
  return at;
}

static const probe_oracle of_path[] = {PROBE_ORACLE(spike_written),    PROBE_ORACLE(spike_neurons),
                                       PROBE_ORACLE(norm_keeps),       PROBE_ORACLE(spike_key),
                                       PROBE_ORACLE(channel_ablation), {0}};

#endif
