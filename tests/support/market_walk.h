/* support/market_walk.h - a small seeded market for tests and benches: trades, marks, open
 * interest, funding, a book, liquidations and gaps in event-time order.  Not a model of anything;
 * the simulator is. */
#pragma once

#include <stdlib.h>

#include "base/random.h"
#include "support/event_make.h"

#define MARKET_WALK_START_MS INT64_C(1750000000000)
enum { MARKET_WALK_STEP_MS = 20, MARKET_WALK_MESSAGE_MAX = 64 };

struct market_walk {
    struct random random;
    uint16_t instrument;
    int64_t ts_ms;
    int64_t price_tenths; /* price x 10 */
    double oi_base;
    int step;
    bool trades_only;
};

static inline void market_walk_init(struct market_walk *walk, uint64_t seed, uint16_t instrument) {
    *walk = (struct market_walk){.instrument = instrument,
                                 .ts_ms = MARKET_WALK_START_MS,
                                 .price_tenths = 600000,
                                 .oi_base = 50000.0};
    random_init(&walk->random, seed);
}

static inline struct event market_walk_number(struct market_walk *walk, enum event_kind kind,
                                              int64_t mantissa, int exponent) {
    struct event event = make_event(kind, walk->instrument, walk->ts_ms);
    event.u.trade.price = mantissa;
    event.exponent_a = (int8_t)exponent;
    return event;
}

static inline struct event market_walk_trade(struct market_walk *walk) {
    struct event event = market_walk_number(walk, EVENT_TRADE, walk->price_tenths, -1);
    event.side = random_u64(&walk->random) % 2 == 0 ? SIDE_BUY : SIDE_SELL;
    event.has = TRADE_HAS_QTY;
    event.u.trade.qty = (int64_t)(random_exponential(&walk->random) * 500.0) + 1;
    event.exponent_b = -3;
    return event;
}

static inline size_t market_walk_book(struct market_walk *walk, struct event *out) {
    bool snapshot = walk->step % 2000 == 0;
    size_t count = snapshot ? 40 : 4;
    for (size_t i = 0; i < count; i++) {
        bool buy = i % 2 == 0;
        int64_t away =
            snapshot ? (int64_t)(i / 2) + 1 : (int64_t)(random_u64(&walk->random) % 20) + 1;
        out[i] =
            market_walk_number(walk, EVENT_BOOK, walk->price_tenths + (buy ? -away : away), -1);
        out[i].side = buy ? SIDE_BUY : SIDE_SELL;
        out[i].flags = (i == 0 ? EVENT_FLAG_BEGIN : 0U) | (i == count - 1 ? EVENT_FLAG_END : 0U) |
                       (snapshot ? EVENT_FLAG_SNAPSHOT : 0U);
        out[i].u.level.qty_base = (int64_t)(random_u64(&walk->random) % 5000);
        out[i].exponent_b = -3;
        out[i].u.level.update_id = walk->step;
    }
    return count;
}

/* The next step's slots, at most MARKET_WALK_MESSAGE_MAX; the count. */
static inline size_t market_walk_next(struct market_walk *walk, struct event *out) {
    size_t count = 0;
    walk->ts_ms += MARKET_WALK_STEP_MS;
    walk->step++;
    walk->price_tenths += (int64_t)(random_normal(&walk->random) * 40.0);
    if (walk->price_tenths < 100000) {
        walk->price_tenths = 100000;
    }
    out[count++] = market_walk_trade(walk);
    if (walk->step % 50 == 0) {
        out[count] = market_walk_number(walk, EVENT_PRICE, walk->price_tenths * 10 + 3, -2);
        out[count++].has = PRICE_HAS_MARK;
    }
    if (walk->step % 500 == 0) {
        walk->oi_base += random_normal(&walk->random) * 20.0;
        out[count] =
            market_walk_number(walk, EVENT_OPEN_INTEREST, (int64_t)(walk->oi_base * 1000.0), -3);
        out[count++].has = OI_HAS_BASE;
    }
    if (walk->trades_only) {
        return count;
    }
    if (walk->step % 5 == 0 || walk->step == 1) {
        count += market_walk_book(walk, out + count);
    }
    if (walk->step % 100 == 0) {
        out[count] = make_funding(walk->instrument, walk->ts_ms, "0.0001",
                                  (walk->ts_ms / 28800000 + 1) * 28800000);
        count++;
    }
    if (random_u64(&walk->random) % 200 == 0) {
        struct event event = market_walk_trade(walk);
        event.kind = EVENT_LIQUIDATION;
        event.side = random_u64(&walk->random) % 2 == 0 ? POS_LONG : POS_SHORT;
        event.detail = PRICE_BANKRUPTCY;
        out[count++] = event;
    }
    if (walk->step % 7000 == 0) {
        out[count++] = make_gap(walk->instrument, STREAM_BOOK, walk->ts_ms - 100, walk->ts_ms);
    }
    return count;
}

/* count slots or a little fewer (whole messages); free() them. */
static inline struct event *market_walk_make(uint64_t seed, uint16_t instrument, size_t count_max,
                                             size_t *count) {
    struct market_walk walk;
    market_walk_init(&walk, seed, instrument);
    struct event *events = calloc(count_max, sizeof(*events));
    assert(events != NULL);
    *count = 0;
    while (*count + MARKET_WALK_MESSAGE_MAX <= count_max) {
        *count += market_walk_next(&walk, events + *count);
    }
    return events;
}
