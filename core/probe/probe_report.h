/* What a model does with its attention, in plain words, from measured numbers: the analyzer's report. */
#ifndef SL_REPORT_H
#define SL_REPORT_H

#include "probe_metrics.h"

/* {"verdict":"sink|slot|none|unclear","lines":[{"about":"verdict","text":"…"},…],
 *  "births": as of sl_births_write}
 * of the last record, which has to be of the model as it is: where there is no sink on the first token, it
 * looks for one behind it. Layers and heads count from 1 in the texts. */
void sl_report_write(sl_trainer *t, sl_metrics *m, sl_text *out);

#endif
