/* sim/market.h - a market of leveraged agents in which every liquidation price is known.
 *
 * Thread: the caller's, one at a time.  Owner: whoever created it.  Same seed and steps, same bits,
 * on any machine; a market never reads a clock.  Limits: POSITIONS_MAX positions, MARKET_PRINT_MAX
 * prints and MARKET_LIQUIDATION_MAX liquidations a step (what does not fit is executed in the next
 * one). The instrument is like Binance's BTCUSDT: linear, tick 0.10, lot 0.001. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "market/event.h"
#include "sim/bracket.h"
#include "sim/regime.h"

struct market; /* opaque: agents, market makers, path */

enum {
    MARKET_PRINT_MAX = 16384,
    MARKET_LIQUIDATION_MAX = 4096,
    MARKET_MAKER_COUNT = 8,
    MARKET_STEP_COARSE_MS = 10000, /* running ahead: prints of a step are joined to six at most */
    MARKET_STEP_FINE_MS = 100,     /* serving live */
    MARKET_STEP_MS_MAX = 10000,
    MARKET_FUNDING_HOURS = 8,
    MARKET_FUNDING_MS = MARKET_FUNDING_HOURS * 3600 * 1000,
    MARKET_FILL_DELAY_MS_MAX = 900
};
#define MARKET_SYMBOL      "BTCUSDT"
#define MARKET_QUOTE       "USDT" /* what every symbol ends with */
#define MARKET_START_PRICE 100000.0
#define MARKET_TICK        0.1   /* USDT; prices are counted in it */
#define MARKET_LOT         0.001 /* BTC; quantities are counted in it */

/* A stretch of a position's life in which its liquidation price stands still. At any time t the
 * spans with from_ms <= t < to_ms are exactly the open positions; one whose mark has triggered it
 * is not open any more, though its order is filled up to MARKET_FILL_DELAY_MS_MAX later. */
struct market_truth_span {
    int64_t id; /* of the position; its spans follow each other without a hole */
    int64_t from_ms, to_ms;
    int64_t qty_lots;
    double entry, leverage;   /* leverage as chosen; a cross or topped-up margin is larger */
    double liquidation_price; /* 0: cannot be liquidated */
    uint8_t position;         /* enum position */
    bool cross;
    bool stop_first; /* its owner's stop lies before its liquidation price */
};

/* Told each span as it ends: the position closed, was liquidated, stopped, topped up, charged its
 * funding. to_ms goes back by less than a step. */
struct market_truth_sink {
    void (*span)(void *user, const struct market_truth_span *span); /* NULL: nobody listens */
    void *user;
};

struct market_desc {
    uint64_t seed;
    enum regime_id regime;
    int64_t start_ms;                     /* a multiple of MARKET_STEP_COARSE_MS */
    int64_t second_half_ms;               /* when REGIME_AC turns into C; 0: never */
    double start_price;                   /* 0: MARKET_START_PRICE */
    const struct bracket_table *brackets; /* copied; NULL: bracket_binance */
    double life_scale;                    /* of the lives that owners plan; 0: 1 */
    double partial_share; /* in [0, 1): of a large position, liquidated first; 0: all at once */
    bool mark_apart;      /* the mark follows an index of its own, and the last price has wicks */
    struct market_truth_sink truth; /* zero: none */
};

struct market_print { /* one aggregated trade */
    int64_t ts_ms, price_ticks, qty_lots;
    int64_t id;   /* counts up by one */
    uint8_t side; /* enum side: the aggressor */
};

struct market_liquidation { /* one forced order, filled whole */
    int64_t ts_ms;          /* of the fill */
    int64_t mark_ts_ms; /* of the mark that crossed the liquidation price, at most 900 ms earlier */
    int64_t price_ticks;      /* fill */
    int64_t bankruptcy_ticks; /* limit of the order */
    int64_t qty_lots;
    int64_t position_id;
    double liquidation_price; /* the truth */
    uint8_t position;         /* enum position */
};

/* What the last step left behind; valid until the next. */
struct market_view {
    int64_t now_ms;
    double last, mark, index; /* USDT; mark and index change on whole seconds only */
    int64_t bid_ticks;        /* best bid; the best ask is one tick above */
    int64_t oi_lots;          /* one-sided */
    double funding_rate;      /* as it would be settled now; positive: longs pay */
    int64_t next_funding_ms;
    bool funding_settled; /* the step ended on a settlement, at settled_rate */
    double settled_rate;
    double activity; /* >= 1; openings come this much faster than on a calm day */
    size_t print_count;
    const struct market_print *prints; /* by time */
    size_t liquidation_count;
    const struct market_liquidation *liquidations; /* by time; every one of them */
};

/* Sums since the start, and who holds what now; lots unless said. */
struct market_totals {
    int64_t opened_count, closed_count, liquidated_count;
    int64_t refused_count;    /* openings that met POSITIONS_MAX */
    int64_t open_count;       /* positions of agents, those being closed left out */
    double liquidated_usd[2]; /* longs, shorts */
    double volume_usd;
    int64_t agents_lots[2];                  /* long, short; those being closed included */
    int64_t makers_lots[MARKET_MAKER_COUNT]; /* net, + long */
    int64_t hedged_lots;                     /* on both sides, never liquidated */
    int64_t closing_lots[2]; /* of agents_lots: triggered, their order not filled yet */
};

struct market_truth { /* one open position */
    int64_t id, opened_ms, qty_lots;
    double entry,
        leverage; /* leverage as chosen; a cross or topped-up margin is larger than its share */
    double liquidation_price; /* 0: cannot be liquidated */
    uint8_t position;         /* enum position */
    bool cross;
    bool stop_first; /* its owner's stop lies before its liquidation price */
};

struct market *market_create(const struct market_desc *desc); /* NULL: out of memory */
void market_destroy(struct market *market);                   /* NULL accepted */

/* Let dt_ms (1 .. MARKET_STEP_MS_MAX) pass. A step must not jump over a whole second except by
 * ending on one. */
void market_step(struct market *market, int32_t dt_ms);
const struct market_view *market_view(const struct market *market);
void market_get_totals(const struct market *market, struct market_totals *totals);

/* The open positions, in no particular order: start with *cursor = 0; false after the last.
 * Positions that a mark has triggered and whose order is under way are no longer among them. */
bool market_next_truth(const struct market *market, size_t *cursor, struct market_truth *truth);
/* Tell the sink the spans of the positions still open, up to now: at the end of a run. */
void market_finish_truth(struct market *market);
