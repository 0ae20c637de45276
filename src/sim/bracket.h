/* sim/bracket.h - the margin rules by which the simulated exchange liquidates.
 *
 * The table is Binance's for BTCUSDT since 2025-08-19.  It is kept apart from the margin room on
 * purpose: the exchange's truth must not change when an error slips into what the estimator
 * believes about it. Thread: any; constant tables. */
#pragma once

#include "market/event.h"

enum { BRACKET_COUNT = 12 };

struct bracket {
    double notional_cap_usd;
    double mmr; /* maintenance margin rate */
    double leverage_max;
    double amount_usd; /* maintenance amount: makes maintenance continuous over the caps */
};

extern const struct bracket brackets[BRACKET_COUNT];

/* The bracket of a position of this notional (>= 0 USD); the last one above all caps. */
const struct bracket *bracket_find(double notional_usd);

/* The mark price at which a position is liquidated: where its margin and unrealised profit fall to
 * the maintenance of its notional at that price.  0: never (a long whose margin covers its whole
 * value). */
double bracket_liquidation_price(enum position side, double entry, double qty_base,
                                 double margin_usd);

/* Where its margin is used up, > 0 (at least one cent). */
double bracket_bankruptcy_price(enum position side, double entry, double qty_base,
                                double margin_usd);
