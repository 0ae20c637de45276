/* app/recent_inside.h - what recent.c, recent_save.c and recent_source.c share.  Threads: see
 * recent.h. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "app/recent.h"
#include "app/recorder_head.h"
#include "base/thread.h"

/* Whole messages, in the order in which they came. */
struct recent_block {
    struct recent_block *next;
    size_t count;
    struct event slots[EVENT_MESSAGE_SLOTS_MAX];
};

struct recent_tap {
    struct recent *recent;
    struct event_sink inner;
};

struct recent {
    const struct instrument_table *instruments; /* borrowed */
    int64_t keep_ns;
    struct recent_tap taps[RECENT_SOURCE_MAX];

    /* -- protected by lock; while saving, blocks that are full and head stand still -- */
    pthread_mutex_t lock;
    struct recent_block *first, *last; /* owned; NULL: nothing came yet */
    struct recent_block *spare;        /* owned: one to be used again; NULL: none */
    int block_count;
    bool saving;
    int64_t hole_from_ms; /* there was no room from then on; 0: there is */
    bool seen[INSTRUMENT_COUNT_MAX];
    /* What the delayed source reads next; NULL: nothing reads. */
    struct recent_block *read;
    size_t read_at;
    struct recorder_head head;              /* of what fell out */
    struct recorder_head_state *head_state; /* owned */
};
