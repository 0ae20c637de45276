/* sim/tape.h - what the simulated exchange remembers for its REST answers: candles, open interest,
 * funding, trades.
 *
 * Thread: the exchange's.  Owner: the exchange server.  Limits below; the oldest rows fall out. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/market.h"

enum {
    TAPE_KLINE_MAX = 31 * 1440,
    TAPE_INTEREST_MAX = 31 * 288,
    TAPE_FUNDING_MAX = 1000,
    TAPE_PRINT_MAX = 1000,
    TAPE_KLINE_MS = 60 * 1000,
    TAPE_INTEREST_MS = 5 * 60 * 1000
};

struct tape_kline {
    int64_t open_ms;
    int64_t open, high, low, close; /* ticks */
    int64_t volume_lots, taker_buy_lots;
    double volume_usd, taker_buy_usd;
    int64_t first_id, print_count; /* first_id 0: no trade yet */
};

struct tape_interest {
    int64_t ts_ms, oi_lots;
    double oi_usd;
};

struct tape_funding {
    int64_t ts_ms;
    double rate, mark;
};

/* A ring of rows: row i of count, oldest first, is rows[(first + i) % max]. */
struct tape_ring {
    size_t first, count;
};

struct tape {
    struct tape_kline *klines;      /* owned; the newest one is open */
    struct tape_interest *interest; /* owned */
    struct tape_funding *funding;   /* owned */
    struct market_print *prints;    /* owned */
    struct tape_ring kline_ring, interest_ring, funding_ring, print_ring;
};

bool tape_init(struct tape *tape);   /* false: out of memory */
void tape_finish(struct tape *tape); /* NULL and zeroed accepted */

/* Take in the step that the market has just made. True: a minute ended in it (its candle is the one
 * before the newest). */
bool tape_add_step(struct tape *tape, const struct market_view *view);

/* Row i, oldest first; i below the ring's count. */
const struct tape_kline *tape_kline_at(const struct tape *tape, size_t i);
const struct tape_interest *tape_interest_at(const struct tape *tape, size_t i);
const struct tape_funding *tape_funding_at(const struct tape *tape, size_t i);
const struct market_print *tape_print_at(const struct tape *tape, size_t i);
