#include "archive/recording_writer.h"

#include <assert.h>
#include <string.h>
#include <sys/statvfs.h>

#include "archive/recording_writer_inside.h"
#include "base/str.h"

enum { CHUNK_COMMITS = 60 /* a chunk is closed after so many commits, however small it is */ };

/* -- failing -- */

static bool fail(struct recording_writer *self, const char *what) {
    if (self->status == STATUS_OK) {
        const bool full = sqlite3_errcode(self->db) == SQLITE_FULL;
        self->status = full ? STATUS_FULL : STATUS_IO;
        recording_tell(self->path, what, self->db, self->reason);
    }
    return false;
}

/* A full disk is met before it is full: other programs live there, too. */
bool recording_writer_has_room(struct recording_writer *self) {
    struct statvfs info;
    if (statvfs(self->path, &info) != 0) {
        return true; /* a file system that does not say */
    }
    const int64_t free_bytes = (int64_t)info.f_bavail * (int64_t)info.f_frsize;
    if (free_bytes >= self->desc.free_bytes_min) {
        return true;
    }
    self->status = STATUS_FULL;
    str_format(self->reason, sizeof self->reason,
               "%s: recording stopped: %lld MB are free on its disk, expected at least %lld MB",
               self->path, (long long)(free_bytes / 1000000),
               (long long)(self->desc.free_bytes_min / 1000000));
    return false;
}

/* -- statements -- */

static bool run(struct recording_writer *self, const char *sql) {
    char reason[RECORDING_REASON_BYTES];
    if (recording_run(self->db, self->path, sql, reason)) {
        return true;
    }
    return fail(self, "cannot be written");
}

static bool step(struct recording_writer *self, enum recording_statement which) {
    sqlite3_stmt *statement = self->statements[which];
    const int code = sqlite3_step(statement);
    if (code == SQLITE_DONE || code == SQLITE_ROW) {
        return true;
    }
    sqlite3_reset(statement);
    return fail(self, "cannot be written");
}

/* -- instruments -- */

/* The file's number of an instrument; -1: it failed. */
static int32_t find_place(struct recording_writer *self, uint16_t instrument) {
    if (self->places[instrument] >= 0) {
        return self->places[instrument];
    }
    const struct instrument *about = instrument_get(self->desc.instruments, instrument);
    const enum recording_statement order[2] = {FIND_INSTRUMENT, ADD_INSTRUMENT};
    int32_t place = -1;
    for (int i = 0; i < 2 && place < 0; i++) {
        sqlite3_stmt *statement = self->statements[order[i]];
        sqlite3_bind_text(statement, 1, venue_key(about->venue), -1, SQLITE_STATIC);
        sqlite3_bind_text(statement, 2, about->symbol, -1, SQLITE_STATIC);
        const int code = sqlite3_step(statement);
        if (code == SQLITE_ROW) {
            place = sqlite3_column_int(statement, 0);
        } else if (code != SQLITE_DONE) {
            fail(self, "cannot be written");
        }
        sqlite3_reset(statement);
    }
    if (place < 0 || place >= INSTRUMENT_COUNT_MAX) {
        return -1;
    }
    self->places[instrument] = place;
    return place;
}

/* -- chunks -- */

static bool put_pack(struct recording_writer *self, enum recording_statement which,
                     const struct event *slots, size_t count) {
    const struct recording_sums sums = recording_sum(slots, count);
    sqlite3_stmt *statement = self->statements[which];
    struct span packed;
    if (!columns_pack(self->columns, slots, count, &packed)) {
        self->status = STATUS_MEMORY;
        str_format(self->reason, sizeof self->reason, "%s: out of memory", self->path);
        return false;
    }
    sqlite3_bind_int64(statement, 1, sums.first_ms);
    sqlite3_bind_int64(statement, 2, sums.last_ms);
    sqlite3_bind_int64(statement, 3, sums.slots);
    sqlite3_bind_blob64(statement, 4, packed.bytes, packed.len, SQLITE_STATIC);
    if (which == ADD_CHUNK) {
        sqlite3_bind_int64(statement, 5, sums.trades);
        sqlite3_bind_int64(statement, 6, sums.liquidations);
        sqlite3_bind_int64(statement, 7, sums.gaps);
        self->stats.chunks++;
        self->stats.chunk_bytes += (int64_t)packed.len;
    }
    const bool good = step(self, which);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return good;
}

/* All that is pending becomes a chunk, and the tail is empty. */
bool recording_writer_close_chunk(struct recording_writer *self) {
    if (self->pending_count == 0) {
        return true;
    }
    if (!run(self, "BEGIN IMMEDIATE")) {
        return false;
    }
    const bool good =
        put_pack(self, ADD_CHUNK, self->pending, self->pending_count) && step(self, CLEAR_TAIL);
    sqlite3_reset(self->statements[CLEAR_TAIL]);
    if (!good || !run(self, "COMMIT")) {
        (void)sqlite3_exec(self->db, "ROLLBACK", NULL, NULL, NULL);
        return false;
    }
    self->pending_count = self->safe_count = 0;
    self->commits = 0;
    return true;
}

static bool add_message(struct recording_writer *self, const struct event *slots, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!event_is_valid(&slots[i])) {
            self->stats.refused += (int64_t)count;
            return true;
        }
    }
    if (count > COLUMNS_SLOTS_MAX - self->pending_count && !recording_writer_close_chunk(self)) {
        return false;
    }
    const int32_t place = find_place(self, slots[0].instrument);
    if (place < 0) {
        return fail(self, "no room for another instrument");
    }
    struct event *out = self->pending + self->pending_count;
    memcpy(out, slots, count * sizeof *out);
    for (size_t i = 0; i < count; i++) {
        out[i].instrument = (uint16_t)place;
    }
    self->pending_count += count;
    self->stats.slots += (int64_t)count;
    return true;
}

bool recording_writer_add(struct recording_writer *self, const struct event *slots, size_t count) {
    while (count > 0 && self->status == STATUS_OK) {
        const size_t len = event_message_slots(slots, count);
        if (slots[0].kind != EVENT_FEED && !add_message(self, slots, len)) {
            return false;
        }
        slots += len;
        count -= len;
    }
    return self->status == STATUS_OK;
}

bool recording_writer_commit(struct recording_writer *self) {
    if (self->status != STATUS_OK || !recording_writer_has_room(self)) {
        return false;
    }
    if (++self->commits >= CHUNK_COMMITS) {
        return recording_writer_close_chunk(self);
    }
    const size_t fresh = self->pending_count - self->safe_count;
    if (fresh > 0 && !put_pack(self, ADD_TAIL, self->pending + self->safe_count, fresh)) {
        return false;
    }
    self->safe_count = self->pending_count;
    return true;
}

enum status recording_writer_status(const struct recording_writer *self) {
    return self->status;
}

int64_t recording_writer_last_ms(const struct recording_writer *self) {
    return self->last_ms;
}

const char *recording_writer_reason(const struct recording_writer *self) {
    return self->reason;
}

struct recording_writer_stats recording_writer_get_stats(const struct recording_writer *self) {
    return self->stats;
}
