/* What a run says while it goes, and at its end. */
#include "cli.h"

#include <math.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

double cli_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- numbers of a record ---- */

/* A number, or one of the strings that stand for those JSON has not; NaN if it is neither. */
static double number(const sl_json *j) {
  if (!j) return NAN;
  if (sl_json_is(j) == SL_JSON_NUMBER) return sl_json_number(j);
  if (sl_json_is(j) != SL_JSON_STRING) return NAN;
  return !strcmp(sl_json_string(j), "inf")    ? INFINITY
         : !strcmp(sl_json_string(j), "-inf") ? -INFINITY
                                              : NAN;
}

static const sl_json *first_of(const sl_json *j) {
  return j && sl_json_is(j) == SL_JSON_ARRAY ? sl_json_first(j) : NULL;
}

/* The last record, to be freed, or NULL. */
static sl_json *last_record(const cli_run *r) {
  int n = sl_metrics_count(r->lab);
  const char *json = n ? sl_metrics_json(r->lab, n - 1) : NULL;
  sl_json *j = NULL;
  if (json) sl_json_parse(json, strlen(json), CLI_RUN_LIMIT, &j, NULL);
  return j;
}

/* ---- progress ---- */

static void time_left(double seconds, char *out, size_t size) {
  long s = seconds > 0 && seconds < 1e7 ? (long)(seconds + 0.5) : 0;
  if (s >= 3600)
    snprintf(out, size, "%ld:%02ld:%02ld left", s / 3600, s / 60 % 60, s % 60);
  else
    snprintf(out, size, "%ld:%02ld left", s / 60, s % 60);
}

/* Loss, sink rate and time left, as they stand at the end of a line. */
static void write_live(const cli_progress *p, const cli_run *r) {
  int64_t step = sl_step(r->lab);
  char left[40];
  double done = (double)(step - p->first), ahead = (double)(p->total - step);
  time_left((cli_now() - p->started) / done * ahead, left, sizeof left);
  if (done > 0) fprintf(stderr, "loss %.4f  ", sl_loss(r->lab));
  if (!isnan(p->sink)) fprintf(stderr, "sink %5.1f %%  ", 100 * p->sink);
  if (done > 0 && ahead > 0) fputs(left, stderr);
}

static void draw_bar(cli_progress *p, const cli_run *r) {
  enum { WIDTH = 24 };
  int64_t step = sl_step(r->lab);
  double part = p->total > 0 ? (double)step / (double)p->total : 1;
  int full = (int)(part * WIDTH);
  fprintf(stderr, "\r[");
  for (int i = 0; i < WIDTH; i++) fputc(i < full ? '#' : '.', stderr);
  fprintf(stderr, "] %lld/%lld  ", (long long)step, (long long)p->total);
  write_live(p, r);
  fprintf(stderr, "\x1b[K");
  fflush(stderr);
  p->drawn = 1;
}

static void write_line(cli_progress *p, const cli_run *r) {
  fprintf(stderr, "step %*lld/%lld  ", 5, (long long)sl_step(r->lab), (long long)p->total);
  write_live(p, r);
  fputc('\n', stderr);
}

static void read_sink(cli_progress *p, const cli_run *r) {
  sl_json *j = last_record(r);
  const sl_json *rate = j ? sl_json_get(j, "sink_rate") : NULL;
  p->sink = number(first_of(rate));
  if (j) sl_json_free(j);
}

void cli_progress_begin(cli_progress *p, const cli_run *r, int quiet) {
  *p = (cli_progress){.quiet = quiet,
                      .terminal = isatty(STDERR_FILENO),
                      .started = cli_now(),
                      .first = sl_step(r->lab),
                      .total = r->steps,
                      .records = sl_metrics_count(r->lab),
                      .sink = NAN};
}

int cli_progress_step(cli_progress *p, const cli_run *r) {
  int records = sl_metrics_count(r->lab), evaluated = records != p->records;
  p->records = records;
  if (p->quiet) return evaluated;
  if (evaluated) read_sink(p, r);
  double now = cli_now();
  if (p->terminal && (now - p->last > 0.1 || sl_step(r->lab) == p->total)) {
    draw_bar(p, r);
    p->last = now;
  }
  if (!p->terminal && evaluated) write_line(p, r);
  return evaluated;
}

void cli_progress_end(cli_progress *p) {
  if (p->drawn) fputc('\n', stderr);
  p->drawn = 0;
}

/* ---- summary ---- */

static void write_rates(const sl_json *record) {
  int k = 1;
  printf("sink rate     ");
  for (const sl_json *x = first_of(sl_json_get(record, "sink_rate")); x; x = sl_json_next(x))
    printf("  k=%d %5.1f %%", k++, 100 * number(x));
  const sl_json *slot = sl_json_get(record, "sink_rate_slot");
  if (slot) printf("  * %5.1f %%", 100 * number(first_of(slot)));
  printf("\n");
}

/* A number per layer and head. */
static void write_heads(const sl_json *record, const char *key, const char *label) {
  int layer = 1;
  for (const sl_json *row = first_of(sl_json_get(record, key)); row; row = sl_json_next(row)) {
    printf("%-14s  layer %d ", layer == 1 ? label : "", layer);
    for (const sl_json *x = first_of(row); x; x = sl_json_next(x)) printf("  %.3f", number(x));
    printf("\n");
    layer++;
  }
}

/* The largest of a number per layer, the embedding first. */
static void write_peak(const sl_json *record, const char *key, const char *label) {
  double best = -INFINITY;
  int at = 0, i = 0;
  for (const sl_json *x = first_of(sl_json_get(record, key)); x; x = sl_json_next(x), i++)
    if (number(x) > best) {
      best = number(x);
      at = i;
    }
  if (!i) return;
  if (!at)
    printf("%-14s  peak %.2f, of the embedding\n", label, best);
  else
    printf("%-14s  peak %.2f, after block %d\n", label, best, at);
}

static double input_loss(const sl_json *record, const char *input) {
  const sl_json *eval = sl_json_get(record, "eval");
  const sl_json *one = eval ? sl_json_get(eval, input) : NULL;
  return number(one ? sl_json_get(one, "loss") : NULL);
}

/* A run can blow up and stay finite: then its rates say nothing about sinks. */
static int write_warning(const cli_run *r, double loss) {
  const char *json = sl_data_json(r->lab);
  sl_json *data;
  if (!json || sl_json_parse(json, strlen(json), CLI_RUN_LIMIT, &data, NULL))
    return cli_engine_fail(r->lab);
  double even = number(sl_json_get(sl_json_get(data, "baselines"), "uniform"));
  sl_json_free(data);
  if (!(loss <= 1.5 * even))
    printf("warning         the loss is far above an even guess (%.2f): the run blew up, and its "
           "rates "
           "say nothing;\n                lower train.lr\n",
           even);
  return CLI_OK;
}

int cli_summary(const cli_run *r, double seconds, int64_t first) {
  sl_json *record = last_record(r);
  if (!record) return cli_engine_fail(r->lab);
  double done = (double)(sl_step(r->lab) - first);
  printf("steps           %lld of %lld", (long long)sl_step(r->lab), (long long)r->steps);
  if (done > 0 && seconds > 0)
    printf(", %.0f in %.1f s (%.1f a second, %d worker%s)", done, seconds, done / seconds,
           r->workers, r->workers == 1 ? "" : "s");
  printf("\n");
  write_rates(record);
  write_heads(record, "alpha", "alpha, by head");
  write_heads(record, "alpha_slot", "alpha, slot");
  write_heads(record, "value_ratio", "value ratio");
  write_peak(record, "norm_ratio", "norm ratio");
  write_peak(record, "max_over_median", "max / median");
  double loss = number(sl_json_get(record, "valid_loss"));
  printf("loss            held out %.4f", loss);
  if (sl_json_get(record, "eval"))
    printf(", BOS + text %.4f, text %.4f", input_loss(record, "bos_text"),
           input_loss(record, "text"));
  printf("\n");
  sl_json_free(record);
  if (write_warning(r, loss)) return CLI_FAILED;
  const char *hash = sl_fingerprint(r->lab);
  if (!hash) return cli_engine_fail(r->lab);
  printf("fingerprint     %s\n", hash);
  return CLI_OK;
}
