#include "sim/bracket.h"

#include <assert.h>

#include "base/str.h"
#include "margin/margin.h"

static const double cap_max_usd = 1e12; /* for a table whose last tier has no cap */

const struct bracket_table bracket_binance = {
    .count = 12,
    .rows = {{300e3, .004, 150, 0},
             {800e3, .005, 100, 300},
             {3e6, .0065, 75, 1500},
             {12e6, .01, 50, 12000},
             {70e6, .02, 25, 132000},
             {100e6, .025, 20, 482000},
             {230e6, .05, 10, 2982000},
             {480e6, .10, 5, 14482000},
             {600e6, .125, 4, 26482000},
             {800e6, .15, 3, 41482000},
             {1200e6, .25, 2, 121482000},
             {1800e6, .50, 1, 421482000}},
};

bool bracket_table_of(enum venue_id venue, double price, struct bracket_table *out) {
    static const char *const symbols[VENUE_COUNT] = {
        [VENUE_BINANCE_USDM] = "BTCUSDT", [VENUE_BYBIT] = "BTCUSDT", [VENUE_OKX] = "BTC-USDT-SWAP",
        [VENUE_BITGET] = "BTCUSDT",       [VENUE_GATE] = "BTC_USDT", [VENUE_HYPERLIQUID] = "BTC",
    };
    const struct margin_set *set = margin_set_default();
    const struct margin_table *table =
        symbols[venue] != NULL ? margin_set_find(set, venue, symbols[venue]) : NULL;
    static_assert((int)MARGIN_TIER_MAX <= (int)BRACKET_MAX, "every table fits");
    if (table == NULL || table->contract != CONTRACT_LINEAR) {
        return false;
    }
    double unit_usd = table->in_base ? price : 1;
    *out = (struct bracket_table){.count = table->tier_count, .fee = set->fees[venue].rate};
    for (int i = 0; i < table->tier_count; i++) {
        const struct margin_tier *tier = &table->tiers[i];
        double cap_usd = tier->cap * unit_usd;
        out->rows[i] = (struct bracket){
            .notional_cap_usd = cap_usd < cap_max_usd ? cap_usd : cap_max_usd,
            .mmr = tier->mmr,
            .leverage_max = tier->leverage_max,
            .amount_usd = tier->amount * unit_usd,
        };
    }
    return true;
}

const struct bracket *bracket_find(const struct bracket_table *table, double notional_usd) {
    assert(notional_usd >= 0);
    for (int i = 0; i < table->count - 1; i++) {
        if (notional_usd <= table->rows[i].notional_cap_usd) {
            return &table->rows[i];
        }
    }
    return &table->rows[table->count - 1];
}

double bracket_liquidation_price(const struct bracket_table *table,
                                 const struct bracket_position *position) {
    double qty = position->qty_base;
    assert(position->entry > 0);
    assert(qty > 0);
    double price = position->entry;
    const struct bracket *bracket = NULL;
    /* The rate depends on the notional at the very price that is looked for.  Amounts are
     * continuous over the caps, so the search settles at once, or one step further for a position
     * that starts just above a cap. */
    for (int i = 0; i < 4; i++) {
        const struct bracket *next = bracket_find(table, price * qty);
        if (next == bracket) {
            break;
        }
        bracket = next;
        bool is_long = position->side == POS_LONG;
        double asked = position->margin_usd + bracket->amount_usd;
        double numerator = position->entry * qty + (is_long ? -asked : asked);
        double maintenance = bracket->mmr + table->fee;
        if (numerator <= 0) {
            return 0;
        }
        price = numerator / (qty * (is_long ? 1 - maintenance : 1 + maintenance));
    }
    return price;
}

double bracket_bankruptcy_price(const struct bracket_position *position) {
    double per_coin = position->margin_usd / position->qty_base;
    double price =
        position->side == POS_LONG ? position->entry - per_coin : position->entry + per_coin;
    return price > .01 ? price : .01;
}
