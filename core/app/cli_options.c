/* Options: one table, from which they are read and from which --help is printed. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define AT(member) offsetof(cli_options, member)

const cli_option cli_option_table[] = {
    {"--preset", "NAME|FILE", CLI_STRING, AT(preset), 0, 0, " train estimate ",
     "A preset's name, or a file with a preset, a configuration or a run."},
    {"--set", "PATH=VALUE", CLI_SET, 0, 0, 0, " train estimate corpus analyze ",
     "Changes one setting, for example data.packing=intra_bos; may stand often."},
    {"--set-at", "STEP:PATH=NUMBER", CLI_SET_AT, 0, 0, 0, " train ",
     "Changes it on the way, after that step: 500:train.lr=0.001; may stand often."},
    {"--seed", "N", CLI_SEED, 0, 0, 0, " train estimate corpus analyze ",
     "The same as --set seed=N."},
    {"--steps", "N", CLI_STEPS, 0, 0, 0, " train estimate analyze ",
     "The same as --set train.steps=N."},
    {"--workers", "N", CLI_INT, AT(workers), 1, 64, " train replay estimate analyze ",
     "Threads; the bits do not depend on it. Default: processors, at most train.shards."},
    {"--arithmetic", "NAME", CLI_STRING, AT(arithmetic), 0, 0, " train analyze ",
     "strict (default): the same bits everywhere; fma: fused multiply-add, with its own bits."},
    {"--limit", "MB", CLI_INT, AT(limit), 1, 1 << 20, " train replay ",
     "Refuses a run that takes more memory than this."},
    {"--text", "FILE", CLI_TEXT, 0, 0, 0, " train replay estimate analyze corpus ",
     "Your own text (UTF-8) for the corpus \"text\"; each of several is a document."},
    {"--json", "FILE", CLI_STRING, AT(json), 0, 0, " train ",
     "Writes the run file: settings, fingerprints and measurements."},
    {"--checkpoint", "FILE", CLI_STRING, AT(checkpoint), 0, 0, " train ",
     "Saves the run there: now and then, at the end, and when you press Ctrl-C."},
    {"--resume", "FILE", CLI_STRING, AT(resume), 0, 0, " train ",
     "Goes on from a checkpoint, instead of --preset."},
    {"--input", "NAME", CLI_STRING, AT(input), 0, 0, " analyze ",
     "What the model reads, for example packed (default), bos_random or prompt."},
    {"--prompt", "TEXT", CLI_STRING, AT(prompt), 0, 0, " analyze ",
     "Your text for the inputs bos_prompt and prompt."},
    {"--probe", "ID", CLI_PROBE, 0, 0, 0, " analyze ",
     "Measures this too and prints its numbers; may stand often."},
    {"--documents", "N", CLI_INT, AT(documents), 1, 64, " corpus ",
     "How many documents are shown; 5 if not given."},
    {"--epsilon", "X", CLI_STRING, AT(epsilon), 0, 0, " analyze ",
     "Sink threshold of these measurements; eval.epsilon if not given."},
    {"--first", "N", CLI_INT, AT(first), 0, 1000000000, " analyze ", "Number of the first window."},
    {"--sequences", "N", CLI_INT, AT(sequences), 1, 100000, " analyze ",
     "Windows that are averaged over; 1 if not given."},
    {"--quiet", NULL, CLI_FLAG, AT(quiet), 0, 0, " train replay analyze ",
     "No progress on stderr."},
    {"--json", "FILE", CLI_STRING, AT(json), 0, 0, " analyze ",
     "Writes the report and everything that was measured."},
    {"--json", NULL, CLI_FLAG, AT(as_json), 0, 0, " registry ", "JSON instead of Markdown."},
    {"--out", "DIR", CLI_STRING, AT(out), 0, 0, " docs ", "The folder to write into."},
    {0}};

static int takes(const cli_option *option, const char *command) {
  char word[32];
  snprintf(word, sizeof word, " %s ", command);
  return strstr(option->commands, word) != NULL;
}

static const cli_option *find(const char *command, const char *name, size_t length) {
  for (const cli_option *p = cli_option_table; p->name; p++)
    if (takes(p, command) && strlen(p->name) == length && !strncmp(p->name, name, length)) return p;
  return NULL;
}

static int unknown(const char *command, const char *name) {
  const char *names[32];
  int count = 0;
  for (const cli_option *p = cli_option_table; p->name; p++)
    if (takes(p, command)) names[count++] = p->name;
  const char *near = sl_nearest(name, names, count);
  if (near)
    return cli_fail(CLI_BAD, "%s has no option %.60s; did you mean %s?", command, name, near);
  return cli_fail(CLI_BAD, "%s has no option %.60s; sinklab --help lists them.", command, name);
}

static int read_int(const cli_option *p, const char *value, int32_t *out) {
  char *end;
  errno = 0;
  long x = strtol(value, &end, 10);
  if (end == value || *end || errno || x < p->min || x > p->max)
    return cli_fail(CLI_BAD, "%s must be a whole number between %d and %d, not \"%.40s\".", p->name,
                    (int)p->min, (int)p->max, value);
  *out = (int32_t)x;
  return CLI_OK;
}

/* The path stands in front of the value; for --seed and --steps it goes without saying. */
static int add_set(const cli_option *p, const char *value, cli_options *o) {
  if (p->kind == CLI_SET && (!strchr(value, '=') || *value == '='))
    return cli_fail(CLI_BAD, "--set takes PATH=VALUE, for example model.layers=2, not \"%.80s\".",
                    value);
  if (o->set_count == CLI_MAX_SETS)
    return cli_fail(CLI_BAD,
                    "There are more than %d settings to change; write them to a file and "
                    "give it to --preset.",
                    CLI_MAX_SETS);
  o->set_paths[o->set_count] = p->kind == CLI_SEED    ? "seed"
                               : p->kind == CLI_STEPS ? "train.steps"
                                                      : NULL;
  o->sets[o->set_count++] = value;
  return CLI_OK;
}

static int add_set_at(const char *value, cli_options *o) {
  if (o->set_at_count == CLI_MAX_SETS)
    return cli_fail(CLI_BAD, "--set-at may stand %d times.", CLI_MAX_SETS);
  o->set_at[o->set_at_count++] = value;
  return CLI_OK;
}

static int add_probe(const char *value, cli_options *o) {
  if (o->probe_count == CLI_MAX_PROBES)
    return cli_fail(CLI_BAD, "--probe may stand %d times.", CLI_MAX_PROBES);
  o->probes[o->probe_count++] = value;
  return CLI_OK;
}

static int add_text(const char *value, cli_options *o) {
  if (o->text_count == CLI_MAX_TEXTS)
    return cli_fail(CLI_BAD, "--text may stand %d times.", CLI_MAX_TEXTS);
  o->texts[o->text_count++] = value;
  return CLI_OK;
}

static int take(const cli_option *p, const char *value, cli_options *o) {
  void *member = (char *)o + p->offset;
  switch (p->kind) {
    case CLI_FLAG: *(int *)member = 1; return CLI_OK;
    case CLI_STRING:
      if (!*value) return cli_fail(CLI_BAD, "%s needs a value: %s.", p->name, p->value);
      *(const char **)member = value;
      return CLI_OK;
    case CLI_INT: return read_int(p, value, member);
    case CLI_TEXT: return add_text(value, o);
    case CLI_PROBE: return add_probe(value, o);
    case CLI_SET:
    case CLI_SEED:
    case CLI_STEPS: return add_set(p, value, o);
    case CLI_SET_AT: return add_set_at(value, o);
  }
  return CLI_OK;
}

int cli_options_read(const cli_command *c, int argc, char **argv, cli_options *o) {
  o->command = c->name;
  for (int i = 0; i < argc; i++) {
    const char *word = argv[i];
    if (strncmp(word, "--", 2) != 0) {
      if (!c->file) return cli_fail(CLI_BAD, "%s takes no argument \"%.80s\".", c->name, word);
      if (o->file)
        return cli_fail(CLI_BAD, "%s takes one file, and \"%.80s\" is a second.", c->name, word);
      o->file = word;
      continue;
    }
    const char *equals = strchr(word, '=');
    const cli_option *p = find(c->name, word, equals ? (size_t)(equals - word) : strlen(word));
    if (!p) return unknown(c->name, word);
    if (p->kind == CLI_FLAG && equals) return cli_fail(CLI_BAD, "%s takes no value.", p->name);
    const char *value = equals ? equals + 1 : "";
    if (p->kind != CLI_FLAG && !equals) {
      if (++i >= argc) return cli_fail(CLI_BAD, "%s needs a value: %s.", p->name, p->value);
      value = argv[i];
    }
    int code = take(p, value, o);
    if (code) return code;
  }
  if (c->file && !o->file)
    return cli_fail(CLI_BAD, "%s needs %s: sinklab %s.", c->name, c->file, c->usage);
  return CLI_OK;
}
