#include "sim/throttle.h"

static double size_of(const struct market_liquidation *liquidation) {
    return (double)liquidation->price_ticks * (double)liquidation->qty_lots;
}

bool throttle_push(struct throttle *throttle, const struct market_liquidation *liquidation,
                   struct market_liquidation *shown) {
    bool closes = throttle_flush(throttle, liquidation->ts_ms, shown);
    if (!throttle->holds) {
        throttle->holds = true;
        throttle->second = liquidation->ts_ms / 1000;
        throttle->largest = *liquidation;
        return closes;
    }
    throttle->hidden_count++;
    if (size_of(liquidation) > size_of(&throttle->largest)) {
        throttle->largest = *liquidation;
    }
    return closes;
}

bool throttle_flush(struct throttle *throttle, int64_t now_ms, struct market_liquidation *shown) {
    if (!throttle->holds || now_ms / 1000 <= throttle->second) {
        return false;
    }
    *shown = throttle->largest;
    throttle->holds = false;
    return true;
}
