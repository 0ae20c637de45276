/* state/gaps.h - stretches of a stream that are not known, to be shown as such.
 *
 * Thread: the owner's.  Plain data, zero-initialised.  Limit: GAPS_COUNT_MAX are kept; for another
 * one the oldest of the stream that has most is forgotten, and counted. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "market/event.h"

enum { GAPS_COUNT_MAX = 32 };

struct gap {
    int64_t from_ms, to_ms; /* to_ms 0: not over yet */
    uint8_t stream;         /* enum stream */
};

struct gaps {
    int count;
    int64_t total_count, forgotten_count, refused_count;
    struct gap items[GAPS_COUNT_MAX]; /* oldest first */
};

/* Take a gap. One that overlaps a kept gap of the same stream, or ends it, is joined with it.
 * False: ends before it begins, a negative time, or no such stream (counted). */
bool gaps_add(struct gaps *gaps, struct gap gap);

uint64_t gaps_hash(uint64_t hash, const struct gaps *gaps);
