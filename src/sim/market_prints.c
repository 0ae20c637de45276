/* How the trades of the simulated market are made and shown.
 *
 * Every trade of an agent has one of eight market makers on its other side, so longs and shorts
 * always balance; the makers trade among themselves to get rid of what they hold (churn).  Steps
 * below a second show each trade; longer ones join those of a side that fall into one slot (a
 * second, or a third of a longer step) into one print at their mean price: what a map of positions
 * reads off trades, volume by price and aggressor, hardly changes, and days ahead stay cheap. */
#include "sim/market_internal.h"

#include <assert.h>
#include <stdlib.h>

static const double churn_usd_per_s = 5000, churn_prints_per_s = 6;
enum { CHURN_COUNT_OF_SECOND = 2, CHURN_COUNT_OF_LONGER = 6 };

/* -- prints -- */

static enum side opposite(enum side side) {
    return side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
}

/* Slots into which the trades of this step are joined; 0: each is shown. */
static int join_slots(const struct market *market) {
    return market->dt_ms < 1000 ? 0 : market->dt_ms == 1000 ? 1 : MARKET_PRINT_SLOTS;
}

/* A trade at ts_ms by this aggressor; its price in ticks. */
static int64_t print_trade(struct market *market, int64_t ts_ms, enum side side, int64_t qty_lots) {
    int64_t ticks = market_bid_at(market, ts_ms) + (side == SIDE_BUY);
    market->totals.volume_usd += (double)(ticks * qty_lots) * MARKET_TICK * MARKET_LOT;
    int slots = join_slots(market);
    if (slots > 0) {
        int64_t slot = (ts_ms - market->begin_ms) * slots / market->dt_ms;
        int64_t sell = side == SIDE_SELL;
        market->slots[slot][sell].qty_lots += qty_lots;
        market->slots[slot][sell].value += (double)ticks * (double)qty_lots;
        market->slots[slot][sell].ts_ms = ts_ms;
    } else {
        assert(market->print_count < MARKET_PRINT_MAX);
        market->prints[market->print_count] = (struct market_print){
            .ts_ms = ts_ms,
            .price_ticks = ticks,
            .qty_lots = qty_lots,
            .id = (int64_t)market->print_count, /* order of making, until the step is sorted */
            .side = (uint8_t)side,
        };
        market->print_count++;
    }
    return ticks;
}

static int compare_prints(const void *a, const void *b) {
    const struct market_print *left = a;
    const struct market_print *right = b;
    if (left->ts_ms != right->ts_ms) {
        return left->ts_ms < right->ts_ms ? -1 : 1;
    }
    return left->id < right->id ? -1 : left->id > right->id;
}

void market_finish_prints(struct market *market) {
    for (int slot = 0; slot < join_slots(market); slot++) {
        for (int sell = 0; sell < 2; sell++) {
            if (market->slots[slot][sell].qty_lots == 0) {
                continue;
            }
            double mean =
                market->slots[slot][sell].value / (double)market->slots[slot][sell].qty_lots;
            market->prints[market->print_count] = (struct market_print){
                .ts_ms = market->slots[slot][sell].ts_ms,
                .price_ticks = (int64_t)(mean + .5),
                .qty_lots = market->slots[slot][sell].qty_lots,
                .id = (int64_t)market->print_count,
                .side = sell ? SIDE_SELL : SIDE_BUY,
            };
            market->print_count++;
            market->slots[slot][sell].qty_lots = 0;
            market->slots[slot][sell].value = 0;
        }
    }
    qsort(market->prints, market->print_count, sizeof(*market->prints), compare_prints);
    for (size_t i = 0; i < market->print_count; i++) {
        market->prints[i].id = market->next_print_id++;
    }
}

/* -- the other side of every trade -- */

/* Of two makers drawn at random, the one whose holding shrinks by taking lots (+ buys). */
static int choose_maker(struct market *market, int64_t lots) {
    uint64_t draw = random_u64(&market->random);
    int first = (int)(draw % MARKET_MAKER_COUNT);
    int second = (int)(draw / MARKET_MAKER_COUNT % MARKET_MAKER_COUNT);
    const int64_t *held = market->totals.makers_lots;
    bool first_better = lots > 0 ? held[first] <= held[second] : held[first] >= held[second];
    return first_better ? first : second;
}

int64_t market_trade(struct market *market, int64_t ts_ms, int64_t lots, bool taker) {
    enum side side = lots > 0 ? SIDE_BUY : SIDE_SELL;
    market->totals.makers_lots[choose_maker(market, -lots)] -= lots;
    return print_trade(market, ts_ms, taker ? side : opposite(side), lots > 0 ? lots : -lots);
}

int64_t market_time_in_step(struct market *market, int64_t end_ms) {
    double span = (double)(end_ms - market->begin_ms);
    return market->begin_ms + (int64_t)(random_uniform(&market->random) * span);
}

void market_churn(struct market *market, int64_t end_ms) {
    struct random *random = &market->random;
    double dt_s = market->dt_ms / 1000.0;
    double price = (double)market->view.bid_ticks * MARKET_TICK;
    double usd = churn_usd_per_s * market->view.activity * dt_s;
    int slots = join_slots(market);
    int count = slots == 1 ? CHURN_COUNT_OF_SECOND : CHURN_COUNT_OF_LONGER;
    if (slots == 0) {
        double mean = churn_prints_per_s * market->view.activity * dt_s;
        count = random_poisson(random, mean);
        usd *= count / mean;
    }
    for (int i = 0; i < count && market->print_count < MARKET_PRINT_MAX; i++) {
        double size = usd / count * random_exponential(random);
        int64_t lots = (int64_t)(size / price / MARKET_LOT) + 1;
        int buyer = choose_maker(market, lots);
        int seller = choose_maker(market, -lots);
        if (buyer != seller) {
            market->totals.makers_lots[buyer] += lots;
            market->totals.makers_lots[seller] -= lots;
        }
        enum side side = random_u64(random) & 1 ? SIDE_BUY : SIDE_SELL;
        print_trade(market, market_time_in_step(market, end_ms), side, lots);
    }
}
