/* sim/source.h - the simulated market as an event source on a virtual clock: same seed, same
 * events.
 *
 * Thread: the reader's (`read` only).  Owner: app, through event_source_destroy.
 * The events look as if they came from Binance USD-M: first the feed state (with EVENT_FLAG_DEMO),
 * then the instrument with its tiers, then a step at a time its trades and liquidations by time,
 * and a ticker (mark, index, last, funding, open interest) at its end. */
#pragma once

#include "base/status.h"
#include "market/event_source.h"
#include "market/instrument.h"
#include "sim/market.h"

#define SOURCE_SIM_START_MS INT64_C(1767571200000) /* 2026-01-05T00:00:00Z, a Monday */
enum { SOURCE_SIM_BURN_IN_DAYS = 4 };

struct source_sim_desc {
    struct instrument_table *instruments; /* borrowed; the symbol is added */
    const char *symbol;                   /* NULL: BTCUSDT; ends with USDT */
    uint64_t seed;
    enum regime_id regime;
    double days;         /* how long events come; 0: 3 */
    double burn_in_days; /* unseen days before, in which the open interest grows; 0: the usual, < 0:
                            none */
    int64_t start_ms;    /* of the first event, rounded down to a step; 0: SOURCE_SIM_START_MS */
    int32_t step_ms; /* 1000 to 10,000, whole seconds that divide a minute; 0: 10,000, and 1000 in
                        the last hour */
    bool all_liquidations;          /* false: as Binance shows them, the largest of each second */
    struct market_truth_sink truth; /* told the spans that reach into the time of the events; those
                                       still open when the last step is read end there */
};

/* STATUS_OK and *source; the burn-in (about 0.1 s a day) runs in the first read. Else
 * STATUS_MEMORY, STATUS_FULL (no room in the table) or STATUS_RANGE (days, step or symbol). */
enum status source_sim_create(const struct source_sim_desc *desc, struct event_source *source);

/* The market behind a source of source_sim_create: truth and totals as of the newest step read. */
const struct market *source_sim_market(const struct event_source *source);
