/* market/event_source.h - anything that yields events: a live venue, a recording, a simulation.
 *
 * Behind this door nobody can tell which one is running.  Two ways to draw from it: `read` on the
 * caller's thread (recordings, the simulator as a library), or `start`, after which it pushes from
 * its own thread into the sink until `stop`.  Thread: the owner's.  Owner: app. */
#pragma once

#include <stddef.h>

#include "base/status.h"
#include "market/event.h"
#include "market/event_sink.h"

struct event_source_ops {
    const char *name;
    void (*destroy)(void *self); /* stops, joins and frees; required */

    /* Optional: next whole messages, up to count_max slots, into out; *count set. STATUS_OK with
     * *count > 0, STATUS_END at the end, or what failed. A message longer than count_max is
     * STATUS_RANGE. */
    enum status (*read)(void *self, struct event *out, size_t count_max, size_t *count);

    /* Optional: push from a thread of its own. sink is copied; what it points to outlives the
     * source. */
    enum status (*start)(void *self, const struct event_sink *sink);
    void (*stop)(void *self);
};

struct event_source {
    const struct event_source_ops *ops;
    void *self; /* owned through ops->destroy */
};

static inline void event_source_destroy(struct event_source *source) {
    if (source->ops != NULL) {
        source->ops->destroy(source->self);
    }
    source->ops = NULL;
}
