/* app/calibration_store.h - what calibration learned, kept in files from one run to the next.
 *
 * One file an instrument, VENUE-SYMBOL.json, in $XDG_STATE_HOME/liqscope or ~/.local/state/liqscope
 * (calibration_text.h has its form).  A file is written beside the old one, synced, and renamed
 * over it, so that there is always a whole one; what cannot be used is reported and left alone
 * until something was learned.  Live venues only: recordings, the demo and the simulator start from
 * the prior, so that their results repeat.
 *
 * Thread: open, start and stop on main; it writes on a thread of its own (THREAD_WRITER).
 * Owner: pipeline.  Limit: SCENE_INSTRUMENT_MAX instruments, CALIBRATION_TEXT_BYTES_MAX a file. */
#pragma once

#include <stdbool.h>

#include "app/state_file.h"
#include "base/mailbox.h"
#include "base/thread.h"
#include "engine/engine.h"

enum {
    CALIBRATION_PATH_BYTES = STATE_FILE_PATH_BYTES,
    CALIBRATION_STORE_EVERY_MS = 180000 /* files are not written more often than this */
};

/* Read the file of venue and symbol; a record from the future counts as of now. False: there is
 * none, or it cannot be used (a line is logged). */
bool calibration_store_read(const char *folder, enum venue_id venue, const char *symbol,
                            struct engine_calibration *out);
/* Write it, the folder too if it is not there. False: a line is logged. */
bool calibration_store_write(const char *folder, const struct engine_calibration *item);

struct calibration_store {
    char folder[CALIBRATION_PATH_BYTES];
    struct engine_calibrations restored; /* what was read: engine_desc.restore */
    struct mailbox learned;              /* of struct engine_calibrations, engine -> writer */
    struct thread thread;
    struct waker waker;
    /* -- atomic: the owner writes, all read -- */
    atomic_bool stopping;
    /* -- writer only -- */
    int64_t written_ns;
    bool refusal_told[SCENE_INSTRUMENT_MAX];
};

/* False: out of memory. */
bool calibration_store_init(struct calibration_store *store, const char *folder);
/* Add what is kept of one instrument to restored. */
void calibration_store_load(struct calibration_store *store, enum venue_id venue,
                            const char *symbol);
bool calibration_store_start(struct calibration_store *store); /* false: no thread to be had */
/* After the engine's thread has stopped: write what came last, and end. Zeroed accepted. */
void calibration_store_finish(struct calibration_store *store);
