/* The measurements of a run: a record at every evaluation, a fingerprint at every so many steps. All
 * memory is claimed when the run opens. */
#ifndef SL_METRICS_H
#define SL_METRICS_H

#include "../base/text.h"
#include "probe.h"

/* Part of a record: numbers of this shape, under this key of its JSON. */
typedef struct sl_field {
  const char *key;
  size_t at; /* in the record */
  int rank, shape[SL_RANK];
} sl_field;
#define SL_MAX_FIELDS 17

typedef struct sl_fingerprint_entry {
  int64_t step;
  uint64_t hash;
} sl_fingerprint_entry;

typedef struct sl_metrics {
  sl_field fields[SL_MAX_FIELDS];
  int field_count, recorded; /* of them, probes */
  size_t record;             /* numbers in a record */
  double *records;           /* (room, record) */
  int count, room;
  sl_fingerprint_entry *fingerprints;
  int fingerprint_count, fingerprint_room;
  double loss_sum; /* of the steps since the last record */
  int64_t loss_steps;
  float *probes; /* what all probes write */
} sl_metrics;

/* Bytes sl_metrics_open takes from the trainer's arena. */
size_t sl_metrics_memory(const sl_config *c, const sl_dims *d);
void sl_metrics_open(sl_metrics *m, sl_trainer *t);

/* After a step: counts its loss, and takes the fingerprint if it is due. */
void sl_metrics_after_step(sl_metrics *m, const sl_trainer *t);
/* Takes the fingerprint of the parameters as they are, once per step. */
void sl_metrics_fingerprint(sl_metrics *m, const sl_trainer *t);
/* Whether the configuration asks for an evaluation at this step. */
int sl_metrics_due(const sl_trainer *t);
/* Evaluates and appends a record, unless the last one is of this step. */
void sl_metrics_evaluate(sl_metrics *m, sl_trainer *t);

/* Number `at` of a key of record i, as the key's numbers follow each other; NaN if there is none. */
double sl_metrics_number(const sl_metrics *m, int i, const char *key, int at);

/* Record i as JSON. */
void sl_metrics_write(const sl_metrics *m, int i, sl_text *out);

#endif
