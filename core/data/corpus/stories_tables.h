/* The words and sentences of the stories; stories.c says how they are read. Included there only. */
#ifndef SL_STORIES_TABLES_H
#define SL_STORIES_TABLES_H

/* clang-format off */

/* ---- words ----------------------------------------------------------------------------------- */
/* No word stands in two lists. Words in the sentences below need not be listed here. */
typedef enum list {
  GIRLS, BOYS, KINDS, MANNERS, BEASTS, PLACES_IN, PLACES_AT, PLACES_ON, THINGS, COLOURS, LOOKS,
  FOODS, GLAD, SAD, WEATHERS, LISTS
} list;

static const char *const lists[LISTS] = {
  [GIRLS] = "anna bella clara daisy ella grace ivy lily lucy mia nora rosie sara zoe",
  [BOYS] = "adam ben carl david finn jack leo max noah oscar paul sam theo tom",
  [KINDS] = "girl boy cat dog fox rabbit bear mouse duck frog pig goat",
  [MANNERS] = "little kind brave shy clever funny quiet curious polite lazy",
  [BEASTS] = "bird bee butterfly owl squirrel snail deer crow fish hen",
  [PLACES_IN] = "house garden forest kitchen barn field village castle cave school tower",
  [PLACES_AT] = "lake market river mill well bakery bridge station",
  [PLACES_ON] = "hill beach island meadow roof farm",
  [THINGS] = ("ball kite doll drum book hat box cup lamp key coin rope boat bell basket blanket "
              "spoon ribbon whistle umbrella mirror ring brush bucket candle map"),
  [COLOURS] = "red blue green yellow white black brown pink purple orange",
  [LOOKS] = "big small old new shiny soft strange pretty heavy round broken golden",
  [FOODS] = "bread cake soup cheese honey milk jam rice apples carrots berries nuts",
  [GLAD] = "happy glad proud cheerful merry excited",
  [SAD] = "sad lonely worried upset cross afraid",
  [WEATHERS] = "sunny windy cold rainy warm foggy snowy",
};

/* ---- sentences ------------------------------------------------------------------------------- */
/* What has to be so for a sentence to be told. The actor is whom it is about, the other is another
 * of the cast, the thing one of the story's two. */
enum {
  HOLDS = 1,       /* the actor has the thing */
  OTHER_HOLDS = 2, /* the other has it */
  LIES_HERE = 4,   /* nobody has it, and it is where the actor is */
  LIES_AWAY = 8,   /* nobody has it, and it is elsewhere */
  LOST = 16,       /* the actor lost it and has not found it */
  WITH = 32,       /* the other is where the actor is */
  APART = 64,      /* the other is elsewhere */
  IS_SAD = 128,
  IS_GLAD = 256,
  UNSEEN = 512,    /* the thing has not been told of yet; without this flag it has, if it is named */
  OTHER = 1024,    /* there is another */
  TWO_THINGS = 2048 /* the other has the second thing */
};

/* What is so afterwards. */
typedef enum effect {
  NOTHING,
  GO,        /* the actor to the new place */
  GO_BOTH,   /* actor and other to the new place */
  JOIN,      /* the actor to where the other is */
  COME,      /* the other to where the actor is */
  HOME,      /* the actor to the house */
  TAKE,      /* the actor has the thing */
  OTHER_TAKES,
  BRING,     /* the other comes to where the actor is, with the thing */
  LAY,       /* the thing stays where the actor is */
  CARRY_OFF, /* the thing is at the new place, and the actor saw it go: sad */
  LOSE,      /* the thing is at the new place, and the actor does not know: sad */
  FIND,      /* the actor goes to the thing and has it: glad */
  GIVE,      /* the other has the thing: glad */
  GET,       /* the actor has the thing: glad */
  SWAP,      /* the actor has the second thing, the other the thing */
  PAINT,     /* the thing has the new colour */
  BE_GLAD, BE_SAD, OTHER_GLAD
} effect;

/* Slots:
 *   $N the actor's name   $A name, or she/he where it is clear   $s she/he   $h her/him   $p her/his
 *   $K the actor's kind   $M a manner
 *   $B the other's name   $L the other's kind   $t she/he   $o her/him
 *   $O the thing: "a red ball" at first, then "the ball"   $J "ball"   $C "red"   $X the second thing
 *   $c a new colour, of the thing from then on
 *   $H the actor's place "the lake"   $I "at the lake"   $P a new place   $R "at" the thing's place
 *   $V the other's place   $v "at" it   $F a food   $G a glad word   $S a sad word   $W weather   $Y a beast, and
 *   the same beast again in the same sentence
 * "a" becomes "an" before a vowel. */
typedef struct sentence {
  const char *text;
  int needs;
  effect effect;
} sentence;

static const sentence openings[] = {
  {"once upon a time there was a $M $K called $N .", 0, NOTHING},
  {"there once lived a $M $K . $p name was $N .", 0, NOTHING},
  {"$N was a $M $K who lived near $H .", 0, NOTHING},
  {"one $W morning , $N the $K went to $P .", 0, GO},
  {"it was a $W day . $N , a $M $K , was $I .", 0, NOTHING},
};

/* Who and what else: told after the opening. */
static const sentence friends[] = {
  {"$N had a friend , $B the $L .", OTHER, COME},
  {"$N had a best friend , a $M $L called $B .", OTHER, COME},
  {"$B the $L lived $v .", OTHER, NOTHING},
  {"one day a $L came by . $t was called $B .", OTHER, COME},
};

static const sentence things[] = {
  {"$N had $O .", UNSEEN, TAKE},
  {"$p mother gave $h $O .", UNSEEN, TAKE},
  {"on $p birthday , $s got $O .", UNSEEN, TAKE},
  {"$A found $O $I .", UNSEEN, TAKE},
  {"$A bought $O for one penny .", UNSEEN, TAKE},
  {"there was $O $I .", UNSEEN, LAY},
  {"somebody had left $O $I .", UNSEEN, LAY},
  {"$B had $O , and $N wanted it .", UNSEEN | OTHER, OTHER_TAKES},
  {"$B came with $O .", UNSEEN | APART, BRING},
};

static const sentence events[] = {
  {"$A went to $P .", 0, GO},
  {"then $A walked to $P .", 0, GO},
  {"$A ran to $P with $O .", HOLDS, GO},
  {"$A took $O to $P .", HOLDS, GO},
  {"$A went to $V to look for $B .", APART, JOIN},
  {"$A missed $B and was $S .", APART, BE_SAD},
  {"$B came to $H to play .", APART, COME},
  {"$N and $B went to $P together .", WITH, GO_BOTH},
  {"\" where are you going ? \" asked $B . \" to $P , \" said $N .", WITH, GO},
  {"it began to rain , so $A ran back to the house .", 0, HOME},

  {"$A picked up $O .", LIES_HERE, TAKE},
  {"$A put $O down $I .", HOLDS, LAY},
  {"$A hid $O $I .", HOLDS, LAY},
  {"$A forgot $O $I .", HOLDS, LAY},
  {"$O was still $R , and $A went there to get it .", LIES_AWAY, FIND},
  {"$A gave $O to $B .", HOLDS | WITH, GIVE},
  {"$A threw $O to $B and $t caught it .", HOLDS | WITH, GIVE},
  {"\" this is for you , \" said $N , and gave $O to $B .", HOLDS | WITH, GIVE},
  {"$A showed $O to $B . \" what a $C $J ! \" said $B .", HOLDS | WITH, NOTHING},
  {"\" may i have $O ? \" asked $N . \" yes , \" said $B , and gave it to $h .", OTHER_HOLDS | WITH, GET},
  {"\" may i have $O ? \" asked $N . \" no , \" said $B . $N was $S .", OTHER_HOLDS | WITH, BE_SAD},
  {"$A was $S because $B had $O .", OTHER_HOLDS, BE_SAD},
  {"$A was $G because $s had $O .", HOLDS, BE_GLAD},
  {"$N gave $O to $B and got $X for it .", HOLDS | WITH | TWO_THINGS, SWAP},
  {"$N and $B played $I with $O .", HOLDS | WITH, BE_GLAD},
  {"$A painted $O $c .", HOLDS, PAINT},
  {"$A washed $O because it was dirty .", HOLDS, NOTHING},
  {"\" where is $O ? \" asked $B . \" i have it , \" said $N .", HOLDS | WITH, NOTHING},
  {"\" where is $O ? \" asked $N . \" $R , \" said $B .", LIES_AWAY | WITH, NOTHING},
  {"a $Y took $O and carried it to $P ! $N was $S .", HOLDS, CARRY_OFF},

  {"$A lost $O . $s looked for it everywhere and was $S .", HOLDS, LOSE},
  {"but then $O was gone , and $A began to cry .", HOLDS, LOSE},
  {"at last $N found $O $R .", LOST, FIND},
  {"\" have you seen my $J ? \" asked $N . \" it is $R , \" said $B . $N ran there and found it .", LOST | WITH, FIND},
  {"a $Y told $h that $O was $R . $N went there and got it .", LOST, FIND},
  {"\" do not cry , \" said $B . \" we will find your $J . \"", LOST | WITH, NOTHING},

  {"$A was hungry , so $s ate some $F .", 0, NOTHING},
  {"$B was hungry , so $N shared some $F with $o .", WITH, OTHER_GLAD},
  {"$N helped $B to make some $F .", WITH, BE_GLAD},
  {"$A was tired and sat down $I .", 0, NOTHING},
  {"$A saw a $Y $I . the $Y looked at $h and ran away .", 0, NOTHING},
  {"$A heard a $Y sing $I .", 0, BE_GLAD},
  {"$A told $B a story about a $Y .", WITH, OTHER_GLAD},
  {"$A fell into the mud . \" are you hurt ? \" asked $B . \" no , thank you , \" said $N .", WITH, NOTHING},
  {"\" why are you so $S ? \" asked $B . $N did not answer .", WITH | IS_SAD, NOTHING},
  {"\" why are you so $G ? \" asked $B . $N laughed .", WITH | IS_GLAD, NOTHING},
  {"$B hugged $N , and $N was $G again .", WITH | IS_SAD, BE_GLAD},
  {"$A began to cry .", IS_SAD, NOTHING},
  {"$A sang a song and danced $I .", IS_GLAD, NOTHING},
  {"$A said sorry to $B .", WITH, NOTHING},
};

static const sentence endings[] = {
  {"then it was night , and $N went to sleep .", 0, NOTHING},
  {"that night , $N dreamed of $O .", 0, NOTHING},
  {"\" good night , $N , \" said $p mother .", 0, NOTHING},
  {"in the end , everybody was $G .", 0, NOTHING},
  {"they all went home and had some $F .", OTHER, NOTHING},
  {"from that day on , $N and $B were friends for ever .", OTHER, NOTHING},
  {"$N never let go of $O again .", HOLDS, NOTHING},
  {"$A went home with $O and was very $G .", HOLDS, NOTHING},
  {"$N never found $O again .", LOST, NOTHING},
  {"and $O stayed with $B .", OTHER_HOLDS, NOTHING},
};

/* clang-format on */

#endif
