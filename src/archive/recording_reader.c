#include "archive/recording_reader.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive/recording_reader_inside.h"
#include "base/clock.h"
#include "base/str.h"

enum {
    WAIT_NS = 500000,
    BLIND_MAX = 64 /* chunks that cannot even be found, one after the other, before it ends */
};

static void count_one(_Atomic int64_t *counter, int64_t amount) {
    atomic_fetch_add_explicit(counter, amount, memory_order_relaxed); /* relaxed: a counter */
}

/* -- damage -- */

static void note_damage(struct recording_reader *self, const char *what) {
    count_one(&self->damaged_count, 1);
    self->hole = true;
    if (self->reason[0] == '\0') {
        str_format(self->reason, sizeof self->reason,
                   "%s: a chunk is damaged and left out (%s number %" PRId64 ": %s)", self->path,
                   self->part == PART_CHUNKS ? "chunk" : "tail row", self->id, what);
    }
}

static struct event make_gap(uint16_t instrument, int64_t from_ms, int64_t to_ms) {
    struct event gap = {.kind = EVENT_GAP,
                        .detail = STREAM_ALL,
                        .flags = EVENT_FLAG_BEGIN | EVENT_FLAG_END,
                        .instrument = instrument,
                        .ts_ms = to_ms};
    gap.u.gap.from_ms = from_ms;
    gap.u.gap.to_ms = to_ms;
    str_copy(gap.u.gap.reason, sizeof gap.u.gap.reason, "recording damaged");
    return gap;
}

/* Room for the gaps of all instruments in front of a run. */
static size_t put_gaps(struct recording_reader *self, int64_t to_ms) {
    if (!self->hole || self->last_ms == INT64_MIN || to_ms < self->last_ms) {
        self->hole = false;
        return 0;
    }
    for (int i = 0; i < self->instrument_count; i++) {
        self->slots[i] = make_gap(self->instruments[i], self->last_ms, to_ms);
    }
    self->hole = false;
    return (size_t)self->instrument_count;
}

/* -- runs -- */

/* The slots of a row into the run at hand. False: it is damaged. */
static bool take_row(struct recording_reader *self, sqlite3_stmt *row) {
    const struct event *slots = NULL;
    size_t count = 0;
    const enum status status = columns_unpack(self->columns, sqlite3_column_blob(row, 1),
                                              (size_t)sqlite3_column_bytes(row, 1), &slots, &count);
    if (status != STATUS_OK) {
        note_damage(self, status_text(status));
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        char reason[RECORDING_REASON_BYTES];
        if (slots[i].instrument >= self->instrument_count) {
            (void)recording_reader_learn(self, reason); /* added while it is written */
        }
        if (slots[i].instrument >= self->instrument_count) {
            note_damage(self, "an instrument that is not in its list");
            return false;
        }
    }
    const struct recording_sums sums = recording_sum(slots, count);
    const size_t gaps = put_gaps(self, sums.first_ms);
    memcpy(self->slots + gaps, slots, count * sizeof *slots);
    for (size_t i = gaps; i < gaps + count; i++) {
        self->slots[i].instrument = self->instruments[self->slots[i].instrument];
    }
    self->last_ms = sums.last_ms > self->last_ms ? sums.last_ms : self->last_ms;
    self->at = 0;
    self->count = gaps + count;
    count_one(&self->chunk_count, 1);
    return true;
}

static enum status end(struct recording_reader *self, enum status status) {
    /* release: the reason is complete before anybody sees the end */
    atomic_store_explicit(&self->end, (int)status, memory_order_release);
    return status;
}

/* A writer may turn the tail into a chunk at any moment: what comes last is read as it was at one.
 */
static void end_part(struct recording_reader *self) {
    if (self->part == PART_CHUNKS && !self->snapshot) {
        self->snapshot = sqlite3_exec(self->db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK;
        if (self->snapshot) {
            return; /* look for chunks once more */
        }
    }
    self->part++;
    self->id = self->blind = 0;
    if (self->part == PART_END) {
        self->version_seen = recording_reader_version(self);
        (void)sqlite3_exec(self->db, "COMMIT", NULL, NULL, NULL);
        self->snapshot = false;
    }
}

/* Where the run that is read next begins. The tail's are counted from the last chunk's end. */
static void note_place(struct recording_reader *self) {
    if (self->part == PART_CHUNKS) {
        self->run = (struct recording_place){
            .chunk_id = self->id, .last_ms = self->last_ms, .hole = self->hole};
    } else {
        self->run.slots += self->count;
    }
}

enum status recording_reader_next(struct recording_reader *self) {
    note_place(self);
    self->at = self->count = 0;
    while (self->part != PART_END) {
        sqlite3_stmt *row = self->next[self->part];
        sqlite3_bind_int64(row, 1, self->id);
        const int code = sqlite3_step(row);
        bool good = false;
        if (code == SQLITE_ROW) {
            self->id = sqlite3_column_int64(row, 0);
            self->blind = 0;
            good = take_row(self, row);
        } else if (code == SQLITE_DONE) {
            end_part(self);
        } else if (++self->blind < BLIND_MAX) { /* SQLite's own pages are damaged: look behind */
            note_damage(self, sqlite3_errmsg(self->db));
            self->id++;
        } else {
            self->snapshot = true;
            end_part(self);
        }
        sqlite3_reset(row);
        if (good) {
            return STATUS_OK;
        }
    }
    return end(self, STATUS_END);
}

/* -- as an event source -- */

static enum status reader_read(void *user, struct event *out, size_t count_max, size_t *count) {
    struct recording_reader *self = user;
    *count = 0;
    if (self->part == PART_END && !recording_reader_go_on(self)) {
        return STATUS_END;
    }
    for (;;) {
        if (self->at == self->count) {
            const enum status status = *count > 0 ? STATUS_OK : recording_reader_next(self);
            if (*count > 0 || status != STATUS_OK) {
                return status;
            }
        }
        const size_t len = event_message_slots(self->slots + self->at, self->count - self->at);
        if (len > count_max - *count) {
            return *count > 0 ? STATUS_OK : STATUS_RANGE;
        }
        memcpy(out + *count, self->slots + self->at, len * sizeof *out);
        self->at += len;
        *count += len;
        count_one(&self->message_count, 1);
        count_one(&self->slot_count, (int64_t)len);
    }
}

static void reader_run(void *user) {
    struct recording_reader *self = user;
    /* relaxed: only asks the loop to end; join orders the rest */
    while (!atomic_load_explicit(&self->stopping, memory_order_relaxed)) {
        if (self->at == self->count && recording_reader_next(self) != STATUS_OK) {
            return;
        }
        const size_t len = event_message_slots(self->slots + self->at, self->count - self->at);
        if (event_sink_push(&self->sink, self->slots + self->at, len)) {
            self->at += len;
            count_one(&self->message_count, 1);
            count_one(&self->slot_count, (int64_t)len);
        } else {
            clock_sleep_until_ns(clock_mono_ns() + WAIT_NS);
        }
    }
}

static enum status reader_start(void *user, const struct event_sink *sink) {
    struct recording_reader *self = user;
    assert(!self->thread.started);
    self->sink = *sink;
    atomic_store_explicit(&self->stopping, false, memory_order_relaxed); /* before the thread */
    return thread_start(&self->thread, THREAD_READER, reader_run, self) ? STATUS_OK : STATUS_MEMORY;
}

static void reader_stop(void *user) {
    struct recording_reader *self = user;
    atomic_store_explicit(&self->stopping, true, memory_order_relaxed); /* join orders the rest */
    thread_join(&self->thread);
}

static void reader_destroy(void *user) {
    struct recording_reader *self = user;
    if (self == NULL) {
        return;
    }
    reader_stop(self);
    sqlite3_finalize(self->next[PART_CHUNKS]);
    sqlite3_finalize(self->next[PART_TAIL]);
    sqlite3_finalize(self->version);
    sqlite3_close(self->db);
    columns_destroy(self->columns);
    free(self->instruments);
    free(self->slots);
    free(self);
}

const struct event_source_ops recording_reader_ops = {.name = "recording",
                                                      .destroy = reader_destroy,
                                                      .read = reader_read,
                                                      .start = reader_start,
                                                      .stop = reader_stop};

static int64_t load(const _Atomic int64_t *counter) {
    return atomic_load_explicit(counter, memory_order_relaxed); /* relaxed: a counter */
}

struct recording_reader_stats recording_reader_get_stats(const struct recording_reader *self) {
    /* acquire: pairs with the release at the end; the counters are final then */
    const enum status end = (enum status)atomic_load_explicit(&self->end, memory_order_acquire);
    return (struct recording_reader_stats){.slot_count = load(&self->slot_count),
                                           .message_count = load(&self->message_count),
                                           .chunk_count = load(&self->chunk_count),
                                           .damaged_count = load(&self->damaged_count),
                                           .ended = end != STATUS_OK,
                                           .status = end};
}

const char *recording_reader_reason(const struct recording_reader *self) {
    return self->reason;
}
