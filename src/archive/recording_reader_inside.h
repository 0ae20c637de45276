/* archive/recording_reader_inside.h - the reader's own state, shared by its two files; inside this
 * room only.
 *
 * Thread: the reader's.  Owner: recording_find.c. */
#pragma once

#include <stdatomic.h>

#include "archive/recording.h"
#include "archive/recording_reader.h"
#include "base/thread.h"

enum { RECORDING_READER_PATH_BYTES = 4096 };

enum recording_part { PART_CHUNKS, PART_TAIL, PART_END };

struct recording_reader {
    char path[RECORDING_READER_PATH_BYTES];
    sqlite3 *db;                    /* owned */
    sqlite3_stmt *next[2];          /* owned: of chunks, of the tail; after an id */
    sqlite3_stmt *version;          /* owned: a number that is another one after a commit */
    struct instrument_table *table; /* borrowed */
    struct columns *columns;        /* owned */
    uint16_t *instruments; /* owned, INSTRUMENT_COUNT_MAX: the file's number -> the table's */
    int instrument_count;

    enum recording_part part;
    int64_t id;          /* of the row read last */
    int blind;           /* rows in a row that SQLite could not read */
    struct event *slots; /* owned, COLUMNS_SLOTS_MAX: the run at hand */
    size_t at, count;
    struct recording_place run; /* where that begins */
    bool snapshot;              /* a transaction of reading is open */
    int64_t version_seen;       /* of what was read to its end */
    int64_t last_ms;            /* greatest time given so far; INT64_MIN: none */
    bool hole;                  /* something was lost since */

    struct thread thread;
    struct event_sink sink;
    atomic_bool stopping;

    /* -- atomic: the reading thread writes, all read -- */
    _Atomic int64_t slot_count, message_count, chunk_count, damaged_count;
    atomic_int end; /* enum status; STATUS_OK while not at the end */
    char reason[RECORDING_REASON_BYTES];
};

/* The next row that can be read, the tail after the chunks, becomes the run at hand; STATUS_END. */
enum status recording_reader_next(struct recording_reader *self);

/* Instruments that were added since. False: it has others, or none (reason). */
enum status recording_reader_learn(struct recording_reader *self,
                                   char reason[RECORDING_REASON_BYTES]);
/* The number of the newest commit that is seen. */
int64_t recording_reader_version(struct recording_reader *self);
/* At the end: go on where more was written since. False: nothing was. */
bool recording_reader_go_on(struct recording_reader *self);

extern const struct event_source_ops recording_reader_ops;
