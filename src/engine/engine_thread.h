/* engine/engine_thread.h - the data thread: drains the sources' rings, steps the engine, publishes
 * scenes.
 *
 * Thread: create, start, stop and destroy on the owner's; it runs THREAD_ENGINE; each sink is
 * pushed by one thread. Owner: app.  Limits: ENGINE_SOURCE_MAX sources, one ring each; an
 * instrument comes through one source. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mailbox.h"
#include "base/thread.h"
#include "engine/engine.h"
#include "market/event_sink.h"

enum {
    ENGINE_SOURCE_MAX = 8,
    ENGINE_BATCH_SLOTS = 256,
    ENGINE_RING_SLOTS = 65536, /* default of a source's ring: 4 MiB */
    ENGINE_SCENE_EVERY_MS = 2, /* a scene is not published more often than this */
    ENGINE_MAP_STEP_MS = 1000, /* of event time from map to map: rows close so often */
    ENGINE_MAP_EVERY_MS = 50,  /* and no more often than this, however fast a recording runs */
    ENGINE_VIEW_MAX = 32       /* views that have maps of their own */
};

struct engine_thread;

struct engine_thread_desc {
    struct engine
        *engine; /* borrowed; belongs to the thread from start to stop, but for engine_entry_log */
    struct mailbox *scenes; /* borrowed, of struct scene; NULL: none wanted */
    /* Borrowed, of struct scene_map, ENGINE_VIEW_MAX of them; NULL: none wanted. One is touched
     * from the first engine_thread_show of its view on. */
    struct mailbox *maps;
    /* Borrowed, of struct engine_calibrations: what was learned, after each M-step and at the end;
     * NULL: not wanted. */
    struct mailbox *calibrations;
    int source_count;    /* 1..ENGINE_SOURCE_MAX; 0 means 1 */
    size_t ring_slots;   /* a source; 0: ENGINE_RING_SLOTS; at least EVENT_MESSAGE_SLOTS_MAX is made
                            of it */
    bool wait_when_full; /* recordings and simulations: the pusher waits instead of losing */
    struct waker *published; /* borrowed, woken after each scene; NULL: none */
    uint64_t scene_count;    /* published into scenes by others before: their numbers go on */
};

struct engine_thread *
engine_thread_create(const struct engine_thread_desc *desc); /* NULL: out of memory */
void engine_thread_destroy(struct engine_thread *thread);    /* stops first; NULL accepted */

/* An engine that stands somewhere already is shown at once. False: the system refused a thread. */
bool engine_thread_start(struct engine_thread *thread);
/* End as soon as a batch is done: what lies in the rings is left, pushing is refused, nothing more
 * is published. Joins. */
void engine_thread_abandon(struct engine_thread *thread);
/* Of the newest scene, after it was stopped. */
uint64_t engine_thread_scene_count(const struct engine_thread *thread);
/* Apply what lies in the rings, publish the last scene, join. The sources have to be stopped
 * before. */
void engine_thread_stop(struct engine_thread *thread);

/* The sink of source i: pushes into its ring and wakes the thread. When full, live sinks refuse and
 * the caller counts it (market/event_sink.h); waiting ones wait, and refuse only what is longer
 * than the ring, or while the thread is stopping. */
struct event_sink engine_thread_sink(struct engine_thread *thread, int source);

/* Of what maps are published in a view's mailbox (0..ENGINE_VIEW_MAX - 1) from now on; NULL: none
 * any more, as at the start. The mailbox has been made. One thread. */
void engine_thread_show(struct engine_thread *thread, int view, const struct engine_map_desc *desc);

/* Slots applied so far; any thread. */
int64_t engine_thread_applied_count(const struct engine_thread *thread);
