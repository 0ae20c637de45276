/* archive/recorder_tee.h - between one source and its sink: a copy of what passes, for the
 * recorder's thread; inside this room only.
 *
 * Thread: the source's, but for what says otherwise.  Owner: the recorder. */
#pragma once

#include <stdatomic.h>

#include "archive/recorder.h"
#include "base/ring.h"

/* What all tees of a recorder share. */
struct recorder_shared {
    atomic_uint file;     /* number of the file being written, never used twice; 0: none.
                             release after all is ready; acquire in the tees */
    _Atomic int64_t lost; /* slots; the sources' threads write */
};

struct recorder_tee {
    struct recorder_shared *shared; /* borrowed */
    struct event_sink inner;
    struct recorder_head head;
    struct ring ring; /* of struct event; made by the recorder's first start */

    /* -- the source's thread only -- */
    unsigned begun[INSTRUMENT_COUNT_MAX]; /* number of the file that has its head */

    /* -- atomic: the source's thread writes while a file is being written, else the recorder -- */
    atomic_bool has_holes, holes[INSTRUMENT_COUNT_MAX]; /* events of it were lost */
    _Atomic int64_t hole_from_ms, hole_to_ms;
};

/* A sink that copies; see recorder_tee. */
bool recorder_tee_push(void *tee, const struct event *slots, size_t count);

/* The recorder's, while no file is being written. */
void recorder_tee_forget_holes(struct recorder_tee *tee);
/* The recorder's, once nothing is copied any more: gaps for holes that nothing came after; how
 * many, at most INSTRUMENT_COUNT_MAX. */
size_t recorder_tee_end_holes(struct recorder_tee *tee, struct event out[INSTRUMENT_COUNT_MAX]);
