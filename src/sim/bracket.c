#include "sim/bracket.h"

#include <assert.h>

#include "base/str.h"

const struct bracket brackets[BRACKET_COUNT] = {
    {300e3, .004, 150, 0},     {800e3, .005, 100, 300},     {3e6, .0065, 75, 1500},
    {12e6, .01, 50, 12000},    {70e6, .02, 25, 132000},     {100e6, .025, 20, 482000},
    {230e6, .05, 10, 2982000}, {480e6, .10, 5, 14482000},   {600e6, .125, 4, 26482000},
    {800e6, .15, 3, 41482000}, {1200e6, .25, 2, 121482000}, {1800e6, .50, 1, 421482000},
};

const struct bracket *bracket_find(double notional_usd) {
    assert(notional_usd >= 0);
    for (int i = 0; i < BRACKET_COUNT - 1; i++) {
        if (notional_usd <= brackets[i].notional_cap_usd) {
            return &brackets[i];
        }
    }
    return &brackets[BRACKET_COUNT - 1];
}

double bracket_liquidation_price(enum position side, double entry, double qty_base,
                                 double margin_usd) {
    assert(entry > 0);
    assert(qty_base > 0);
    double price = entry;
    const struct bracket *bracket = NULL;
    /* The rate depends on the notional at the very price that is looked for.  Amounts are
     * continuous over the caps, so the search settles at once, or one step further for a position
     * that starts just above a cap. */
    for (int i = 0; i < 4; i++) {
        const struct bracket *next = bracket_find(price * qty_base);
        if (next == bracket) {
            break;
        }
        bracket = next;
        double numerator = side == POS_LONG ? entry * qty_base - margin_usd - bracket->amount_usd
                                            : entry * qty_base + margin_usd + bracket->amount_usd;
        double rate = side == POS_LONG ? 1 - bracket->mmr : 1 + bracket->mmr;
        if (numerator <= 0) {
            return 0;
        }
        price = numerator / (qty_base * rate);
    }
    return price;
}

double bracket_bankruptcy_price(enum position side, double entry, double qty_base,
                                double margin_usd) {
    double per_coin = margin_usd / qty_base;
    double price = side == POS_LONG ? entry - per_coin : entry + per_coin;
    return price > .01 ? price : .01;
}
