/* market/event_sink.h - where events go: a ring to the engine, a fan-out, a file, a test.
 *
 * Thread: the pusher's.  Owner: whoever embeds it; `self` is borrowed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "market/event.h"

struct event_sink {
    void *self;
    /* Take a whole message of count slots, all or nothing. False: no room; the caller counts it
     * and, when live, marks a gap. */
    bool (*push)(void *self, const struct event *slots, size_t count);
};

static inline bool event_sink_push(const struct event_sink *sink, const struct event *slots,
                                   size_t count) {
    return sink->push(sink->self, slots, count);
}
