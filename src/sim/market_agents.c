/* Who trades in the simulated market.
 *
 * Agents open by a Poisson process that quickens with the swing of the last quarter of an hour,
 * choose a side by momentum, reversal and a common mood, a size, a leverage, a margin, a stop, a
 * target and a life, and leave by whichever comes first.  Every trade of an agent has one of eight
 * market makers on its other side, so longs and shorts always balance; the makers trade among
 * themselves to get rid of what they hold (churn). */
#include "sim/market_internal.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/math.h"
#include "sim/bracket.h"

static const double opens_per_s = .36;
static const double notional_median_usd = 2000, notional_deviation = 1.6, notional_max_usd = 30e6;
static const double cross_share = .4, cross_extra_mean = 3;
static const double top_up_share = .15, top_up_at = .7;
static const double stop_share = .6, stop_nearest = .1, stop_farthest = .95;
static const double take_share = .5, take_nearest = .15, take_farthest = 1.5;
static const double life_median_s = 24 * 3600.0, life_power = -.8, life_deviation = 1.3;
static const double open_taker_share = .7, close_taker_share = .8;
static const double mood_weight = .7, style_weight = 1.5, style_return = .01;
static const double churn_usd_per_s = 5000, churn_prints_per_s = 6;
enum { CHURN_COARSE_COUNT = 6, PRINT_RESERVE = 4096 };

/* -- prints -- */

static enum side opposite(enum side side) {
    return side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
}

static bool step_is_coarse(const struct market *market) {
    return market->dt_ms > 1000;
}

/* A trade at ts_ms by this aggressor; its price in ticks. */
static int64_t print_trade(struct market *market, int64_t ts_ms, enum side side, int64_t qty_lots) {
    int64_t ticks = market_bid_at(market, ts_ms) + (side == SIDE_BUY);
    market->totals.volume_usd += (double)(ticks * qty_lots) * MARKET_TICK * MARKET_LOT;
    if (step_is_coarse(market)) {
        int64_t slot = (ts_ms - market->begin_ms) * MARKET_PRINT_SLOTS / market->dt_ms;
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

void market_finish_prints(struct market *market, int64_t end_ms) {
    (void)end_ms;
    for (int slot = 0; step_is_coarse(market) && slot < MARKET_PRINT_SLOTS; slot++) {
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

/* An agent trades lots (+ buys) with a maker, as taker or with a resting order. Price in ticks. */
static int64_t trade_with_maker(struct market *market, int64_t ts_ms, int64_t lots, bool taker) {
    enum side side = lots > 0 ? SIDE_BUY : SIDE_SELL;
    market->totals.makers_lots[choose_maker(market, -lots)] -= lots;
    return print_trade(market, ts_ms, taker ? side : opposite(side), lots > 0 ? lots : -lots);
}

static int64_t time_in_step(struct market *market, int64_t end_ms) {
    double span = (double)(end_ms - market->begin_ms);
    return market->begin_ms + (int64_t)(random_uniform(&market->random) * span);
}

void market_churn(struct market *market, int64_t end_ms) {
    struct random *random = &market->random;
    double dt_s = market->dt_ms / 1000.0;
    double price = (double)market->view.bid_ticks * MARKET_TICK;
    double usd = churn_usd_per_s * market->view.activity * dt_s;
    int count = CHURN_COARSE_COUNT;
    if (!step_is_coarse(market)) {
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
        print_trade(market, time_in_step(market, end_ms), side, lots);
    }
}

/* -- opening -- */

void market_use_mix(struct market *market, const struct regime_mix *mix) {
    if (market->mix == mix) {
        return;
    }
    market->mix = mix;
    for (int i = 0; i < mix->count; i++) {
        market->mix_life_s[i] = life_median_s * math_pow(mix->leverage[i] / 5, life_power);
    }
}

static int choose_leverage(struct market *market) {
    double draw = random_uniform(&market->random);
    int i = 0;
    for (; i < market->mix->count - 1; i++) {
        draw -= market->mix->share[i];
        if (draw < 0) {
            break;
        }
    }
    return i;
}

static double log_normal(struct random *random, double median, double deviation) {
    return median * math_exp(deviation * random_normal(random));
}

/* A price at share of the way from entry to the liquidation price (or from entry the other way,
 * share < 0). */
static double price_on_way(const struct position_record *record, double share) {
    double target = record->liquidation_price > 0 ? record->liquidation_price : record->entry * .01;
    double price = record->entry + share * (target - record->entry);
    return price > MARKET_TICK ? price : MARKET_TICK;
}

/* Choose everything that an agent decides besides side and time. False: too small to trade. */
static bool plan_position(struct market *market, struct position_record *record, double price) {
    struct random *random = &market->random;
    int choice = choose_leverage(market);
    double usd = log_normal(random, notional_median_usd, notional_deviation);
    usd = math_clamp(usd, 0, notional_max_usd);
    double leverage_max = bracket_find(usd)->leverage_max;
    double leverage = market->mix->leverage[choice];
    record->leverage = (float)(leverage > leverage_max ? leverage_max : leverage);
    record->qty_lots = (int64_t)(usd / price / MARKET_LOT + .5);
    double life_s = log_normal(random, market->mix_life_s[choice], life_deviation);
    record->close_s = (int64_t)math_clamp(life_s, 1, POSITIONS_LIFE_S_MAX);
    return record->qty_lots > 0;
}

static void plan_exits(struct market *market, struct position_record *record) {
    struct random *random = &market->random;
    double qty = (double)record->qty_lots * MARKET_LOT;
    record->margin_usd = qty * record->entry / record->leverage;
    record->cross = random_uniform(random) < cross_share;
    if (record->cross) {
        record->margin_usd *= 1 + cross_extra_mean * random_exponential(random);
    }
    record->liquidation_price = bracket_liquidation_price((enum position)record->side,
                                                          record->entry, qty, record->margin_usd);
    if (random_uniform(random) < stop_share) {
        double share = stop_nearest + (stop_farthest - stop_nearest) * random_uniform(random);
        record->stop_price = price_on_way(record, share);
    }
    if (random_uniform(random) < take_share) {
        double share = take_nearest + (take_farthest - take_nearest) * random_uniform(random);
        record->take_price = price_on_way(record, -share);
    }
    if (!record->cross && record->liquidation_price > 0 && random_uniform(random) < top_up_share) {
        record->top_up_price = price_on_way(record, top_up_at);
    }
}

static void open_position(struct market *market, int64_t end_ms, double return_1h) {
    struct random *random = &market->random;
    struct position_record record = {.opened_ms = time_in_step(market, end_ms)};
    double style = style_weight * (2 * random_uniform(random) - 1); /* > 0 follows, < 0 fades */
    double lean = mood_weight * market->mood + style * math_clamp(return_1h / style_return, -2, 2);
    double chance = 1 / (1 + math_exp(-lean));
    record.side = random_uniform(random) < chance ? POS_LONG : POS_SHORT;
    double price = (double)market->view.bid_ticks * MARKET_TICK;
    if (!plan_position(market, &record, price)) {
        return;
    }
    if (market->positions.open_count + (int32_t)market->order_count >= POSITIONS_MAX) {
        market->positions.refused_count++;
        return;
    }
    int64_t lots = record.side == POS_LONG ? record.qty_lots : -record.qty_lots;
    bool taker = random_uniform(random) < open_taker_share;
    int64_t ticks = trade_with_maker(market, record.opened_ms, lots, taker);
    record.entry = (double)ticks * MARKET_TICK;
    record.close_s += record.opened_ms / 1000;
    record.since_ms = record.opened_ms;
    record.id = market->next_id++;
    plan_exits(market, &record);
    int32_t index = positions_add(&market->positions, &record);
    assert(index != POSITIONS_NONE);
    (void)index;
    market->totals.agents_lots[record.side == POS_SHORT] += record.qty_lots;
    market->totals.opened_count++;
}

void market_open_positions(struct market *market, int64_t end_ms) {
    double mean = opens_per_s * market->view.activity * market->dt_ms / 1000;
    double return_1h = market_return_over(market, 3600 * 1000);
    for (int n = random_poisson(&market->random, mean); n > 0; n--) {
        if (market->print_count < MARKET_PRINT_MAX) {
            open_position(market, end_ms, return_1h);
        }
    }
}

/* -- closing -- */

static double order_usd(const struct market *market, const struct position_record *record) {
    return (double)(record->qty_lots * market->view.bid_ticks) * MARKET_TICK * MARKET_LOT;
}

/* The trade that ends a position; its price in ticks. */
static int64_t close_position(struct market *market, int32_t index, int64_t ts_ms, bool taker) {
    struct position_record *record = &market->positions.records[index];
    int64_t lots = record->side == POS_LONG ? -record->qty_lots : record->qty_lots;
    int64_t ticks = trade_with_maker(market, ts_ms, lots, taker);
    market->totals.agents_lots[record->side == POS_SHORT] -= record->qty_lots;
    market->totals.closed_count++;
    positions_remove(&market->positions, index);
    return ticks;
}

void market_close_expired(struct market *market, int64_t end_ms) {
    int32_t count = positions_expire(&market->positions, end_ms);
    for (int32_t i = 0; i < count; i++) {
        int32_t index = market->positions.hits[i];
        struct position_record *record = &market->positions.records[index];
        bool taker = random_uniform(&market->random) < close_taker_share;
        int64_t ts_ms = record->close_s * 1000 + (int64_t)(random_u64(&market->random) % 1000);
        ts_ms = ts_ms < market->begin_ms ? market->begin_ms : ts_ms;
        ts_ms = ts_ms >= end_ms ? end_ms - 1 : ts_ms;
        market_end_span(market, record, ts_ms);
        positions_begin_close(&market->positions, index);
        if (market->print_count + PRINT_RESERVE >= MARKET_PRINT_MAX) {
            market->orders[market->order_count++] = (struct market_order){
                .index = index, .trigger = TRIGGER_NONE, .mark_ts_ms = end_ms, .fill_ms = end_ms};
            continue;
        }
        close_position(market, index, ts_ms, taker);
    }
}

double market_forced_usd_until(const struct market *market, int64_t end_ms) {
    double usd = 0;
    for (size_t i = 0; i < market->order_count; i++) {
        const struct market_order *order = &market->orders[i];
        if (order->trigger != TRIGGER_LIQUIDATION || order->fill_ms >= end_ms) {
            continue;
        }
        const struct position_record *record = &market->positions.records[order->index];
        double size = order_usd(market, record);
        usd += record->side == POS_LONG ? -size : size;
    }
    return usd;
}

static void record_liquidation(struct market *market, const struct market_order *order,
                               const struct position_record *record, int64_t ts_ms, int64_t ticks) {
    double qty = (double)record->qty_lots * MARKET_LOT;
    double limit = bracket_bankruptcy_price((enum position)record->side, record->entry, qty,
                                            record->margin_usd);
    int64_t limit_ticks = (int64_t)(limit / MARKET_TICK + .5);
    market->liquidations[market->liquidation_count++] = (struct market_liquidation){
        .ts_ms = ts_ms,
        .mark_ts_ms = order->mark_ts_ms,
        .price_ticks = ticks,
        .bankruptcy_ticks = limit_ticks > 0 ? limit_ticks : 1,
        .qty_lots = record->qty_lots,
        .position_id = record->id,
        .liquidation_price = record->liquidation_price,
        .position = record->side,
    };
    market->totals.liquidated_count++;
    market->totals.liquidated_usd[record->side == POS_SHORT] +=
        (double)(ticks * record->qty_lots) * MARKET_TICK * MARKET_LOT;
}

static int compare_liquidations(const void *a, const void *b) {
    const struct market_liquidation *left = a;
    const struct market_liquidation *right = b;
    if (left->ts_ms != right->ts_ms) {
        return left->ts_ms < right->ts_ms ? -1 : 1;
    }
    return left->position_id < right->position_id ? -1 : left->position_id > right->position_id;
}

void market_fill_orders(struct market *market, int64_t end_ms) {
    size_t kept = 0;
    for (size_t i = 0; i < market->order_count; i++) {
        struct market_order order = market->orders[i];
        bool room = market->liquidation_count < MARKET_LIQUIDATION_MAX &&
                    market->print_count + 2 * PRINT_RESERVE < MARKET_PRINT_MAX;
        if (order.fill_ms >= end_ms || !room) {
            market->orders[kept++] = order;
            continue;
        }
        struct position_record record = market->positions.records[order.index];
        bool forced = order.trigger == TRIGGER_LIQUIDATION;
        bool taker = forced || random_uniform(&market->random) < close_taker_share;
        int64_t ts_ms = order.fill_ms < market->begin_ms ? market->begin_ms : order.fill_ms;
        int64_t ticks = close_position(market, order.index, ts_ms, taker);
        if (forced) {
            record_liquidation(market, &order, &record, ts_ms, ticks);
        }
    }
    market->order_count = kept;
    qsort(market->liquidations, market->liquidation_count, sizeof(*market->liquidations),
          compare_liquidations);
}

/* -- what the mark does -- */

static void top_up(struct market *market, int32_t index, int64_t end_ms) {
    struct position_record *record = &market->positions.records[index];
    market_end_span(market, record, end_ms);
    record->margin_usd *= 1.3 + .7 * random_uniform(&market->random);
    record->top_up_price = 0;
    record->liquidation_price =
        bracket_liquidation_price((enum position)record->side, record->entry,
                                  (double)record->qty_lots * MARKET_LOT, record->margin_usd);
}

static bool is_beyond_liquidation(const struct position_record *record, double mark) {
    double price = record->liquidation_price;
    return price > 0 && (record->side == POS_LONG ? mark <= price : mark >= price);
}

void market_trigger(struct market *market, int64_t end_ms) {
    double mark = market->view.mark;
    int32_t count = positions_sweep(&market->positions, mark);
    for (int32_t i = 0; i < count; i++) {
        int32_t index = market->positions.hits[i];
        struct position_record *record = &market->positions.records[index];
        enum trigger trigger = positions_trigger_at(record, mark);
        /* A mark that jumps over stop and liquidation price at once liquidates; over a top-up too.
         */
        if (is_beyond_liquidation(record, mark)) {
            trigger = TRIGGER_LIQUIDATION;
        }
        if (trigger == TRIGGER_TOP_UP) {
            top_up(market, index, end_ms);
        }
        if (trigger == TRIGGER_TOP_UP || trigger == TRIGGER_NONE) {
            positions_reindex(&market->positions, index);
            continue;
        }
        market_end_span(market, record, end_ms);
        positions_begin_close(&market->positions, index);
        int64_t delay_ms = (int64_t)(random_u64(&market->random) % MARKET_FILL_DELAY_MS_MAX);
        market->orders[market->order_count++] = (struct market_order){
            .index = index, .trigger = trigger, .mark_ts_ms = end_ms, .fill_ms = end_ms + delay_ms};
    }
}

void market_settle_funding(struct market *market, double rate, int64_t end_ms) {
    for (int32_t i = 0; i < market->positions.used_count; i++) {
        struct position_record *record = &market->positions.records[i];
        if (record->state != POSITION_OPEN) {
            continue;
        }
        double qty = (double)record->qty_lots * MARKET_LOT;
        market_end_span(market, record, end_ms);
        double paid = rate * qty * market->view.mark;
        record->margin_usd -= record->side == POS_LONG ? paid : -paid;
        record->liquidation_price = bracket_liquidation_price(
            (enum position)record->side, record->entry, qty, record->margin_usd);
        positions_reindex(&market->positions, i);
    }
}
