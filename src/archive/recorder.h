/* archive/recorder.h - live events into recordings, on a thread of its own, beside whoever else
 * gets them.
 *
 * A tee stands between each source and its sink: what passes is copied into a ring, which the
 * writer's thread (THREAD_WRITER) empties; a commit a second makes it safe. A full ring costs the
 * recording those events, never the sink: they are counted, and a gap stands in the recording, at
 * its end at the latest, and from the end of a file that is gone on with to what comes now. Before
 * the first event of a source in a file stands what its instruments are and, in the first file of a
 * recording, what was before; before the first event of an instrument what was so at that moment,
 * its book and prices (struct recorder_head): so a replay begins with a picture. A file that is
 * gone on with gets of what was before what came behind its end.
 *
 * Rotation: with rotate_bytes or rotate_daily files are named after the moment they begin
 * (day.liq: day-20261122T000000Z.liq); keep_bytes and keep_days then delete the oldest of that
 * form, never the one being written, when a file begins and once a minute.
 *
 * Thread: the owner's, but for the tees (their sources'). Owner: app. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "market/event_sink.h"
#include "market/instrument.h"

enum { RECORDER_SOURCE_MAX = 16, RECORDER_RING_SLOTS = 65536, RECORDER_REASON_BYTES = 256 };

struct recorder;

struct recorder_file {
    const char *path;       /* copied */
    int64_t rotate_bytes;   /* a new file after so many; 0: never */
    bool rotate_daily;      /* and at midnight UTC */
    int64_t keep_bytes;     /* of all files of this recording; 0: all */
    int keep_days;          /* 0: all */
    int64_t free_bytes_min; /* 0: as recording_writer */
};

/* What was and is so in one source's markets; app/recorder_head is one. Called on its thread alone.
 */
struct recorder_head {
    void *self; /* borrowed, outlives the recorder */
    /* A whole message passed. */
    void (*take)(void *self, const struct event *slots, size_t count);
    /* Optional. What a file begins with: what instruments are, stamped ts_ms; past: and what was
     * before. Whole messages, allocated: the recorder's from then on; how many slots. */
    size_t (*begin)(void *self, int64_t ts_ms, bool past, struct event **out);
    /* Push what is so now of an instrument into sink, stamped ts_ms. False: the sink had no room
     * for all of it. */
    bool (*give)(void *self, uint16_t instrument, int64_t ts_ms, const struct event_sink *sink);
};

struct recorder_stats {
    bool running;
    int64_t slots, lost, files;
    char path[256];     /* of the file being written, cut to fit */
    enum status status; /* STATUS_OK, or why it ended by itself; reason says it */
    char reason[RECORDER_REASON_BYTES];
};

/* NULL: out of memory. instruments is borrowed and outlives it. */
struct recorder *recorder_create(const struct instrument_table *instruments, int source_count);
void recorder_destroy(struct recorder *recorder); /* stops; NULL accepted; after its sources */

/* The sink to give to source number `source`; inner (copied; push may be NULL: nobody else) gets
 * everything whether it is recorded or not. head (copied; NULL: none) is told of everything that
 * passes. Lives as long as the recorder. */
struct event_sink recorder_tee(struct recorder *recorder, int source,
                               const struct event_sink *inner, const struct recorder_head *head);

/* Begin. What recording_writer_open says, with reason; STATUS_BUSY: it runs already. */
enum status recorder_start(struct recorder *recorder, const struct recorder_file *file,
                           char reason[RECORDER_REASON_BYTES]);
/* End: everything that passed a tee before is in the file. False: it is not, reason says why.
 * Not running: true. */
bool recorder_stop(struct recorder *recorder, char reason[RECORDER_REASON_BYTES]);
struct recorder_stats recorder_get_stats(struct recorder *recorder); /* any thread */
