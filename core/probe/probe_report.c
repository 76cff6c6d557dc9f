#include "probe_report.h"

#include "../base/math.h"
#include "probe_births.h"

#include <math.h>
#include <string.h>

extern const sl_probe_type sl_probe_alpha_keys;

/* What counts: a head has a sink on a token where its alpha passes epsilon (Gu et al. 2025, sec. 3.2); it
 * is said to rest if it does so at a tenth of the tokens; a value is next to nothing below a fifth of the
 * others' length, and as any other from four fifths on. A run blew up where its loss is half as much again
 * as that of an even guess. */
static const double rests = 0.1, nothing = 0.2, as_others = 0.8, blown = 1.5;
enum { HEADS_NAMED = 4 };

typedef enum verdict { UNCLEAR, SINK, SLOT, NONE } verdict;
static const char *const verdict_ids[] = {"unclear", "sink", "slot", "none"};

typedef struct report {
  sl_trainer *t;
  sl_metrics *m;
  const sl_model *model;
  sl_text *out;
  verdict verdict;
  int sinks;     /* heads that have one */
  int32_t front; /* the token that every window begins with, or -1 */
  int lines;
} report;

/* ---- numbers ---- */

/* A number of the last record; NaN where there is none. */
static double number(const report *r, const char *key, int at) {
  return sl_metrics_number(r->m, r->m->count - 1, key, at);
}

static int heads(const report *r) { return r->model->dims.L * r->model->dims.H; }

/* Heads whose `key` is above the bound. */
static int count_heads(const report *r, const char *key, double bound) {
  int n = 0;
  for (int i = 0; i < heads(r); i++) n += number(r, key, i) > bound;
  return n;
}

static int largest(const report *r, const char *key, int n) {
  int best = 0;
  for (int i = 1; i < n; i++)
    if (number(r, key, i) > number(r, key, best)) best = i;
  return best;
}

static int percent(double share) { return (int)(100 * share + 0.5); }

/* ---- lines ---- */

static void begin(report *r, const char *about) {
  sl_text_printf(r->out, "%s{\"about\":\"%s\",\"text\":\"", r->lines++ ? ",\n" : "", about);
}
static void end(report *r) { sl_text_add(r->out, "\"}"); }

static const char *first_token(const report *r) {
  if (r->front < 0) return "the first token";
  return r->front == r->t->corpus.vocab.bos ? "the BOS that every window begins with"
                                            : "the token that every window begins with";
}

static int rests_on_slot(const report *r) {
  return count_heads(r, "alpha_slot", r->t->config.eval.epsilon) > 0;
}

/* So many heads pass epsilon; what they look at follows. */
static void say_heads_give(report *r, int n) {
  if (heads(r) == 1)
    sl_text_add(r->out, "its head gives");
  else
    sl_text_printf(r->out, "%d of its %d heads %s", n, heads(r), n == 1 ? "gives" : "give");
  sl_text_printf(r->out, " more than %d %% of %s attention to ", percent(r->t->config.eval.epsilon),
                 n == 1 ? "its" : "their");
}

static void say_sink(report *r) {
  int i = largest(r, "alpha", heads(r)), H = r->model->dims.H;
  sl_text_add(r->out, "This model has an attention sink: ");
  say_heads_give(r, r->sinks);
  sl_text_add(r->out, first_token(r));
  if (heads(r) == 1)
    sl_text_printf(r->out, ": %d %%.", percent(number(r, "alpha", i)));
  else
    sl_text_printf(r->out, "; head %d of layer %d gives it most, %d %%.", i % H + 1, i / H + 1,
                   percent(number(r, "alpha", i)));
  if (!rests_on_slot(r)) return;
  i = largest(r, "alpha_slot", heads(r));
  sl_text_printf(r->out, " It rests on its slot too: head %d of layer %d gives that %d %%.",
                 i % H + 1, i / H + 1, percent(number(r, "alpha_slot", i)));
}

static void say_slot(report *r) {
  int i = largest(r, "alpha_slot", heads(r)), H = r->model->dims.H;
  sl_text_printf(
      r->out,
      "This model has its attention sink in the slot that it was given, not on a token: "
      "head %d of layer %d gives the slot %d %% of its attention, and the first token %d %%.",
      i % H + 1, i / H + 1, percent(number(r, "alpha_slot", i)), percent(number(r, "alpha", i)));
}

/* alpha_k of every key, measured now: records keep the first key's. */
static const float *measure_keys(const report *r) {
  sl_probe_set set;
  sl_probe_run run = {.input = SL_INPUT_PACKED, .count = r->t->config.eval.sequences};
  sl_probe_parse(sl_probe_alpha_keys.desc.id, &set, NULL);
  sl_probes_run(r->t, set, &run, r->m->probes);
  return sl_probe_out(&sl_probe_alpha_keys, &r->model->dims, r->m->probes);
}

/* The key behind the first that most heads have a sink on, from 0, or 0; *sinks: how many have. */
static int sink_elsewhere(const report *r, int *sinks) {
  const float *alpha = measure_keys(r);
  const int T = r->model->dims.T, last = sl_sink_keys(r->t);
  int best = 0;
  *sinks = 0;
  for (int k = 1; k < last; k++) {
    int n = 0;
    for (int i = 0; i < heads(r); i++) n += alpha[i * T + k] > r->t->config.eval.epsilon;
    if (n > *sinks) *sinks = n, best = k;
  }
  return best;
}

static void say_none(report *r) {
  const int i = largest(r, "alpha", heads(r));
  int sinks, elsewhere = sink_elsewhere(r, &sinks);
  sl_text_printf(
      r->out,
      "This model has no attention sink on the first token: no head looks mostly at it; the most "
      "that any gives it is %d %% of its attention.",
      percent(number(r, "alpha", i)));
  if (!elsewhere) return;
  sl_text_printf(r->out, " It has one on token %d of the window: ", elsewhere + 1);
  say_heads_give(r, sinks);
  sl_text_add(r->out, "it.");
}

static double even_guess(const report *r) { return sl_log(r->t->corpus.vocab.size); }

static void say_unclear(report *r) {
  const double loss = number(r, "valid_loss", 0);
  if (isfinite(loss))
    sl_text_printf(r->out,
                   "Its loss, %.2f, is far above that of an even guess, %.2f: the run blew up, and "
                   "its attention says nothing about sinks. Lower the learning rate and train "
                   "again.",
                   loss, even_guess(r));
  else
    sl_text_add(r->out,
                "Its numbers are no longer finite: the run blew up, and nothing can be said.");
}

/* Before the first step a loss can be anything that the initialisation makes it. */
static int has_blown_up(const report *r) {
  const double loss = number(r, "valid_loss", 0);
  return !isfinite(loss) || (number(r, "step", 0) > 0 && loss > blown * even_guess(r));
}

static verdict verdict_of(const report *r) {
  if (has_blown_up(r)) return UNCLEAR;
  if (r->sinks) return SINK;
  return rests_on_slot(r) ? SLOT : NONE;
}

static void say_verdict(report *r) {
  static void (*const say[])(report *) = {say_unclear, say_sink, say_slot, say_none};
  begin(r, "verdict");
  say[r->verdict](r);
  end(r);
}

/* ---- heads that do nothing ---- */

/* Which heads are dormant, and how often. */
static void say_resting(report *r) {
  const int H = r->model->dims.H, resting = count_heads(r, "resting", rests);
  int named = 0;
  begin(r, "resting");
  if (!resting) {
    const double most = number(r, "resting", largest(r, "resting", heads(r)));
    sl_text_add(r->out, "No head is dormant: none looks mostly at a sink and adds next to nothing");
    if (most > 0)
      sl_text_printf(r->out, " at more than %d %% of the tokens.", (int)ceil(100 * most));
    else
      sl_text_add(r->out, " at any token.");
  }
  for (int i = 0; resting && i < heads(r) && named < HEADS_NAMED; i++) {
    const double share = number(r, "resting", i);
    if (!(share > rests)) continue;
    sl_text_printf(r->out, "%s head %d of layer %d at %d %% of the tokens",
                   named++ ? "," : "Dormant, looking mostly at a sink and adding next to nothing:",
                   i % H + 1, i / H + 1, percent(share));
  }
  if (resting > named) sl_text_printf(r->out, ", and %d more heads", resting - named);
  if (resting) sl_text_add(r->out, ".");
  end(r);
}

static void say_values(report *r) {
  const sl_dims *d = &r->model->dims;
  int n = 0;
  for (int i = 0; i < heads(r) && n < HEADS_NAMED; i++) {
    double ratio = number(r, "value_ratio", sl_value_of_head(d, i));
    if (!(number(r, "alpha", i) > r->t->config.eval.epsilon)) continue;
    begin(r, "head");
    sl_text_printf(
        r->out,
        "Head %d of layer %d gives %d %% of its attention to %s, whose value is %.2f times "
        "as long as the others': ",
        i % d->H + 1, i / d->H + 1, percent(number(r, "alpha", i)), first_token(r), ratio);
    sl_text_add(r->out, ratio < nothing ? "looking there adds next to nothing."
                        : ratio < as_others
                            ? "looking there adds less than looking elsewhere."
                            : "it reads the same thing again and again, a broadcast.");
    end(r);
    n++;
  }
}

/* ---- norms ---- */

static void say_norms(report *r) {
  int L = r->model->dims.L, at = largest(r, "norm_ratio", L + 1);
  double most = number(r, "norm_ratio", at), last = number(r, "norm_ratio", L);
  begin(r, "norms");
  if (most < SL_STANDS_OUT) {
    sl_text_printf(r->out,
                   "No norm peak: the first token's vector is at most %.1f times as long as the "
                   "others'.",
                   most);
  } else {
    sl_text_printf(
        r->out,
        "Massive activations: after block %d (0: the embedding) the first token's vector is "
        "%.1f times as long as the others', mostly in dimension %d (%.3g)",
        at, most, (int)number(r, "spiked", at * 6), number(r, "spiked", at * 6 + 1));
    sl_text_printf(r->out,
                   last < most / 2 ? "; after the last block it is %.1f." : "; it ends at %.1f.",
                   last);
  }
  end(r);
}

/* ---- why ---- */

/* Whether scores that are all small leave the weights what they are. */
static int must_attend(const report *r) {
  const sl_attention *a = &r->model->blocks[0].attention;
  return a->normaliser->scale_free && !a->similarity->is_signed && !a->similarity->finish;
}

static void say_weights(report *r) {
  const sl_model_config *c = &r->model->config;
  begin(r, "why");
  if (must_attend(r) && r->model->blocks[0].attention.normaliser->unit_rows)
    sl_text_add(
        r->out,
        "The weights of every row must add up to one, so a head with nothing to say still has "
        "to put its attention somewhere.");
  else if (must_attend(r))
    sl_text_printf(
        r->out,
        "The weights of a row need not add up to one here (similarity %s, normaliser %s), but "
        "small scores do not make them small: a head with nothing to say still has to put its "
        "attention somewhere.",
        c->similarity.row->id, c->normaliser.row->id);
  else
    sl_text_printf(
        r->out,
        "The weights of a row need not add up to one here (similarity %s, normaliser %s): a "
        "head with nothing to say can give nothing, and needs no place to put it%s",
        c->similarity.row->id, c->normaliser.row->id,
        r->verdict == SINK ? ". What attention there is goes to the first token all the same."
                           : ".");
  end(r);
}

/* Where such weights can go. */
static const char *place_of(const report *r) {
  if (r->front >= 0 && r->verdict == NONE)
    return "The same token stands at the front of every window, and yet no "
           "head rests on it.";
  if (r->front >= 0)
    return "The same token stands at the front of every window: a place to "
           "rest that is always there.";
  if (r->verdict == NONE)
    return "Windows begin with different tokens: none at the front is always there to rest on.";
  return "Windows begin with different tokens; what these share is that they see nothing but "
         "themselves, and by that a model can tell the first place.";
}

static void say_place(report *r) {
  const sl_sink_type *sink = r->model->blocks[0].attention.sink;
  if (!must_attend(r)) return;
  begin(r, "why");
  if (sink->has & (SL_SINK_KEY | SL_SINK_LOGIT | SL_SINK_TOKEN))
    sl_text_printf(r->out, "It was given a place for that: %s.", sink->desc.id);
  else
    sl_text_add(r->out, place_of(r));
  end(r);
}

static void say_inputs(report *r) {
  double with = number(r, "bos_text.sink_rate", 0), without = number(r, "text.sink_rate", 0);
  if (!isfinite(with) || !isfinite(without)) return;
  begin(r, "inputs");
  sl_text_printf(r->out,
                 "On text behind a BOS the sink rate is %d %% and the loss %.2f; on the same text "
                 "without it %d %% and %.2f.",
                 percent(with), number(r, "bos_text.loss", 0), percent(without),
                 number(r, "text.loss", 0));
  end(r);
}

void sl_report_write(sl_trainer *t, sl_metrics *m, sl_text *out) {
  report r = {.t = t, .m = m, .model = &t->model, .out = out};
  r.front = sl_pack_front(&t->config.data.packing, &t->corpus, t->config.seed,
                          t->model.dims.T - sl_model_front(&t->config.model));
  r.sinks = count_heads(&r, "alpha", t->config.eval.epsilon);
  r.verdict = verdict_of(&r);
  sl_text_printf(out, "{\"verdict\":\"%s\",\"lines\":[", verdict_ids[r.verdict]);
  say_verdict(&r);
  if (r.verdict != UNCLEAR) {
    say_resting(&r);
    say_values(&r);
    say_norms(&r);
    say_weights(&r);
    say_place(&r);
    say_inputs(&r);
  }
  sl_text_add(out, "],\n\"births\":");
  sl_births_write(t, m, out);
  sl_text_add(out, "}");
}
