/* The windows of a run: packing's, behind what the model puts in front of them (a sink token), with the
 * prefix that the objective asks for. */
#ifndef SL_WINDOW_H
#define SL_WINDOW_H

#include "train.h"

/* Row `row` of training step `step`, into row b of the batch. */
void sl_window_train(const sl_trainer *t, int64_t step, int row, sl_batch *batch, int b);
/* Held-out window number `row` of an input, into row b. */
void sl_window_held_out(const sl_trainer *t, sl_input input, int row, sl_batch *batch, int b);

#endif
