/* sinklab corpus: documents of the data, how its tokens are shared out, and what frequencies alone would
 * score. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

#define FREQUENT 12 /* tokens that are listed */

typedef struct preview {
  const sl_json *json;
  const char **text; /* (size) */
  double *count;     /* (size) */
  int size;
} preview;

static double number_of(const sl_json *j, const char *key) {
  const sl_json *x = j ? sl_json_get(j, key) : NULL;
  return x && sl_json_is(x) == SL_JSON_NUMBER ? sl_json_number(x) : 0;
}

static int read_preview(preview *p) {
  const sl_json *v = sl_json_first(sl_json_get(p->json, "vocabulary"));
  for (const sl_json *m = v; m; m = sl_json_next(m)) p->size++;
  p->text = calloc((size_t)p->size, sizeof *p->text);
  p->count = calloc((size_t)p->size, sizeof *p->count);
  if (!p->text || !p->count) return cli_no_memory();
  const sl_json *c = sl_json_first(sl_json_get(p->json, "counts"));
  for (int i = 0; i < p->size; i++, v = sl_json_next(v), c = sl_json_next(c)) {
    p->text[i] = sl_json_string(v);
    p->count[i] = sl_json_number(c);
  }
  return CLI_OK;
}

/* A token's text without what would move the cursor. */
static void print_text(const char *s) {
  for (; *s; s++) {
    if (*s == '\n')
      fputs("\\n", stdout);
    else if ((unsigned char)*s < 0x20 || *s == 0x7F)
      printf("\\x%02X", (unsigned)(unsigned char)*s);
    else
      putchar(*s);
  }
}

static void print_documents(const preview *p) {
  const sl_json *spaced = sl_json_get(p->json, "spaced");
  int number = 1;
  for (const sl_json *d = sl_json_first(sl_json_get(p->json, "documents")); d;
       d = sl_json_next(d), number++) {
    int n = 0;
    printf("%d  ", number);
    for (const sl_json *m = sl_json_first(sl_json_get(d, "tokens")); m; m = sl_json_next(m)) {
      if (n++ && sl_json_number(spaced) != 0) putchar(' ');
      print_text(p->text[(int)sl_json_number(m)]);
    }
    printf("%s (%d tokens)\n", sl_json_number(sl_json_get(d, "ended")) != 0 ? "" : "…", n);
  }
}

static void print_frequent(preview *p, double sample) {
  printf("most frequent   ");
  for (int k = 0; k < FREQUENT; k++) {
    int best = 0;
    for (int i = 1; i < p->size; i++)
      if (p->count[i] > p->count[best]) best = i;
    if (p->count[best] <= 0) break;
    printf(" \"");
    print_text(p->text[best]);
    printf("\" %.1f%%", 100 * p->count[best] / sample);
    p->count[best] = 0;
  }
  printf("\n");
}

static void print_numbers(preview *p) {
  const sl_json *b = sl_json_get(p->json, "baselines");
  double length = number_of(p->json, "mean_length"), floor = number_of(b, "floor");
  int used = 0;
  for (int i = 0; i < p->size; i++) used += p->count[i] > 0;
  printf("\nvocabulary       %d tokens, of which %d came in %.0f\n", p->size, used,
         number_of(b, "sample"));
  if (length > 0)
    printf("documents        %.1f tokens on average\n", length);
  else
    printf("documents        do not end\n");
  print_frequent(p, number_of(b, "sample"));
  printf("nats per token   uniform %.4f, unigram %.4f, bigram %.4f", number_of(b, "uniform"),
         number_of(b, "unigram"), number_of(b, "bigram"));
  if (floor > 0) printf("; nobody can do better than %.4f", floor);
  printf("\n");
}

static int print_preview(const char *json) {
  preview p = {0};
  sl_json *j;
  if (sl_json_parse(json, strlen(json), CLI_RUN_LIMIT, &j, NULL)) return cli_no_memory();
  p.json = j;
  int code = read_preview(&p);
  if (!code) {
    print_documents(&p);
    print_numbers(&p);
  }
  free(p.text);
  free(p.count);
  sl_json_free(j);
  return code;
}

int cli_corpus(const cli_options *o) {
  cli_options named = *o;
  sl_text config = {0};
  cli_bytes text = {0};
  sl_lab *lab = sl_new();
  named.preset = o->file;
  int code = lab ? cli_config(&named, &config) : cli_no_memory();
  if (!code) code = cli_text_read(o, &text);
  if (!code) {
    const char *json = sl_preview_json(lab, config.data, config.size, text.data, text.size,
                                       o->documents ? o->documents : 5);
    code = json ? print_preview(json) : cli_engine_fail(lab);
  }
  sl_text_free(&config);
  cli_bytes_free(&text);
  sl_free(lab);
  return code;
}
