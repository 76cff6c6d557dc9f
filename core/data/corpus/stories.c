/* Little stories from a grammar. What makes them more than bigrams: a story keeps track of who is
 * where, who has what and how the main character feels, and a sentence is told only when it is true
 * of that; names, pronouns, places and colours stay the same from sentence to sentence. */
#include "../data.h"
#include "stories_tables.h"

#include <string.h>

#define WORDS_MAX  512  /* vocabulary without specials */
#define POOL_MAX   4096 /* bytes of all words */
#define CODE_MAX   2048 /* tokens of all sentences */
#define LIST_MAX   32   /* words of a list */
#define ROWS_MAX   64   /* sentences of a table */
#define PLACES_MAX 32
#define CAST_MAX   3
#define ENOUGH     80  /* tokens behind which the longest story comes to its end */
#define SHORTEST   30  /* the same of the shortest, where the setting allows it */
#define LONGEST    128 /* tokens; no sentence has more than 30, so ENOUGH + 30 + an ending fit */

typedef struct story_settings {
  int32_t characters, length;
} story_settings;

typedef struct table {
  const sentence *rows;
  int count;
} table;

enum { OPENINGS, FRIENDS, THINGS_TOLD, EVENTS, ENDINGS, TABLES };

#define TABLE(rows)                                                                                \
  { rows, (int)(sizeof(rows) / sizeof *(rows)) }
static const table tables[TABLES] = {[OPENINGS] = TABLE(openings),
                                     [FRIENDS] = TABLE(friends),
                                     [THINGS_TOLD] = TABLE(things),
                                     [EVENTS] = TABLE(events),
                                     [ENDINGS] = TABLE(endings)};

/* ---- from words to numbers, once ------------------------------------------------------------- */
/* A sentence as token numbers; a slot is minus its letter. */
typedef struct code {
  int16_t start, length;
  int16_t names_thing, names_subject;
} code;

typedef struct grammar {
  const char *names[WORDS_MAX + 2];
  char pool[POOL_MAX];
  int words, pool_used, code_used;
  int full; /* one of the sizes above is too small for the tables */
  int16_t list[LISTS][LIST_MAX];
  int list_count[LISTS];
  struct {
    int16_t at, noun;
  } places[PLACES_MAX];
  int place_count;
  code codes[TABLES][ROWS_MAX];
  int16_t tokens[CODE_MAX];
  /* words the teller says on its own */
  int16_t a, an, the, she, he, him, her, his;
} grammar;

/* Number of a word, which is new if it has none. */
static int16_t word(grammar *g, const char *text, size_t size) {
  for (int i = 0; i < g->words; i++)
    if (strlen(g->names[i]) == size && memcmp(g->names[i], text, size) == 0) return (int16_t)i;
  if (g->words == WORDS_MAX || g->pool_used + (int)size + 1 > POOL_MAX) {
    g->full = 1;
    return 0;
  }
  char *name = g->pool + g->pool_used;
  memcpy(name, text, size);
  name[size] = 0;
  g->pool_used += (int)size + 1;
  g->names[g->words] = name;
  return (int16_t)g->words++;
}

static int16_t known(grammar *g, const char *text) { return word(g, text, strlen(text)); }

static void read_lists(grammar *g) {
  for (int l = 0; l < LISTS; l++) {
    for (const char *p = lists[l]; *p;) {
      if (g->list_count[l] == LIST_MAX) {
        g->full = 1;
        break;
      }
      size_t n = strcspn(p, " ");
      g->list[l][g->list_count[l]++] = word(g, p, n);
      p += n + strspn(p + n, " ");
    }
  }
}

static void read_places(grammar *g) {
  static const struct {
    list nouns;
    const char *at;
  } kinds[] = {{PLACES_IN, "in"}, {PLACES_AT, "at"}, {PLACES_ON, "on"}};
  for (int k = 0; k < 3; k++) {
    list l = kinds[k].nouns;
    for (int i = 0; i < g->list_count[l] && g->place_count < PLACES_MAX; i++, g->place_count++) {
      g->places[g->place_count].at = known(g, kinds[k].at);
      g->places[g->place_count].noun = g->list[l][i];
    }
  }
}

static void read_sentence(grammar *g, const char *text, code *c) {
  *c = (code){.start = (int16_t)g->code_used};
  for (const char *p = text; *p;) {
    if (g->code_used == CODE_MAX) {
      g->full = 1;
      break;
    }
    size_t n = strcspn(p, " ");
    int slot = *p == '$' ? p[1] : 0;
    g->tokens[g->code_used++] = (int16_t)(slot ? -slot : word(g, p, n));
    if (slot == 'O' || slot == 'J' || slot == 'C') c->names_thing = 1;
    if (slot == 'A' || slot == 'N' || slot == 's') c->names_subject = 1;
    p += n + strspn(p + n, " ");
  }
  c->length = (int16_t)(g->code_used - c->start);
}

static sl_code open(sl_corpus *c, const void *settings, sl_text_input text, sl_arena *arena,
                    sl_error *e) {
  (void)settings;
  (void)text;
  grammar *g = sl_arena_take(arena, sizeof *g);
  if (!g) return sl_fail(e, SL_E_MEMORY, "data.corpus", "No memory left for the stories' words.");
  read_lists(g);
  read_places(g);
  for (int t = 0; t < TABLES; t++)
    for (int i = 0; i < tables[t].count; i++)
      read_sentence(g, tables[t].rows[i].text, &g->codes[t][i]);
  g->a = known(g, "a"), g->an = known(g, "an"), g->the = known(g, "the");
  g->she = known(g, "she"), g->he = known(g, "he");
  g->her = known(g, "her"), g->him = known(g, "him"), g->his = known(g, "his");
  if (g->full || g->place_count == PLACES_MAX)
    return sl_fail(e, SL_E_MEMORY, "data.corpus",
                   "The stories have more words than there is room for.");
  g->names[g->words] = "BOS";
  g->names[g->words + 1] = "EOS";
  c->vocab = (sl_vocab){
      .size = g->words + 2, .bos = g->words, .eos = g->words + 1, .text = g->names, .spaced = 1};
  c->longest = LONGEST;
  c->state = g;
  return SL_OK;
}

static size_t memory(const void *settings, sl_text_input text) {
  (void)settings;
  (void)text;
  return sl_arena_round(sizeof(grammar));
}

/* ---- the world of one story ------------------------------------------------------------------ */
typedef struct person {
  int16_t name, kind;
  int female, place, mood; /* mood: -1 sad, 1 glad */
} person;

typedef struct thing {
  int16_t noun, look;
  int told, holder, place, lost_by; /* holder, lost_by: one of the cast or -1 */
} thing;

typedef struct teller {
  const grammar *g;
  sl_rng *rng;
  person cast[CAST_MAX];
  thing things[2];
  int people;
  int actor, other, thing; /* whom the sentence is about; other may be -1 */
  int new_place;
  int16_t beast, colour;
  int subject;   /* of the sentence before, or -1 */
  uint64_t used; /* events told already */
  int n;
  int32_t out[LONGEST];
} teller;

static int below(teller *t, int n) { return (int)sl_rng_below(t->rng, (uint32_t)n); }

static int16_t any(teller *t, list l) { return t->g->list[l][below(t, t->g->list_count[l])]; }

static void cast_person(teller *t, int i) {
  person *p = &t->cast[i];
  const person *end = p;
  int kind = below(t, 4); /* a girl, a boy, or twice as often an animal */
  p->female = kind < 2 ? kind == 0 : below(t, 2);
  int again;
  do { /* nobody is another's namesake, no two animals are of a kind */
    p->kind = t->g->list[KINDS][kind < 2 ? kind : 2 + below(t, t->g->list_count[KINDS] - 2)];
    p->name = any(t, p->female ? GIRLS : BOYS);
    again = 0;
    for (const person *q = t->cast; q < end; q++)
      again |= q->name == p->name || (kind >= 2 && q->kind == p->kind);
  } while (again);
  p->place = below(t, t->g->place_count);
}

static void make_world(teller *t, const story_settings *s) {
  t->people = 1 + below(t, s->characters);
  for (int i = 0; i < t->people; i++) cast_person(t, i);
  for (int i = 0; i < 2; i++) {
    do t->things[i].noun = any(t, THINGS);
    while (i > 0 && t->things[i].noun == t->things[0].noun);
    t->things[i].look = any(t, below(t, 2) ? COLOURS : LOOKS);
    t->things[i].holder = t->things[i].lost_by = -1;
  }
}

/* ---- telling --------------------------------------------------------------------------------- */
static void say(teller *t, int16_t w) {
  if (t->n == LONGEST) return;
  if (t->n > 0 && t->out[t->n - 1] == t->g->a && strchr("aeiou", t->g->names[w][0]))
    t->out[t->n - 1] = t->g->an;
  t->out[t->n++] = w;
}

static void say_thing(teller *t, thing *x) {
  say(t, x->told ? t->g->the : t->g->a);
  if (!x->told || below(t, 3) == 0) say(t, x->look);
  say(t, x->noun);
  x->told = 1;
}

static void say_place(teller *t, int place, int with_preposition) {
  if (with_preposition) say(t, t->g->places[place].at);
  say(t, t->g->the);
  say(t, t->g->places[place].noun);
}

static void say_person(teller *t, const person *p, int slot) {
  const grammar *g = t->g;
  switch (slot) {
    case 'N': say(t, p->name); break;
    case 'K': say(t, p->kind); break;
    case 's': say(t, p->female ? g->she : g->he); break;
    case 'h': say(t, p->female ? g->her : g->him); break;
    case 'p': say(t, p->female ? g->her : g->his); break;
    default: say(t, t->subject == t->actor && below(t, 2) ? (p->female ? g->she : g->he) : p->name);
  }
}

static void say_slot(teller *t, int slot) {
  const person *actor = &t->cast[t->actor], *other = t->other < 0 ? actor : &t->cast[t->other];
  thing *x = &t->things[t->thing];
  switch (slot) {
    case 'B': say_person(t, other, 'N'); break;
    case 'L': say_person(t, other, 'K'); break;
    case 't': say_person(t, other, 's'); break;
    case 'o': say_person(t, other, 'h'); break;
    case 'M': say(t, any(t, MANNERS)); break;
    case 'O': say_thing(t, x); break;
    case 'X': say_thing(t, &t->things[1 - t->thing]); break;
    case 'J': say(t, x->noun); break;
    case 'C': say(t, x->look); break;
    case 'c': say(t, t->colour); break;
    case 'H': say_place(t, actor->place, 0); break;
    case 'I': say_place(t, actor->place, 1); break;
    case 'P': say_place(t, t->new_place, 0); break;
    case 'R': say_place(t, x->place, 1); break;
    case 'V': say_place(t, other->place, 0); break;
    case 'v': say_place(t, other->place, 1); break;
    case 'F': say(t, any(t, FOODS)); break;
    case 'G': say(t, any(t, GLAD)); break;
    case 'S': say(t, any(t, SAD)); break;
    case 'W': say(t, any(t, WEATHERS)); break;
    case 'Y': say(t, t->beast); break;
    default: say_person(t, actor, slot);
  }
}

static void take(teller *t, int who) {
  thing *x = &t->things[t->thing];
  x->holder = who;
  x->lost_by = -1;
}

static void lay(teller *t, int place) {
  thing *x = &t->things[t->thing];
  x->holder = -1;
  x->place = place;
}

static void happen(teller *t, effect what) {
  person *actor = &t->cast[t->actor], *other = t->other < 0 ? actor : &t->cast[t->other];
  thing *x = &t->things[t->thing];
  switch (what) {
    case NOTHING: break;
    case GO: actor->place = t->new_place; break;
    case GO_BOTH: actor->place = other->place = t->new_place; break;
    case JOIN: actor->place = other->place; break;
    case HOME: actor->place = 0; break;
    case BRING: take(t, t->other); /* fall through */
    case COME: other->place = actor->place; break;
    case TAKE: take(t, t->actor); break;
    case OTHER_TAKES: take(t, t->other); break;
    case LAY: lay(t, actor->place); break;
    case LOSE: x->lost_by = t->actor;     /* fall through */
    case CARRY_OFF: lay(t, t->new_place); /* fall through */
    case BE_SAD: actor->mood = -1; break;
    case FIND: actor->place = x->place; /* fall through */
    case GET: take(t, t->actor);        /* fall through */
    case BE_GLAD: actor->mood = 1; break;
    case GIVE: take(t, t->other); /* fall through */
    case OTHER_GLAD: other->mood = 1; break;
    case PAINT: x->look = t->colour; break;
    case SWAP:
      take(t, t->other);
      t->things[1 - t->thing].holder = t->actor;
      break;
  }
}

/* Whether the sentence would be true now. */
static int fits(const teller *t, int table, int row) {
  const sentence *s = &tables[table].rows[row];
  const person *actor = &t->cast[t->actor];
  const thing *x = &t->things[t->thing], *second = &t->things[1 - t->thing];
  int alone = t->other < 0, with = !alone && t->cast[t->other].place == actor->place;
  int lies = x->holder < 0 && x->lost_by < 0;
  int so = (x->holder == t->actor ? HOLDS : 0) |
           (!alone && x->holder == t->other ? OTHER_HOLDS : 0) |
           (lies ? (x->place == actor->place ? LIES_HERE : LIES_AWAY) : 0) |
           (x->lost_by == t->actor ? LOST : 0) | (alone ? 0 : OTHER | (with ? WITH : APART)) |
           (actor->mood < 0 ? IS_SAD : 0) | (actor->mood > 0 ? IS_GLAD : 0) |
           (!alone && second->holder == t->other ? TWO_THINGS : 0);
  if (!x->told) so = (so & ~(HOLDS | OTHER_HOLDS | LIES_HERE | LIES_AWAY | LOST)) | UNSEEN;
  if ((s->needs & so) != s->needs) return 0;
  if (t->g->codes[table][row].names_thing && !x->told && !(s->needs & UNSEEN)) return 0;
  return s->effect != HOME || actor->place != 0;
}

static void tell(teller *t, int table, int row) {
  const code *c = &t->g->codes[table][row];
  t->new_place = below(t, t->g->place_count - 1);
  if (t->new_place >= t->cast[t->actor].place) t->new_place++;
  t->beast = any(t, BEASTS);
  t->colour = any(t, COLOURS);
  for (int i = 0; i < c->length; i++) {
    int16_t token = t->g->tokens[c->start + i];
    if (token < 0)
      say_slot(t, -token);
    else
      say(t, token);
  }
  happen(t, tables[table].rows[row].effect);
  t->subject = c->names_subject ? t->actor : -1;
}

/* One sentence of the table that fits, each as likely; 0 if there is none. */
static int tell_one(teller *t, int table) {
  int fitting[ROWS_MAX], n = 0;
  for (int i = 0; i < tables[table].count; i++) {
    int told = table == EVENTS && (t->used >> i & 1);
    if (!told && fits(t, table, i)) fitting[n++] = i;
  }
  if (n == 0) return 0;
  int row = fitting[below(t, n)];
  if (table == EVENTS) t->used |= (uint64_t)1 << row;
  tell(t, table, row);
  return 1;
}

static void choose(teller *t, int actor) {
  t->actor = actor;
  t->other = t->people == 1 ? -1 : below(t, t->people - 1);
  if (t->other >= actor) t->other++;
}

static void tell_story(teller *t, int length, int want) {
  choose(t, 0);
  t->thing = 0;
  tell_one(t, OPENINGS);
  for (int i = 1; i < t->people; i++) {
    t->other = i;
    tell_one(t, FRIENDS);
  }
  choose(t, 0);
  tell_one(t, THINGS_TOLD);
  int least = length < SHORTEST ? length : SHORTEST;
  int enough = want > 0 ? want - 8 : least + (length > least ? below(t, length - least) : 0);
  if (enough > length) enough = length;
  while (t->n < enough) {
    choose(t, below(t, 3) ? 0 : below(t, t->people)); /* mostly about the first */
    t->thing = below(t, 4) == 0;
    int introduce = !t->things[t->thing].told && below(t, 2);
    if (!tell_one(t, introduce ? THINGS_TOLD : EVENTS)) break;
  }
  choose(t, 0);
  t->thing = 0;
  tell_one(t, ENDINGS);
}

static int document(const sl_corpus *c, sl_rng *rng, int held_out, int want, int skip, int max,
                    int32_t *out, int *ended) {
  (void)held_out;
  teller t = {.g = c->state, .rng = rng, .subject = -1};
  make_world(&t, c->settings);
  tell_story(&t, ((const story_settings *)c->settings)->length, want);
  *ended = t.n <= skip + max;
  int n = *ended ? t.n : skip + max;
  for (int i = skip; i < n; i++) out[i - skip] = t.out[i];
  return n;
}

static const sl_param params[] = {{.key = "characters",
                                   .label = "Characters",
                                   .help = "How many people and animals a story has at most.",
                                   .type = SL_INT,
                                   .def = 3,
                                   .min = 1,
                                   .max = CAST_MAX,
                                   .offset = offsetof(story_settings, characters)},
                                  {.key = "length",
                                   .label = "Length",
                                   .help = "Tokens behind which a long story comes to its end.",
                                   .unit = "tokens",
                                   .type = SL_INT,
                                   .def = ENOUGH,
                                   .min = 1,
                                   .max = ENOUGH,
                                   .offset = offsetof(story_settings, length)},
                                  {0}};

const sl_corpus_type sl_corpus_stories = {
    .desc = {.id = "stories",
             .label = "Little stories",
             .help =
                 "Stories made from a grammar, word by word: who is where, who has what and how "
                 "they feel stays consistent, so there is something to remember.",
             .params = params},
    .has_documents = 1,
    .open = open,
    .memory = memory,
    .document = document};
