#include "archive/recorder.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "archive/instrument_facts.h"
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
    struct event *batch; /* owned, DRAIN_SLOTS and the longest message */
    unsigned file_number;
    int64_t paused_ms; /* end of what the file had before; INT64_MIN: nothing */
    bool resumed[INSTRUMENT_COUNT_MAX];
    struct instrument_facts facts[INSTRUMENT_COUNT_MAX];

    struct thread thread;
    atomic_bool stopping; /* asks the thread to end */
    struct recorder_shared shared;

    /* -- protected by lock -- */
    pthread_mutex_t lock;
    struct recorder_stats stats;
};

/* -- files -- */

static void forget_facts(struct recorder *self) {
    for (int i = 0; i < INSTRUMENT_COUNT_MAX; i++) {
        instrument_facts_finish(&self->facts[i]);
    }
}

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
    for (int i = 0; i < INSTRUMENT_COUNT_MAX; i++) {
        if (self->facts[i].count > 0) {
            recording_writer_add(self->writer, self->facts[i].slots, self->facts[i].count);
        }
    }
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

/* A file that is gone on with: what lies between its end and an instrument's first event now was
 * not recorded. */
static bool tell_pause(struct recorder *self, const struct event *first) {
    const bool timeless = first->kind == EVENT_INSTRUMENT || first->kind == EVENT_TIER ||
                          (first->flags & EVENT_FLAG_HISTORY) != 0;
    if (self->resumed[first->instrument] || timeless || first->ts_ms <= self->paused_ms) {
        return true;
    }
    struct event gap = {.kind = EVENT_GAP,
                        .detail = STREAM_ALL,
                        .flags = EVENT_FLAG_BEGIN | EVENT_FLAG_END,
                        .instrument = first->instrument,
                        .ts_ms = first->ts_ms};
    gap.u.gap.from_ms = self->paused_ms;
    gap.u.gap.to_ms = first->ts_ms;
    str_copy(gap.u.gap.reason, sizeof gap.u.gap.reason, "not recorded");
    self->resumed[first->instrument] = true;
    return recording_writer_add(self->writer, &gap, 1);
}

/* Whole messages out of a ring into the file; what is left of a batch is the begin of one more. */
static bool drain(struct recorder *self, struct recorder_tee *tee) {
    size_t count = 0;
    while ((count = ring_pop(&tee->ring, self->batch, DRAIN_SLOTS)) > 0) {
        /* a message that was cut by the end of the batch: the rest of it is there */
        while ((self->batch[count - 1].flags & EVENT_FLAG_END) == 0) {
            count += ring_pop(&tee->ring, self->batch + count, 1);
        }
        for (size_t at = 0; at < count;) {
            const size_t len = event_message_slots(self->batch + at, count - at);
            const struct event *slots = self->batch + at;
            if (self->paused_ms != INT64_MIN && !tell_pause(self, slots)) {
                return false;
            }
            if (slots->kind == EVENT_INSTRUMENT || slots->kind == EVENT_TIER) {
                instrument_facts_take(&self->facts[slots->instrument], slots, len);
            }
            at += len;
        }
        if (!write_slots(self, count)) {
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

/* From now on tees copy, into the file that was opened last. */
static void let_tees_copy(struct recorder *self) {
    /* release: rings and file are ready before a tee sees it */
    atomic_store_explicit(&self->shared.file, ++self->file_number, memory_order_release);
}

static bool rotate(struct recorder *self) {
    char reason[RECORDER_REASON_BYTES];
    const bool closed = recording_writer_close(self->writer, reason);
    self->writer = NULL;
    const enum status status = closed ? open_file(self, reason) : STATUS_IO;
    if (status != STATUS_OK) {
        note_end(self, status, reason);
        return false;
    }
    let_tees_copy(self);
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
        recorder_tee_forget_holes(&self->tees[i]);
    }
    self->stats = (struct recorder_stats){.status = STATUS_OK};
    atomic_store_explicit(&self->shared.lost, 0, memory_order_relaxed); /* nobody writes it now */
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
        let_tees_copy(self);
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
