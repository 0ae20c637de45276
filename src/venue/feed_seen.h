/* venue/feed_seen.h - what was seen before, on this connection or another, or in a REST answer.
 *
 * Trade ids: where they rise, one above the last is new and one of the newest FEED_SEEN_WINDOW
 * below it if it did not come yet (of two connections the older may lag behind), else the newest
 * FEED_SEEN_IDS_MAX to twice as many are remembered. Liquidations have no ids: two equal ones on
 * one connection are two, on different ones they are the same. Values are old when their time is.
 * Thread: the feed's. Owner: an instrument of the feed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "market/event.h"

enum {
    FEED_SEEN_IDS_MAX = 2048, /* of a generation; there are two */
    FEED_SEEN_PLACES = 4096,
    FEED_SEEN_WINDOW = 8192, /* ids that rise: those below the last that may come late */
    FEED_SEEN_LIQUIDATIONS = 64,
    FEED_SEEN_VALUES = 6 /* mark, index, last, funding, open interest, kline */
};
#define FEED_SEEN_REST UINT64_MAX /* the serial of REST answers */

struct feed_seen {
    bool ids_rise; /* set by the owner */
    int64_t first_id, last_id;
    int64_t last_ms; /* of the newest trade with a number */
    int old_count;
    uint64_t window[FEED_SEEN_WINDOW / 64]; /* bit id % FEED_SEEN_WINDOW: it came */
    uint64_t *ids; /* owned, two generations of FEED_SEEN_PLACES; NULL: none came yet */
    size_t id_count;
    int generation;
    struct {
        uint64_t hash, serial;
    } liquidations[FEED_SEEN_LIQUIDATIONS];
    unsigned liquidation_at;
    struct {
        int64_t ms;
        uint64_t serial;
    } values[FEED_SEEN_VALUES];
};

void feed_seen_finish(struct feed_seen *seen); /* zeroed accepted */

/* Takes what was seen out of a message of an instrument: a trade or a liquidation whole, of values
 * the old ones; the rest is seen from now on. Returns how many slots are left, 0: it was seen.
 * serial: of its connection, rising from one to the next; sent_ms: when the venue sent it. */
size_t feed_seen_drop(struct feed_seen *seen, struct event *slots, size_t count, int64_t sent_ms,
                      uint64_t serial);
/* Whether a trade or a liquidation was seen; if not, it is from now on. */
bool feed_seen_before(struct feed_seen *seen, const struct event *print, uint64_t serial);

/* Whether one of the newest ids that rise came. */
bool feed_seen_has_id(const struct feed_seen *seen, int64_t id);
/* An id that rises came by another way, of a trade of that time. */
void feed_seen_note_id(struct feed_seen *seen, int64_t id, int64_t ts_ms);

/* The number of a trade's id; 0: it is none. */
int64_t feed_seen_trade_id(const struct event *slot);
