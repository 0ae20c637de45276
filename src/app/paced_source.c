#include "app/paced_source.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/thread.h"

struct paced_source {
    struct event_source inner; /* owned */
    struct event *slots;       /* owned: one read */
    struct event_sink sink;
    struct thread thread;
    struct waker waker; /* ends a sleep when the pace changes or the source is stopped */
    atomic_bool stopping;
    atomic_bool ended; /* all that there is so far was pushed */

    /* -- protected by lock -- */
    pthread_mutex_t lock;
    struct pace pace;
    int64_t anchor_ms, anchor_ns; /* event time anchor_ms was at anchor_ns; ns 0: not begun */
};

/* Event time at mono_ns; the lock is held. */
static int64_t time_at(const struct paced_source *paced, int64_t mono_ns) {
    if (paced->anchor_ns == 0) {
        return 0;
    }
    const struct pace *pace = &paced->pace;
    const double past_ms = (double)(mono_ns - paced->anchor_ns) * 1e-6;
    const int64_t now_ms = paced->anchor_ms + (pace->paused ? 0 : (int64_t)(past_ms * pace->speed));
    return pace->until_ms != 0 && now_ms > pace->until_ms ? pace->until_ms : now_ms;
}

/* How long until an event of ts_ms is due; 0: now, -1: nobody knows (paused). The clock begins with
 * the first event, and follows what is skipped or comes as fast as it can. */
static int64_t wait_ns(struct paced_source *paced, int64_t ts_ms) {
    int64_t left_ns = 0;
    pthread_mutex_lock(&paced->lock);
    const int64_t now_ns = clock_mono_ns();
    const struct pace *pace = &paced->pace;
    const bool skipped = pace->skip_to_ms > 0 && ts_ms <= pace->skip_to_ms;
    if (pace->until_ms != 0 && ts_ms > pace->until_ms) {
        if (!pace->paused && pace->speed <= 0) {
            paced->anchor_ms = pace->until_ms; /* all before it has come */
        }
        left_ns = -1;
    } else if (paced->anchor_ns == 0 || skipped || (!pace->paused && pace->speed <= 0)) {
        paced->anchor_ms = ts_ms > paced->anchor_ms ? ts_ms : paced->anchor_ms;
        paced->anchor_ns = now_ns;
    } else if (ts_ms > time_at(paced, now_ns)) {
        const double left_ms = (double)(ts_ms - time_at(paced, now_ns));
        left_ns = pace->paused ? -1 : (int64_t)(left_ms / pace->speed * 1e6);
    }
    pthread_mutex_unlock(&paced->lock);
    return left_ns;
}

/* Sleep until an event of ts_ms is due; false: stopped meanwhile. */
static bool wait_until(struct paced_source *paced, int64_t ts_ms) {
    enum { LONGEST_MS = 1000 };
    for (;;) {
        waker_arm(&paced->waker);
        /* acquire: pairs with stop's release, so that whatever it wrote before is seen */
        if (atomic_load_explicit(&paced->stopping, memory_order_acquire)) {
            return false;
        }
        const int64_t left_ns = wait_ns(paced, ts_ms);
        if (left_ns == 0) {
            return true;
        }
        const int64_t left_ms = left_ns / 1000000 + 1;
        waker_wait(&paced->waker, left_ns > 0 && left_ms < LONGEST_MS ? (int)left_ms : LONGEST_MS);
    }
}

/* False: it is being stopped. */
static bool push_due(struct paced_source *paced, size_t count) {
    for (size_t begin = 0, end = 0; begin < count; begin = end) {
        end += event_message_slots(&paced->slots[begin], count - begin);
        /* A waiting sink refuses only while it is being stopped. */
        if (!wait_until(paced, paced->slots[begin].ts_ms) ||
            !event_sink_push(&paced->sink, paced->slots + begin, end - begin)) {
            return false;
        }
    }
    return true;
}

/* At the end: rest, before it is looked whether there is more. False: it is being stopped. */
static bool rest(struct paced_source *paced) {
    enum { REST_MS = 500 };
    waker_arm(&paced->waker);
    /* acquire: as in wait_until */
    if (atomic_load_explicit(&paced->stopping, memory_order_acquire)) {
        return false;
    }
    waker_wait(&paced->waker, REST_MS);
    return true;
}

static void run(void *user) {
    struct paced_source *paced = user;
    size_t count = 0;
    for (;;) {
        const enum status status = paced->inner.ops->read(paced->inner.self, paced->slots,
                                                          EVENT_MESSAGE_SLOTS_MAX, &count);
        const bool ended = status != STATUS_OK;
        atomic_store_explicit(&paced->ended, ended, memory_order_relaxed); /* for main to look at */
        if (status != STATUS_OK && status != STATUS_END) {
            return;
        }
        if (ended ? !rest(paced) : !push_due(paced, count)) {
            return;
        }
    }
}

void paced_source_begin(struct paced_source *paced, const struct pace *pace, int64_t at_ms) {
    assert(!paced->thread.started);
    paced->pace = *pace;
    paced->anchor_ms = at_ms;
    paced->anchor_ns = clock_mono_ns();
}

void paced_source_set(struct paced_source *paced, const struct pace *pace) {
    pthread_mutex_lock(&paced->lock);
    const int64_t now_ns = clock_mono_ns();
    if (paced->anchor_ns != 0) {
        paced->anchor_ms = time_at(paced, now_ns);
        paced->anchor_ns = now_ns;
    }
    /* A step or a leap ahead moves the clock there, events or not. */
    if (pace->skip_to_ms > paced->anchor_ms && paced->anchor_ns != 0) {
        paced->anchor_ms = pace->skip_to_ms;
    }
    paced->pace = *pace;
    pthread_mutex_unlock(&paced->lock);
    waker_wake(&paced->waker);
}

struct pace paced_source_get(struct paced_source *paced) {
    pthread_mutex_lock(&paced->lock);
    const struct pace pace = paced->pace;
    pthread_mutex_unlock(&paced->lock);
    return pace;
}

int64_t paced_source_now_ms(struct paced_source *paced) {
    pthread_mutex_lock(&paced->lock);
    const int64_t now_ms = time_at(paced, clock_mono_ns());
    pthread_mutex_unlock(&paced->lock);
    return now_ms;
}

bool paced_source_is_at_end(const struct paced_source *paced) {
    return atomic_load_explicit(&paced->ended, memory_order_relaxed); /* relaxed: see run */
}

static enum status paced_start(void *self, const struct event_sink *sink) {
    struct paced_source *paced = self;
    paced->sink = *sink;
    /* relaxed: starting the thread orders it */
    atomic_store_explicit(&paced->stopping, false, memory_order_relaxed);
    return thread_start(&paced->thread, THREAD_READER, run, paced) ? STATUS_OK : STATUS_MEMORY;
}

static void paced_stop(void *self) {
    struct paced_source *paced = self;
    /* release: see wait_until */
    atomic_store_explicit(&paced->stopping, true, memory_order_release);
    waker_wake(&paced->waker);
    thread_join(&paced->thread);
}

static void paced_destroy(void *self) {
    struct paced_source *paced = self;
    paced_stop(paced);
    event_source_destroy(&paced->inner);
    waker_finish(&paced->waker);
    pthread_mutex_destroy(&paced->lock);
    free(paced->slots);
    free(paced);
}

enum status paced_source_open(struct event_source inner, double speed, struct event_source *out,
                              struct paced_source **opened) {
    static const struct event_source_ops ops = {
        .name = "paced", .destroy = paced_destroy, .start = paced_start, .stop = paced_stop};
    assert(inner.ops->read != NULL);
    assert(speed >= 0);
    struct paced_source *paced = calloc(1, sizeof *paced);
    struct event *slots = malloc(EVENT_MESSAGE_SLOTS_MAX * sizeof *slots);
    if (paced == NULL || slots == NULL || pthread_mutex_init(&paced->lock, NULL) != 0) {
        free(slots);
        free(paced);
        return STATUS_MEMORY;
    }
    if (!waker_init(&paced->waker)) {
        pthread_mutex_destroy(&paced->lock);
        free(slots);
        free(paced);
        return STATUS_MEMORY;
    }
    paced->inner = inner;
    paced->pace.speed = speed;
    paced->slots = slots;
    *out = (struct event_source){.ops = &ops, .self = paced};
    *opened = paced;
    return STATUS_OK;
}
