#include "checkpoint.h"

#include "../base/bytes.h"
#include "../base/format.h"
#include "../base/hash.h"
#include "../base/json.h"
#include "../base/number.h"
#include "../include/sinklab.h"

#include <stdlib.h>
#include <string.h>

static const unsigned char magic[8] = {0x89, 'S', 'L', 'C', '\r', '\n', 0x1A, '\n'};
enum { VERSION = 1, HEADER = 64, ENTRY = 128, NAME = 64, JSON_LIMIT = 1 << 20 };
enum { PRINT_BYTES = sizeof(sl_fingerprint_entry) };

/* A named array of a run: where a save reads and a load writes. */
typedef struct array {
  char name[NAME];
  uint32_t type, rank, shape[SL_RANK];
  void *data;
  size_t bytes;
} array;

/* Histories have as many rows as were measured: on loading, the file's row count counts. */
static const char history_metrics[] = "history.metrics", history_prints[] = "history.fingerprints";

static const uint32_t real_type = sizeof(sl_real) == 8 ? SL_F64 : SL_F32;

static array *add(array *list, int *n, const char *name, const char *suffix, uint32_t type,
                  void *data, size_t bytes) {
  array *a = &list[(*n)++];
  *a = (array){.type = type, .data = data, .bytes = bytes};
  sl_snprintf(a->name, sizeof a->name, "%s%s", name, suffix);
  return a;
}

/* Every array of the run; returns how many. list has room for 3 per tensor and 3 more. */
static int arrays_of(const sl_trainer *t, const sl_metrics *m, array *list) {
  static const char *const suffixes[] = {"", "/m0", "/m1"};
  sl_real *const sources[] = {t->params, t->optimiser[0], t->optimiser[1]};
  int n = 0;
  for (int i = 0; i < t->model.plan.count; i++) {
    const sl_entry *x = &t->model.plan.tensors[i];
    for (int s = 0; s < 3; s++) {
      if (x->role != SL_PARAM || !sources[s]) continue;
      array *a = add(list, &n, x->name, suffixes[s], real_type, sources[s] + x->at,
                     x->size * sizeof(sl_real));
      a->rank = (uint32_t)x->rank;
      for (int d = 0; d < x->rank; d++) a->shape[d] = (uint32_t)x->shape[d];
    }
  }
  array *h = add(list, &n, history_metrics, "", SL_F64, m->records,
                 (size_t)m->count * m->record * sizeof(double));
  h->rank = 2, h->shape[0] = (uint32_t)m->count, h->shape[1] = (uint32_t)m->record;
  h = add(list, &n, history_prints, "", SL_U8, m->fingerprints,
          (size_t)m->fingerprint_count * sizeof *m->fingerprints);
  h->rank = 2, h->shape[0] = (uint32_t)m->fingerprint_count, h->shape[1] = PRINT_BYTES;
  return n;
}

static size_t round64(size_t n) { return (n + 63) & ~(size_t)63; }

static void write_json(sl_text *out, const sl_trainer *t, const sl_metrics *m,
                       const sl_checkpoint_meta *meta) {
  sl_text_add(out, "{\"config\":");
  sl_json_write(out, &sl_config_desc, &t->config);
  sl_text_printf(out, ",\"step\":\"%lld\",\"arithmetic\":\"%s\",\"text_hash\":\"%016llx\"",
                 (long long)t->step, t->arithmetic, (unsigned long long)meta->text_hash);
  uint64_t bits[2]; /* exact: a resumed run reports the same mean loss */
  memcpy(&bits[0], &m->loss_sum, 8);
  memcpy(&bits[1], &t->loss, 8);
  sl_text_printf(out, ",\"loss_sum\":\"%016llx\",\"loss\":\"%016llx\",\"loss_steps\":\"%lld\"",
                 (unsigned long long)bits[0], (unsigned long long)bits[1],
                 (long long)m->loss_steps);
  sl_trainer_write_changes(t, out);
  sl_text_add(out, "}");
}

static void write_entry(unsigned char *p, const array *a, size_t offset) {
  memcpy(p, a->name, NAME);
  sl_put32(p + 64, a->type);
  sl_put32(p + 68, a->rank);
  for (int i = 0; i < SL_RANK; i++) sl_put32(p + 72 + 4 * i, a->shape[i]);
  sl_put64(p + 88, offset);
  sl_put64(p + 96, a->bytes);
  sl_put32(p + 104, sl_crc32(a->data, a->bytes));
}

static void write_file(unsigned char *file, size_t size, const sl_text *json, const array *list,
                       int n, size_t data, const sl_checkpoint_meta *meta) {
  size_t table = round64(HEADER + json->size), at = data;
  memcpy(file + HEADER, json->data, json->size);
  for (int i = 0; i < n; i++) {
    write_entry(file + table + (size_t)i * ENTRY, &list[i], at);
    if (list[i].bytes) memcpy(file + at, list[i].data, list[i].bytes);
    at += round64(list[i].bytes);
  }
  memcpy(file, magic, sizeof magic);
  sl_put32(file + 8, VERSION);
  sl_put64(file + 16, size);
  sl_put64(file + 24, json->size);
  sl_put64(file + 32, (uint64_t)n);
  sl_put64(file + 40, data);
  sl_put64(file + 48, meta->parent);
  sl_put32(file + 12, sl_crc32(file + 16, data - 16));
}

sl_code sl_checkpoint_save(const sl_trainer *t, const sl_metrics *m, const sl_checkpoint_meta *meta,
                           unsigned char **out, size_t *size, sl_error *e) {
  sl_text json = {0};
  array *list = calloc((size_t)t->model.plan.count * 3 + 3, sizeof *list);
  write_json(&json, t, m, meta);
  unsigned char *file = NULL;
  if (list && sl_text_done(&json)) {
    int n = arrays_of(t, m, list);
    size_t data = round64(HEADER + json.size) + round64((size_t)n * ENTRY);
    *size = data;
    for (int i = 0; i < n; i++) *size += round64(list[i].bytes);
    file = calloc(1, *size);
    if (file) write_file(file, *size, &json, list, n, data, meta);
  }
  free(list);
  sl_text_free(&json);
  *out = file;
  return file ? SL_OK : sl_fail(e, SL_E_MEMORY, "checkpoint", "Out of memory while saving.");
}

/* ---- reading ---- */

static sl_code damaged(sl_error *e, size_t at, const char *what) {
  return sl_fail_at(e, SL_E_FILE, "checkpoint", (long long)at,
                    "This checkpoint is damaged: %s (byte %zu). Use another copy of the file.",
                    what, at);
}

static sl_code check_header(const unsigned char *b, size_t size, sl_error *e) {
  if (size < HEADER || memcmp(b, magic, 4))
    return sl_fail_at(e, SL_E_FILE, "checkpoint", 0,
                      "This is not a Sinklab checkpoint: it does not begin like one.");
  if (memcmp(b, magic, sizeof magic)) return damaged(e, 4, "it was copied as text");
  if (sl_get32(b + 8) != VERSION)
    return sl_fail_at(e, SL_E_FILE, "checkpoint", 8,
                      "This checkpoint has version %u; this Sinklab reads version %d.",
                      sl_get32(b + 8), VERSION);
  if (sl_get64(b + 16) != size)
    return sl_fail_at(e, SL_E_FILE, "checkpoint", (long long)size,
                      "This checkpoint is cut off or extended: it has %zu bytes and should have "
                      "%llu.",
                      size, (unsigned long long)sl_get64(b + 16));
  uint64_t json = sl_get64(b + 24), n = sl_get64(b + 32), data = sl_get64(b + 40);
  if (json > JSON_LIMIT || n > 1u << 16 || data > size ||
      data != round64(HEADER + (size_t)json) + round64((size_t)n * ENTRY))
    return damaged(e, 24, "its sizes do not fit together");
  if (sl_crc32(b + 16, (size_t)data - 16) != sl_get32(b + 12))
    return damaged(e, 12, "its header or table was altered");
  return SL_OK;
}

static sl_code check_data(const unsigned char *b, size_t size, sl_error *e) {
  size_t table = round64(HEADER + (size_t)sl_get64(b + 24)), n = (size_t)sl_get64(b + 32);
  for (size_t i = 0; i < n; i++) {
    const unsigned char *entry = b + table + i * ENTRY;
    uint64_t at = sl_get64(entry + 88), bytes = sl_get64(entry + 96);
    if (entry[NAME - 1] || at > size || bytes > size - at)
      return damaged(e, table + i * ENTRY, "a tensor lies outside the file");
    if (sl_crc32(b + at, (size_t)bytes) != sl_get32(entry + 104))
      return damaged(e, (size_t)at, (const char *)entry);
  }
  return SL_OK;
}

static uint64_t hex_of(const sl_json *j, const char *key) {
  const sl_json *v = sl_json_get(j, key);
  return v && sl_json_is(v) == SL_JSON_STRING ? sl_strtou(sl_json_string(v), NULL, 16) : 0;
}

static long long decimal_of(const sl_json *j, const char *key) {
  const sl_json *v = sl_json_get(j, key);
  const char *end = v && sl_json_is(v) == SL_JSON_STRING ? sl_json_string(v) : "";
  uint64_t x = *end ? sl_strtou(end, &end, 10) : UINT64_MAX;
  return *end || x > INT64_MAX ? -1 : (long long)x;
}

static sl_code parse_json(const unsigned char *b, sl_json **j, sl_error *e) {
  return sl_json_parse((const char *)b + HEADER, (size_t)sl_get64(b + 24), JSON_LIMIT, j, e);
}

sl_code sl_checkpoint_config(const unsigned char *b, size_t size, sl_config *c,
                             sl_checkpoint_meta *meta, sl_error *e) {
  sl_json *j;
  SL_TRY(check_header(b, size, e));
  SL_TRY(check_data(b, size, e));
  SL_TRY(parse_json(b, &j, e));
  const sl_json *config = sl_json_get(j, "config");
  sl_text text = {0};
  sl_code code = config ? SL_OK : damaged(e, HEADER, "it has no configuration");
  if (!code) {
    sl_desc_defaults(&sl_config_desc, c);
    code = sl_json_read(config, &sl_config_desc, "", c, e);
  }
  if (!code) { /* through the parser again, for the checks of combinations */
    sl_json_write(&text, &sl_config_desc, c);
    code = sl_text_done(&text) ? sl_config_parse(text.data, text.size, c, e)
                               : sl_fail(e, SL_E_MEMORY, "checkpoint", "Out of memory.");
  }
  *meta = (sl_checkpoint_meta){.text_hash = hex_of(j, "text_hash"),
                               .parent = sl_hash(SL_HASH_START, b, HEADER)};
  sl_text_free(&text);
  sl_json_free(j);
  return code;
}

static const unsigned char *find_entry(const unsigned char *b, const char *name) {
  size_t table = round64(HEADER + (size_t)sl_get64(b + 24)), n = (size_t)sl_get64(b + 32);
  for (size_t i = 0; i < n; i++)
    if (!strcmp((const char *)b + table + i * ENTRY, name)) return b + table + i * ENTRY;
  return NULL;
}

/* Rows of a history entry that fit into `room` rows of `columns` numbers, `width` bytes. */
static sl_code load_history(const unsigned char *b, const char *name, void *to, size_t columns,
                            size_t width, int room, int *count, sl_error *e) {
  const unsigned char *entry = find_entry(b, name);
  size_t bytes = entry ? (size_t)sl_get64(entry + 96) : 0;
  if (entry && sl_get32(entry + 76) != columns)
    return sl_fail(e, SL_E_FILE, name,
                   "This checkpoint does not fit: a row of %s has %u numbers, and this Sinklab "
                   "measures %zu; open it with the Sinklab that saved it.",
                   name, sl_get32(entry + 76), columns);
  if (!entry || bytes % width || bytes / width > (size_t)room)
    return sl_fail(e, SL_E_FILE, name, "This checkpoint does not fit: %s is missing or too long.",
                   name);
  memcpy(to, b + sl_get64(entry + 88), bytes);
  *count = (int)(bytes / width);
  return SL_OK;
}

static sl_code load_array(const unsigned char *b, const array *a, sl_error *e) {
  const unsigned char *entry = find_entry(b, a->name);
  if (!entry)
    return sl_fail(e, SL_E_FILE, a->name, "This checkpoint does not fit: %s is missing.", a->name);
  int same = sl_get32(entry + 64) == a->type && sl_get32(entry + 68) == a->rank &&
             sl_get64(entry + 96) == a->bytes;
  for (int i = 0; i < SL_RANK; i++) same = same && sl_get32(entry + 72 + 4 * i) == a->shape[i];
  if (!same)
    return sl_fail(e, SL_E_FILE, a->name,
                   "This checkpoint does not fit: %s has another type or shape.", a->name);
  memcpy(a->data, b + sl_get64(entry + 88), a->bytes);
  return SL_OK;
}

/* What was changed on the way, in order and not after the step that the file holds. */
static sl_code load_changes(const sl_json *j, sl_trainer *t, int64_t step, sl_error *e) {
  const sl_json *list = sl_json_get(j, "changes"); /* files of runs without changes have none */
  if (list && sl_json_is(list) != SL_JSON_ARRAY)
    return damaged(e, HEADER, "its changes are no list");
  for (const sl_json *c = list ? sl_json_first(list) : NULL; c; c = sl_json_next(c)) {
    int object = sl_json_is(c) == SL_JSON_OBJECT;
    const sl_json *at = object ? sl_json_get(c, "step") : NULL;
    const sl_json *path = object ? sl_json_get(c, "path") : NULL;
    const sl_json *value = object ? sl_json_get(c, "value") : NULL;
    if (!at || sl_json_is(at) != SL_JSON_NUMBER || !(sl_json_number(at) >= 0) ||
        !(sl_json_number(at) <= (double)step) || !path || sl_json_is(path) != SL_JSON_STRING ||
        !value || sl_json_is(value) != SL_JSON_NUMBER)
      return damaged(e, HEADER, "a change of its settings cannot be read");
    SL_TRY(sl_trainer_set_at(t, (int64_t)sl_json_number(at), sl_json_string(path),
                             sl_json_number(value), e));
  }
  return SL_OK;
}

static sl_code load_counters(const unsigned char *b, sl_trainer *t, sl_metrics *m, sl_error *e) {
  sl_json *j;
  SL_TRY(parse_json(b, &j, e));
  long long step = decimal_of(j, "step"), loss_steps = decimal_of(j, "loss_steps");
  uint64_t bits[2] = {hex_of(j, "loss_sum"), hex_of(j, "loss")};
  const sl_json *arithmetic = sl_json_get(j, "arithmetic");
  int same = arithmetic && sl_json_is(arithmetic) == SL_JSON_STRING &&
             !strcmp(sl_json_string(arithmetic), t->arithmetic);
  sl_code code = load_changes(j, t, step, e);
  sl_json_free(j);
  if (step < 0 || step > t->config.train.steps || loss_steps < 0 || loss_steps > step)
    return damaged(e, HEADER, "its step lies outside the run");
  SL_TRY(code);
  t->step = step;
  if (step > 0 && !same) t->arithmetic = "mixed";
  t->prepared = -1;
  m->loss_steps = loss_steps;
  memcpy(&m->loss_sum, &bits[0], 8);
  memcpy(&t->loss, &bits[1], 8);
  return SL_OK;
}

sl_code sl_checkpoint_load(const unsigned char *b, size_t size, sl_trainer *t, sl_metrics *m,
                           sl_error *e) {
  (void)size;
  array *list = calloc((size_t)t->model.plan.count * 3 + 3, sizeof *list);
  if (!list) return sl_fail(e, SL_E_MEMORY, "checkpoint", "Out of memory while loading.");
  int n = arrays_of(t, m, list);
  sl_code code = SL_OK;
  for (int i = 0; !code && i < n; i++)
    if (strncmp(list[i].name, "history.", 8)) code = load_array(b, &list[i], e);
  free(list);
  SL_TRY(code);
  SL_TRY(load_history(b, history_metrics, m->records, m->record, m->record * sizeof(double),
                      m->room, &m->count, e));
  SL_TRY(load_history(b, history_prints, m->fingerprints, PRINT_BYTES, sizeof *m->fingerprints,
                      m->fingerprint_room, &m->fingerprint_count, e));
  return load_counters(b, t, m, e);
}
