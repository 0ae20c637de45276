/* app/pipeline_known.h - a live pipeline begins with what was recorded of its instruments before.
 *
 * Thread: main, while the pipeline is built up: feeds are open and not started.  Owner: the
 * pipeline.  Of the newest recordings of a name (NAME.liq, NAME-20261122T000000Z.liq) the end is
 * read, at most PIPELINE_KNOWN_SLOTS of it, and handed to the feeds, which put it between older
 * history and what has come since (venue_feed_know); until history is there it is shown alone.
 * Order books are left out: what rests now is asked for anew.  Recordings of simulated markets are
 * none of a venue's. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct pipeline;

enum { PIPELINE_KNOWN_SLOTS = 1500000, PIPELINE_KNOWN_FILES = 2 };

struct pipeline_known {
    const char *path; /* of the recordings, as the recorder was given it; "": there are none */
    int64_t span_ms;  /* how much of their end is wanted */
    bool simulated;   /* those of simulated markets, too: the venue is one */
};

/* How many slots are known. What cannot be read is logged and left. */
int64_t pipeline_know(struct pipeline *pipeline, const struct pipeline_known *known);
