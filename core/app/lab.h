/* What the files of the public API share. */
#ifndef SL_LAB_H
#define SL_LAB_H

#include "../include/sinklab.h"
#include "../io/checkpoint.h"

/* What is open. Lives at one address: the trainer's model points into itself. */
typedef struct run {
  sl_trainer trainer;
  sl_metrics metrics;
  sl_checkpoint_meta meta;
  sl_probe_set probed; /* of the last sl_probe */
  int look_count;      /* windows left in the activations by it */
  double epsilon;      /* of sl_set_epsilon */
} run;

struct sl_lab {
  run *run;
  uint32_t generation;
  sl_error error;
  sl_text out, error_out;
  unsigned char *saved;
  sl_parallel parallel;
  sl_tier tier; /* chosen; kernels NULL: the default */
};

/* Refuses when no run is open. */
sl_code sl_lab_need_run(sl_lab *lab);
/* Finishes a string result: lab->out, or NULL with the error set. */
const char *sl_lab_answer(sl_lab *lab);

#endif
