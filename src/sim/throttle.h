/* sim/throttle.h - what an exchange shows of its liquidations: the largest of each second.
 *
 * Thread: the owner's.  Owner: one stream of one symbol; zeroed is empty. */
#pragma once

#include <stdbool.h>

#include "sim/market.h"

struct throttle {
    int64_t second; /* of largest */
    bool holds;
    struct market_liquidation largest;
    int64_t hidden_count; /* liquidations that were not the largest of their second */
};

/* Take the next liquidation, by time. True: its second is a new one and *shown is the largest of
 * the one before. */
bool throttle_push(struct throttle *throttle, const struct market_liquidation *liquidation,
                   struct market_liquidation *shown);
/* True, and *shown, if the second of what is held is over at now_ms. */
bool throttle_flush(struct throttle *throttle, int64_t now_ms, struct market_liquidation *shown);
