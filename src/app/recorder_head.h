/* app/recorder_head.h - what is so now in the markets of one source, for a recording that begins
 * mid-way: its order book, its newest prices, funding and open interest, and what it is.
 *
 * Thread: take and give on the source's; create and destroy on the owner's, before and after.
 * Owner: the pipeline.  Costs: every event passes, recorded or not; of an instrument that has a
 * book its levels are kept once more (state/book). */
#pragma once

#include "archive/recorder.h"

struct recorder_head_state;

/* *out is to be given to recorder_tee and lives as long as the state. NULL: out of memory. */
struct recorder_head_state *recorder_head_create(struct recorder_head *out);
void recorder_head_destroy(struct recorder_head_state *head); /* NULL accepted */
