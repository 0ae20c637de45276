/* archive/recording_writer.h - events into a .liq recording, safe from one commit to the next.
 *
 * What recording_writer_add took is certain to be in the file after recording_writer_commit, even
 * if the process is killed at any moment after it. A file that exists is gone on with.
 *
 * Thread: one at a time.  Owner: whoever opened it.  One writer a file, any number of readers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "market/event.h"
#include "market/instrument.h"

enum { RECORDING_WRITER_REASON_BYTES = 256 };

struct recording_writer;

struct recording_writer_desc {
    const char *path;
    const struct instrument_table
        *instruments;       /* borrowed, outlives it: what slots' numbers mean */
    int64_t free_bytes_min; /* so much stays free on the disk; 0: 256 MiB */
    bool durable;           /* a commit survives a power failure, not only a killed process */
};

struct recording_writer_stats {
    int64_t slots;               /* taken */
    int64_t refused;             /* slots that are no events (event_is_valid), left out */
    int64_t chunks, chunk_bytes; /* written whole */
};

/* NULL and *why with reason as one line: STATUS_IO, STATUS_BUSY (another writer), STATUS_MALFORMED
 * (no recording), STATUS_UNSUPPORTED (of another version), STATUS_FULL (disk), STATUS_MEMORY. */
struct recording_writer *recording_writer_open(const struct recording_writer_desc *desc,
                                               enum status *why,
                                               char reason[RECORDING_WRITER_REASON_BYTES]);

/* Whole messages; feed states are left out. False: it failed, now or before (see
 * recording_writer_reason). */
bool recording_writer_add(struct recording_writer *writer, const struct event *slots, size_t count);
/* Make what was added safe; once a second is meant. False: it failed, now or before: the disk is
 * full or nearly (STATUS_FULL), or broken (STATUS_IO). */
bool recording_writer_commit(struct recording_writer *writer);
enum status recording_writer_status(const struct recording_writer *writer);
const char *recording_writer_reason(const struct recording_writer *writer); /* "": all is well */
/* Greatest event time of what was in the file before; INT64_MIN: it is new, or empty. */
int64_t recording_writer_last_ms(const struct recording_writer *writer);
struct recording_writer_stats recording_writer_get_stats(const struct recording_writer *writer);
/* Commit, merge the tail, free. False: not everything is in the file, reason says why. NULL is
 * accepted (true). */
bool recording_writer_close(struct recording_writer *writer,
                            char reason[RECORDING_WRITER_REASON_BYTES]);
