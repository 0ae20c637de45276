/* archive/recording_writer_inside.h - the writer's own state, shared by its two files; inside this
 * room only.
 *
 * Thread: the writer's.  Owner: recording_open.c. */
#pragma once

#include "archive/recording.h"
#include "archive/recording_writer.h"

enum { RECORDING_PATH_BYTES = 4096 };

enum recording_statement {
    ADD_INSTRUMENT,
    FIND_INSTRUMENT,
    ADD_CHUNK,
    ADD_TAIL,
    CLEAR_TAIL,
    RECORDING_STATEMENT_COUNT
};
struct recording_writer {
    struct recording_writer_desc desc;
    char path[RECORDING_PATH_BYTES];
    sqlite3 *db; /* owned */
    int lock_fd; /* of the file; closed after db, as closing it ends SQLite's own locks */
    sqlite3_stmt *statements[RECORDING_STATEMENT_COUNT]; /* owned */
    struct columns *columns;                             /* owned */

    /* What no chunk has yet, with the file's instruments; of it the first `safe` are in the tail.
     */
    struct event *pending; /* owned, COLUMNS_SLOTS_MAX */
    size_t pending_count, safe_count;
    int commits;     /* since the newest chunk */
    int64_t last_ms; /* of the chunks found at opening; INT64_MIN: none */
    int32_t *places; /* owned, INSTRUMENT_COUNT_MAX: instrument -> the file's; -1: not in it yet */

    struct recording_writer_stats stats;
    enum status status;
    char reason[RECORDING_REASON_BYTES];
};

/* So much stays free on its disk. False: it does not; status and reason are set. */
bool recording_writer_has_room(struct recording_writer *writer);
/* All that is pending becomes a chunk, and the tail is empty. False: it failed. */
bool recording_writer_close_chunk(struct recording_writer *writer);
