/* app/recent.h - the last stretch of what came from live sources, kept in memory.
 *
 * Two use it: a picture that is shown later than it happened reads it so much later
 * (recent_open_source); and what was just seen can be written down after the fact (recent_save).
 * What falls out of it leaves behind what a replay needs to draw what was before: closed klines,
 * open interest by the minute, liquidations, and the market as it then was (recorder_head).
 *
 * Thread: the tees' sources push (all of them from one thread); recent_save on any; the source on
 * its own thread (THREAD_READER).  Owner: the pipeline.  Limits: RECENT_BLOCK_MAX blocks of
 * EVENT_MESSAGE_SLOTS_MAX slots (a megabyte each), taken as they are needed; when they are full the
 * stretch is shorter, which recent_save says. */
#pragma once

#include <stdint.h>

#include "base/status.h"
#include "market/event_sink.h"
#include "market/event_source.h"
#include "market/instrument.h"

enum { RECENT_BLOCK_MAX = 512, RECENT_REASON_BYTES = 256 };

struct recent;

/* Keeps what came in the last keep_s seconds, and a block more. NULL: out of memory. instruments is
 * borrowed and outlives it. */
struct recent *recent_create(const struct instrument_table *instruments, double keep_s);
void recent_destroy(struct recent *recent); /* NULL accepted; after sources and tees */

/* A sink that keeps what inner (copied) takes, too; source: which of the tees, from 0. */
enum { RECENT_SOURCE_MAX = 16 };
struct event_sink recent_tee(struct recent *recent, int source, const struct event_sink *inner);

/* A source that pushes everything so much later than it came (>= 0, at most what is kept); one at a
 * time. It waits for room, so its sink has to wait, too. STATUS_MEMORY. */
enum status recent_open_source(struct recent *recent, double delay_s, struct event_source *out);

struct recent_stats {
    double keep_s;       /* how long the last stretch is */
    int64_t slots;       /* of it */
    int64_t bytes;       /* that it takes, with what is set aside for more of it */
    int64_t older_bytes; /* of what was before it */
};
/* On any thread. */
void recent_get_stats(struct recent *recent, struct recent_stats *out);

struct recent_saved {
    int64_t slots;
    int64_t begin_ms, end_ms; /* event times between which everything is in it */
};
/* Write what is kept, what was before it as far as that is known, and the market as it was in
 * between into a recording of its own. STATUS_BUSY: one is being written; STATUS_NOT_FOUND: nothing
 * came yet; as recording_writer_open otherwise; reason is one line. Takes some 0.2 s a million
 * slots. */
enum status recent_save(struct recent *recent, const char *path, struct recent_saved *saved,
                        char reason[RECENT_REASON_BYTES]);
