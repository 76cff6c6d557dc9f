/* A run that the command line opens: its lab, its threads and its text. */
#include "cli.h"

#include <string.h>

/* What has to be known of a configuration before it is opened. */
typedef struct facts {
  int shards, steps, needs_text;
} facts;

static double number_at(const sl_json *config, const char *section, const char *key) {
  const sl_json *s = sl_json_get(config, section);
  const sl_json *x = s ? sl_json_get(s, key) : NULL;
  return x && sl_json_is(x) == SL_JSON_NUMBER ? sl_json_number(x) : 1;
}

/* Whether a resolved configuration reads the user's own text. */
static int reads_text(const sl_json *config) {
  const sl_json *data = sl_json_get(config, "data");
  const sl_json *corpus = data ? sl_json_get(data, "corpus") : NULL;
  const sl_json *type = corpus ? sl_json_get(corpus, "type") : NULL;
  return type && sl_json_is(type) == SL_JSON_STRING && !strcmp(sl_json_string(type), "text");
}

static int read_facts(const char *resolved, facts *out) {
  sl_json *j;
  if (sl_json_parse(resolved, strlen(resolved), CLI_RUN_LIMIT, &j, NULL)) return cli_no_memory();
  out->shards = (int)number_at(j, "train", "shards");
  out->steps = (int)number_at(j, "train", "steps");
  out->needs_text = reads_text(j);
  sl_json_free(j);
  return CLI_OK;
}

/* Opens the lab and reads the text. */
static int begin(cli_run *r, const cli_options *o) {
  *r = (cli_run){.lab = sl_new(), .workers = 1};
  if (!r->lab) return cli_no_memory();
  if (o->arithmetic && sl_set_arithmetic(r->lab, o->arithmetic)) return cli_engine_fail(r->lab);
  return cli_text_read(o, &r->text);
}

static int check_text(const facts *f, const cli_options *o) {
  if (f->needs_text && !o->text_count)
    return cli_fail(CLI_BAD, "data.corpus: the corpus \"text\" is made of your own text; give it "
                             "with --text FILE.");
  if (!f->needs_text && o->text_count)
    return cli_fail(CLI_BAD, "--text is read by the corpus \"text\" only; add --set "
                             "data.corpus=text, or leave --text out.");
  return CLI_OK;
}

/* As many workers as were asked for, or as there are processors; never more than shards. */
static int start_workers(cli_run *r, const cli_options *o, int shards) {
  int n = o->workers ? o->workers : cli_cpus();
  if (n > shards) n = shards;
  if (n > 1) {
    r->pool = cli_pool_new(n);
    if (!r->pool) return cli_no_memory();
    sl_set_runner(r->lab, cli_pool_run, r->pool);
  }
  r->workers = n;
  return CLI_OK;
}

static uint64_t limit_of(const cli_options *o) { return (uint64_t)o->limit * 1000000; }

int cli_run_open(cli_run *r, const char *json, size_t size, const cli_options *o) {
  facts f = {0};
  int code = begin(r, o);
  if (code) return code;
  const char *resolved = sl_resolve_json(r->lab, json, size);
  if (!resolved) return cli_engine_fail(r->lab);
  if ((code = read_facts(resolved, &f)) || (code = check_text(&f, o)) ||
      (code = start_workers(r, o, f.shards)))
    return code;
  r->steps = f.steps;
  if (sl_open(r->lab, json, size, r->text.data, r->text.size, r->workers, limit_of(o)))
    return cli_engine_fail(r->lab);
  return CLI_OK;
}

/* Only the opened checkpoint says how many workers are of use, so with several it opens twice. */
static int resume(cli_run *r, const cli_bytes *file, const cli_options *o) {
  facts f = {0};
  if (sl_load(r->lab, file->data, file->size, r->text.data, r->text.size, 1, limit_of(o)))
    return cli_engine_fail(r->lab);
  const char *config = sl_config_json(r->lab);
  if (!config) return cli_engine_fail(r->lab);
  int code = read_facts(config, &f);
  if (code || (code = check_text(&f, o)) || (code = start_workers(r, o, f.shards))) return code;
  r->steps = f.steps;
  if (r->workers == 1) return CLI_OK;
  sl_close(r->lab);
  if (sl_load(r->lab, file->data, file->size, r->text.data, r->text.size, r->workers, limit_of(o)))
    return cli_engine_fail(r->lab);
  return CLI_OK;
}

int cli_run_resume(cli_run *r, const cli_options *o) {
  cli_bytes file = {0};
  int code = begin(r, o);
  if (!code) code = cli_file_read(o->resume, "The checkpoint", CLI_CHECKPOINT_LIMIT, &file);
  if (!code) code = resume(r, &file, o);
  cli_bytes_free(&file);
  return code;
}

void cli_run_close(cli_run *r) {
  sl_free(r->lab);
  cli_pool_free(r->pool);
  cli_bytes_free(&r->text);
  *r = (cli_run){0};
}
