/* sim/bracket.h - the margin rules by which the simulated exchange liquidates.
 *
 * The usual table is Binance's for BTCUSDT since 2025-08-19.  It is kept apart from the margin room
 * on purpose: the exchange's truth must not change when an error slips into what the estimator
 * believes about it.  The tables of other venues, which only switches ask for, are the margin
 * room's. Thread: any; constant tables. */
#pragma once

#include <stdbool.h>

#include "market/event.h"

enum { BRACKET_MAX = 32 };

struct bracket {
    double notional_cap_usd;
    double mmr; /* maintenance margin rate */
    double leverage_max;
    double amount_usd; /* maintenance amount: makes maintenance continuous over the caps */
};

struct bracket_table {
    int count;  /* >= 1 */
    double fee; /* f: rate of the closing fee that the venue counts in the trigger; 0 at most */
    struct bracket rows[BRACKET_MAX];
};

extern const struct bracket_table bracket_binance;

/* What venue demands of its bitcoin perpetual in USD or USDT, caps in coins taken at price. False:
 * the margin room has no such table. */
bool bracket_table_of(enum venue_id venue, double price, struct bracket_table *out);

/* The bracket of a position of this notional (>= 0 USD); the last one above all caps. */
const struct bracket *bracket_find(const struct bracket_table *table, double notional_usd);

struct bracket_position {
    enum position side;
    double entry, qty_base; /* > 0 */
    double margin_usd;      /* what may be lost before bankruptcy */
};

/* The mark price at which a position is liquidated: where its margin and unrealised profit fall to
 * the maintenance (and closing fee) of its notional at that price.  0: never (a long whose margin
 * covers its whole value). */
double bracket_liquidation_price(const struct bracket_table *table,
                                 const struct bracket_position *position);

/* Where its margin is used up, > 0 (at least one cent). */
double bracket_bankruptcy_price(const struct bracket_position *position);
