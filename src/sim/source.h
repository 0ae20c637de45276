/* sim/source.h - the simulated market as an event source on a virtual clock: same seed, same
 * events.
 *
 * Thread: the reader's (`read` only).  Owner: app, through event_source_destroy.
 * The events look as if they came from a venue: first the feed state (with EVENT_FLAG_DEMO), then
 * the instrument with its tiers, then a step at a time its trades (those of a side and step joined)
 * and liquidations by time, and a ticker at its end: mark, index and last each step, funding each
 * ten seconds, open interest at its own cadence. */
#pragma once

#include "base/status.h"
#include "market/event_source.h"
#include "market/instrument.h"
#include "sim/market.h"

#define SOURCE_SIM_START_MS  INT64_C(1767571200000) /* 2026-01-05T00:00:00Z, a Monday */
#define SOURCE_SIM_BASIS_MAX .5
enum {
    SOURCE_SIM_BURN_IN_DAYS = 4,
    SOURCE_SIM_OI_EVERY_MS = 10000,
    SOURCE_SIM_OI_LATE_MS_MAX = 600 * 1000
};

struct source_sim_desc {
    struct instrument_table *instruments; /* borrowed; the symbol is added */
    enum venue_id venue;                  /* of the instrument; VENUE_NONE: VENUE_BINANCE_USDM */
    const char *symbol;                   /* NULL: BTCUSDT; ends with USDT */
    uint64_t seed;
    enum regime_id regime;
    double days;         /* how long events come; 0: 3 */
    double burn_in_days; /* unseen days before, in which the open interest grows; 0: the usual, < 0:
                            none */
    int64_t start_ms;    /* of the first event, rounded down to a step; 0: SOURCE_SIM_START_MS */
    int32_t step_ms;     /* 1000 to 10,000, whole seconds that divide a minute; 0: 1000 */
    double basis; /* its trades and marks are so much higher than the market's (.001: a thousandth),
                     its index is not: the same market seen through another instrument */
    bool throttled_prints; /* as Binance shows liquidations, the largest of each second; false:
                              every one, and complete */
    enum venue_id tiers;  /* whose margin table; VENUE_NONE: the venue's own. The closing fee in the
                             trigger is always the venue's, for no event tells it. */
    double life_scale;    /* of the lives that owners plan; 0: 1 */
    double partial_share; /* in [0, 1): of a large position, liquidated first; 0: all at once */
    bool mark_apart;      /* the mark follows an index of its own, and the last price has wicks */
    int32_t oi_every_ms;  /* open interest comes at multiples of it; 0: SOURCE_SIM_OI_EVERY_MS */
    int64_t
        book_ms; /* the last so many of the events' time have the order book too, a snapshot and
                    then its changes; 0: none. Some 50 slots a step, or 2,000 with the snapshot */
    int32_t book_every_ms; /* its changes come so often, at multiples of it; 0: each step */
    int32_t oi_late_ms;    /* and is so old (up to SOURCE_SIM_OI_LATE_MS_MAX) */
    struct market_truth_sink truth; /* told the spans that reach into the time of the events; those
                                       still open when the last step is read end there */
};

/* STATUS_OK and *source; the burn-in (about 0.1 s a day) runs in the first read. Else
 * STATUS_MEMORY, STATUS_FULL (no room in the table) or STATUS_RANGE (something in desc makes no
 * sense). */
enum status source_sim_create(const struct source_sim_desc *desc, struct event_source *source);

/* The market behind a source of source_sim_create: truth and totals as of the newest step read. */
const struct market *source_sim_market(const struct event_source *source);
