/* sim/ladder.h - a made-up order book around a price: dense at the touch, thinner out to 5 %, with
 * orders that stay on round prices, and walls that come, are pulled or are eaten.
 *
 * The book is a function of seed, best bid and time alone, so it needs no orders.  The best ask is
 * one tick above the best bid.  Thread: any.  Limit: LADDER_LEVEL_MAX levels a side; the farthest
 * are left out. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { LADDER_LEVEL_MAX = 1200 };

struct ladder_level {
    int64_t ticks, lots; /* lots 0 in a change: the level is gone */
};

struct ladder {
    size_t count[2];                                 /* bids, asks */
    struct ladder_level levels[2][LADDER_LEVEL_MAX]; /* from the touch outwards */
};

void ladder_make(struct ladder *ladder, uint64_t seed, int64_t bid_ticks, int64_t ts_ms);
/* The same, its nearest level_max (1 .. LADDER_LEVEL_MAX) levels a side alone. */
void ladder_make_near(struct ladder *ladder, uint64_t seed, int64_t bid_ticks, int64_t ts_ms,
                      size_t level_max);

/* The levels that there are, not the room for more: a book of 40 levels is 60 times smaller. */
void ladder_copy(struct ladder *to, const struct ladder *from);

/* What turns `from` into `to`, one side (0 bids, 1 asks), by rising price as the venue sends it;
 * returns the count, at most 2 x LADDER_LEVEL_MAX. */
size_t ladder_diff(const struct ladder *from, const struct ladder *to, int side,
                   struct ladder_level changes[static 2 * LADDER_LEVEL_MAX]);
