/* archive/columns.h - a run of event slots as few bytes, exact: columns, differences, zstd.
 *
 * Each value is told as its difference from the one before it of the same kind and instrument, in a
 * column of its own, as a variable-length integer; all columns go through zstd together. Decimals
 * are brought to the smallest exponent of their kind, instrument and run; an exponent that follows
 * from its mantissa (no zeros at its end) is not told, nor a notional that is price x quantity.
 * What has another form goes as it is. recv_ns is not kept: a recording knows the venue's time
 * alone.
 *
 * Thread: one at a time.  Owner: whoever called columns_create.  Limit: COLUMNS_SLOTS_MAX. */
#pragma once

#include <stddef.h>

#include "base/status.h"
#include "base/str.h"
#include "market/event.h"

enum {
    COLUMNS_SLOTS_MAX = 65536,
    COLUMNS_BYTES_MAX = 8 * 1024 * 1024, /* of a pack */
    COLUMNS_VERSION = 2                  /* 1 was never released */
};

struct columns;

struct columns *columns_create(void); /* NULL: out of memory; some 10 MiB */
void columns_destroy(struct columns *columns);

/* count (1 .. COLUMNS_SLOTS_MAX) slots as bytes, valid until the next call. Slots of unknown kinds
 * or instruments are the caller's error. False: out of memory. */
bool columns_pack(struct columns *columns, const struct event *slots, size_t count,
                  struct span *out);

/* A pack as slots; valid until the next call. STATUS_MALFORMED: damaged (zstd's checksum), cut off,
 * or never one of ours; STATUS_UNSUPPORTED: of a newer version; STATUS_MEMORY. The slots' kinds,
 * instruments (below INSTRUMENT_COUNT_MAX) and flags (whole messages) are valid whatever the bytes
 * are. */
enum status columns_unpack(struct columns *columns, const void *bytes, size_t len,
                           const struct event **slots, size_t *count);
