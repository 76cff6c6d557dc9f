/* sinklab probe: what a saved model does on an input. */
#include "cli.h"

#include "../data/data.h"

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

/* A line for each row of the last dimension. */
static int print_probe(sl_lab *lab, const char *id) {
  sl_view v;
  if (sl_probe_view(lab, id, &v)) return cli_engine_fail(lab);
  const float *x = v.data;
  size_t rows = 1, width = v.rank ? (size_t)v.shape[v.rank - 1] : 1;
  printf("%s", id);
  for (int i = 0; i < v.rank; i++) printf("%s%d", i ? " x " : " ", (int)v.shape[i]);
  printf("\n");
  for (int i = 0; i + 1 < v.rank; i++) rows *= (size_t)v.shape[i];
  for (size_t r = 0; r < rows; r++)
    for (size_t i = 0; i < width; i++)
      printf("%s%.4g%s", i ? " " : "  ", (double)*x++, i + 1 == width ? "\n" : "");
  return CLI_OK;
}

static int print_all(sl_lab *lab, const char *ids) {
  int code = print_tokens(lab);
  while (*ids && !code) {
    char id[64];
    size_t n = strcspn(ids, ",");
    snprintf(id, sizeof id, "%.*s", (int)n, ids);
    code = print_probe(lab, id);
    ids += n + (ids[n] == ',');
  }
  return code;
}

int cli_probe(const cli_options *o) {
  const char *ids = o->probes ? o->probes : "alpha";
  int input = input_number(o->input ? o->input : o->prompt ? "bos_prompt" : "packed");
  if (input < 0) return CLI_BAD;
  cli_run r = {0};
  cli_options resume = *o;
  resume.resume = o->file;
  resume.workers = 1;
  int code = cli_run_resume(&r, &resume);
  if (!code && o->prompt) code = set_prompt(r.lab, o->prompt);
  if (!code && sl_probe(r.lab, ids, input, o->first, o->sequences ? o->sequences : 1))
    code = cli_engine_fail(r.lab);
  if (!code) code = print_all(r.lab, ids);
  cli_run_close(&r);
  return code;
}
