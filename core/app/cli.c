/* The command line: finds the command and hands over. */
#include "cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const cli_command cli_command_table[] = {
    {"train", "train --preset NAME|FILE [options]", "Trains a run and says what became of it.",
     NULL, cli_train},
    {"replay", "replay FILE.json [options]",
     "Trains a run file again and compares every fingerprint and measurement.", "a run file",
     cli_replay},
    {"estimate", "estimate --preset NAME|FILE [options]",
     "Says how much memory and work a run takes, without starting it.", NULL, cli_estimate},
    {"analyze", "analyze CHECKPOINT|PRESET [options]",
     "Says what a model does with its attention and why; a preset is trained first.",
     "a checkpoint or a preset", cli_analyze},
    {"corpus", "corpus PRESET|FILE [options]",
     "Shows documents of the data that a preset or a configuration trains on, and measures them.",
     "a preset or a file", cli_corpus},
    {"presets", "presets", "Lists the presets.", NULL, cli_list_presets},
    {"registry", "registry [--json]",
     "Prints every setting, variant and probe, as Markdown or as JSON.", NULL, cli_registry},
    {"docs", "docs [--out DIR]", "Writes the reference as Markdown, to the folder or to stdout.",
     NULL, cli_docs},
    {"version", "version", "Prints the version.", NULL, cli_version},
    {"help", "help", "Prints this, with every setting.", NULL, cli_help},
    {0}};

int cli_fail(int code, const char *fmt, ...) {
  char line[1024];
  va_list args;
  va_start(args, fmt);
  vsnprintf(line, sizeof line, fmt, args);
  va_end(args);
  for (char *c = line; *c; c++) /* names come from outside: no line breaks, no terminal codes */
    if ((unsigned char)*c < 0x20 || *c == 0x7F) *c = '?';
  fflush(stdout);
  fprintf(stderr, "sinklab: %s\n", line);
  return code;
}

int cli_no_memory(void) { return cli_fail(CLI_FAILED, "Out of memory."); }

static const char *member(const sl_json *j, const char *key) {
  const sl_json *m = sl_json_get(j, key);
  return m && sl_json_is(m) == SL_JSON_STRING ? sl_json_string(m) : "";
}

int cli_engine_fail(sl_lab *lab) {
  const char *json = sl_error_json(lab);
  sl_json *j;
  if (sl_json_parse(json, strlen(json), CLI_CONFIG_LIMIT, &j, NULL))
    return cli_fail(CLI_FAILED, "The engine refused: %.600s", json);
  const char *code = member(j, "code"), *path = member(j, "path"), *message = member(j, "message");
  int exit_code = !strcmp(code, "memory")     ? CLI_FAILED
                  : !strcmp(code, "diverged") ? CLI_DIFFERS
                                              : CLI_BAD;
  if (*path && !strstr(message, path))
    cli_fail(exit_code, "%s: %s", path, message);
  else
    cli_fail(exit_code, "%s", message);
  sl_json_free(j);
  return exit_code;
}

/* ---- dispatch ---- */

static const cli_command *find_command(const char *name) {
  for (const cli_command *c = cli_command_table; c->name; c++)
    if (!strcmp(c->name, name)) return c;
  return NULL;
}

static int unknown_command(const char *name) {
  const char *names[16];
  int count = 0;
  for (const cli_command *c = cli_command_table; c->name; c++) names[count++] = c->name;
  const char *near = sl_nearest(name, names, count);
  if (near)
    return cli_fail(CLI_BAD, "There is no command \"%.60s\"; did you mean \"%s\"?", name, near);
  return cli_fail(CLI_BAD, "There is no command \"%.60s\"; sinklab --help lists them.", name);
}

static int wants_help(int argc, char **argv) {
  for (int i = 1; i < argc; i++)
    if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) return 1;
  return 0;
}

static int dispatch(int argc, char **argv) {
  if (argc < 2)
    return cli_fail(CLI_BAD, "Say what to do: sinklab train --preset R0, or sinklab --help.");
  cli_options o = {0};
  if (wants_help(argc, argv)) return cli_help(&o);
  if (!strcmp(argv[1], "--version")) return cli_version(&o);
  const cli_command *c = find_command(argv[1]);
  if (!c) return unknown_command(argv[1]);
  int code = cli_options_read(c, argc - 2, argv + 2, &o);
  return code ? code : c->run(&o);
}

int main(int argc, char **argv) {
  int code = dispatch(argc, argv);
  if ((fflush(stdout) || ferror(stdout)) && code == CLI_OK)
    code = cli_fail(CLI_FAILED, "What was to be printed could not be written.");
  return code;
}
