/* sinklab analyze: what a model does with its attention, in words and in numbers. */
#include "cli.h"

#include "../data/data.h"
#include "../registry/registry.h"

#include <stdlib.h>
#include <string.h>

/* The number of the input of this name, or -1 when the sentence is said. */
static int input_number(const char *name) {
  const char *names[SL_INPUT_COUNT];
  char list[240] = "";
  for (int i = 0; i < SL_INPUT_COUNT; i++) {
    size_t used = strlen(list);
    names[i] = sl_input_types[i].id;
    if (!strcmp(names[i], name)) return i;
    snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", names[i]);
  }
  const char *near = sl_nearest(name, names, SL_INPUT_COUNT);
  cli_fail(CLI_BAD, "There is no input \"%.60s\"%s%s%s; the inputs are %s.", name,
           near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "", list);
  return -1;
}

static int set_prompt(sl_lab *lab, const char *prompt) {
  const char *json = sl_set_prompt(lab, prompt, strlen(prompt));
  if (!json) return cli_engine_fail(lab);
  int tokens = 0, kept = 0;
  sscanf(json, "{\"tokens\":%d,\"kept\":%d}", &tokens, &kept);
  if (kept < tokens)
    fprintf(stderr, "sinklab: The prompt has %d tokens, of which the first %d fit the context.\n",
            tokens, kept);
  return CLI_OK;
}

/* The window's tokens as the probes saw them; padding is left out. */
static int print_tokens(sl_lab *lab) {
  sl_view tokens, documents;
  sl_json *j;
  if (sl_probe_tokens(lab, &tokens, &documents)) return cli_engine_fail(lab);
  const char *json = sl_data_json(lab);
  if (!json) return cli_engine_fail(lab);
  if (sl_json_parse(json, strlen(json), CLI_RUN_LIMIT, &j, NULL)) return cli_no_memory();
  const int32_t *token = tokens.data, *document = documents.data;
  sl_text out = {0};
  sl_text_add(&out, "window [");
  for (int i = 0; i < tokens.shape[0] && document[i] != SL_DOCUMENT_PADDING; i++) {
    const sl_json *text = sl_json_first(sl_json_get(j, "vocabulary"));
    for (int v = 0; v < token[i]; v++) text = sl_json_next(text);
    if (i) sl_text_add(&out, ",");
    sl_text_string(&out, sl_json_string(text));
  }
  sl_text_add(&out, "]\n");
  sl_json_free(j);
  int code = sl_text_done(&out) ? CLI_OK : cli_no_memory();
  if (!code) fputs(out.data, stdout);
  sl_text_free(&out);
  return code;
}

/* Room for a place's name and the numbers under it. */
static int width_of(const sl_probe_names *n, int i) {
  return n->at[i].length > 10 ? n->at[i].length : 10;
}

/* The name of the place that row r is about, if the names are of an axis before the last. */
static void print_row_name(const sl_probe_names *n, const sl_view *v, int r) {
  int longest = 0;
  for (int i = v->rank - 2; i > n->axis; i--) r /= (int)v->shape[i];
  for (int i = 0; i < n->count; i++)
    if (n->at[i].length > longest) longest = n->at[i].length;
  printf("  %-*.*s", longest, n->at[r % n->count].length, n->at[r % n->count].text);
}

/* A line for each row of the last dimension. */
static int print_probe(sl_lab *lab, const char *id) {
  sl_view v;
  if (sl_probe_view(lab, id, &v)) return cli_engine_fail(lab);
  const sl_probe_names names = sl_registry_probe_names(
      (const sl_probe_type *)(const void *)sl_family_find(&sl_probe_family, id));
  const float *x = v.data;
  const int columns = names.count && names.axis + 1 == v.rank;
  int rows = 1, width = v.rank ? (int)v.shape[v.rank - 1] : 1;
  printf("%s", id);
  for (int i = 0; i < v.rank; i++) printf("%s%d", i ? " x " : " ", (int)v.shape[i]);
  printf("\n");
  for (int i = 0; columns && i < width; i++)
    printf("  %*.*s%s", width_of(&names, i), names.at[i].length, names.at[i].text,
           i + 1 == width ? "\n" : "");
  for (int i = 0; i + 1 < v.rank; i++) rows *= (int)v.shape[i];
  for (int r = 0; r < rows; r++) {
    if (names.count && !columns) print_row_name(&names, &v, r);
    for (int i = 0; i < width; i++)
      printf("%s%*.4g%s", i && !columns ? " " : "  ", columns ? width_of(&names, i) : 0,
             (double)*x++, i + 1 == width ? "\n" : "");
  }
  return CLI_OK;
}

/* ---- the report ---- */

static int print_list(const sl_json *report, const char *key, const char *title) {
  const sl_json *line = sl_json_first(sl_json_get(report, key));
  if (line && title) printf("\n%s\n", title);
  for (; line; line = sl_json_next(line))
    printf("%s%s\n", title ? "  " : "", sl_json_string(sl_json_get(line, "text")));
  return CLI_OK;
}

static int print_report(const char *json) {
  sl_json *report;
  if (sl_json_parse(json, strlen(json), CLI_RUN_LIMIT, &report, NULL)) return cli_no_memory();
  print_list(report, "lines", NULL);
  print_list(report, "births", "How it came about");
  sl_json_free(report);
  return CLI_OK;
}

/* ---- the file ---- */

static int write_probe(sl_lab *lab, const char *id, sl_text *out) {
  sl_view v;
  size_t n = 1;
  if (sl_probe_view(lab, id, &v)) return cli_engine_fail(lab);
  const float *x = v.data;
  sl_text_printf(out, "\"%s\":{\"shape\":[", id);
  for (int i = 0; i < v.rank; i++) {
    sl_text_printf(out, "%s%d", i ? "," : "", (int)v.shape[i]);
    n *= (size_t)v.shape[i];
  }
  sl_text_add(out, "],\"values\":[");
  for (size_t i = 0; i < n; i++) {
    if (i) sl_text_add(out, ",");
    sl_text_single(out, (double)x[i]);
  }
  sl_text_add(out, "]}");
  return CLI_OK;
}

static int write_file(sl_lab *lab, const cli_options *o, const char *report, const char *input) {
  sl_text out = {0};
  int code = CLI_OK;
  sl_text_printf(&out, "{\"report\":%s,\n\"input\":\"%s\",\"windows\":%d,\n\"probes\":{", report,
                 input, (int)(o->sequences ? o->sequences : 1));
  for (int i = 0; i < o->probe_count && !code; i++) {
    if (i) sl_text_add(&out, ",\n");
    code = write_probe(lab, o->probes[i], &out);
  }
  sl_text_add(&out, "}}\n");
  if (!code && !sl_text_done(&out)) code = cli_no_memory();
  if (!code) code = cli_file_write(o->json, "The analysis", out.data, out.size);
  sl_text_free(&out);
  return code;
}

/* ---- the model ---- */

/* To the end of the run, as the preset says. */
static int train(const cli_run *r, int quiet) {
  cli_progress p;
  int bad = sl_train(r->lab, 0);
  cli_progress_begin(&p, r, quiet);
  while (!bad && sl_step(r->lab) < r->steps)
    if (!(bad = sl_train(r->lab, 1))) cli_progress_step(&p, r);
  cli_progress_end(&p);
  return bad ? cli_engine_fail(r->lab) : CLI_OK;
}

static int open_model(cli_run *r, const cli_options *o) {
  cli_options copy = *o;
  if (cli_file_is_checkpoint(o->file)) {
    if (o->set_count)
      return cli_fail(CLI_BAD,
                      "A checkpoint has its settings; leave out --set, --seed and --steps.");
    copy.resume = o->file;
    return cli_run_resume(r, &copy);
  }
  sl_text config = {0};
  copy.preset = o->file;
  int code = cli_config(&copy, &config);
  if (!code) code = cli_run_open(r, config.data, config.size, &copy);
  sl_text_free(&config);
  return code ? code : train(r, o->quiet);
}

/* The probes of the options, as the engine asks for them. */
static char *join_probes(const cli_options *o) {
  size_t size = 1;
  for (int i = 0; i < o->probe_count; i++) size += strlen(o->probes[i]) + 1;
  char *ids = calloc(size, 1);
  for (int i = 0; ids && i < o->probe_count; i++) {
    if (i) strcat(ids, ",");
    strcat(ids, o->probes[i]);
  }
  return ids;
}

static int set_epsilon(sl_lab *lab, const char *epsilon) {
  char *end;
  double x = strtod(epsilon, &end);
  if (end == epsilon || *end || x == 0)
    return cli_fail(CLI_BAD, "--epsilon must be a number between 0 and 1, not \"%.40s\".", epsilon);
  return sl_set_epsilon(lab, x) ? cli_engine_fail(lab) : CLI_OK;
}

static int measure(sl_lab *lab, const cli_options *o, int input) {
  char *ids = join_probes(o);
  if (!ids) return cli_no_memory();
  int bad = sl_probe(lab, ids, input, o->first, o->sequences ? o->sequences : 1);
  free(ids);
  return bad ? cli_engine_fail(lab) : CLI_OK;
}

static int print_all(sl_lab *lab, const cli_options *o) {
  int code = print_tokens(lab);
  for (int i = 0; i < o->probe_count && !code; i++) code = print_probe(lab, o->probes[i]);
  return code;
}

static int analyze(const cli_run *r, const cli_options *o, int input) {
  const char *json = sl_evaluate(r->lab) ? NULL : sl_report_json(r->lab);
  char *report = json ? strdup(json) : NULL; /* what is measured next takes its place */
  if (!json) return cli_engine_fail(r->lab);
  if (!report) return cli_no_memory();
  int code = o->prompt ? set_prompt(r->lab, o->prompt) : CLI_OK;
  if (!code && o->epsilon) code = set_epsilon(r->lab, o->epsilon);
  if (!code && o->probe_count) code = measure(r->lab, o, input);
  if (!code) code = print_report(report);
  if (!code && o->probe_count) {
    printf("\n");
    code = print_all(r->lab, o);
  }
  if (!code && o->json) code = write_file(r->lab, o, report, sl_input_types[input].id);
  free(report);
  return code;
}

int cli_analyze(const cli_options *o) {
  int input = input_number(o->input ? o->input : o->prompt ? "bos_prompt" : "packed");
  if (input < 0) return CLI_BAD;
  if (o->json) {
    int code = cli_file_check(o->json, "The analysis");
    if (code) return code;
  }
  cli_run r = {0};
  int code = open_model(&r, o);
  if (!code) code = analyze(&r, o, input);
  cli_run_close(&r);
  return code;
}
