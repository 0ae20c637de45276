/* venue/feed_seen.h - what was seen before, on this connection or another, or in a REST answer.
 *
 * Trade ids: where they rise the last one decides, else the newest FEED_SEEN_IDS_MAX to twice as
 * many are remembered. Liquidations have no ids: two equal ones on one connection are two, on
 * different ones they are the same. Values are old when their time is.  Thread: the feed's.
 * Owner: an instrument of the feed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "market/event.h"

enum {
    FEED_SEEN_IDS_MAX = 2048, /* of a generation; there are two */
    FEED_SEEN_PLACES = 4096,
    FEED_SEEN_LIQUIDATIONS = 64,
    FEED_SEEN_VALUES = 6 /* mark, index, last, funding, open interest, kline */
};
#define FEED_SEEN_REST UINT64_MAX /* the serial of REST answers */

struct feed_seen {
    bool ids_rise; /* set by the owner */
    int64_t last_id;
    int old_count;
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

/* Whether a message of an instrument was seen; if not, it is from now on. serial: of its
 * connection, sent_ms: when the venue sent it. */
bool feed_seen_before(struct feed_seen *seen, const struct event *slots, size_t count,
                      int64_t sent_ms, uint64_t serial);

/* The number of a trade's id; 0: it is none. */
int64_t feed_seen_trade_id(const struct event *slot);
