#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "archive/recording_writer_inside.h"
#include "base/clock.h"
#include "base/str.h"

#define FREE_BYTES_MIN (INT64_C(256) * 1024 * 1024)
enum { BUSY_MS = 2000 };

static_assert((int)RECORDING_WRITER_REASON_BYTES == (int)RECORDING_REASON_BYTES, "passed on");

static const char schema[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE instruments(id INTEGER PRIMARY KEY, venue TEXT NOT NULL, symbol TEXT NOT NULL,"
    "                         UNIQUE(venue, symbol));"
    "CREATE TABLE chunks(id INTEGER PRIMARY KEY, first_ms INTEGER NOT NULL,"
    "                    last_ms INTEGER NOT NULL, slots INTEGER NOT NULL,"
    "                    trades INTEGER NOT NULL, liquidations INTEGER NOT NULL,"
    "                    gaps INTEGER NOT NULL, events BLOB NOT NULL);"
    "CREATE INDEX chunks_by_time ON chunks(last_ms);"
    "CREATE TABLE tail(id INTEGER PRIMARY KEY, first_ms INTEGER NOT NULL,"
    "                  last_ms INTEGER NOT NULL, slots INTEGER NOT NULL, events BLOB NOT NULL);";

static const char *const statement_texts[RECORDING_STATEMENT_COUNT] = {
    [ADD_INSTRUMENT] = "INSERT INTO instruments(id, venue, symbol) "
                       "VALUES((SELECT coalesce(max(id) + 1, 0) FROM instruments), ?1, ?2) "
                       "RETURNING id",
    [FIND_INSTRUMENT] = "SELECT id FROM instruments WHERE venue = ?1 AND symbol = ?2",
    [ADD_CHUNK] =
        "INSERT INTO chunks(first_ms, last_ms, slots, trades, liquidations, gaps, events) "
        "VALUES(?1, ?2, ?3, ?5, ?6, ?7, ?4)",
    [ADD_TAIL] = "INSERT INTO tail(first_ms, last_ms, slots, events) VALUES(?1, ?2, ?3, ?4)",
    [CLEAR_TAIL] = "DELETE FROM tail",
};

/* One writer a file. The descriptor stays open as long as the database does. */
static enum status lock(struct recording_writer *self, char *reason) {
    self->lock_fd = open(self->path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (self->lock_fd < 0) {
        str_format(reason, RECORDING_REASON_BYTES, "%s: cannot be written: %s", self->path,
                   strerror(errno));
        return STATUS_IO;
    }
    if (flock(self->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        str_format(reason, RECORDING_REASON_BYTES,
                   "%s: another program is recording into it already", self->path);
        return STATUS_BUSY;
    }
    return STATUS_OK;
}

static bool make_tables(struct recording_writer *self, char *reason) {
    char text[256];
    str_format(
        text, sizeof text,
        "INSERT INTO meta VALUES('created_ms', '%lld'), ('program', 'liqscope " LIQSCOPE_VERSION
        "'); PRAGMA application_id = %d; PRAGMA user_version = %d;",
        (long long)clock_wall_ms(), RECORDING_ID, RECORDING_VERSION);
    return recording_run(self->db, self->path, "BEGIN", reason) &&
           recording_run(self->db, self->path, schema, reason) &&
           recording_run(self->db, self->path, text, reason) &&
           recording_run(self->db, self->path, "COMMIT", reason);
}

static enum status open_database(struct recording_writer *self, char *reason) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(self->path, &self->db, flags, NULL) != SQLITE_OK) {
        recording_tell(self->path, "cannot be written", self->db, reason);
        return STATUS_IO;
    }
    sqlite3_busy_timeout(self->db, BUSY_MS);
    enum status status = recording_check(self->db, self->path, reason);
    const bool fresh = status == STATUS_END;
    if (status != STATUS_OK && !fresh) {
        return status;
    }
    const bool good = recording_run(self->db, self->path, "PRAGMA page_size = 16384", reason) &&
                      recording_run(self->db, self->path, "PRAGMA journal_mode = WAL", reason) &&
                      recording_run(self->db, self->path,
                                    self->desc.durable ? "PRAGMA synchronous = FULL"
                                                       : "PRAGMA synchronous = NORMAL",
                                    reason) &&
                      (!fresh || make_tables(self, reason));
    for (int i = 0; i < RECORDING_STATEMENT_COUNT && good; i++) {
        if (sqlite3_prepare_v3(self->db, statement_texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &self->statements[i], NULL) != SQLITE_OK) {
            recording_tell(self->path, "cannot be written", self->db, reason);
            return STATUS_IO;
        }
    }
    return good ? STATUS_OK : STATUS_IO;
}

/* What a writer that was killed has left in the tail, as a chunk. A row that cannot be read is
 * lost; the reader would not have had it either. */
static enum status take_tail(struct recording_writer *self, char *reason) {
    sqlite3_stmt *rows = NULL;
    if (sqlite3_prepare_v2(self->db, "SELECT events FROM tail ORDER BY id", -1, &rows, NULL) !=
        SQLITE_OK) {
        recording_tell(self->path, "cannot be read", self->db, reason);
        return STATUS_IO;
    }
    while (sqlite3_step(rows) == SQLITE_ROW) {
        const struct event *slots = NULL;
        size_t count = 0;
        if (columns_unpack(self->columns, sqlite3_column_blob(rows, 0),
                           (size_t)sqlite3_column_bytes(rows, 0), &slots, &count) == STATUS_OK &&
            count <= COLUMNS_SLOTS_MAX - self->pending_count) {
            memcpy(self->pending + self->pending_count, slots, count * sizeof *slots);
            self->pending_count += count;
        }
    }
    sqlite3_finalize(rows);
    if (!recording_writer_close_chunk(self)) {
        str_copy(reason, RECORDING_REASON_BYTES, self->reason);
        return self->status;
    }
    return STATUS_OK;
}

/* Where what is there ends. */
static void find_last(struct recording_writer *self) {
    sqlite3_stmt *row = NULL;
    self->last_ms = INT64_MIN;
    if (sqlite3_prepare_v2(self->db, "SELECT max(last_ms) FROM chunks", -1, &row, NULL) ==
            SQLITE_OK &&
        sqlite3_step(row) == SQLITE_ROW && sqlite3_column_type(row, 0) == SQLITE_INTEGER) {
        self->last_ms = sqlite3_column_int64(row, 0);
    }
    sqlite3_finalize(row);
}

static void destroy(struct recording_writer *self) {
    for (int i = 0; i < RECORDING_STATEMENT_COUNT; i++) {
        sqlite3_finalize(self->statements[i]);
    }
    sqlite3_close(self->db);
    if (self->lock_fd >= 0) {
        close(self->lock_fd);
    }
    columns_destroy(self->columns);
    free(self->pending);
    free(self->places);
    free(self);
}

static struct recording_writer *create(const struct recording_writer_desc *desc) {
    struct recording_writer *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return NULL;
    }
    self->lock_fd = -1;
    self->desc = *desc;
    self->desc.free_bytes_min = desc->free_bytes_min == 0 ? FREE_BYTES_MIN : desc->free_bytes_min;
    self->columns = columns_create();
    self->pending = malloc(COLUMNS_SLOTS_MAX * sizeof *self->pending);
    self->places = malloc(INSTRUMENT_COUNT_MAX * sizeof *self->places);
    if (self->columns == NULL || self->pending == NULL || self->places == NULL) {
        destroy(self);
        return NULL;
    }
    for (int i = 0; i < INSTRUMENT_COUNT_MAX; i++) {
        self->places[i] = -1;
    }
    return self;
}

struct recording_writer *recording_writer_open(const struct recording_writer_desc *desc,
                                               enum status *why,
                                               char reason[RECORDING_WRITER_REASON_BYTES]) {
    struct recording_writer *self = create(desc);
    *why = STATUS_MEMORY;
    str_format(reason, RECORDING_REASON_BYTES, "%s: out of memory", desc->path);
    if (self == NULL) {
        return NULL;
    }
    *why = str_copy(self->path, sizeof self->path, desc->path) ? lock(self, reason) : STATUS_IO;
    if (*why == STATUS_OK && !recording_writer_has_room(self)) {
        str_copy(reason, RECORDING_REASON_BYTES, self->reason);
        *why = STATUS_FULL;
    }
    if (*why == STATUS_OK) {
        *why = open_database(self, reason);
    }
    if (*why == STATUS_OK) {
        *why = take_tail(self, reason);
    }
    if (*why != STATUS_OK) {
        destroy(self);
        return NULL;
    }
    find_last(self);
    reason[0] = '\0';
    return self;
}

bool recording_writer_close(struct recording_writer *self,
                            char reason[RECORDING_WRITER_REASON_BYTES]) {
    reason[0] = '\0';
    if (self == NULL) {
        return true;
    }
    const bool good = self->status == STATUS_OK && recording_writer_close_chunk(self);
    str_copy(reason, RECORDING_REASON_BYTES, self->reason);
    destroy(self);
    return good;
}
