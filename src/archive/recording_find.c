#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/recording_reader_inside.h"
#include "base/str.h"

enum { BUSY_MS = 2000 };

/* -- opening -- */

static enum status open_database(struct recording_reader *self, char *reason) {
    static const char *const texts[2] = {
        "SELECT id, events FROM chunks WHERE id > ?1 ORDER BY id LIMIT 1",
        "SELECT id, events FROM tail WHERE id > ?1 ORDER BY id LIMIT 1"};
    if (access(self->path, F_OK) != 0) {
        str_format(reason, RECORDING_REASON_BYTES, "%s: no such file", self->path);
        return STATUS_NOT_FOUND;
    }
    /* Read-write where that can be: a writer that was killed left a log to be read, too. */
    const int ways[2] = {SQLITE_OPEN_READWRITE, SQLITE_OPEN_READONLY};
    const int way = access(self->path, W_OK) == 0 ? 0 : 1;
    if (sqlite3_open_v2(self->path, &self->db, ways[way] | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK) {
        recording_tell(self->path, "cannot be read", self->db, reason);
        return STATUS_IO;
    }
    sqlite3_busy_timeout(self->db, BUSY_MS);
    /* Else a file that was cut off is refused as a whole for what is missing at its end. */
    sqlite3_db_config(self->db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, NULL);
    const enum status status = recording_check(self->db, self->path, reason);
    if (status != STATUS_OK) {
        return status == STATUS_END ? STATUS_MALFORMED : status;
    }
    for (int i = 0; i < 2; i++) {
        if (sqlite3_prepare_v3(self->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &self->next[i],
                               NULL) != SQLITE_OK) {
            recording_tell(self->path, "expected the tables of a recording", self->db, reason);
            return STATUS_MALFORMED;
        }
    }
    (void)sqlite3_prepare_v3(self->db, "PRAGMA data_version", -1, SQLITE_PREPARE_PERSISTENT,
                             &self->version, NULL); /* without it, it does not grow */
    return STATUS_OK;
}

enum status recording_reader_learn(struct recording_reader *self,
                                   char reason[RECORDING_REASON_BYTES]) {
    sqlite3_stmt *rows = NULL;
    enum status status = STATUS_OK;
    if (sqlite3_prepare_v2(self->db,
                           "SELECT id, venue, symbol FROM instruments WHERE id >= ?1 "
                           "ORDER BY id",
                           -1, &rows, NULL) != SQLITE_OK) {
        recording_tell(self->path, "expected the tables of a recording", self->db, reason);
        return STATUS_MALFORMED;
    }
    sqlite3_bind_int(rows, 1, self->instrument_count);
    while (status == STATUS_OK && sqlite3_step(rows) == SQLITE_ROW) {
        const char *venue = (const char *)sqlite3_column_text(rows, 1);
        const char *symbol = (const char *)sqlite3_column_text(rows, 2);
        const enum venue_id id = venue == NULL ? VENUE_NONE : venue_from_key(venue, strlen(venue));
        if (sqlite3_column_int64(rows, 0) != self->instrument_count || symbol == NULL ||
            id == VENUE_NONE || self->instrument_count == INSTRUMENT_COUNT_MAX) {
            str_format(reason, RECORDING_REASON_BYTES,
                       "%s: instrument number %d is none that this version knows: %.40s:%.48s",
                       self->path, self->instrument_count, venue == NULL ? "" : venue,
                       symbol == NULL ? "" : symbol);
            status = STATUS_MALFORMED;
            break;
        }
        const uint16_t added = instrument_add(self->table, id, symbol, strlen(symbol));
        if (added == INSTRUMENT_NONE) {
            str_format(reason, RECORDING_REASON_BYTES, "%s: too many instruments; at most %d",
                       self->path, (int)INSTRUMENT_COUNT_MAX);
            status = STATUS_FULL;
            break;
        }
        self->instruments[self->instrument_count++] = added;
    }
    sqlite3_finalize(rows);
    return status;
}

enum status recording_reader_open(const char *path, struct instrument_table *instruments,
                                  struct event_source *source, struct recording_reader **reader,
                                  char reason[RECORDING_READER_REASON_BYTES]) {
    static_assert((int)RECORDING_READER_REASON_BYTES == (int)RECORDING_REASON_BYTES, "passed on");
    struct recording_reader *self = calloc(1, sizeof *self);
    enum status status = STATUS_MEMORY;
    *reader = NULL;
    *source = (struct event_source){.ops = NULL};
    str_format(reason, RECORDING_REASON_BYTES, "%s: out of memory", path);
    if (self == NULL) {
        return status;
    }
    self->table = instruments;
    self->last_ms = self->run.last_ms = INT64_MIN;
    self->columns = columns_create();
    self->instruments = malloc(INSTRUMENT_COUNT_MAX * sizeof *self->instruments);
    self->slots = malloc((COLUMNS_SLOTS_MAX + INSTRUMENT_COUNT_MAX) * sizeof *self->slots);
    if (self->columns != NULL && self->instruments != NULL && self->slots != NULL &&
        str_copy(self->path, sizeof self->path, path)) {
        status = open_database(self, reason);
    }
    if (status == STATUS_OK) {
        status = recording_reader_learn(self, reason);
    }
    if (status != STATUS_OK) {
        recording_reader_ops.destroy(self);
        return status;
    }
    reason[0] = '\0';
    *source = (struct event_source){.ops = &recording_reader_ops, .self = self};
    *reader = self;
    return STATUS_OK;
}

/* -- what it holds -- */

struct recording_info recording_reader_info(const struct recording_reader *self) {
    struct recording_info info = {.instruments = self->instrument_count};
    sqlite3_stmt *row = NULL;
    static const char text[] =
        "SELECT coalesce(min(first_ms), 0), coalesce(max(last_ms), 0), coalesce(sum(slots), 0), "
        "coalesce(sum(trades), 0), coalesce(sum(liquidations), 0), coalesce(sum(gaps), 0), "
        "count(*), coalesce(sum(length(events)), 0) FROM (SELECT first_ms, last_ms, slots, trades, "
        "liquidations, gaps, events FROM chunks UNION ALL SELECT first_ms, last_ms, slots, 0, 0, "
        "0, events FROM tail)";
    if (sqlite3_prepare_v2(self->db, text, -1, &row, NULL) == SQLITE_OK &&
        sqlite3_step(row) == SQLITE_ROW) {
        info.first_ms = sqlite3_column_int64(row, 0);
        info.last_ms = sqlite3_column_int64(row, 1);
        info.slots = sqlite3_column_int64(row, 2);
        info.trades = sqlite3_column_int64(row, 3);
        info.liquidations = sqlite3_column_int64(row, 4);
        info.gaps = sqlite3_column_int64(row, 5);
        info.chunks = sqlite3_column_int64(row, 6);
        info.bytes = sqlite3_column_int64(row, 7);
    }
    sqlite3_finalize(row);
    return info;
}

size_t recording_reader_stretches(struct recording_reader *self, struct recording_stretch *out,
                                  size_t count_max) {
    sqlite3_stmt *rows = NULL;
    size_t count = 0;
    if (sqlite3_prepare_v2(self->db,
                           "SELECT first_ms, last_ms, slots, trades, liquidations, gaps "
                           "FROM chunks ORDER BY id",
                           -1, &rows, NULL) == SQLITE_OK) {
        while (count < count_max && sqlite3_step(rows) == SQLITE_ROW) {
            out[count++] = (struct recording_stretch){.first_ms = sqlite3_column_int64(rows, 0),
                                                      .last_ms = sqlite3_column_int64(rows, 1),
                                                      .slots = sqlite3_column_int64(rows, 2),
                                                      .trades = sqlite3_column_int64(rows, 3),
                                                      .liquidations = sqlite3_column_int64(rows, 4),
                                                      .gaps = sqlite3_column_int64(rows, 5)};
        }
    }
    sqlite3_finalize(rows);
    return count;
}

/* At the end of a chunk, whatever was being read. */
static void begin_after(struct recording_reader *self, int64_t chunk_id) {
    assert(!self->thread.started);
    if (self->snapshot) {
        (void)sqlite3_exec(self->db, "COMMIT", NULL, NULL, NULL);
        self->snapshot = false;
    }
    self->at = self->count = 0;
    self->hole = false;
    self->blind = 0;
    self->last_ms = INT64_MIN;
    self->part = PART_CHUNKS;
    self->id = chunk_id;
    self->run = (struct recording_place){.chunk_id = chunk_id, .last_ms = INT64_MIN};
    atomic_store_explicit(&self->end, STATUS_OK, memory_order_relaxed); /* not started */
}

struct recording_place recording_reader_tell(const struct recording_reader *self) {
    struct recording_place place = self->run;
    place.slots += self->at;
    return place;
}

void recording_reader_restore(struct recording_reader *self, const struct recording_place *place) {
    const struct recording_place *run = &self->run;
    size_t left = place->slots;
    if (self->count > 0 && place->chunk_id == run->chunk_id && place->last_ms == run->last_ms &&
        place->hole == run->hole && left >= run->slots && left - run->slots <= self->count) {
        self->at = left - run->slots; /* it is at hand */
        return;
    }
    begin_after(self, place->chunk_id);
    self->last_ms = self->run.last_ms = place->last_ms;
    self->hole = self->run.hole = place->hole;
    while (left > 0 && recording_reader_next(self) == STATUS_OK) {
        self->at = left < self->count ? left : self->count;
        left -= self->at;
    }
}

int64_t recording_reader_version(struct recording_reader *self) {
    int64_t version = 0;
    if (self->version != NULL && sqlite3_step(self->version) == SQLITE_ROW) {
        version = sqlite3_column_int64(self->version, 0);
    }
    sqlite3_reset(self->version);
    return version;
}

bool recording_reader_go_on(struct recording_reader *self) {
    if (recording_reader_version(self) == self->version_seen) {
        return false;
    }
    const struct recording_place place = recording_reader_tell(self);
    recording_reader_restore(self, &place);
    return true;
}

void recording_reader_seek(struct recording_reader *self, int64_t ts_ms) {
    sqlite3_stmt *row = NULL;
    begin_after(self, 0);
    if (sqlite3_prepare_v2(self->db,
                           "SELECT coalesce((SELECT min(id) - 1 FROM chunks INDEXED BY "
                           "chunks_by_time WHERE last_ms >= ?1), (SELECT max(id) FROM chunks), 0)",
                           -1, &row, NULL) == SQLITE_OK) {
        sqlite3_bind_int64(row, 1, ts_ms);
        if (sqlite3_step(row) == SQLITE_ROW) {
            self->id = self->run.chunk_id = sqlite3_column_int64(row, 0);
        }
    }
    sqlite3_finalize(row);
}
