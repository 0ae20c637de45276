/* archive/recording_reader.h - a .liq recording as an event source, also while it is written.
 *
 * Events come in the order in which they were recorded. After the end more may be read: what was
 * written since. A chunk that is damaged costs that chunk:
 * it is counted, and every instrument gets a gap from the last event before it to the first one
 * after it. Thread: the caller's with read, its own (THREAD_READER) after start; a full sink makes
 * it wait, it never drops.  Owner: whoever opened it, through event_source_destroy. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "market/event_source.h"
#include "market/instrument.h"

enum { RECORDING_READER_REASON_BYTES = 256 };

struct recording_reader;

struct recording_reader_stats {
    int64_t slot_count, message_count; /* read so far */
    int64_t chunk_count, damaged_count;
    bool ended;         /* everything was delivered */
    enum status status; /* after the end: STATUS_END, or what broke off */
};

/* What a recording holds, as its own table says, before anything is read. */
struct recording_info {
    int64_t first_ms, last_ms; /* event time; 0: it is empty */
    int64_t slots, trades, liquidations, gaps, chunks, bytes;
    int instruments;
};

/* One stretch of it, for a time bar. */
struct recording_stretch {
    int64_t first_ms, last_ms, slots, trades, liquidations, gaps;
};

/* STATUS_OK and *source, *reader (borrowed, lives as long as source); else reason as one line:
 * STATUS_NOT_FOUND, STATUS_IO, STATUS_MALFORMED (no recording), STATUS_UNSUPPORTED (of another
 * version), STATUS_MEMORY, STATUS_FULL (instrument table). Its instruments are added. */
enum status recording_reader_open(const char *path, struct instrument_table *instruments,
                                  struct event_source *source, struct recording_reader **reader,
                                  char reason[RECORDING_READER_REASON_BYTES]);

struct recording_info recording_reader_info(const struct recording_reader *reader);
/* Up to count_max stretches in their order; how many there are. Before start. */
size_t recording_reader_stretches(struct recording_reader *reader, struct recording_stretch *out,
                                  size_t count_max);
/* Go on with the first chunk that holds an event at ts_ms or after it; what is before it in that
 * chunk comes, too. Not after start. */
void recording_reader_seek(struct recording_reader *reader, int64_t ts_ms);

/* A place between two messages, to be gone on from by any reader of the same file. It holds also
 * where the tail has become chunks since: it counts slots from the end of a chunk. */
struct recording_place {
    int64_t chunk_id; /* slots are counted from the end of this chunk */
    int64_t last_ms;  /* of what was read up to there */
    bool hole;
    size_t slots;
};
/* Where the next message is read from. */
struct recording_place recording_reader_tell(const struct recording_reader *reader);
/* Go on from a place. Not after start. Costs the chunk that it lies in. */
void recording_reader_restore(struct recording_reader *reader, const struct recording_place *place);

struct recording_reader_stats recording_reader_get_stats(const struct recording_reader *reader);
/* The first trouble, for people: "day.liq: 1 chunk is damaged: …"; "" if there was none. After the
 * end. */
const char *recording_reader_reason(const struct recording_reader *reader);
