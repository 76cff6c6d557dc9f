/* sinklab train: trains, saves now and then, and never loses what was there. */
#include "cli.h"

#include <signal.h>
#include <string.h>

#define SAVE_EVERY 30.0 /* seconds, at most, at evaluations */

/* The signal that asked to stop, or 0. A second one ends the program at once. */
static volatile sig_atomic_t stopped;

static void on_signal(int number) { stopped = number; }

static void listen_to(int number) {
  struct sigaction action = {0}, before;
  if (sigaction(number, NULL, &before) || before.sa_handler == SIG_IGN) return;
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART | SA_RESETHAND;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, NULL);
}

static int check_options(const cli_options *o) {
  int code = CLI_OK;
  if (o->resume && (o->preset || o->set_count))
    return cli_fail(CLI_BAD, "--resume takes all settings from the checkpoint; leave out --preset, "
                             "--set, --seed and --steps.");
  if (o->json) code = cli_file_check(o->json, "The run file");
  if (!code && o->checkpoint) code = cli_file_check(o->checkpoint, "The checkpoint");
  return code;
}

static int open_run(cli_run *r, const cli_options *o) {
  if (o->resume) return cli_run_resume(r, o);
  sl_text config = {0};
  int code = cli_config(o, &config);
  if (!code) code = cli_run_open(r, config.data, config.size, o);
  sl_text_free(&config);
  return code;
}

static int save_checkpoint(const cli_run *r, const cli_options *o) {
  sl_view bytes;
  if (!o->checkpoint) return CLI_OK;
  if (sl_save(r->lab, &bytes)) return cli_engine_fail(r->lab);
  return cli_file_write(o->checkpoint, "The checkpoint", bytes.data, (size_t)bytes.shape[0]);
}

static int save_all(const cli_run *r, const cli_options *o) {
  int code = save_checkpoint(r, o);
  if (!o->json) return code;
  const char *json = sl_run_json(r->lab);
  if (!json) return cli_engine_fail(r->lab);
  int written = cli_file_write(o->json, "The run file", json, strlen(json));
  return code ? code : written;
}

/* Until the last step, a signal, or an error: the engine's code. */
static int train(const cli_run *r, const cli_options *o, cli_changes *c, cli_progress *p) {
  int start = sl_train(r->lab, 0); /* evaluates a run that has not begun */
  if (start) return start;
  cli_progress_step(p, r);
  double saved = cli_now();
  while (sl_step(r->lab) < r->steps && !stopped) {
    int bad = cli_changes_make(c, r);
    if (!bad) bad = sl_train(r->lab, 1);
    if (bad) return bad;
    if (!cli_progress_step(p, r) || cli_now() - saved < SAVE_EVERY) continue;
    cli_progress_end(p);
    save_checkpoint(r, o); /* if it fails, it said so: no reason to stop training */
    saved = cli_now();
  }
  return 0;
}

static int interrupted(const cli_run *r, const cli_options *o) {
  int code = save_all(r, o);
  if (o->checkpoint && !code)
    fprintf(stderr, "sinklab: Stopped after step %lld; --resume %s goes on from there.\n",
            (long long)sl_step(r->lab), o->checkpoint);
  else
    fprintf(stderr, "sinklab: Stopped after step %lld; there is no checkpoint%s.\n",
            (long long)sl_step(r->lab), o->checkpoint ? "" : ", for --checkpoint was not given");
  return code ? code : CLI_SIGNAL + (int)stopped;
}

static int train_run(const cli_run *r, const cli_options *o, cli_changes *c) {
  cli_progress progress;
  cli_progress_begin(&progress, r, o->quiet);
  int bad = train(r, o, c, &progress);
  double seconds = cli_now() - progress.started;
  cli_progress_end(&progress);
  if (bad) { /* diverged: what is saved is the last good state */
    int code = cli_engine_fail(r->lab), saved = save_all(r, o);
    return saved ? saved : code;
  }
  if (stopped && sl_step(r->lab) < r->steps) return interrupted(r, o);
  if (sl_evaluate(r->lab)) return cli_engine_fail(r->lab);
  int code = save_all(r, o);
  int said = cli_summary(r, seconds, progress.first);
  return code ? code : said;
}

/* Changes of settings are tried before hours of training, and then the run is opened anew. */
static int try_changes(cli_run *r, const cli_options *o, cli_changes *c) {
  int code = cli_changes_of_options(o, c);
  if (code || !c->count) return code;
  code = cli_changes_try(c, r);
  cli_run_close(r);
  return code ? code : open_run(r, o);
}

int cli_train(const cli_options *o) {
  cli_run r = {0};
  cli_changes changes = {0};
  int code = check_options(o);
  if (!code) code = open_run(&r, o);
  if (!code) code = try_changes(&r, o, &changes);
  if (!code) {
    listen_to(SIGINT);
    listen_to(SIGTERM);
    code = train_run(&r, o, &changes);
  }
  cli_run_close(&r);
  cli_changes_free(&changes);
  return code;
}
