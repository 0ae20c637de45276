/* app/desk_time_bar.h - what the time bar shows of the recording that is replayed.
 *
 * Thread: main.  Owner: the desk. */
#pragma once

#include <stdint.h>

#include "layer/time_bar.h"

struct desk;

struct desk_time_bar {
    struct time_bar bar;
    int64_t slot_count; /* of the track that its bins and gaps are of */
};

/* Once a frame: what moment->time_bar is; NULL: it is live, or nothing is known yet. */
const struct time_bar *desk_time_bar_advance(struct desk *desk);
