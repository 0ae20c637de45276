#include "archive/recording.h"

#include <assert.h>

#include "base/str.h"

struct recording_sums recording_sum(const struct event *slots, size_t count) {
    struct recording_sums sums = {.first_ms = INT64_MAX, .last_ms = INT64_MIN};
    for (size_t i = 0; i < count; i++) {
        /* What an instrument is has no time of its own: venues say 0, or when it was listed. */
        if (slots[i].kind != EVENT_INSTRUMENT && slots[i].kind != EVENT_TIER) {
            sums.first_ms = slots[i].ts_ms < sums.first_ms ? slots[i].ts_ms : sums.first_ms;
            sums.last_ms = slots[i].ts_ms > sums.last_ms ? slots[i].ts_ms : sums.last_ms;
        }
        sums.trades += slots[i].kind == EVENT_TRADE;
        sums.liquidations += slots[i].kind == EVENT_LIQUIDATION;
        sums.gaps += slots[i].kind == EVENT_GAP;
    }
    if (sums.first_ms > sums.last_ms) { /* nothing else */
        sums.first_ms = sums.last_ms = slots[0].ts_ms;
    }
    sums.slots = (int64_t)count;
    return sums;
}

void recording_tell(const char *path, const char *what, sqlite3 *db,
                    char reason[RECORDING_REASON_BYTES]) {
    str_format(reason, RECORDING_REASON_BYTES, "%s: %s: %s", path, what,
               db != NULL ? sqlite3_errmsg(db) : "out of memory");
}

/* A pragma's integer; -1: it cannot be read. */
static int64_t read_pragma(sqlite3 *db, const char *sql) {
    sqlite3_stmt *statement = NULL;
    int64_t value = -1;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        value = sqlite3_column_int64(statement, 0);
    }
    sqlite3_finalize(statement);
    return value;
}

static_assert((int)RECORDING_VERSION == 1 && (int)COLUMNS_VERSION == 2,
              "another version of packs is another one of recordings, which is told at opening");

enum status recording_check(sqlite3 *db, const char *path, char reason[RECORDING_REASON_BYTES]) {
    const int64_t id = read_pragma(db, "PRAGMA application_id");
    const int64_t version = read_pragma(db, "PRAGMA user_version");
    const int64_t tables = read_pragma(db, "SELECT count(*) FROM sqlite_master");
    if (id < 0 || version < 0 || tables < 0) {
        const int code = sqlite3_errcode(db);
        const bool foreign = code == SQLITE_NOTADB || code == SQLITE_CORRUPT;
        recording_tell(path, foreign ? "expected a recording" : "cannot be read", db, reason);
        return foreign ? STATUS_MALFORMED : STATUS_IO;
    }
    if (id == 0 && version == 0 && tables == 0) {
        str_format(reason, RECORDING_REASON_BYTES, "%s: expected a recording, got an empty file",
                   path);
        return STATUS_END;
    }
    if (id != RECORDING_ID) {
        str_format(reason, RECORDING_REASON_BYTES,
                   "%s: expected a recording, got another SQLite database", path);
        return STATUS_MALFORMED;
    }
    if (version != RECORDING_VERSION) {
        str_format(reason, RECORDING_REASON_BYTES,
                   "%s: expected a recording of version %d, got version %lld; a %s program made it",
                   path, RECORDING_VERSION, (long long)version,
                   version > RECORDING_VERSION ? "newer" : "older");
        return STATUS_UNSUPPORTED;
    }
    return STATUS_OK;
}

bool recording_run(sqlite3 *db, const char *path, const char *sql,
                   char reason[RECORDING_REASON_BYTES]) {
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK) {
        return true;
    }
    recording_tell(path, "cannot be written", db, reason);
    return false;
}
