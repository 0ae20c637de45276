/* What was kept, pushed again so much later than it came. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "app/recent_inside.h"
#include "base/clock.h"

#define NS_PER_S  1e9
#define NS_PER_MS INT64_C(1000000)
enum { POLL_MS = 4 };

struct delayed {
    struct recent *recent; /* borrowed */
    int64_t delay_ns;
    struct event_sink sink;
    struct event *batch; /* owned: a message */
    struct thread thread;
    atomic_bool stopping; /* asks the thread to end */
};

/* The next message, if its time has come; its slots. */
static size_t take(struct delayed *delayed, int64_t now_ns) {
    struct recent *recent = delayed->recent;
    size_t count = 0;
    pthread_mutex_lock(&recent->lock);
    if (recent->read == NULL) {
        recent->read = recent->first;
        recent->read_at = 0;
    }
    if (recent->read != NULL && recent->read_at == recent->read->count &&
        recent->read->next != NULL) {
        recent->read = recent->read->next;
        recent->read_at = 0;
    }
    const struct recent_block *block = recent->read;
    if (block != NULL && recent->read_at < block->count &&
        block->slots[recent->read_at].recv_ns + delayed->delay_ns <= now_ns) {
        const struct event *slots = block->slots + recent->read_at;
        count = event_message_slots(slots, block->count - recent->read_at);
        memcpy(delayed->batch, slots, count * sizeof *slots);
        recent->read_at += count;
    }
    pthread_mutex_unlock(&recent->lock);
    return count;
}

static void run(void *user) {
    struct delayed *delayed = user;
    thread_assert(THREAD_READER);
    /* acquire: pairs with stop's release */
    while (!atomic_load_explicit(&delayed->stopping, memory_order_acquire)) {
        const size_t count = take(delayed, clock_mono_ns());
        if (count > 0) {
            (void)event_sink_push(&delayed->sink, delayed->batch, count); /* it waits for room */
        } else {
            clock_sleep_until_ns(clock_mono_ns() + POLL_MS * NS_PER_MS);
        }
    }
}

static enum status start(void *self, const struct event_sink *sink) {
    struct delayed *delayed = self;
    delayed->sink = *sink;
    return thread_start(&delayed->thread, THREAD_READER, run, delayed) ? STATUS_OK : STATUS_MEMORY;
}

static void stop(void *self) {
    struct delayed *delayed = self;
    /* release: pairs with run's acquire */
    atomic_store_explicit(&delayed->stopping, true, memory_order_release);
    thread_join(&delayed->thread);
}

static void destroy(void *self) {
    struct delayed *delayed = self;
    stop(delayed);
    free(delayed->batch);
    free(delayed);
}

enum status recent_open_source(struct recent *recent, double delay_s, struct event_source *out) {
    static const struct event_source_ops ops = {
        .name = "delayed", .destroy = destroy, .start = start, .stop = stop};
    struct delayed *delayed = calloc(1, sizeof *delayed);
    assert(delay_s >= 0);
    if (delayed != NULL) {
        delayed->batch = malloc(EVENT_MESSAGE_SLOTS_MAX * sizeof *delayed->batch);
    }
    if (delayed == NULL || delayed->batch == NULL) {
        free(delayed);
        return STATUS_MEMORY;
    }
    delayed->recent = recent;
    delayed->delay_ns = (int64_t)(delay_s * NS_PER_S);
    *out = (struct event_source){.ops = &ops, .self = delayed};
    return STATUS_OK;
}
