/* archive/recording.h - .liq files: what writing and reading them share; inside this room only.
 *
 * An SQLite database (application_id RECORDING_ID, user_version RECORDING_VERSION), so anyone can
 * look inside:
 *
 *   meta(key, value)                      "created_ms", "program"
 *   instruments(id, venue, symbol)        what a slot's instrument means in this file
 *   chunks(id, first_ms, last_ms, slots, trades, liquidations, gaps, events)
 *                                         events: a pack (archive/columns) in the order of arrival
 *   tail(id, first_ms, last_ms, slots, events)   what came since the newest chunk, a row a commit
 *
 * Times are the least and the greatest event time in it. Order of arrival is the order of ids, and
 * the tail follows the chunks: a replay meets every event as the live program did. */
#pragma once

#include <sqlite3.h>

#include "archive/columns.h"
#include "base/status.h"
#include "market/event.h"
#include "market/instrument.h"

#define RECORDING_ID 0x4c495131 /* "LIQ1" */
enum { RECORDING_VERSION = 1, RECORDING_REASON_BYTES = 256 };

/* What a run of slots is, for the columns beside its events. */
struct recording_sums {
    int64_t first_ms, last_ms;
    int64_t slots, trades, liquidations, gaps;
};
struct recording_sums recording_sum(const struct event *slots, size_t count);

/* Write "PATH: what: SQLite's words" into reason. */
void recording_tell(const char *path, const char *what, sqlite3 *db,
                    char reason[RECORDING_REASON_BYTES]);

/* Whether the open database is a recording of a version that is known. STATUS_MALFORMED (something
 * else), STATUS_UNSUPPORTED (a newer one), STATUS_IO, with reason. STATUS_END: empty, new. */
enum status recording_check(sqlite3 *db, const char *path, char reason[RECORDING_REASON_BYTES]);

/* Run statements without results. False: reason says why. */
bool recording_run(sqlite3 *db, const char *path, const char *sql,
                   char reason[RECORDING_REASON_BYTES]);
