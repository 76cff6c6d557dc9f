/* What the parts of the command line share. Only here is anything printed, and only main exits. */
#ifndef SL_CLI_H
#define SL_CLI_H

#include "../base/json.h"
#include "../base/text.h"
#include "../include/sinklab.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifndef SL_VERSION
#define SL_VERSION "0.1.0"
#endif

/* Exit codes. */
enum {
  CLI_OK = 0,
  CLI_DIFFERS = 1, /* the result is not the one asked for: a replay differs, a run diverged */
  CLI_BAD = 2,     /* bad input: options, files, settings */
  CLI_FAILED = 3,  /* out of memory, disk full and the like */
  CLI_SIGNAL = 128 /* and the signal's number */
};

/* ---- options ---- */

#define CLI_MAX_SETS   64
#define CLI_MAX_TEXTS  64
#define CLI_MAX_PROBES 64

typedef struct cli_options {
  const char *command;
  const char *file; /* the argument that is no option, if the command takes one */
  const char *preset, *json, *checkpoint, *resume, *out, *arithmetic;
  const char *input, *prompt, *epsilon;
  const char *probes[CLI_MAX_PROBES]; /* ids */
  int probe_count;
  int32_t first, sequences, documents;
  const char *texts[CLI_MAX_TEXTS];
  int text_count;
  int32_t workers; /* 0: as many as are of use */
  int32_t limit;   /* MB, 0: none */
  int quiet, as_json;
  const char *sets[CLI_MAX_SETS];      /* "path=value", or the value of the path below */
  const char *set_paths[CLI_MAX_SETS]; /* of --seed and --steps, else NULL */
  int set_count;
  const char *set_at[CLI_MAX_SETS]; /* "step:path=value" */
  int set_at_count;
} cli_options;

/* A command's options, described once: what is read and what --help prints. */
typedef enum cli_kind {
  CLI_FLAG,
  CLI_STRING,
  CLI_INT,
  CLI_SET,
  CLI_SEED,
  CLI_TEXT,
  CLI_PROBE,
  CLI_STEPS,
  CLI_SET_AT
} cli_kind;
typedef struct cli_option {
  const char *name, *value; /* "--preset", "NAME|FILE" */
  cli_kind kind;
  size_t offset;
  int32_t min, max;     /* of an int */
  const char *commands; /* those that take it: " train estimate " */
  const char *help;
} cli_option;
extern const cli_option cli_option_table[]; /* ended by {0} */

typedef struct cli_command {
  const char *name, *usage, *help;
  const char *file; /* what its argument is called, or NULL if it takes none */
  int (*run)(const cli_options *o);
} cli_command;
extern const cli_command cli_command_table[]; /* ended by {0} */

/* Reads argv behind the command's name. */
int cli_options_read(const cli_command *c, int argc, char **argv, cli_options *o);

/* ---- saying what is wrong ---- */

/* "sinklab: …" on stderr, as one line; returns code. */
int cli_fail(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The engine's own sentence, and the exit code that goes with it. */
int cli_engine_fail(sl_lab *lab);
int cli_no_memory(void);

/* ---- files ---- */

typedef struct cli_bytes {
  char *data; /* size bytes and a NUL */
  size_t size;
} cli_bytes;

#define CLI_CONFIG_LIMIT     ((size_t)SL_JSON_CONFIG_LIMIT)
#define CLI_RUN_LIMIT        ((size_t)64 << 20)
#define CLI_TEXT_LIMIT       ((size_t)256 << 20)
#define CLI_CHECKPOINT_LIMIT ((size_t)2047 << 20)

/* Reads a whole file; what: "the run file", for the sentence. */
int cli_file_read(const char *path, const char *what, size_t limit, cli_bytes *out);
/* The files of --text, with SL_SEPARATOR between them; nothing if there are none. */
int cli_text_read(const cli_options *o, cli_bytes *out);
/* Writes all or nothing: into a file beside it, which then takes its name. */
int cli_file_write(const char *path, const char *what, const void *data, size_t size);
/* Whether the file begins as a checkpoint does. */
int cli_file_is_checkpoint(const char *path);
/* Whether a file could be written there, asked before hours of training. */
int cli_file_check(const char *path, const char *what);
void cli_bytes_free(cli_bytes *b);

/* ---- settings ---- */

typedef struct cli_preset {
  const char *name, *json;
} cli_preset;
extern const cli_preset cli_presets[]; /* ended by {0} */

/* The configuration of --preset with every --set in it, as JSON. */
int cli_config(const cli_options *o, sl_text *out);
/* j as JSON again. */
void cli_json_write(sl_text *out, const sl_json *j);

/* ---- threads ---- */

typedef struct cli_pool cli_pool;
/* Workers of which one is the caller; NULL when there is no memory. May start fewer threads. */
cli_pool *cli_pool_new(int workers);
void cli_pool_free(cli_pool *p);
void cli_pool_run(void *pool, sl_task task, void *arg, int n); /* an sl_runner */
int cli_cpus(void);

/* ---- a run ---- */

typedef struct cli_run {
  sl_lab *lab;
  cli_pool *pool;
  cli_bytes text;
  int workers;
  int64_t steps; /* of the whole run */
} cli_run;

/* Opens the run that the JSON configures, with the text, workers, limit and arithmetic of the
 * options. */
int cli_run_open(cli_run *r, const char *json, size_t size, const cli_options *o);
/* Opens the run that the checkpoint --resume holds. */
int cli_run_resume(cli_run *r, const cli_options *o);
void cli_run_close(cli_run *r);

/* ---- settings that change on the way ---- */

typedef struct cli_change {
  int64_t step; /* done when it is made */
  double value;
  char path[100];
} cli_change;

typedef struct cli_changes {
  cli_change *list;
  int count, next;
} cli_changes;

/* Those of --set-at. */
int cli_changes_of_options(const cli_options *o, cli_changes *c);
/* Those of a run file's "changes"; CLI_BAD, without a word, if they cannot be read. */
int cli_changes_of_list(const sl_json *list, cli_changes *c);
/* Makes them all now, to see whether they can be made: the run is to be opened anew. */
int cli_changes_try(const cli_changes *c, const cli_run *r);
/* Makes those that come before the next step. */
int cli_changes_make(cli_changes *c, const cli_run *r);
void cli_changes_free(cli_changes *c);

/* ---- progress ---- */

typedef struct cli_progress {
  int quiet, terminal, drawn;
  double started, last;
  int64_t first, total;
  int records;
  double sink; /* rate of the first token in the last record, or NaN */
} cli_progress;

double cli_now(void); /* seconds */
void cli_progress_begin(cli_progress *p, const cli_run *r, int quiet);
/* After a step. Returns 1 if there was an evaluation. */
int cli_progress_step(cli_progress *p, const cli_run *r);
void cli_progress_end(cli_progress *p);
/* The last record as a short plain summary on stdout. */
int cli_summary(const cli_run *r, double seconds, int64_t first);

/* ---- commands ---- */

int cli_train(const cli_options *o);
int cli_replay(const cli_options *o);
int cli_corpus(const cli_options *o);
int cli_estimate(const cli_options *o);
int cli_analyze(const cli_options *o);
int cli_registry(const cli_options *o);
int cli_docs(const cli_options *o);
int cli_list_presets(const cli_options *o);
int cli_version(const cli_options *o);
int cli_help(const cli_options *o);
/* How commands and options are used, and every setting with its range and default. */
int cli_help_write(sl_text *out);

#endif
