/* Files that a stranger wrote. Configurations and checkpoints are damaged in ways that a fixed seed
 * decides: cut at every length, bits flipped, pieces moved, numbers made extreme, and (with the sums
 * made right again, so that the checks behind them are reached) every field of a checkpoint changed.
 * Each is taken or refused with a sentence; what is taken works; what was open is as it was.
 *
 * test_fuzz [rounds] runs longer: the default is 1. */
#include "../../core/base/json.h"
#include "../lab.h"

static sl_lab *victim; /* takes whatever is taken; holds what it took last */
static print before;   /* of what it holds */
static uint32_t seed = 1;
static int taken, refused, rounds = 1;

static uint32_t below(uint32_t n) { return harness_u32(&seed) % n; }

/* A refusal leaves a sentence, its JSON is JSON, and what was open is as it was. */
static void check_refusal(sl_lab *l, const char *what, const void *input, int size) {
  const char *error = sl_error_json(l);
  sl_json *j = NULL;
  refused++;
  check(sl_json_parse(error, strlen(error), 1 << 16, &j, NULL) == SL_OK, "%s: %s", what, error);
  sl_json_free(j);
  check(is_sentence(lab_message(l)), "%s: \"%s\" for %.*s", what, lab_message(l), size,
        (const char *)input);
  check(same_print(before, lab_print(l)), "%s: the open run was changed", what);
}

/* ---- configurations ---- */

/* clang-format off */
static const char *const configs[] = {
    TINY_RUN, "{}",
    "{\"seed\":\"3\",\"model\":{\"layers\":1,\"heads\":2,\"width\":8,\"head_size\":4,\"ffn_width\":8,"
    "\"position\":{\"type\":\"rotary\",\"base\":100},"
    "\"norm\":{\"type\":\"layernorm\",\"eps\":1e-4},"
    "\"norm_placement\":\"post\",\"ffn\":\"swiglu\",\"bias\":true,\"init_residual\":true},"
    "\"data\":{\"corpus\":{\"type\":\"backcopy_docs\",\"triggers\":\"et \\n\",\"doc_min\":3,\"doc_max\":9},"
    "\"packing\":{\"type\":\"intra_fixed_bos\",\"bos_visible\":\"first\",\"restart_positions\":true},"
    "\"context\":16},\"train\":{\"steps\":9,\"batch\":2,\"shards\":2,"
    "\"optimiser\":{\"type\":\"sgd\",\"momentum\":0.5,\"decay\":0.1},"
    "\"schedule\":{\"type\":\"cosine\",\"floor\":0.2}},\"eval\":{\"sequences\":2}}"};
enum { CONFIGS = sizeof configs / sizeof *configs, LONGEST = 4096 };

static const char *const words[] = {
    "{", "}", "[", "]", ",", ":", "\"", "null", "true", "1e999", "-1", "0", "1e-320", "2147483648",
    "99999999999999999999", "\"type\":\"none\",", "\"\\u0000\"", "\"\\ud800\"", "\xff", "\xc3\xa9",
    "\\", "\"layers\":24,", "\"causal\"", "0.5", "[[[[[[[[[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":", "\n", " "};
/* clang-format on */
enum { WORDS = sizeof words / sizeof *words };

static double member(const char *json, const char *key) {
  const char *at = strstr(json, key);
  return at ? strtod(at + strlen(key), NULL) : 0;
}

/* What is resolved resolves to itself, and takes a step where that is quick. */
static void use_config(const char *json, size_t size) {
  static char resolved[LONGEST * 4];
  const char *r = sl_resolve_json(victim, json, size);
  if (!r) return check_refusal(victim, "resolve", json, (int)size);
  snprintf(resolved, sizeof resolved, "%s", r);
  r = sl_resolve_json(victim, resolved, strlen(resolved));
  check(r && !strcmp(r, resolved), "resolved twice is another: %s", resolved);
  const char *e = sl_estimate_json(victim, json, size, NULL, 0, 1);
  if (!e) return check_refusal(victim, "estimate", json, (int)size);
  double bytes = member(e, "\"bytes\":"), work = member(e, "\"flops_per_step\":");
  taken++;
  int rc = sl_open(victim, json, size, NULL, 0, 1, 4000000);
  check((rc == 0) == (bytes <= 4000000), "estimated %.0f bytes, %s: %s", bytes,
        rc ? lab_message(victim) : "opened", resolved);
  if (rc) return check_refusal(victim, "open", json, (int)size);
  if (work > 2e7) return;
  int shards = (int)member(resolved, "\"shards\":");
  for (int s = 0; s < shards && rc == 0; s++) rc = sl_shard(victim, s);
  check(rc == 0 && sl_apply(victim) == 0, "no step: %s: %s", lab_message(victim), resolved);
}

static void try_config(const char *json, size_t size) {
  /* An allocation of its own, so that a sanitizer sees a read beyond it. */
  char *exact = malloc(size + !size);
  memcpy(exact, json, size);
  before = lab_print(victim);
  use_config(exact, size);
  free(exact);
}

/* One random change of the text in place; returns its new size. */
static size_t mutate(char *text, size_t size, size_t room) {
  size_t at = below((uint32_t)size + 1), n;
  switch (below(6)) {
    case 0: /* a bit */
      if (at < size) text[at] = (char)(text[at] ^ (1 << below(8)));
      return size;
    case 1: /* a byte */
      if (at < size) text[at] = (char)below(256);
      return size;
    case 2: /* a piece goes */
      n = below(20);
      if (at + n > size) n = size - at;
      memmove(text + at, text + at + n, size - at - n);
      return size - n;
    case 3: /* a piece stands twice */
      n = below(40);
      if (at + n > size || size + n > room) return size;
      memmove(text + at + n, text + at, size - at);
      return size + n;
    case 4: { /* a number becomes a word */
      while (at < size && (text[at] < '0' || text[at] > '9')) at++;
      for (n = 0; at + n < size && text[at + n] >= '0' && text[at + n] <= '9';) n++;
      memmove(text + at, text + at + n, size - at - n);
      size -= n;
    }          /* fall through */
    default: { /* a word comes in */
      const char *word = words[below(WORDS)];
      n = strlen(word);
      if (size + n > room) return size;
      memmove(text + at + n, text + at, size - at);
      memcpy(text + at, word, n);
      return size + n;
    }
  }
}

static void fuzz_configs(void) {
  char text[LONGEST];
  for (int c = 0; c < CONFIGS; c++) {
    size_t whole = strlen(configs[c]);
    for (size_t n = 0; n <= whole; n++) try_config(configs[c], n);
    for (int i = 0; i < 6000 * rounds; i++) {
      size_t size = whole;
      memcpy(text, configs[c], whole);
      for (uint32_t k = 1 + below(3); k > 0; k--) size = mutate(text, size, sizeof text);
      try_config(text, size);
    }
  }
}

/* ---- checkpoints ---- */

static uint32_t crc32_of(const unsigned char *p, size_t n) {
  uint32_t crc = 0xFFFFFFFFu;
  for (size_t i = 0; i < n; i++) {
    crc ^= p[i];
    for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
  }
  return ~crc;
}

static uint64_t get(const unsigned char *p, int bytes) {
  uint64_t x = 0;
  for (int i = bytes - 1; i >= 0; i--) x = x << 8 | p[i];
  return x;
}
static void put(unsigned char *p, int bytes, uint64_t x) {
  for (int i = 0; i < bytes; i++, x >>= 8) p[i] = (unsigned char)x;
}

static unsigned char *good;
static size_t good_size;

/* The sum over header, JSON and table, if the file still says where they end. */
static void mend_header(unsigned char *file, size_t size) {
  uint64_t data = get(file + 40, 8);
  if (data >= 16 && data <= size) put(file + 12, 4, crc32_of(file + 16, (size_t)data - 16));
}

/* What was taken answers, trains and saves. */
static void use_checkpoint(void) {
  size_t size = 0;
  taken++;
  check(sl_run_json(victim) && sl_config_json(victim) && sl_tensors_json(victim), "%s",
        lab_message(victim));
  for (int i = 0; i < sl_metrics_count(victim); i++)
    check(sl_metrics_json(victim, i) != NULL, "%s", lab_message(victim));
  int rc = sl_step(victim) < 19 ? sl_train(victim, 1) : 0;
  check(rc == 0 || strstr(sl_error_json(victim), "diverged"), "a loaded run: %s",
        lab_message(victim));
  unsigned char *again = lab_save(victim, &size);
  check(again && sl_load(victim, again, size, NULL, 0, 1, 8000000) == 0, "saved again: %s",
        lab_message(victim));
  free(again);
}

/* The sum of one tensor, if it lies in the file. */
static void mend_entry(unsigned char *file, size_t size, unsigned char *entry) {
  uint64_t at = get(entry + 88, 8), bytes = get(entry + 96, 8);
  if (at <= size && bytes <= size - at) put(entry + 104, 4, crc32_of(file + at, (size_t)bytes));
}

static void try_checkpoint(const unsigned char *file, size_t size, const char *what) {
  unsigned char *exact = malloc(size + !size);
  memcpy(exact, file, size);
  before = lab_print(victim);
  if (sl_load(victim, exact, size, NULL, 0, 1, 8000000))
    check_refusal(victim, what, "", 0);
  else
    use_checkpoint();
  free(exact);
}

static void cut_checkpoints(void) {
  for (size_t n = 0; n < good_size; n++) try_checkpoint(good, n, "cut");
  unsigned char *longer = calloc(1, good_size + 64);
  memcpy(longer, good, good_size);
  try_checkpoint(longer, good_size + 64, "extended");
  free(longer);
}

static void flipped_checkpoints(void) {
  unsigned char *file = malloc(good_size);
  memcpy(file, good, good_size);
  int before = taken;
  for (int i = 0; i < 3000 * rounds; i++) {
    size_t at = i < 1024 ? (size_t)i / 8 : below((uint32_t)good_size);
    unsigned char bit = (unsigned char)(1 << (i < 1024 ? i % 8 : (int)below(8)));
    file[at] ^= bit;
    try_checkpoint(file, good_size, "a flipped bit");
    file[at] ^= bit;
  }
  /* Only what no sum covers may be changed unseen: the padding between tensors. */
  check(taken - before < 1500 * rounds, "%d of %d flipped bits were not seen", taken - before,
        3000 * rounds);
  free(file);
}

/* Every field of header and table takes extreme values, with the sums made right. */
static void altered_fields(void) {
  static const uint64_t values[] = {0,
                                    1,
                                    2,
                                    63,
                                    64,
                                    127,
                                    128,
                                    4096,
                                    0x7FFFFFFF,
                                    0x80000000u,
                                    0xFFFFFFFFu,
                                    0x100000000u,
                                    0x7FFFFFFFFFFFFFFFu,
                                    0xFFFFFFFFFFFFFFFFu,
                                    0xFFFFFFFFFFFFFFC0u};
  static const struct {
    int at, bytes;
  } header[] = {{8, 4}, {16, 8}, {24, 8}, {32, 8}, {40, 8}, {48, 8}, {56, 8}},
    entry[] = {{0, 1},  {5, 1},  {63, 1}, {64, 4}, {68, 4},
               {72, 4}, {76, 4}, {88, 8}, {96, 8}, {104, 4}};
  unsigned char *file = malloc(good_size);
  size_t table = (64 + (size_t)get(good + 24, 8) + 63) / 64 * 64, n = (size_t)get(good + 32, 8);
  for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
    for (size_t f = 0; f < sizeof header / sizeof *header; f++) {
      memcpy(file, good, good_size);
      put(file + header[f].at, header[f].bytes, values[v]);
      mend_header(file, good_size);
      try_checkpoint(file, good_size, "a header field");
    }
    for (size_t e = 0; e < n; e += e + 3 < n ? 7 : 1)
      for (size_t f = 0; f < sizeof entry / sizeof *entry; f++) {
        memcpy(file, good, good_size);
        unsigned char *changed = file + table + e * 128;
        put(changed + entry[f].at, entry[f].bytes, values[v]);
        if (entry[f].at < 104) mend_entry(file, good_size, changed);
        mend_header(file, good_size);
        try_checkpoint(file, good_size, "a table field");
      }
  }
  free(file);
}

/* Histories that are longer than the run has room for, and tensors that are longer than they are:
 * what they would overwrite is found by the sanitizers. */
static void longer_tensors(void) {
  unsigned char *file = malloc(good_size);
  size_t table = (64 + (size_t)get(good + 24, 8) + 63) / 64 * 64, n = (size_t)get(good + 32, 8);
  for (size_t e = 0; e < n; e++)
    for (uint64_t times = 2; times < 4096; times *= 2) {
      memcpy(file, good, good_size);
      unsigned char *entry = file + table + e * 128;
      uint64_t data = get(good + 40, 8); /* from the first tensor's start: the most room */
      put(entry + 88, 8, data);
      put(entry + 96, 8, times * get(entry + 96, 8));
      if (get(entry + 96, 8) > good_size - data) break;
      mend_entry(file, good_size, entry);
      mend_header(file, good_size);
      try_checkpoint(file, good_size, "a longer tensor");
    }
  free(file);
}

/* The JSON inside is damaged, with the sum made right. */
static void altered_json(void) {
  unsigned char *file = malloc(good_size);
  size_t size = (size_t)get(good + 24, 8);
  for (int i = 0; i < 1500 * rounds; i++) {
    memcpy(file, good, good_size);
    for (uint32_t k = 1 + below(2); k > 0; k--) {
      size_t at = 64 + below((uint32_t)size);
      static const char bytes[] = "0123456789-.e\"{}[],: \\nx";
      file[at] =
          below(4) ? (unsigned char)bytes[below(sizeof bytes - 1)] : (unsigned char)below(256);
    }
    mend_header(file, good_size);
    try_checkpoint(file, good_size, "altered JSON");
  }
  free(file);
}

/* Tensors and histories hold anything at all, with their sums made right. */
static void altered_data(void) {
  static const uint32_t floats[] = {0x7FC00000u, 0x7F800000u, 0xFF800000u, 0x7F7FFFFFu, 1u, 0u};
  unsigned char *file = malloc(good_size);
  size_t table = (64 + (size_t)get(good + 24, 8) + 63) / 64 * 64, n = (size_t)get(good + 32, 8);
  for (size_t e = 0; e < n; e++)
    for (int v = 0; v < 6; v++) {
      memcpy(file, good, good_size);
      unsigned char *entry = file + table + e * 128;
      size_t at = (size_t)get(entry + 88, 8), bytes = (size_t)get(entry + 96, 8);
      for (size_t i = 0; i + 4 <= bytes; i += 4 * (size_t)(1 + below(5)))
        put(file + at + i, 4, floats[v]);
      put(entry + 104, 4, crc32_of(file + at, bytes));
      mend_header(file, good_size);
      try_checkpoint(file, good_size, "altered data");
    }
  free(file);
}

static void fuzz_checkpoints(void) {
  /* What is replayed from the checkpoint alone must be right before it is damaged. */
  check(crc32_of((const unsigned char *)"123456789", 9) == 0xCBF43926u, "the CRC here is wrong");
  check(get(good + 12, 4) == crc32_of(good + 16, (size_t)get(good + 40, 8) - 16),
        "the checkpoint's sum is not CRC-32");
  try_checkpoint(good, good_size, "the whole file");
  cut_checkpoints();
  flipped_checkpoints();
  altered_fields();
  longer_tensors();
  altered_json();
  altered_data();
}

int main(int argc, char **argv) {
  if (argc > 1) rounds = atoi(argv[1]);
  victim = sl_new();
  lab_open(victim, TINY_RUN);
  check(sl_train(victim, 6) == 0, "%s", lab_message(victim));
  good = lab_save(victim, &good_size);
  fuzz_configs();
  printf("configurations: %d taken, %d refused\n", taken, refused);
  taken = refused = 0;
  fuzz_checkpoints();
  printf("checkpoints of %zu bytes: %d taken, %d refused\n", good_size, taken, refused);
  free(good);
  sl_free(victim);
  return harness_end();
}
