#include "archive/recorder.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "archive/recorder_files.h"
#include "archive/recording_writer.h"
#include "base/clock.h"
#include "base/ring.h"
#include "base/str.h"
#include "base/thread.h"

#define NS_PER_MS INT64_C(1000000)
enum { POLL_MS = 20, COMMIT_MS = 1000, DRAIN_SLOTS = 4096, DAY_MS = 86400000 };

/* Between one source and its sink. */
struct tee {
    struct recorder *recorder; /* borrowed */
    struct event_sink inner;
    struct ring ring; /* of struct event; made by the first start */
    /* -- the source's thread only -- */
    bool holes[INSTRUMENT_COUNT_MAX]; /* events of it were lost */
    bool has_holes;
    int64_t hole_from_ms;
};

/* What a venue said last of an instrument. */
struct facts {
    struct event *slots; /* owned */
    size_t count;
};

struct recorder {
    const struct instrument_table *instruments; /* borrowed */
    struct tee tees[RECORDER_SOURCE_MAX];
    int source_count;
    bool rings; /* they have been made */

    /* -- the writer's thread while it runs, else the owner's -- */
    struct recording_writer *writer; /* owned; NULL: none */
    struct recorder_name name;
    struct recorder_file file;
    int64_t opened_ms;   /* wall clock */
    struct event *batch; /* owned, DRAIN_SLOTS and the longest message */
    size_t batch_count;
    struct facts facts[INSTRUMENT_COUNT_MAX];

    struct thread thread;
    atomic_bool active;   /* release after all is ready; acquire in the tees */
    atomic_bool stopping; /* asks the thread to end */
    _Atomic int64_t lost; /* the sources' threads write */

    /* -- protected by lock -- */
    pthread_mutex_t lock;
    struct recorder_stats stats;
};

/* -- tees -- */

/* Gaps for what was lost, once there is room. */
static void tell_holes(struct tee *tee, int64_t to_ms) {
    for (int i = 0; i < INSTRUMENT_COUNT_MAX; i++) {
        if (!tee->holes[i]) {
            continue;
        }
        struct event gap = {.kind = EVENT_GAP,
                            .detail = STREAM_ALL,
                            .flags = EVENT_FLAG_BEGIN | EVENT_FLAG_END,
                            .instrument = (uint16_t)i,
                            .ts_ms = to_ms};
        gap.u.gap.from_ms = tee->hole_from_ms < to_ms ? tee->hole_from_ms : to_ms;
        gap.u.gap.to_ms = to_ms;
        str_copy(gap.u.gap.reason, sizeof gap.u.gap.reason, "recorder too slow");
        if (!ring_push(&tee->ring, &gap, 1)) {
            return;
        }
        tee->holes[i] = false;
    }
    tee->has_holes = false;
}

static void copy(struct tee *tee, const struct event *slots, size_t count) {
    if (tee->has_holes) {
        tell_holes(tee, slots[0].ts_ms);
    }
    if (!tee->has_holes && ring_push(&tee->ring, slots, count)) {
        return;
    }
    /* relaxed: a counter */
    atomic_fetch_add_explicit(&tee->recorder->lost, (int64_t)count, memory_order_relaxed);
    if (!tee->has_holes) {
        tee->hole_from_ms = slots[0].ts_ms;
    }
    tee->has_holes = true;
    tee->holes[slots[0].instrument] = true;
}

static bool tee_push(void *self, const struct event *slots, size_t count) {
    struct tee *tee = self;
    const bool taken = tee->inner.push == NULL || event_sink_push(&tee->inner, slots, count);
    /* What the sink refuses is lost to everyone, and its source tells the gap.
     * acquire: pairs with the release of recorder_start, which made the ring */
    if (taken && slots[0].kind != EVENT_FEED && slots[0].instrument < INSTRUMENT_COUNT_MAX &&
        atomic_load_explicit(&tee->recorder->active, memory_order_acquire)) {
        copy(tee, slots, count);
    }
    return taken;
}

struct event_sink recorder_tee(struct recorder *self, int source, const struct event_sink *inner) {
    assert(source >= 0 && source < self->source_count);
    self->tees[source].recorder = self;
    self->tees[source].inner = *inner;
    return (struct event_sink){.self = &self->tees[source], .push = tee_push};
}

/* -- files -- */

static void keep_facts(struct recorder *self, const struct event *slots, size_t count) {
    struct facts *facts = &self->facts[slots[0].instrument];
    struct event *kept = realloc(facts->slots, count * sizeof *kept);
    if (kept == NULL) {
        return; /* the old ones stay: better than none */
    }
    memcpy(kept, slots, count * sizeof *kept);
    *facts = (struct facts){.slots = kept, .count = count};
}

static void forget_facts(struct recorder *self) {
    for (int i = 0; i < INSTRUMENT_COUNT_MAX; i++) {
        free(self->facts[i].slots);
        self->facts[i] = (struct facts){.slots = NULL};
    }
}

static enum status open_file(struct recorder *self, char *reason) {
    char path[RECORDER_PATH_BYTES];
    enum status why = STATUS_OK;
    self->opened_ms = clock_wall_ms();
    recorder_name_make(&self->name, self->opened_ms, path);
    const struct recording_writer_desc desc = {.path = path,
                                               .instruments = self->instruments,
                                               .free_bytes_min = self->file.free_bytes_min,
                                               .durable = true};
    self->writer = recording_writer_open(&desc, &why, reason);
    if (self->writer == NULL) {
        return why;
    }
    for (int i = 0; i < INSTRUMENT_COUNT_MAX; i++) {
        if (self->facts[i].count > 0) {
            recording_writer_add(self->writer, self->facts[i].slots, self->facts[i].count);
        }
    }
    pthread_mutex_lock(&self->lock);
    str_copy(self->stats.path, sizeof self->stats.path, path);
    self->stats.files++;
    pthread_mutex_unlock(&self->lock);
    recorder_files_prune(&self->name, path, self->file.keep_bytes, self->file.keep_days,
                         self->opened_ms);
    return STATUS_OK;
}

static bool is_due(const struct recorder *self, int64_t now_ms) {
    const struct recording_writer_stats stats = recording_writer_get_stats(self->writer);
    return (self->file.rotate_bytes > 0 && stats.chunk_bytes >= self->file.rotate_bytes) ||
           (self->file.rotate_daily && now_ms / DAY_MS != self->opened_ms / DAY_MS);
}

/* -- the thread -- */

static void note_end(struct recorder *self, enum status status, const char *reason) {
    pthread_mutex_lock(&self->lock);
    self->stats.status = status;
    str_copy(self->stats.reason, sizeof self->stats.reason, reason);
    pthread_mutex_unlock(&self->lock);
    /* relaxed: a tee may fill its ring for a moment more; nobody reads it */
    atomic_store_explicit(&self->active, false, memory_order_relaxed);
}

/* Whole messages out of a ring into the file; what is left of a batch is the begin of one more. */
static bool drain(struct recorder *self, struct tee *tee) {
    size_t count = 0;
    while ((count = ring_pop(&tee->ring, self->batch, DRAIN_SLOTS)) > 0) {
        /* a message that was cut by the end of the batch: the rest of it is there */
        while ((self->batch[count - 1].flags & EVENT_FLAG_END) == 0) {
            count += ring_pop(&tee->ring, self->batch + count, 1);
        }
        for (size_t at = 0; at < count;) {
            const size_t len = event_message_slots(self->batch + at, count - at);
            if (self->batch[at].kind == EVENT_INSTRUMENT) {
                keep_facts(self, self->batch + at, len);
            }
            at += len;
        }
        if (!recording_writer_add(self->writer, self->batch, count)) {
            return false;
        }
        pthread_mutex_lock(&self->lock);
        self->stats.slots += (int64_t)count;
        pthread_mutex_unlock(&self->lock);
    }
    return true;
}

static bool drain_all(struct recorder *self) {
    bool good = true;
    for (int i = 0; i < self->source_count && good; i++) {
        good = drain(self, &self->tees[i]);
    }
    return good;
}

static bool rotate(struct recorder *self) {
    char reason[RECORDER_REASON_BYTES];
    const bool closed = recording_writer_close(self->writer, reason);
    self->writer = NULL;
    const enum status status = closed ? open_file(self, reason) : STATUS_IO;
    if (status != STATUS_OK) {
        note_end(self, status, reason);
    }
    return status == STATUS_OK;
}

static void recorder_run(void *user) {
    struct recorder *self = user;
    int64_t commit_ns = clock_mono_ns() + COMMIT_MS * NS_PER_MS;
    bool good = true;
    /* acquire: what the owner did before it asked for the end has been pushed */
    while (good && !atomic_load_explicit(&self->stopping, memory_order_acquire)) {
        clock_sleep_until_ns(clock_mono_ns() + POLL_MS * NS_PER_MS);
        good = drain_all(self);
        if (good && clock_mono_ns() >= commit_ns) {
            commit_ns += COMMIT_MS * NS_PER_MS;
            good = recording_writer_commit(self->writer);
            if (good && is_due(self, clock_wall_ms()) && !rotate(self)) {
                return;
            }
        }
    }
    if (good) {
        good = drain_all(self);
    }
    if (!good) {
        note_end(self, recording_writer_status(self->writer),
                 recording_writer_reason(self->writer));
    }
}

/* -- life -- */

struct recorder *recorder_create(const struct instrument_table *instruments, int source_count) {
    struct recorder *self = calloc(1, sizeof *self);
    assert(source_count > 0 && source_count <= RECORDER_SOURCE_MAX);
    if (self == NULL || pthread_mutex_init(&self->lock, NULL) != 0) {
        free(self);
        return NULL;
    }
    self->instruments = instruments;
    self->source_count = source_count;
    return self;
}

void recorder_destroy(struct recorder *self) {
    char reason[RECORDER_REASON_BYTES];
    if (self == NULL) {
        return;
    }
    (void)recorder_stop(self, reason);
    for (int i = 0; i < self->source_count; i++) {
        ring_finish(&self->tees[i].ring);
    }
    forget_facts(self);
    free(self->batch);
    pthread_mutex_destroy(&self->lock);
    free(self);
}

static bool make_rings(struct recorder *self) {
    if (self->rings) {
        return true;
    }
    self->batch = malloc((DRAIN_SLOTS + EVENT_MESSAGE_SLOTS_MAX) * sizeof *self->batch);
    bool good = self->batch != NULL;
    for (int i = 0; i < self->source_count && good; i++) {
        good = ring_init(&self->tees[i].ring, sizeof(struct event), RECORDER_RING_SLOTS);
    }
    self->rings = good;
    return good;
}

enum status recorder_start(struct recorder *self, const struct recorder_file *file,
                           char reason[RECORDER_REASON_BYTES]) {
    static_assert((int)RECORDER_REASON_BYTES == (int)RECORDING_WRITER_REASON_BYTES, "passed on");
    if (self->thread.started) {
        str_copy(reason, RECORDER_REASON_BYTES, "a recording is under way already");
        return STATUS_BUSY;
    }
    self->file = *file;
    if (!make_rings(self) || !recorder_name_init(&self->name, file->path,
                                                 file->rotate_bytes > 0 || file->rotate_daily)) {
        str_format(reason, RECORDER_REASON_BYTES, "%.200s: out of memory, or too long a name",
                   file->path);
        return STATUS_MEMORY;
    }
    for (int i = 0; i < self->source_count; i++) { /* of the end of the recording before */
        while (ring_pop(&self->tees[i].ring, self->batch, DRAIN_SLOTS) > 0) {
        }
    }
    self->stats = (struct recorder_stats){.status = STATUS_OK};
    atomic_store_explicit(&self->lost, 0, memory_order_relaxed); /* nobody writes it now */
    enum status status = open_file(self, reason);
    if (status == STATUS_OK) {
        atomic_store_explicit(&self->stopping, false, memory_order_relaxed); /* before the thread */
        if (!thread_start(&self->thread, THREAD_WRITER, recorder_run, self)) {
            str_copy(reason, RECORDER_REASON_BYTES, "the recorder's thread cannot be started");
            status = STATUS_MEMORY;
            (void)recording_writer_close(self->writer, reason);
            self->writer = NULL;
        }
    }
    if (status == STATUS_OK) {
        /* release: rings and file are ready before a tee sees it */
        atomic_store_explicit(&self->active, true, memory_order_release);
    }
    return status;
}

bool recorder_stop(struct recorder *self, char reason[RECORDER_REASON_BYTES]) {
    reason[0] = '\0';
    if (!self->thread.started) {
        return true;
    }
    atomic_store_explicit(&self->active, false, memory_order_relaxed); /* the rest is drained */
    /* release: pairs with the thread's acquire */
    atomic_store_explicit(&self->stopping, true, memory_order_release);
    thread_join(&self->thread);
    const bool ended = self->stats.status != STATUS_OK; /* by itself; the thread is over */
    str_copy(reason, RECORDER_REASON_BYTES, self->stats.reason);
    const bool closed = recording_writer_close(self->writer, ended ? self->stats.reason : reason);
    self->writer = NULL;
    return closed && !ended;
}

struct recorder_stats recorder_get_stats(struct recorder *self) {
    pthread_mutex_lock(&self->lock);
    struct recorder_stats stats = self->stats;
    pthread_mutex_unlock(&self->lock);
    stats.running = self->thread.started && stats.status == STATUS_OK;
    stats.lost = atomic_load_explicit(&self->lost, memory_order_relaxed); /* relaxed: a counter */
    return stats;
}
