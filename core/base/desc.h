/* Descriptors: one declaration of a setting or a variant, from which come its JSON key and checks,
 * the form control, --help, the reference tables and the test loops. */
#ifndef SL_DESC_H
#define SL_DESC_H

#include "status.h"

#include <stddef.h>
#include <stdint.h>

typedef enum sl_type {
  SL_INT,    /* int32_t */
  SL_REAL,   /* double */
  SL_BOOL,   /* int32_t 0 or 1 */
  SL_CHOICE, /* int32_t index into choices */
  SL_STRING, /* char[max + 1], UTF-8; min and max are bytes */
  SL_SEED,   /* uint64_t; a decimal string in JSON */
  SL_FAMILY, /* sl_pick: one row of a family and that row's own settings */
  SL_SECTION /* a struct of its own, described by section */
} sl_type;

/* How a number is best moved along a slider. */
typedef enum sl_scale { SL_LINEAR, SL_LOG, SL_POWER2 } sl_scale;

struct sl_family;
struct sl_desc;

/* What a reader sees: labels, help, papers. The engine of the page goes without them (SL_WORDLESS):
 * the page reads them from registry.json, which the native build writes. There a string in a
 * descriptor initialises one byte and the rest of it is dropped, so that no row has to know. Only
 * registry.c, of which the page's engine takes the hash alone, may read words. */
#ifdef SL_WORDLESS
typedef char sl_words[1];
#else
typedef const char *sl_words;
#endif

typedef struct sl_option {
  const char *id;
  sl_words label, help;
} sl_option;

typedef struct sl_param {
  const char *key;  /* JSON key, never renamed */
  sl_words label;   /* on the form */
  sl_words help;    /* one sentence */
  const char *unit; /* or NULL */
  sl_type type;
  sl_scale scale;
  double def, min, max;
  const char *text;               /* default of a string, choice or family (an id) */
  const sl_option *options;       /* SL_CHOICE: ended by {0} */
  const struct sl_family *family; /* SL_FAMILY */
  const struct sl_desc *section;  /* SL_SECTION */
  size_t offset;                  /* in the struct it is a member of */
  int live;                       /* a number that may change between the steps of a run */
} sl_param;

/* First member of every pluggable struct. */
typedef struct sl_desc {
  const char *id;         /* stored in configs and checkpoints, never renamed */
  sl_words label;         /* a few words */
  sl_words help;          /* one sentence that a student understands */
  sl_words paper;         /* "arXiv 2410.10781, sec. 3.2", or NULL */
  const sl_param *params; /* ended by {0}, or NULL */
} sl_desc;

typedef struct sl_family {
  const char *id;
  sl_words label, help;
  const sl_desc *const *rows; /* each points at a struct that begins with sl_desc */
  int count;
} sl_family;

/* A chosen row and its settings (a struct of at most 96 bytes, laid out by the row's params). */
#define SL_SETTINGS_MAX 96
typedef struct sl_pick {
  const sl_desc *row;
  union {
    unsigned char bytes[SL_SETTINGS_MAX];
    double align;
  } settings;
} sl_pick;

/* Row of this id, or NULL. */
const sl_desc *sl_family_find(const sl_family *f, const char *id);

/* Every member of the struct at `out` to its default, recursively. */
void sl_desc_defaults(const sl_desc *d, void *out);

/* Choose a row by id and give it its defaults; false if there is none. */
int sl_pick_set(sl_pick *pick, const sl_family *f, const char *id);

/* Of the names (count of them), the one nearest to `word` by edit distance, or NULL if none is
 * near enough to suggest. */
const char *sl_nearest(const char *word, const char *const *names, int count);

#endif
