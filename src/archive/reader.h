/* archive/reader.h - a file of event JSON lines, or of the same as CSV (archive/event_csv.h), as an
 * event source: plain, .gz or .zst, streamed.
 *
 * What the file is shows its first bytes, not its name. Lines come as they are, also out of time
 * order. A line that is not an event is counted and skipped. A compressed file that ends early
 * gives all whole lines and then says so.  Thread: the caller's with read, its own (THREAD_READER)
 * after start; a full sink makes it wait, it never drops.  Owner: whoever opened it, through
 * event_source_destroy. */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "market/event_source.h"
#include "market/instrument.h"

enum { READER_REASON_BYTES = 256 };

struct reader_stats {
    int64_t line_count;    /* lines read, blank ones left out */
    int64_t message_count; /* of them, events */
    int64_t ignored_count; /* types that are not known */
    int64_t malformed_count;
    int64_t dropped_count; /* side, venue or unit not known; longer than a message may be */
    int64_t slot_count;
    bool ended;         /* everything was delivered */
    enum status status; /* after the end: STATUS_END, or what broke off */
};

struct reader;

/* Open path ("-": standard input). STATUS_OK and *source, *reader (borrowed, lives as long as
 * source); else reason has place, subject, expected and got: STATUS_NOT_FOUND, STATUS_IO,
 * STATUS_MEMORY. */
enum status reader_open(const char *path, struct instrument_table *instruments,
                        struct event_source *source, struct reader **reader,
                        char reason[READER_REASON_BYTES]);

struct reader_stats reader_get_stats(const struct reader *reader); /* any thread */

/* The file's first trouble, for people: "day.jsonl:17: expected …, got …"; "" if there was none.
 * After the end. */
const char *reader_reason(const struct reader *reader);
