/* What describes the engine: registry, reference, presets, estimate, version. */
#include "cli.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static int print(const char *text) {
  fputs(text, stdout);
  return CLI_OK;
}

int cli_version(const cli_options *o) {
  (void)o;
  printf("sinklab %s (engine interface %d)\n", SL_VERSION, sl_abi());
  return CLI_OK;
}

int cli_help(const cli_options *o) {
  (void)o;
  sl_text out = {0};
  int code = cli_help_write(&out);
  if (!code) code = sl_text_done(&out) ? print(out.data) : cli_no_memory();
  sl_text_free(&out);
  return code;
}

int cli_registry(const cli_options *o) {
  sl_lab *lab = sl_new();
  if (!lab) return cli_no_memory();
  const char *text = o->as_json ? sl_registry_json(lab) : sl_registry_markdown(lab);
  int code = text ? print(text) : cli_engine_fail(lab);
  if (text && o->as_json) print("\n");
  sl_free(lab);
  return code;
}

/* ---- presets ---- */

static const char *string_of(const sl_json *j, const char *key) {
  const sl_json *m = sl_json_is(j) == SL_JSON_OBJECT ? sl_json_get(j, key) : NULL;
  return m && sl_json_is(m) == SL_JSON_STRING ? sl_json_string(m) : "";
}

static int write_presets(sl_text *out, const char *format) {
  for (const cli_preset *p = cli_presets; p->name; p++) {
    sl_json *j;
    sl_error e = {0};
    if (sl_json_parse(p->json, strlen(p->json), CLI_CONFIG_LIMIT, &j, &e))
      return cli_fail(CLI_FAILED, "The preset %s: %s", p->name, e.message);
    if (*format == '|')
      sl_text_printf(out, "| `%s` | %s | %s |\n", p->name, string_of(j, "name"),
                     string_of(j, "note"));
    else
      sl_text_printf(out, "%-4s  %s\n      %s\n", p->name, string_of(j, "name"),
                     string_of(j, "note"));
    sl_json_free(j);
  }
  return sl_text_done(out) ? CLI_OK : cli_no_memory();
}

int cli_list_presets(const cli_options *o) {
  (void)o;
  sl_text out = {0};
  int code = write_presets(&out, "");
  if (!code) print(out.data);
  sl_text_free(&out);
  return code;
}

/* ---- reference ---- */

/* The commands as --help prints them, and the presets. */
static int write_command_line(sl_text *out) {
  sl_text_add(out, "# Command line\n\n| command | what it does |\n|---|---|\n");
  for (const cli_command *c = cli_command_table; c->name; c++)
    sl_text_printf(out, "| `sinklab %s` | %s |\n", c->name, c->help);
  sl_text_add(out, "\n| option | of | meaning |\n|---|---|---|\n");
  for (const cli_option *p = cli_option_table; p->name; p++)
    sl_text_printf(out, "| `%s%s%s` |%s| %s |\n", p->name, p->value ? " " : "",
                   !p->value                      ? ""
                   : !strcmp(p->name, "--preset") ? "NAME or FILE"
                                                  : p->value,
                   p->commands, p->help);
  sl_text_add(out,
              "\nExit status: 0 done; 1 a replay differs or the run diverged; 2 something in the "
              "input is wrong; 3 out of memory, disk full; 130 stopped by Ctrl-C.\n"
              "\n# Presets\n\n| preset | name | what to watch |\n|---|---|---|\n");
  return write_presets(out, "|");
}

static int write_into(const char *folder, const char *name, const char *text) {
  char path[4096];
  int n = snprintf(path, sizeof path, "%s/%s", folder, name);
  if (n < 0 || (size_t)n >= sizeof path)
    return cli_fail(CLI_BAD, "--out: the name of the folder is too long.");
  int code = cli_file_write(path, "The reference", text, strlen(text));
  if (!code) printf("%s\n", path);
  return code;
}

static int write_docs(const char *folder, const char *command_line, const char *settings) {
  if (!folder) {
    print(command_line);
    print("\n");
    return print(settings);
  }
  if (mkdir(folder, 0777) && errno != EEXIST)
    return cli_fail(CLI_BAD, "--out: \"%.200s\" cannot be made: %s.", folder, strerror(errno));
  int code = write_into(folder, "command-line.md", command_line);
  return code ? code : write_into(folder, "settings.md", settings);
}

int cli_docs(const cli_options *o) {
  sl_text command_line = {0};
  sl_lab *lab = sl_new();
  if (!lab) return cli_no_memory();
  int code = write_command_line(&command_line);
  const char *settings = sl_registry_markdown(lab);
  if (settings && !code) code = write_docs(o->out, command_line.data, settings);
  if (!settings) code = cli_engine_fail(lab);
  sl_text_free(&command_line);
  sl_free(lab);
  return code;
}

/* ---- estimate ---- */

static double number_of(const sl_json *j, const char *key) {
  const sl_json *x = sl_json_get(j, key);
  return x && sl_json_is(x) == SL_JSON_NUMBER ? sl_json_number(x) : 0;
}

static int print_estimate(const char *json, int workers) {
  sl_json *j;
  if (sl_json_parse(json, strlen(json), CLI_CONFIG_LIMIT, &j, NULL)) return cli_no_memory();
  printf("parameters       %.0f\n", number_of(j, "parameters"));
  printf("vocabulary       %.0f tokens\n", number_of(j, "vocabulary"));
  printf("memory           %.1f MB with %d worker%s\n", number_of(j, "bytes") / 1e6, workers,
         workers == 1 ? "" : "s");
  printf("tokens a step    %.0f\n", number_of(j, "tokens_per_step"));
  printf("work a step      %.3f GFLOP\n", number_of(j, "flops_per_step") / 1e9);
  sl_json_free(j);
  return CLI_OK;
}

int cli_estimate(const cli_options *o) {
  sl_text config = {0};
  cli_bytes text = {0};
  sl_lab *lab = sl_new();
  int workers = o->workers ? o->workers : 1;
  int code = lab ? cli_config(o, &config) : cli_no_memory();
  if (!code) code = cli_text_read(o, &text);
  if (!code) {
    const char *json =
        sl_estimate_json(lab, config.data, config.size, text.data, text.size, workers);
    code = json ? print_estimate(json, workers) : cli_engine_fail(lab);
  }
  sl_text_free(&config);
  cli_bytes_free(&text);
  sl_free(lab);
  return code;
}
