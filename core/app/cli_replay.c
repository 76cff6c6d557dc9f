/* sinklab replay: trains a run file again and compares. Settings and seed determine every bit, so a
 * file whose fingerprints or measurements were made up does not pass. */
#include "cli.h"

#include <string.h>

/* A run file, and how far it was compared. */
typedef struct replay {
  const char *arithmetic;
  sl_json *json;
  sl_text config;
  const sl_json *fingerprint, *record; /* the next ones, or NULL */
  const sl_json *diverged;             /* or NULL */
  cli_changes changes;
  int fingerprints, records; /* that agreed */
} replay;

/* ---- reading ---- */

static int bad_file(const cli_options *o, const char *why) {
  return cli_fail(CLI_BAD, "\"%.200s\" is no run file to replay: %s.", o->file, why);
}

static const sl_json *get(const sl_json *j, const char *key, sl_json_kind kind) {
  const sl_json *m = sl_json_is(j) == SL_JSON_OBJECT ? sl_json_get(j, key) : NULL;
  return m && sl_json_is(m) == kind ? m : NULL;
}

/* The "step" of an entry, or -1. */
static int64_t step_of(const sl_json *entry) {
  const sl_json *s = entry ? get(entry, "step", SL_JSON_NUMBER) : NULL;
  double x = s ? sl_json_number(s) : -1;
  return x >= 0 && x <= 1e9 && x == (double)(int64_t)x ? (int64_t)x : -1;
}

static int is_hash(const sl_json *j) {
  return j && strlen(sl_json_string(j)) == 16 &&
         strspn(sl_json_string(j), "0123456789abcdef") == 16;
}

/* Entries of a list have rising steps; *last is the last one, or -1. */
enum { RISING, RISING_HASHES, RISING_OR_SAME };
static int rising(const sl_json *list, int how, int64_t *last) {
  *last = -1;
  for (const sl_json *m = sl_json_first(list); m; m = sl_json_next(m)) {
    if (step_of(m) < *last + (how != RISING_OR_SAME) || step_of(m) < 0) return 0;
    if (how == RISING_HASHES && !is_hash(get(m, "hash", SL_JSON_STRING))) return 0;
    *last = step_of(m);
  }
  return 1;
}

static int check_file(const cli_options *o, replay *p) {
  const sl_json *version = get(p->json, "sinklab", SL_JSON_NUMBER);
  const sl_json *config = get(p->json, "config", SL_JSON_OBJECT);
  const sl_json *fingerprints = get(p->json, "fingerprint", SL_JSON_ARRAY);
  const sl_json *records = get(p->json, "metrics", SL_JSON_ARRAY);
  const sl_json *seed = get(p->json, "seed", SL_JSON_STRING);
  const sl_json *arithmetic = get(p->json, "arithmetic", SL_JSON_STRING);
  int64_t last;
  if (!version || sl_json_number(version) != 1)
    return bad_file(o, "it does not say \"sinklab\": 1");
  if (!config) return bad_file(o, "it has no \"config\"");
  if (!fingerprints || !sl_json_first(fingerprints))
    return bad_file(o, "it has no \"fingerprint\" to compare with");
  if (!rising(fingerprints, RISING_HASHES, &last))
    return bad_file(o, "\"fingerprint\" is not a list of rising steps with 16 hexadecimal digits");
  if (sl_json_get(p->json, "metrics") && (!records || !rising(records, RISING, &last)))
    return bad_file(o, "\"metrics\" is not a list of records with rising steps");
  const sl_json *inner = get(config, "seed", SL_JSON_STRING);
  if (seed && inner && strcmp(sl_json_string(seed), sl_json_string(inner)) != 0)
    return bad_file(o, "\"seed\" is not the seed of its \"config\"");
  p->arithmetic = arithmetic ? sl_json_string(arithmetic) : "strict";
  if (!strcmp(p->arithmetic, "mixed"))
    return bad_file(o, "its arithmetic is \"mixed\": a checkpoint of one arithmetic was trained on "
                       "in another, which cannot be repeated");
  const sl_json *changes = get(p->json, "changes", SL_JSON_ARRAY);
  if (sl_json_get(p->json, "changes")) {
    int code = changes && rising(changes, RISING_OR_SAME, &last)
                   ? cli_changes_of_list(changes, &p->changes)
                   : CLI_BAD;
    if (code == CLI_BAD)
      return bad_file(o, "\"changes\" is not a list of steps, paths of settings and numbers");
    if (code) return code;
  }
  p->diverged = get(p->json, "diverged", SL_JSON_OBJECT);
  if (p->diverged && step_of(p->diverged) < 1) return bad_file(o, "\"diverged\" names no step");
  p->fingerprint = sl_json_first(fingerprints);
  p->record = records ? sl_json_first(records) : NULL;
  cli_json_write(&p->config, config);
  return sl_text_done(&p->config) ? CLI_OK : cli_no_memory();
}

static int read_file(const cli_options *o, replay *p) {
  cli_bytes file;
  sl_error e = {0};
  int code = cli_file_read(o->file, "The run file", CLI_RUN_LIMIT, &file);
  if (code) return code;
  if (sl_json_parse(file.data, file.size, CLI_RUN_LIMIT, &p->json, &e))
    code = cli_fail(CLI_BAD, "%.200s: %s", o->file, e.message);
  cli_bytes_free(&file);
  return code ? code : check_file(o, p);
}

static int64_t last_step(const sl_json *entry) {
  int64_t last = 0;
  for (; entry; entry = sl_json_next(entry)) last = step_of(entry);
  return last;
}

/* Where the replay stops: behind the last thing that can be compared. */
static int64_t last_of(const replay *p) {
  int64_t a = last_step(p->fingerprint), b = last_step(p->record);
  int64_t c = p->diverged ? step_of(p->diverged) : 0;
  return a > b ? (a > c ? a : c) : (b > c ? b : c);
}

/* The run that was opened is the one of the file: its text, and its length. */
static int check_run(const cli_options *o, const replay *p, const cli_run *r) {
  if (last_of(p) > r->steps) return bad_file(o, "it lists steps after its \"train.steps\"");
  const sl_json *theirs = get(p->json, "text_hash", SL_JSON_STRING);
  const char *json = sl_run_json(r->lab);
  if (!json) return cli_engine_fail(r->lab);
  sl_json *j;
  if (sl_json_parse(json, strlen(json), CLI_RUN_LIMIT, &j, NULL)) return cli_no_memory();
  const sl_json *ours = get(j, "text_hash", SL_JSON_STRING);
  int same =
      theirs && ours ? !strcmp(sl_json_string(theirs), sl_json_string(ours)) : !theirs == !ours;
  sl_json_free(j);
  return same ? CLI_OK
              : cli_fail(CLI_BAD, "text: the run was trained on another text than the one given.");
}

/* ---- comparing ---- */

static int differs(const char *what, int64_t step, const char *ours, const char *theirs) {
  const char *more_ours = strlen(ours) > 80 ? "…" : "", *more = strlen(theirs) > 80 ? "…" : "";
  printf("DIFFERS at step %lld: %s is %.80s%s here and %.80s%s in the file.\n", (long long)step,
         what, ours, more_ours, theirs, more);
  return CLI_DIFFERS;
}

static int compare_fingerprint(const replay *p, const cli_run *r) {
  const char *theirs = sl_json_string(sl_json_get(p->fingerprint, "hash"));
  const char *ours = sl_fingerprint(r->lab);
  if (!ours) return cli_engine_fail(r->lab);
  return strcmp(ours, theirs) ? differs("the fingerprint", sl_step(r->lab), ours, theirs) : CLI_OK;
}

/* Where two values differ, or NULL: the path in `path`, to which this value's own is added. */
typedef struct difference {
  char path[96];
  const sl_json *ours, *theirs;
} difference;

static int find_difference(const sl_json *a, const sl_json *b, difference *d);

static int find_in_members(const sl_json *a, const sl_json *b, difference *d) {
  int object = sl_json_is(a) == SL_JSON_OBJECT, i = 0;
  size_t length = strlen(d->path);
  const sl_json *y = sl_json_first(b);
  for (const sl_json *x = sl_json_first(a); x; x = sl_json_next(x), i++) {
    const sl_json *other = object ? sl_json_get(b, sl_json_key(x)) : y;
    if (y) y = sl_json_next(y);
    if (object)
      snprintf(d->path + length, sizeof d->path - length, "%s%s", length ? "." : "",
               sl_json_key(x));
    else
      snprintf(d->path + length, sizeof d->path - length, "[%d]", i);
    if (find_difference(x, other, d)) return 1;
    d->path[length] = 0;
  }
  int more = 0;
  for (y = sl_json_first(b); y; y = sl_json_next(y)) more++;
  return more != i;
}

static int find_difference(const sl_json *a, const sl_json *b, difference *d) {
  d->ours = a;
  d->theirs = b;
  if (!b || sl_json_is(a) != sl_json_is(b)) return 1;
  switch (sl_json_is(a)) {
    case SL_JSON_NULL: return 0;
    case SL_JSON_BOOL:
    case SL_JSON_NUMBER: return sl_json_number(a) != sl_json_number(b);
    case SL_JSON_STRING: return strcmp(sl_json_string(a), sl_json_string(b)) != 0;
    case SL_JSON_ARRAY:
    case SL_JSON_OBJECT: break;
  }
  if (!find_in_members(a, b, d)) return 0;
  if (d->ours == a) d->theirs = b;
  return 1;
}

static int say_difference(const difference *d, int64_t step) {
  sl_text ours = {0}, theirs = {0};
  cli_json_write(&ours, d->ours);
  if (d->theirs)
    cli_json_write(&theirs, d->theirs);
  else
    sl_text_add(&theirs, "missing");
  const char *a = sl_text_done(&ours), *b = sl_text_done(&theirs);
  int code = a && b ? differs(*d->path ? d->path : "the record", step, a, b) : cli_no_memory();
  sl_text_free(&ours);
  sl_text_free(&theirs);
  return code;
}

static int compare_record(const replay *p, const cli_run *r) {
  if (sl_evaluate(r->lab)) return cli_engine_fail(r->lab); /* does nothing if it was done */
  const char *json = sl_metrics_json(r->lab, sl_metrics_count(r->lab) - 1);
  if (!json) return cli_engine_fail(r->lab);
  sl_json *ours;
  if (sl_json_parse(json, strlen(json), CLI_RUN_LIMIT, &ours, NULL)) return cli_no_memory();
  difference d = {0};
  int code = find_difference(ours, p->record, &d) ? say_difference(&d, sl_step(r->lab)) : CLI_OK;
  sl_json_free(ours);
  return code;
}

/* Everything the file says of the step that was just done. */
static int compare_step(replay *p, const cli_run *r) {
  int64_t step = sl_step(r->lab);
  int code = CLI_OK;
  if (step_of(p->fingerprint) == step) {
    if ((code = compare_fingerprint(p, r))) return code;
    p->fingerprints++;
    p->fingerprint = sl_json_next(p->fingerprint);
  }
  if (step_of(p->record) == step) {
    if ((code = compare_record(p, r))) return code;
    p->records++;
    p->record = sl_json_next(p->record);
  }
  return code;
}

/* The step that could not be taken: the file says the same, or not. */
static int compare_end(const replay *p, const cli_run *r) {
  int64_t step = sl_step(r->lab) + 1;
  if (p->diverged && step_of(p->diverged) == step) return CLI_OK;
  int code = cli_engine_fail(r->lab);
  if (code != CLI_DIFFERS) return code;
  return differs("the run", step, "diverged", p->diverged ? "diverged later" : "not");
}

static int compare(replay *p, const cli_run *r, cli_progress *progress) {
  int code = compare_step(p, r);
  while (!code && sl_step(r->lab) < progress->total) {
    if ((code = cli_changes_make(&p->changes, r))) return code;
    if (sl_train(r->lab, 1)) return compare_end(p, r);
    cli_progress_step(progress, r);
    code = compare_step(p, r);
  }
  if (!code && p->diverged) code = differs("the run", step_of(p->diverged), "finite", "diverged");
  return code;
}

static int replay_run(replay *p, const cli_run *r, const cli_options *o) {
  cli_progress progress;
  cli_progress_begin(&progress, r, o->quiet);
  progress.total = last_of(p);
  int code = compare(p, r, &progress);
  cli_progress_end(&progress);
  if (!code)
    printf("OK: %d fingerprint%s and %d record%s agree, to step %lld.\n", p->fingerprints,
           p->fingerprints == 1 ? "" : "s", p->records, p->records == 1 ? "" : "s",
           (long long)progress.total);
  return code;
}

int cli_replay(const cli_options *options) {
  cli_options with_arithmetic = *options, *o = &with_arithmetic;
  replay p = {0};
  cli_run r = {0};
  int code = read_file(o, &p);
  o->arithmetic = p.arithmetic;
  if (!code) code = cli_run_open(&r, p.config.data, p.config.size, o);
  if (!code) code = check_run(o, &p, &r);
  if (!code) code = replay_run(&p, &r, o);
  cli_run_close(&r);
  if (p.json) sl_json_free(p.json);
  sl_text_free(&p.config);
  cli_changes_free(&p.changes);
  return code;
}
