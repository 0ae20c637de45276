/* app/recorder_past.h - what is left of what passed, for a replay that begins now: closed bars,
 * open interest by the minute, liquidations and gaps, in the order in which they came.
 *
 * They are history from then on (EVENT_FLAG_HISTORY). A bar that is not over is not kept: behind
 * the last one is a gap (recorder_past_copy).  Thread: one at a time.  Owner: recorder_head.
 * Limit: RECORDER_PAST_MAX slots (64 MB); beyond it the older half goes. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "market/event.h"

enum { RECORDER_PAST_MAX = 1 << 20 };

struct recorder_past {
    struct event *slots; /* owned */
    size_t count, room;
    int64_t interest_minute[INSTRUMENT_COUNT_MAX]; /* of the newest open interest in it */
    int64_t bars_until_ms[INSTRUMENT_COUNT_MAX];   /* end of the newest bar in it; 0: none */
};

/* A whole message that passed. Out of memory: a replay begins with less. */
void recorder_past_take(struct recorder_past *past, const struct event *slots, size_t count);
/* How much recorder_past_copy needs. */
size_t recorder_past_room(const struct recorder_past *past);
/* All of it, and a gap from each instrument's last bar to now_ms; how many slots. */
size_t recorder_past_copy(const struct recorder_past *past, int64_t now_ms, struct event *out);
void recorder_past_finish(struct recorder_past *past);
