/* margin/margin_price.c - liquidation prices and distances (estimator.md section 3.1). */
#include "margin/margin.h"
#include "market/event.h"

double margin_price_linear_long(const struct margin_position *p) {
    double owed = p->entry * p->qty_base - p->margin_usd - p->amount_usd;
    return owed > 0 ? owed / (p->qty_base * (1 - p->mmr - p->fee)) : 0;
}

double margin_price_linear_short(const struct margin_position *p) {
    double held = p->entry * p->qty_base + p->margin_usd + p->amount_usd;
    return held / (p->qty_base * (1 + p->mmr + p->fee));
}

double margin_price_inverse_long(double entry, double leverage, double mmr, double fee) {
    return entry * (1 + mmr + fee) / (1 + 1 / leverage);
}

double margin_price_inverse_short(double entry, double leverage, double mmr, double fee) {
    return leverage > 1 ? entry * (1 - mmr - fee) / (1 - 1 / leverage) : 0;
}

double margin_distance_long(double leverage, double mmr, double fee) {
    return 1 - (1 - 1 / leverage) / (1 - mmr - fee);
}

double margin_distance_short(double leverage, double mmr, double fee) {
    return (1 + 1 / leverage) / (1 + mmr + fee) - 1;
}

double margin_leverage_of_distance(double distance, double mmr, double fee) {
    return 1 / (1 - (1 - distance) * (1 - mmr - fee));
}

double margin_trigger_price(double price, int position, int price_kind, double mmr) {
    if (price_kind != PRICE_BANKRUPTCY && price_kind != PRICE_ORDER) {
        return price;
    }
    return position == POS_LONG ? price / (1 - mmr) : price / (1 + mmr);
}
