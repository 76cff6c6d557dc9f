/* What the tests that go through the public header share: opening tiny runs, and sentences. */
#ifndef LAB_H
#define LAB_H

#include "../core/include/sinklab.h"
#include "harness.h"

#include <stdlib.h>
#include <string.h>

#define TINY_MODEL "\"model\":{\"layers\":2,\"heads\":2,\"width\":8,\"ffn_width\":12}"
#define TINY_EVAL  "\"eval\":{\"every\":5,\"sequences\":6,\"fingerprint_every\":5}"
#define TINY_RUN                                                                                   \
  "{\"seed\":\"7\"," TINY_MODEL                                                                    \
  ",\"data\":{\"corpus\":\"backcopy_docs\",\"packing\":\"intra_bos\","                             \
  "\"context\":16},\"train\":{\"steps\":20,\"batch\":6,\"shards\":4,\"lr\":0.01,\"warmup\":3,"     \
  "\"schedule\":\"cosine\"}," TINY_EVAL "}"

static inline int lab_open_text(sl_lab *lab, const char *json, const char *text, size_t size) {
  return sl_open(lab, json, strlen(json), text, size, 1, 0);
}

static inline int lab_open(sl_lab *lab, const char *json) {
  return lab_open_text(lab, json, NULL, 0);
}

/* The last error's sentence, without its JSON. */
static inline const char *lab_message(sl_lab *lab) {
  static char message[1024];
  const char *at = strstr(sl_error_json(lab), "\"message\":\"");
  message[0] = 0;
  if (at) snprintf(message, sizeof message, "%s", at + strlen("\"message\":\""));
  size_t n = strlen(message);
  if (n >= 2) message[n - 2] = 0; /* "} */
  return message;
}

static inline int words_of(const char *s) {
  int n = 0;
  for (; *s; s++) n += *s != ' ' && (s[1] == ' ' || s[1] == 0);
  return n;
}

/* A sentence: five words or more, and an end. */
static inline int is_sentence(const char *s) {
  size_t n = strlen(s);
  return words_of(s) >= 5 && n && (s[n - 1] == '.' || s[n - 1] == '?');
}

typedef struct print {
  char hash[20];
} print;

static inline print lab_print(sl_lab *lab) {
  print p = {""};
  const char *s = sl_fingerprint(lab);
  snprintf(p.hash, sizeof p.hash, "%s", s ? s : "none");
  return p;
}

static inline int same_print(print a, print b) {
  return !strcmp(a.hash, b.hash) && strcmp(a.hash, "none") != 0;
}

/* A copy of what sl_save gives; to be freed. */
static inline unsigned char *lab_save(sl_lab *lab, size_t *size) {
  sl_view v;
  if (sl_save(lab, &v)) return NULL;
  *size = (size_t)v.shape[0];
  unsigned char *copy = malloc(*size);
  if (copy) memcpy(copy, v.data, *size);
  return copy;
}

#endif
