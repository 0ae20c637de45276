/* The price of the simulated market.
 *
 * Log price = a random walk with stochastic volatility and jumps (ln_base) + the passing part of
 * what forced orders did to it (ln_transient).  Forced flow F of ten seconds moves the price by
 * 5e-4 x sqrt(|F| / 1e6 USD); a quarter of that stays, the rest fades with a time constant of ten
 * minutes.  The square root is taken of the flow of a fixed ten-second window, so that small steps
 * add up to what one large step does.
 *
 * With mark_apart the last price has wicks besides (ln_wick), a few in an hour, which fade in
 * seconds and which no other venue sees.
 *
 * Known to be unlike a real market: no agent learns, spreads are one tick, makers are never
 * liquidated, a large order pays nothing beyond the touch (forced orders excepted). */
#include "sim/market_internal.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/math.h"
#include "base/str.h"

static const double day_s = 86400;
static const double year_s = 365 * 86400.0;
static const double volatility_annual = .5; /* the mean over all of its swings */
static const double volatility_tau_s = 12 * 3600, volatility_deviation = .6;
static const double jumps_per_day = 1.5, jump_deviation = .008;
static const double impact_of_million = 5e-4, impact_kept = .25, impact_tau_s = 600;
static const double basis_tau_s = 3 * 3600, basis_deviation = 4e-4;
static const double wicks_per_day = 96, wick_deviation = .003, wick_tau_s = 12;
static const double mood_tau_s = 16 * 3600, mood_deviation = 1;
static const double activity_of_return = .004;
enum { HEDGED_LOTS = 600 * 1000, ACTIVITY_WINDOW_MS = 15 * 60 * 1000 };

/* Keep factor of a mean-reverting process over dt and the deviation of the noise that holds it
 * at 1. */
static void relax_factors(double dt_s, double tau_s, double *keep, double *noise) {
    *keep = math_exp(-dt_s / tau_s);
    *noise = sqrt(1 - *keep * *keep);
}

static void use_step(struct market *market, int32_t dt_ms) {
    double dt_s = dt_ms / 1000.0;
    double unused = 0;
    market->dt_ms = dt_ms;
    relax_factors(dt_s, volatility_tau_s, &market->vol_keep, &market->vol_noise);
    relax_factors(dt_s, mood_tau_s, &market->mood_keep, &market->mood_noise);
    relax_factors(dt_s, basis_tau_s, &market->basis_keep, &market->basis_noise);
    relax_factors(dt_s, impact_tau_s, &market->transient_keep, &unused);
}

static double impact_of_flow(double usd) {
    double size = impact_of_million * sqrt(fabs(usd) / 1e6);
    return usd < 0 ? -size : size;
}

double market_ln_price(const struct market *market) {
    return market->ln_base + market->ln_transient + market->ln_wick;
}

static void move_wick(struct market *market, double dt_s) {
    market->ln_wick *= math_exp(-dt_s / wick_tau_s);
    for (int n = random_poisson(&market->random, wicks_per_day * dt_s / day_s); n > 0; n--) {
        market->ln_wick += wick_deviation * random_normal(&market->random);
    }
}

/* Move the price over the step and lay the path that its fills will follow: a Brownian bridge. */
static void move_price(struct market *market, int64_t end_ms) {
    double dt_s = market->dt_ms / 1000.0;
    struct random *random = &market->random;
    double ln_from = market_ln_price(market);
    market->ln_volatility = market->ln_volatility * market->vol_keep +
                            volatility_deviation * market->vol_noise * random_normal(random);
    market->mood = market->mood * market->mood_keep +
                   mood_deviation * market->mood_noise * random_normal(random);
    market->basis = market->basis * market->basis_keep +
                    basis_deviation * market->basis_noise * random_normal(random);

    double factor =
        math_exp(market->ln_volatility - volatility_deviation * volatility_deviation / 2);
    double deviation = volatility_annual * factor * sqrt(dt_s / year_s);
    double move = deviation * random_normal(random);
    for (int n = random_poisson(random, jumps_per_day * dt_s / day_s); n > 0; n--) {
        move += jump_deviation * random_normal(random);
    }
    if (market->begin_ms / MARKET_SAMPLE_MS !=
        (market->begin_ms - market->dt_ms) / MARKET_SAMPLE_MS) {
        market->forced_usd = 0;
    }
    double forced_before = market->forced_usd;
    market->forced_usd += market_forced_usd_until(market, end_ms);
    double impact = impact_of_flow(market->forced_usd) - impact_of_flow(forced_before);
    market->ln_transient =
        market->ln_transient * market->transient_keep + (1 - impact_kept) * impact;
    market->ln_base += move + impact_kept * impact;

    if (market->desc.mark_apart) {
        move_wick(market, dt_s);
    }

    double ln_to = market_ln_price(market);
    market->path_count = market->dt_ms > 1000 ? MARKET_PATH_MAX : 1;
    double ln = ln_from;
    market->path_ticks[0] = math_exp(ln_from) / MARKET_TICK;
    market->path_ticks[market->path_count] = math_exp(ln_to) / MARKET_TICK;
    for (int i = 1; i < market->path_count; i++) {
        int left = market->path_count - i + 1;
        double noise = deviation * sqrt((left - 1.0) / left / market->path_count);
        ln += (ln_to - ln) / left + noise * random_normal(random);
        market->path_ticks[i] = math_exp(ln) / MARKET_TICK;
    }
}

int64_t market_bid_at(const struct market *market, int64_t ts_ms) {
    double leg = (double)(ts_ms - market->begin_ms) * market->path_count / market->dt_ms;
    leg = math_clamp(leg, 0, market->path_count);
    int at = (int)leg;
    if (at == market->path_count) {
        at--;
    }
    const double *path = &market->path_ticks[at];
    int64_t ticks = (int64_t)(path[0] + (leg - at) * (path[1] - path[0]));
    return ticks > 1 ? ticks : 1;
}

double market_return_over(const struct market *market, int64_t age_ms) {
    int64_t back = age_ms / MARKET_SAMPLE_MS;
    assert(back < MARKET_SAMPLE_COUNT);
    if (back >= market->sample_count) {
        return 0;
    }
    int64_t at = market->sample_count - 1 - back;
    return market_ln_price(market) - market->samples[at % MARKET_SAMPLE_COUNT];
}

static void update_activity(struct market *market, int64_t end_ms) {
    if (end_ms / MARKET_SAMPLE_MS != market->begin_ms / MARKET_SAMPLE_MS) {
        market->samples[market->sample_count++ % MARKET_SAMPLE_COUNT] = market_ln_price(market);
    }
    double swing = fabs(market_return_over(market, ACTIVITY_WINDOW_MS)) / activity_of_return;
    market->view.activity = 1 + 2.5 * math_clamp(swing, 0, 3);
}

static int64_t open_interest_lots(const struct market_totals *totals) {
    int64_t lots = totals->agents_lots[0] + totals->hedged_lots;
    for (int i = 0; i < MARKET_MAKER_COUNT; i++) {
        lots += totals->makers_lots[i] > 0 ? totals->makers_lots[i] : 0;
    }
    return lots;
}

struct market *market_create(const struct market_desc *desc) {
    assert((unsigned)desc->regime < REGIME_COUNT);
    assert(desc->start_ms > 0);
    assert(desc->start_ms % MARKET_STEP_COARSE_MS == 0);
    assert(desc->partial_share >= 0);
    assert(desc->partial_share < 1);
    struct market *market = calloc(1, sizeof(*market));
    if (market == NULL) {
        return NULL;
    }
    double price = desc->start_price > 0 ? desc->start_price : MARKET_START_PRICE;
    market->desc = *desc;
    market->prints = calloc(MARKET_PRINT_MAX, sizeof(*market->prints));
    market->liquidations = calloc(MARKET_LIQUIDATION_MAX, sizeof(*market->liquidations));
    market->orders = calloc(POSITIONS_MAX, sizeof(*market->orders));
    bool indexed = positions_init(&market->positions, price, desc->start_ms);
    if (market->prints == NULL || market->liquidations == NULL || market->orders == NULL ||
        !indexed) {
        market_destroy(market);
        return NULL;
    }
    market->brackets = desc->brackets != NULL ? *desc->brackets : bracket_binance;
    market->life_scale = desc->life_scale > 0 ? desc->life_scale : 1;
    random_init(&market->random, desc->seed);
    market->ln_base = market->ln_mark = math_log(price);
    market->totals.hedged_lots = HEDGED_LOTS;
    market->next_id = market->next_print_id = 1;
    market_use_mix(market, regime_mix_get(desc->regime, false));
    market->view = (struct market_view){
        .now_ms = desc->start_ms,
        .last = price,
        .mark = price,
        .index = price,
        .bid_ticks = (int64_t)(price / MARKET_TICK),
        .oi_lots = HEDGED_LOTS,
        .funding_rate = 1e-4,
        .next_funding_ms = (desc->start_ms / MARKET_FUNDING_MS + 1) * MARKET_FUNDING_MS,
        .activity = 1,
        .prints = market->prints,
        .liquidations = market->liquidations,
    };
    return market;
}

void market_destroy(struct market *market) {
    if (market == NULL) {
        return;
    }
    positions_finish(&market->positions);
    free(market->orders);
    free(market->liquidations);
    free(market->prints);
    free(market);
}

void market_step(struct market *market, int32_t dt_ms) {
    assert(dt_ms > 0);
    assert(dt_ms <= MARKET_STEP_MS_MAX);
    int64_t end_ms = market->view.now_ms + dt_ms;
    assert(end_ms % 1000 == 0 || end_ms / 1000 == market->view.now_ms / 1000);
    if (dt_ms != market->dt_ms) {
        use_step(market, dt_ms);
    }
    if (market->desc.second_half_ms > 0 && market->view.now_ms >= market->desc.second_half_ms) {
        market_use_mix(market, regime_mix_get(market->desc.regime, true));
    }
    market->begin_ms = market->view.now_ms;
    market->print_count = 0;
    market->liquidation_count = 0;
    market->view.funding_settled = false;

    move_price(market, end_ms);
    market_fill_orders(market, end_ms);
    market_close_expired(market, end_ms);
    market_open_positions(market, end_ms);
    market_churn(market, end_ms);
    market_finish_prints(market);
    market->view.bid_ticks = market_bid_at(market, end_ms);
    if (end_ms % 1000 == 0) {
        market_update_mark(market, end_ms);
    }
    update_activity(market, end_ms);

    market->view.now_ms = end_ms;
    market->view.oi_lots = open_interest_lots(&market->totals);
    market->view.print_count = market->print_count;
    market->view.liquidation_count = market->liquidation_count;
    if (market->print_count > 0) {
        market->view.last =
            (double)market->prints[market->print_count - 1].price_ticks * MARKET_TICK;
    }
}

const struct market_view *market_view(const struct market *market) {
    return &market->view;
}

void market_get_totals(const struct market *market, struct market_totals *totals) {
    *totals = market->totals;
    totals->refused_count = market->positions.refused_count;
    totals->open_count = market->positions.open_count;
    for (size_t i = 0; i < market->order_count; i++) {
        const struct position_record *record = &market->positions.records[market->orders[i].index];
        totals->closing_lots[record->side == POS_SHORT] += record->qty_lots;
    }
}
