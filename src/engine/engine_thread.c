/* engine/engine_thread.c - drain, step, publish, sleep. */
#include "engine/engine_thread.h"

#include <assert.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/ring.h"
#include "base/stat.h"

enum { NS_PER_MS = 1000000, PUSH_RETRY_NS = 200000, SLEEP_MS_MAX = 1000 };

struct source {
    struct engine_thread *thread; /* borrowed: whose it is */
    struct ring ring;
};

/* A picture somewhere, and the maps that are made for it. */
struct view {
    /* -- atomic: owner writes, engine reads -- */
    _Atomic uint64_t shown; /* pack_desc, or VIEW_NONE */

    /* -- engine thread only -- */
    int64_t map_step;   /* of event time, of the last map; -1: none yet */
    uint64_t map_shown; /* what it was of */
    int64_t map_ns;     /* when it went out */
};
#define VIEW_NONE UINT64_MAX

struct engine_thread {
    struct engine_thread_desc desc;
    struct thread thread;
    struct waker waker;
    struct source sources[ENGINE_SOURCE_MAX];

    /* -- atomic: owner writes, all read -- */
    atomic_bool stopping;
    atomic_bool abandoned; /* before stopping */

    /* -- atomic: engine writes, all read -- */
    _Atomic int64_t applied_count;

    /* -- engine thread only -- */
    bool changed;         /* since the last scene */
    bool gathering;       /* events that come before the next scene is due are let gather */
    int64_t published_ns; /* when the last scene went out */
    uint64_t sequence;
    uint64_t calibration_steps; /* when what was learned last went out */
    struct view views[ENGINE_VIEW_MAX];
    struct event batch[ENGINE_BATCH_SLOTS];
};

/* One batch from every source; how many slots. */
static size_t apply_batches(struct engine_thread *thread) {
    size_t total = 0;
    for (int i = 0; i < thread->desc.source_count; i++) {
        size_t count = ring_pop(&thread->sources[i].ring, thread->batch, ENGINE_BATCH_SLOTS);
        if (count > 0) {
            engine_apply(thread->desc.engine, thread->batch, count);
            total += count;
        }
    }
    if (total > 0) {
        thread->changed = true;
        /* relaxed: a count for people and tests, nothing is read on the strength of it */
        atomic_fetch_add_explicit(&thread->applied_count, (int64_t)total, memory_order_relaxed);
    }
    return total;
}

/* What strangers sent and what met a full ring is counted by the rooms before the engine. */
static void publish(struct engine_thread *thread, int64_t now_ns) {
    thread->changed = false;
    thread->published_ns = now_ns;
    if (thread->desc.scenes == NULL) {
        return;
    }
    struct scene *scene = mailbox_back(thread->desc.scenes);
    engine_fill_scene(thread->desc.engine, scene);
    scene->sequence = ++thread->sequence;
    scene->events_malformed += stat_get(STAT_messages_malformed);
    int64_t lost_count = stat_get(STAT_events_lost);
    scene->events_lost = lost_count > scene->events_lost ? lost_count : scene->events_lost;
    mailbox_publish(thread->desc.scenes);
    stat_add(STAT_scene_published, 1);
    if (thread->desc.published != NULL) {
        waker_wake(thread->desc.published);
    }
}

/* A description in one word, so that it changes at once. */
static uint64_t pack_desc(const struct engine_map_desc *desc) {
    return (uint64_t)desc->venue_hidden << 16 | desc->instrument;
}

/* The map once a second of event time, and at once when another instrument is shown. Until there is
 * a price it is tried again. */
static void publish_map(struct engine_thread *thread, int index, int64_t now_ns, bool ending) {
    struct view *view = &thread->views[index];
    /* acquire: pairs with engine_thread_show; the view's mailbox has been made */
    uint64_t shown = atomic_load_explicit(&view->shown, memory_order_acquire);
    const struct engine_map_desc desc = {.instrument = (uint16_t)(shown & UINT16_MAX),
                                         .venue_hidden = (uint32_t)(shown >> 16)};
    int64_t step = engine_ts_ms(thread->desc.engine) / ENGINE_MAP_STEP_MS;
    bool news = ending || step != view->map_step || shown != view->map_shown;
    bool due = ending || now_ns - view->map_ns >= (int64_t)ENGINE_MAP_EVERY_MS * NS_PER_MS;
    if (shown == VIEW_NONE || !news || !due) {
        return;
    }
    struct mailbox *maps = &thread->desc.maps[index];
    if (!engine_fill_map(thread->desc.engine, &desc, mailbox_back(maps))) {
        return;
    }
    mailbox_publish(maps);
    view->map_step = step;
    view->map_shown = shown;
    view->map_ns = now_ns;
}

static void publish_maps(struct engine_thread *thread, int64_t now_ns, bool ending) {
    for (int i = 0; thread->desc.maps != NULL && i < ENGINE_VIEW_MAX; i++) {
        publish_map(thread, i, now_ns, ending);
    }
}

/* What was learned goes out after an M-step, and once more at the end, for the evidence since. */
static void publish_calibrations(struct engine_thread *thread, bool ending) {
    uint64_t steps = engine_calibration_steps(thread->desc.engine);
    bool news = steps != thread->calibration_steps || (ending && steps > 0);
    if (thread->desc.calibrations != NULL && news) {
        thread->calibration_steps = steps;
        engine_export_calibrations(thread->desc.engine, mailbox_back(thread->desc.calibrations));
        mailbox_publish(thread->desc.calibrations);
    }
}

static bool has_work(struct engine_thread *thread) {
    for (int i = 0; i < thread->desc.source_count; i++) {
        if (ring_count(&thread->sources[i].ring) > 0) {
            return true;
        }
    }
    return false;
}

/* Nothing to apply: sleep until woken, or until the scene that is held back is due. What comes
 * before that can only be seen with that scene: it gathers in the ring, and no push has to wake
 * anybody (at 50,000 a second, waking and sleeping cost ten times the work itself). */
static void wait_for_work(struct engine_thread *thread, int64_t now_ns) {
    int timeout_ms = SLEEP_MS_MAX;
    if (thread->changed) {
        int64_t due_ns = thread->published_ns + (int64_t)ENGINE_SCENE_EVERY_MS * NS_PER_MS;
        if (thread->gathering) {
            clock_sleep_until_ns(due_ns);
            return;
        }
        timeout_ms = (int)((due_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS);
    }
    waker_arm(&thread->waker);
    /* acquire: pairs with the owner's release; what it did before stopping is seen */
    bool stopping = atomic_load_explicit(&thread->stopping, memory_order_acquire);
    waker_wait(&thread->waker, stopping || has_work(thread) ? 0 : timeout_ms);
}

static void run_engine(void *user) {
    struct engine_thread *thread = user;
    thread_assert(THREAD_ENGINE);
    for (;;) {
        /* acquire: as above; read before draining, so that nothing pushed before stop is left */
        bool stopping = atomic_load_explicit(&thread->stopping, memory_order_acquire);
        /* relaxed: only a reason to leave, seen with stopping at the latest */
        if (atomic_load_explicit(&thread->abandoned, memory_order_relaxed)) {
            return;
        }
        size_t count = apply_batches(thread);
        int64_t now_ns = clock_mono_ns();
        bool due = now_ns - thread->published_ns >= (int64_t)ENGINE_SCENE_EVERY_MS * NS_PER_MS;
        if (thread->changed && due) {
            publish(thread, now_ns);
            publish_calibrations(thread, false);
        }
        publish_maps(thread, now_ns, false);
        if (count > 0) {
            continue;
        }
        if (stopping) {
            break;
        }
        wait_for_work(thread, now_ns);
    }
    if (thread->changed) {
        publish(thread, clock_mono_ns());
    }
    publish_maps(thread, clock_mono_ns(), true);
    publish_calibrations(thread, true);
}

static bool push_waiting(struct source *source, const struct event *slots, size_t count) {
    struct engine_thread *thread = source->thread;
    if (count > ring_capacity(&source->ring)) {
        return false;
    }
    while (!ring_push(&source->ring, slots, count)) {
        /* relaxed: only a reason to give up, seen a little later at worst */
        if (atomic_load_explicit(&thread->stopping, memory_order_relaxed)) {
            return false;
        }
        waker_wake(&thread->waker);
        clock_sleep_until_ns(clock_mono_ns() + PUSH_RETRY_NS);
    }
    return true;
}

static bool push_slots(void *self, const struct event *slots, size_t count) {
    struct source *source = self;
    bool pushed = source->thread->desc.wait_when_full ? push_waiting(source, slots, count)
                                                      : ring_push(&source->ring, slots, count);
    waker_wake(&source->thread->waker);
    return pushed;
}

struct engine_thread *engine_thread_create(const struct engine_thread_desc *desc) {
    assert(desc->engine != NULL);
    assert(desc->source_count >= 0);
    assert(desc->source_count <= ENGINE_SOURCE_MAX);
    /* Rings keep their two ends on cache lines of their own: calloc does not align so far. */
    struct engine_thread *thread = aligned_alloc(alignof(struct engine_thread), sizeof(*thread));
    if (thread == NULL) {
        return NULL;
    }
    memset(thread, 0, sizeof(*thread));
    thread->desc = *desc;
    thread->desc.source_count = desc->source_count > 0 ? desc->source_count : 1;
    thread->waker.fd = -1;
    thread->sequence = desc->scene_count;
    for (int i = 0; i < ENGINE_VIEW_MAX; i++) {
        thread->views[i].map_step = -1;
        /* relaxed: starting the thread orders it */
        atomic_store_explicit(&thread->views[i].shown, VIEW_NONE, memory_order_relaxed);
    }
    size_t slots = desc->ring_slots > 0 ? desc->ring_slots : ENGINE_RING_SLOTS;
    slots = slots > EVENT_MESSAGE_SLOTS_MAX ? slots : EVENT_MESSAGE_SLOTS_MAX;
    /* Only where a ring holds far more than comes until the next scene; who waits for room is not
     * kept waiting. */
    thread->gathering = slots >= ENGINE_RING_SLOTS && !desc->wait_when_full;
    bool ok = waker_init(&thread->waker);
    for (int i = 0; ok && i < thread->desc.source_count; i++) {
        thread->sources[i].thread = thread;
        ok = ring_init(&thread->sources[i].ring, sizeof(struct event), slots);
    }
    if (!ok) {
        engine_thread_destroy(thread);
        return NULL;
    }
    return thread;
}

void engine_thread_destroy(struct engine_thread *thread) {
    if (thread == NULL) {
        return;
    }
    engine_thread_stop(thread);
    for (int i = thread->desc.source_count - 1; i >= 0; i--) {
        ring_finish(&thread->sources[i].ring);
    }
    waker_finish(&thread->waker);
    free(thread);
}

bool engine_thread_start(struct engine_thread *thread) {
    /* relaxed: starting the thread orders it */
    atomic_store_explicit(&thread->stopping, false, memory_order_relaxed);
    atomic_store_explicit(&thread->abandoned, false, memory_order_relaxed);
    thread->changed = engine_ts_ms(thread->desc.engine) > 0;
    return thread_start(&thread->thread, THREAD_ENGINE, run_engine, thread);
}

void engine_thread_stop(struct engine_thread *thread) {
    /* release: pairs with the thread's acquire; the last pushes come before */
    atomic_store_explicit(&thread->stopping, true, memory_order_release);
    waker_wake(&thread->waker);
    thread_join(&thread->thread);
}

void engine_thread_abandon(struct engine_thread *thread) {
    /* relaxed: stopping, stored after it with release, orders it */
    atomic_store_explicit(&thread->abandoned, true, memory_order_relaxed);
    engine_thread_stop(thread);
}

uint64_t engine_thread_scene_count(const struct engine_thread *thread) {
    return thread->sequence;
}

struct event_sink engine_thread_sink(struct engine_thread *thread, int source) {
    assert(source >= 0);
    assert(source < thread->desc.source_count);
    return (struct event_sink){.self = &thread->sources[source], .push = push_slots};
}

void engine_thread_show(struct engine_thread *thread, int view,
                        const struct engine_map_desc *desc) {
    assert(view >= 0);
    assert(view < ENGINE_VIEW_MAX);
    uint64_t shown = desc != NULL ? pack_desc(desc) : VIEW_NONE;
    /* release: the view's mailbox was made before; the waker brings it to the thread's notice */
    if (atomic_exchange_explicit(&thread->views[view].shown, shown, memory_order_release) !=
        shown) {
        waker_wake(&thread->waker);
    }
}

int64_t engine_thread_applied_count(const struct engine_thread *thread) {
    /* relaxed: see apply_batches */
    return atomic_load_explicit(&thread->applied_count, memory_order_relaxed);
}
