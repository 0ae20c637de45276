#include "archive/recorder.h"

#include <assert.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "archive/recorder_files.h"
#include "archive/recorder_tee.h"
#include "archive/recording_writer.h"
#include "base/clock.h"
#include "base/ring.h"
#include "base/str.h"
#include "base/thread.h"

#define NS_PER_MS INT64_C(1000000)
enum { POLL_MS = 20, COMMIT_MS = 1000, DRAIN_SLOTS = 4096, DAY_MS = 86400000, PRUNE_COMMITS = 60 };

struct recorder {
    const struct instrument_table *instruments; /* borrowed */
    struct recorder_tee tees[RECORDER_SOURCE_MAX];
    int source_count;
    bool rings; /* they have been made */

    /* -- the writer's thread while it runs, else the owner's -- */
    struct recording_writer *writer; /* owned; NULL: none */
    struct recorder_name name;
    struct recorder_file file;
    char path[RECORDER_PATH_BYTES]; /* of the file being written */
    int64_t opened_ms;              /* wall clock */
    int commits;
    struct event *batch;  /* owned, DRAIN_SLOTS and the longest message */
    unsigned file_number; /* that tees copy for */
    unsigned written;     /* number of the file being written */
    int64_t paused_ms;    /* end of what the file had before; INT64_MIN: nothing */
    bool resumed[INSTRUMENT_COUNT_MAX];

    struct thread thread;
    atomic_bool stopping; /* asks the thread to end */
    struct recorder_shared shared;

    /* -- protected by lock -- */
    pthread_mutex_t lock;
    struct recorder_stats stats;
};

/* -- files -- */

static void prune(const struct recorder *self, int64_t now_ms) {
    recorder_files_prune(&self->name, self->path, self->file.keep_bytes, self->file.keep_days,
                         now_ms);
}

static enum status open_file(struct recorder *self, char *reason) {
    enum status why = STATUS_OK;
    self->opened_ms = clock_wall_ms();
    recorder_name_make(&self->name, self->opened_ms, self->path);
    const struct recording_writer_desc desc = {.path = self->path,
                                               .instruments = self->instruments,
                                               .free_bytes_min = self->file.free_bytes_min,
                                               .durable = true};
    self->writer = recording_writer_open(&desc, &why, reason);
    if (self->writer == NULL) {
        return why;
    }
    self->paused_ms = recording_writer_last_ms(self->writer);
    memset(self->resumed, 0, sizeof self->resumed);
    pthread_mutex_lock(&self->lock);
    str_copy(self->stats.path, sizeof self->stats.path, self->path);
    self->stats.files++;
    pthread_mutex_unlock(&self->lock);
    prune(self, self->opened_ms);
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
    atomic_store_explicit(&self->shared.file, 0, memory_order_relaxed);
}

static bool write_slots(struct recorder *self, size_t count) {
    if (count == 0 || !recording_writer_add(self->writer, self->batch, count)) {
        return count == 0;
    }
    pthread_mutex_lock(&self->lock);
    self->stats.slots += (int64_t)count;
    pthread_mutex_unlock(&self->lock);
    return true;
}

/* A file that is gone on with: what lies between its end and what comes now of an instrument was
 * not recorded. */
static bool tell_pause(struct recorder *self, uint16_t instrument, int64_t ts_ms) {
    if (self->paused_ms == INT64_MIN || self->resumed[instrument] || ts_ms <= self->paused_ms) {
        return true;
    }
    struct event gap = {.kind = EVENT_GAP,
                        .detail = STREAM_ALL,
                        .flags = EVENT_FLAG_BEGIN | EVENT_FLAG_END,
                        .instrument = instrument,
                        .ts_ms = ts_ms};
    gap.u.gap.from_ms = self->paused_ms;
    gap.u.gap.to_ms = ts_ms;
    str_copy(gap.u.gap.reason, sizeof gap.u.gap.reason, "not recorded");
    self->resumed[instrument] = true;
    return recording_writer_add(self->writer, &gap, 1);
}

/* Facts have no time of their own, what was before has an older one. */
static bool is_timeless(const struct event *first) {
    return first->kind == EVENT_INSTRUMENT || first->kind == EVENT_TIER ||
           (first->flags & EVENT_FLAG_HISTORY) != 0;
}

/* Of what was before, what the file has not: bars that begin behind its end, and what came since,
 * behind the pause, whose gap they fill. */
static bool write_before(struct recorder *self, int64_t ts_ms, const struct event *slots,
                         size_t count) {
    const bool bar = slots[0].kind == EVENT_KLINE;
    struct event gap = slots[0];
    if (slots[0].kind == EVENT_INSTRUMENT || slots[0].kind == EVENT_TIER ||
        self->paused_ms == INT64_MIN) {
        return recording_writer_add(self->writer, slots, count);
    }
    if (slots[0].ts_ms < self->paused_ms || (slots[0].ts_ms == self->paused_ms && !bar)) {
        return true;
    }
    if (!tell_pause(self, slots[0].instrument, ts_ms)) {
        return false;
    }
    if (gap.kind == EVENT_GAP && gap.u.gap.from_ms < self->paused_ms) {
        gap.u.gap.from_ms = self->paused_ms;
        return recording_writer_add(self->writer, &gap, 1);
    }
    return recording_writer_add(self->writer, slots, count);
}

static bool write_opening(struct recorder *self, struct recorder_tee *tee) {
    const struct recorder_opening *opening = recorder_tee_opening(tee, self->written);
    bool good = true;
    if (opening == NULL) {
        return true;
    }
    for (size_t at = 0; at < opening->count && good;) {
        const struct event *slots = opening->slots + at;
        const size_t len = event_message_slots(slots, opening->count - at);
        good = write_before(self, opening->ts_ms, slots, len);
        at += len;
    }
    recorder_tee_drop_opening(tee);
    return good;
}

/* Whole messages out of a ring into the file; what is left of a batch is the begin of one more. */
static bool drain(struct recorder *self, struct recorder_tee *tee) {
    size_t count = 0;
    while ((count = recorder_tee_pop(tee, self->written, self->batch, DRAIN_SLOTS)) > 0) {
        /* a message that was cut by the end of the batch: the rest of it is there */
        while ((self->batch[count - 1].flags & EVENT_FLAG_END) == 0) {
            count += recorder_tee_pop(tee, self->written, self->batch + count, 1);
        }
        bool good = write_opening(self, tee);
        for (size_t at = 0; at < count && good;) {
            const struct event *slots = self->batch + at;
            good = is_timeless(slots) || tell_pause(self, slots->instrument, slots->ts_ms);
            at += event_message_slots(slots, count - at);
        }
        if (!good || !write_slots(self, count)) {
            return false;
        }
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

/* Holes that are open when everything ends. */
static bool end_holes(struct recorder *self) {
    static_assert((int)INSTRUMENT_COUNT_MAX <= (int)EVENT_MESSAGE_SLOTS_MAX, "fit into the batch");
    bool good = true;
    for (int i = 0; i < self->source_count && good; i++) {
        good = write_slots(self, recorder_tee_end_holes(&self->tees[i], self->batch));
    }
    return good;
}

/* From now on tees copy, for the next file. */
static void let_tees_copy(struct recorder *self) {
    /* release: the rings are ready before a tee sees it */
    atomic_store_explicit(&self->shared.file, ++self->file_number, memory_order_release);
}

/* The next file is named before this one is closed: what a tee copies for it, its head first,
 * stays in the ring meanwhile, and what it copied before goes into this one. Of a tee that pushes
 * while it is named the wait lets the end arrive. */
static bool rotate(struct recorder *self) {
    char reason[RECORDER_REASON_BYTES];
    let_tees_copy(self);
    clock_sleep_until_ns(clock_mono_ns() + POLL_MS * NS_PER_MS);
    if (!drain_all(self)) {
        return false;
    }
    const bool closed = recording_writer_close(self->writer, reason);
    self->writer = NULL;
    const enum status status = closed ? open_file(self, reason) : STATUS_IO;
    if (status != STATUS_OK) {
        note_end(self, status, reason);
        return false;
    }
    self->written = self->file_number;
    return true;
}

/* A commit; with it what is to be done now and then. False: it is over. */
static bool commit(struct recorder *self) {
    if (!recording_writer_commit(self->writer)) {
        return false;
    }
    const int64_t now_ms = clock_wall_ms();
    if (is_due(self, now_ms)) {
        return rotate(self);
    }
    if (++self->commits % PRUNE_COMMITS == 0) {
        prune(self, now_ms);
    }
    return true;
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
            good = commit(self);
        }
    }
    good = good && drain_all(self) && end_holes(self);
    if (!good && self->writer != NULL) { /* else the rotation has said it */
        note_end(self, recording_writer_status(self->writer),
                 recording_writer_reason(self->writer));
    }
}

/* -- life -- */

struct event_sink recorder_tee(struct recorder *self, int source, const struct event_sink *inner,
                               const struct recorder_head *head) {
    assert(source >= 0 && source < self->source_count);
    struct recorder_tee *tee = &self->tees[source];
    tee->shared = &self->shared;
    tee->inner = *inner;
    tee->head = head != NULL ? *head : (struct recorder_head){.self = NULL};
    return (struct event_sink){.self = tee, .push = recorder_tee_push};
}

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
        recorder_tee_drop_openings(&self->tees[i]);
        ring_finish(&self->tees[i].openings);
        ring_finish(&self->tees[i].ring);
    }
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
        struct recorder_tee *tee = &self->tees[i];
        good = ring_init(&tee->ring, sizeof(struct event), RECORDER_RING_SLOTS) &&
               ring_init(&tee->openings, sizeof(struct recorder_opening), RECORDER_OPENINGS);
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
        while (recorder_tee_pop(&self->tees[i], UINT_MAX, self->batch, DRAIN_SLOTS) > 0) {
        }
        recorder_tee_drop_openings(&self->tees[i]);
        recorder_tee_forget_holes(&self->tees[i]);
    }
    self->stats = (struct recorder_stats){.status = STATUS_OK};
    atomic_store_explicit(&self->shared.lost, 0, memory_order_relaxed); /* nobody writes it now */
    enum status status = open_file(self, reason);
    if (status == STATUS_OK) {
        atomic_store_explicit(&self->stopping, false, memory_order_relaxed); /* before the thread */
        /* relaxed: before the release of the number */
        atomic_store_explicit(&self->shared.begins, self->file_number + 1, memory_order_relaxed);
        let_tees_copy(self);
        self->written = self->file_number;
        if (!thread_start(&self->thread, THREAD_WRITER, recorder_run, self)) {
            /* relaxed: what was copied is dropped by the next start */
            atomic_store_explicit(&self->shared.file, 0, memory_order_relaxed);
            (void)recording_writer_close(self->writer, reason);
            self->writer = NULL;
            str_copy(reason, RECORDER_REASON_BYTES, "the recorder's thread cannot be started");
            status = STATUS_MEMORY;
        }
    }
    return status;
}

bool recorder_stop(struct recorder *self, char reason[RECORDER_REASON_BYTES]) {
    reason[0] = '\0';
    if (!self->thread.started) {
        return true;
    }
    atomic_store_explicit(&self->shared.file, 0, memory_order_relaxed); /* the rest is drained */
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
    /* relaxed: a counter */
    stats.lost = atomic_load_explicit(&self->shared.lost, memory_order_relaxed);
    return stats;
}
