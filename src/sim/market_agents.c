/* Who opens positions in the simulated market.
 *
 * Agents come by a Poisson process that quickens with the swing of the last quarter of an hour, and
 * choose a side by momentum, reversal and a common mood, a size, a leverage, a margin, a stop, a
 * target and a life; they leave by whichever comes first (market_exits.c). */
#include "sim/market_internal.h"

#include <assert.h>
#include <math.h>

#include "base/math.h"
#include "sim/bracket.h"

static const double opens_per_s = .36;
static const double notional_median_usd = 2000, notional_deviation = 1.6, notional_max_usd = 30e6;
static const double cross_share = .4, cross_extra_mean = 3;
static const double top_up_share = .15, top_up_at = .7;
static const double stop_share = .6, stop_nearest = .1, stop_farthest = .95;
static const double take_share = .5, take_nearest = .15, take_farthest = 1.5;
static const double life_median_s = 24 * 3600.0, life_power = -.8, life_deviation = 1.3;
static const double life_max_s = 1e9;
static const double open_taker_share = .7;
static const double mood_weight = .7, style_weight = 1.5, style_return = .01;

void market_use_mix(struct market *market, const struct regime_mix *mix) {
    if (market->mix == mix) {
        return;
    }
    market->mix = mix;
    for (int i = 0; i < mix->count; i++) {
        market->mix_life_s[i] =
            market->life_scale * life_median_s * math_pow(mix->leverage[i] / 5, life_power);
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
    double leverage_max = bracket_find(&market->brackets, usd)->leverage_max;
    double leverage = market->mix->leverage[choice];
    record->leverage = (float)(leverage > leverage_max ? leverage_max : leverage);
    record->qty_lots = (int64_t)(usd / price / MARKET_LOT + .5);
    double life_s = log_normal(random, market->mix_life_s[choice], life_deviation);
    record->close_s = (int64_t)math_clamp(life_s, 1, life_max_s);
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
    market_place_liquidation(market, record);
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
    struct position_record record = {.opened_ms = market_time_in_step(market, end_ms)};
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
    int64_t ticks = market_trade(market, record.opened_ms, lots, taker);
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
