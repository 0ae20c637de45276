/* margin/margin.h - what a venue demands of a leveraged position, and where it is liquidated.
 *
 * Thread: any; tables are read-only after loading.  Owner: the caller.
 * Limits: MARGIN_TIER_MAX tiers a table, MARGIN_TABLE_MAX tables a set.
 * Every table and fee says where it comes from and of which date it is (assets/margin); better ones
 * come as tier events.  margin_read.c describes the file. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "market/event.h"
#include "market/instrument.h"

enum {
    MARGIN_TIER_MAX = 32,
    MARGIN_TABLE_MAX = 256,
    MARGIN_SOURCE_BYTES = 160,
    MARGIN_DATE_BYTES = 12
};

struct margin_tier {
    double floor, cap;   /* notional in the table's unit, (floor, cap] */
    double mmr;          /* maintenance rate, in (0, 1) */
    double leverage_max; /* >= 1 */
    double amount;       /* maintenance amount: margin demanded = notional x mmr - amount */
};

/* Where a fact was read, and its date: YYYY, YYYY-MM or YYYY-MM-DD, as exact as it is known. */
struct margin_origin {
    char source[MARGIN_SOURCE_BYTES];
    char date[MARGIN_DATE_BYTES];
};

struct margin_table {
    enum venue_id venue;
    char symbol[INSTRUMENT_SYMBOL_BYTES]; /* "*": every other symbol of the venue */
    enum contract contract;               /* LINEAR or INVERSE */
    bool in_base; /* the unit of notional: base coins (coin-margined contracts), else quote */
    struct margin_origin origin; /* never empty */
    int tier_count;              /* >= 1 */
    struct margin_tier tiers[MARGIN_TIER_MAX];
};

/* f of a venue's formula: the fee to close that is counted in the trigger. */
struct margin_fee {
    double rate;                 /* in [0, 0.1) */
    struct margin_origin origin; /* empty: not told; then the rate is 0 */
};

struct margin_set {              /* zeroed: empty */
    struct margin_table *tables; /* owned */
    int table_count;
    struct margin_fee fees[VENUE_COUNT];
};

/* What the estimator needs to know about an instrument. */
struct margin_facts {
    double mmr;             /* of the first tier */
    double fee;             /* f: closing fee counted in the trigger; 0 at most venues */
    double leverage_max;    /* of the first tier */
    enum contract contract; /* LINEAR or INVERSE */
    bool known; /* false: no table for the symbol; the venue's "*" or the general fallback */
    const struct margin_table *table; /* borrowed from the set; NULL: the general fallback */
};

/* Add the tables of CSV text to a set. Rows of seven fields are tiers:
 * venue,symbol,floor,cap,mmr,maxlev,amount; the last cap may be "inf"; '#' starts a comment line.
 * Above them stand their facts, each a row of its own and in force until the next source:
 * source,TEXT  date,YYYY-MM-DD  contract,linear|inverse  unit,quote|base  and  fee,VENUE,RATE.
 * A table without source and date is refused. Its rows stand together, start at floor 0 and leave
 * no hole; mmr rises, leverage falls, mmr < 1/leverage, and amounts make maintenance continuous
 * (within 0.5 %, or 1 of the quote currency, or 0.0001 coins). A table of the same venue and symbol
 * that an earlier text brought is replaced, and so is a venue's fee.
 * False: the set is as before and error says "name:line: what is wrong". */
enum { MARGIN_ERROR_BYTES = 256 };
bool margin_set_parse(struct margin_set *out, const char *name, const char *text, size_t len,
                      char error[MARGIN_ERROR_BYTES]);
bool margin_set_load(struct margin_set *out, const char *path, char error[MARGIN_ERROR_BYTES]);
/* The same over a copy of source's tables: what a user's own file does to the default set. */
bool margin_set_load_over(struct margin_set *out, const struct margin_set *source, const char *path,
                          char error[MARGIN_ERROR_BYTES]);
void margin_set_finish(struct margin_set *set); /* NULL and zeroed accepted */

/* The tables that were embedded at build time, parsed once. Never NULL. */
const struct margin_set *margin_set_default(void);

/* venue + symbol (of 0-terminated text, case as the venue writes it), else the venue's "*", else
 * NULL. */
const struct margin_table *margin_set_find(const struct margin_set *set, enum venue_id venue,
                                           const char *symbol);

/* Facts of an instrument from a set (NULL: the default one). Unknown symbols get their venue's "*"
 * table, unknown venues MARGIN_FALLBACK_MMR and MARGIN_FALLBACK_LEVERAGE, what most altcoins start
 * with. Where no table tells the contract, Binance COIN-M is inverse and everything else linear. */
#define MARGIN_FALLBACK_MMR      0.01
#define MARGIN_FALLBACK_LEVERAGE 50.0
struct margin_facts margin_facts_of(const struct margin_set *set, enum venue_id venue,
                                    const char *symbol);

/* The tier of a notional (> 0, in the table's unit); the last one beyond every cap. */
const struct margin_tier *margin_table_tier(const struct margin_table *table, double notional);

/* Liquidation price of an isolated position. 0: it cannot be liquidated (a long whose price would
 * be <= 0). Linear: qty base coins, margin and amount in quote. Inverse (first tier): independent
 * of the size.
 */
struct margin_position {
    double entry;      /* price, > 0 */
    double qty_base;   /* > 0 */
    double margin_usd; /* > 0 */
    double mmr, fee, amount_usd;
};
double margin_price_linear_long(const struct margin_position *position);
double margin_price_linear_short(const struct margin_position *position);
double margin_price_inverse_long(double entry, double leverage, double mmr, double fee);
double margin_price_inverse_short(double entry, double leverage, double mmr, double fee);

/* Distance to liquidation as a share of the entry price, linear, first tier; leverage >= 1.
 * An inverse contract is a linear one in 1/price: its short falls by distance_long of 1/price, its
 * long rises by distance_short of it. */
double margin_distance_long(double leverage, double mmr, double fee);
double margin_distance_short(double leverage, double mmr, double fee);
/* The leverage equivalent of a long's distance d: 1/(1 - (1 - d)(1 - m - f)). */
double margin_leverage_of_distance(double distance, double mmr, double fee);

/* Where a print triggered: fills as they are, bankruptcy and order prices moved by the maintenance
 * rate, p/(1 - m) for a long, p/(1 + m) for a short (of inverse contracts p(1 + m) and p(1 - m),
 * which differs by m^2 and is not told apart). position and kind as in market/event.h. */
double margin_trigger_price(double price, int position, int price_kind, double mmr);
