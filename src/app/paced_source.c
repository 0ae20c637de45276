#include "app/paced_source.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/thread.h"

struct paced {
    struct event_source inner; /* owned */
    double speed;
    struct event *slots; /* owned: one read */
    struct event_sink sink;
    struct thread thread;
    struct waker waker; /* ends a sleep when the source is stopped */
    atomic_bool stopping;
};

/* Sleep until due_ns; false: stopped meanwhile. */
static bool wait_until(struct paced *paced, int64_t due_ns) {
    for (;;) {
        waker_arm(&paced->waker);
        /* acquire: pairs with stop's release, so that whatever it wrote before is seen */
        if (atomic_load_explicit(&paced->stopping, memory_order_acquire)) {
            return false;
        }
        int64_t left_ns = due_ns - clock_mono_ns();
        if (left_ns <= 0) {
            return true;
        }
        int64_t left_ms = left_ns / 1000000 + 1;
        waker_wait(&paced->waker, left_ms < 1000 ? (int)left_ms : 1000);
    }
}

static void run(void *user) {
    struct paced *paced = user;
    int64_t first_ms = 0;
    int64_t first_ns = 0;
    size_t count = 0;
    while (paced->inner.ops->read(paced->inner.self, paced->slots, EVENT_MESSAGE_SLOTS_MAX,
                                  &count) == STATUS_OK) {
        for (size_t begin = 0, end = 0; begin < count; begin = end) {
            end += event_message_slots(&paced->slots[begin], count - begin);
            int64_t ts_ms = paced->slots[begin].ts_ms;
            if (first_ns == 0) {
                first_ms = ts_ms;
                first_ns = clock_mono_ns();
            }
            double after_ns =
                paced->speed > 0 ? (double)(ts_ms - first_ms) * 1e6 / paced->speed : 0;
            if (!wait_until(paced, first_ns + (int64_t)after_ns)) {
                return;
            }
            /* A waiting sink refuses only while it is being stopped. */
            if (!event_sink_push(&paced->sink, paced->slots + begin, end - begin)) {
                return;
            }
        }
    }
}

static enum status paced_start(void *self, const struct event_sink *sink) {
    struct paced *paced = self;
    paced->sink = *sink;
    /* relaxed: starting the thread orders it */
    atomic_store_explicit(&paced->stopping, false, memory_order_relaxed);
    return thread_start(&paced->thread, THREAD_READER, run, paced) ? STATUS_OK : STATUS_MEMORY;
}

static void paced_stop(void *self) {
    struct paced *paced = self;
    /* release: see wait_until */
    atomic_store_explicit(&paced->stopping, true, memory_order_release);
    waker_wake(&paced->waker);
    thread_join(&paced->thread);
}

static void paced_destroy(void *self) {
    struct paced *paced = self;
    paced_stop(paced);
    event_source_destroy(&paced->inner);
    waker_finish(&paced->waker);
    free(paced->slots);
    free(paced);
}

enum status paced_source_open(struct event_source inner, double speed, struct event_source *out) {
    static const struct event_source_ops ops = {
        .name = "paced", .destroy = paced_destroy, .start = paced_start, .stop = paced_stop};
    assert(inner.ops->read != NULL);
    assert(speed >= 0);
    struct paced *paced = calloc(1, sizeof *paced);
    struct event *slots = malloc(EVENT_MESSAGE_SLOTS_MAX * sizeof *slots);
    if (paced == NULL || slots == NULL || !waker_init(&paced->waker)) {
        free(slots);
        free(paced);
        return STATUS_MEMORY;
    }
    paced->inner = inner;
    paced->speed = speed;
    paced->slots = slots;
    *out = (struct event_source){.ops = &ops, .self = paced};
    return STATUS_OK;
}
