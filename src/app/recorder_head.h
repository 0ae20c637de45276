/* app/recorder_head.h - what a recording that begins mid-way begins with, of the markets of one
 * source: what they are, what was before (app/recorder_past), and what is so now: the order book,
 * the newest prices, funding and open interest.
 *
 * Thread: take, begin and give on the source's; create and destroy on the owner's, before and
 * after.  Owner: the pipeline, or collect's live_set.  Costs: every event passes, recorded or not;
 * of an instrument that has a book its levels are kept once more (state/book), and the past. */
#pragma once

#include "archive/recorder.h"

struct recorder_head_state;

/* *out is to be given to recorder_tee and lives as long as the state. NULL: out of memory. */
struct recorder_head_state *recorder_head_create(struct recorder_head *out);
void recorder_head_destroy(struct recorder_head_state *head); /* NULL accepted */
/* What the past takes. */
size_t recorder_head_past_bytes(const struct recorder_head_state *head);
