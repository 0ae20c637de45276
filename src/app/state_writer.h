/* app/state_writer.h - writes a small file of the user's by a thread of its own, so that no frame
 * waits for a disk.
 *
 * Thread: main.  Owner: whoever keeps the file; zeroed is at rest.  Limit: one writing at a time.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/thread.h"

struct state_writer_desc {
    const char *path, *text; /* borrowed until state_writer_join says that it is done */
    size_t len;
    bool keep_old; /* the file that is there becomes PATH.kept */
};

struct state_writer {
    struct thread thread;
    struct state_writer_desc desc;
    /* -- atomic: the writer writes, main reads -- */
    atomic_bool done;
    atomic_int error; /* errno of what was written last; 0: it went well */
};

/* Begin to write; it must be at rest. False: the system refused a thread. */
bool state_writer_start(struct state_writer *writer, const struct state_writer_desc *desc);
/* True: it is at rest. *error, where a writing has ended: its errno, 0 if it went well. wait: for
 * its end. */
bool state_writer_join(struct state_writer *writer, bool wait, int *error);
