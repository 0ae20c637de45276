/* archive/recorder_tee.h - between one source and its sink: a copy of what passes, for the
 * recorder's thread; inside this room only.
 *
 * Thread: the source's, but for what says otherwise.  Owner: the recorder. */
#pragma once

#include <stdalign.h>
#include <stdatomic.h>

#include "archive/recorder.h"
#include "base/ring.h"

/* What all tees of a recorder share. */
struct recorder_shared {
    atomic_uint file;     /* number of the file being written, never used twice; 0: none.
                             release after all is ready; acquire in the tees */
    atomic_uint begins;   /* number of the file that a recording begins with; ordered by file */
    _Atomic int64_t lost; /* slots; the sources' threads write */
};

/* With what a file begins, of one source. */
struct recorder_opening {
    alignas(64) unsigned file; /* a slot of a ring */
    int64_t ts_ms;             /* when it began */
    struct event *slots;       /* owned by whoever takes it out */
    size_t count;
};
enum { RECORDER_OPENINGS = 4 }; /* of files that begin one after the other; a ring's size */

struct recorder_tee {
    struct recorder_shared *shared; /* borrowed */
    struct event_sink inner;
    struct recorder_head head;
    struct ring ring; /* of struct event; made by the recorder's first start */
    struct ring
        openings; /* of struct recorder_opening; its file's is there before its first slot */

    /* -- the source's thread only -- */
    unsigned begun[INSTRUMENT_COUNT_MAX]; /* number of the file that has its head */
    uint64_t pushed;                      /* slots into the ring, ever */

    /* -- the recorder's, between its thread's lives its owner's -- */
    uint64_t popped; /* slots out of the ring, ever */

    /* -- atomic: the source's thread writes, the recorder's reads -- */
    atomic_uint file;           /* the newest file it has copied for; release behind file_from */
    _Atomic uint64_t file_from; /* what `pushed` was when it began to */

    /* -- atomic: the source's thread writes while a file is being written, else the recorder -- */
    atomic_bool has_holes, holes[INSTRUMENT_COUNT_MAX]; /* events of it were lost */
    _Atomic int64_t hole_from_ms, hole_to_ms;
};

/* A sink that copies; see recorder_tee. */
bool recorder_tee_push(void *tee, const struct event *slots, size_t count);

/* The recorder's: the next slots that file number `file` or one before it is to have, up to
 * count_max; how many. */
size_t recorder_tee_pop(struct recorder_tee *tee, unsigned file, struct event *out,
                        size_t count_max);

/* The recorder's: with what file number `file` begins, once slots of it were popped; NULL: nothing.
 * What was meant for those before it is dropped. */
const struct recorder_opening *recorder_tee_opening(struct recorder_tee *tee, unsigned file);
void recorder_tee_drop_opening(struct recorder_tee *tee);  /* the one that was told */
void recorder_tee_drop_openings(struct recorder_tee *tee); /* all */

/* The recorder's, while no file is being written. */
void recorder_tee_forget_holes(struct recorder_tee *tee);
/* The recorder's, once nothing is copied any more: gaps for holes that nothing came after; how
 * many, at most INSTRUMENT_COUNT_MAX. */
size_t recorder_tee_end_holes(struct recorder_tee *tee, struct event out[INSTRUMENT_COUNT_MAX]);
