/* Whatever a market or a stranger sends, the estimate stays one: after every step of hostile events
 * the accounts close to 1e-6, nothing is NaN, infinite or negative, and the field claims no more
 * than the open interest.  Events go through the whole engine, as from a source; between the
 * attacks the market trades on with liquidations, so that M-steps change the weights all the time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/str.h"
#include "engine/engine.h"
#include "score/score.h"
#include "support/event_make.h"
#include "support/field_check.h"
#include "support/market_walk.h"

enum {
    INSTRUMENTS = 2,
    SEEDS = 3,
    ATTACKS = 30,     /* of one seed */
    CALM_SECONDS = 40 /* between two attacks, on average */
};
#define START_MS INT64_C(1750000000000)

struct market {
    uint16_t index;
    int64_t ts_ms;
    double ln_price, oi_base;
};

struct rig {
    struct instrument_table *table;
    struct engine *engine;
    struct random random;
    struct market markets[INSTRUMENTS];
    uint64_t seed;
    char step[96];
};

/* -- events of doubles -- */

/* The nearest decimal that an event can carry, however large or small. */
static struct decimal number(double value) {
    struct decimal out = {0};
    int exponent = 0;
    while (fabs(value) >= 1e17) {
        value /= 10;
        exponent++;
    }
    while (value != 0 && fabs(value) < 1e16 && exponent > -120) {
        value *= 10;
        exponent--;
    }
    out.mantissa = (int64_t)value;
    out.exponent = (int8_t)exponent;
    return out;
}

static void push(struct rig *rig, struct event event) {
    engine_apply(rig->engine, &event, 1);
}

static void push_mark(struct rig *rig, struct market *market, double price) {
    struct event event = make_event(EVENT_PRICE, market->index, market->ts_ms);
    struct decimal value = number(price);
    event.has = PRICE_HAS_MARK;
    event.u.price.mark = value.mantissa;
    event.exponent_a = value.exponent;
    push(rig, event);
}

static struct event trade_of(const struct market *market, enum side side, double price,
                             double qty) {
    struct event event = make_event(EVENT_TRADE, market->index, market->ts_ms);
    struct decimal p = number(price), q = number(qty);
    event.side = side & 3U;
    event.has = TRADE_HAS_QTY;
    event.u.trade.price = p.mantissa;
    event.exponent_a = p.exponent;
    event.u.trade.qty = q.mantissa;
    event.exponent_b = q.exponent;
    return event;
}

static void push_trade(struct rig *rig, struct market *market, double price, double qty) {
    enum side side = random_u64(&rig->random) % 2 == 0 ? SIDE_BUY : SIDE_SELL;
    push(rig, trade_of(market, side, price, qty));
}

static void push_print(struct rig *rig, struct market *market, enum position position, double price,
                       double qty) {
    struct event event = trade_of(market, SIDE_NONE, price, qty);
    event.kind = EVENT_LIQUIDATION;
    event.side = position & 3U;
    event.detail = (PRICE_FILL + random_u64(&rig->random) % 3) & 7U;
    event.flags |= random_u64(&rig->random) % 4 != 0 ? EVENT_FLAG_COMPLETE : 0;
    push(rig, event);
}

static void push_interest(struct rig *rig, struct market *market, double oi_base) {
    struct event event = make_event(EVENT_OPEN_INTEREST, market->index, market->ts_ms);
    struct decimal value = number(oi_base);
    event.has = OI_HAS_BASE;
    event.u.open_interest.oi_base = value.mantissa;
    event.exponent_a = value.exponent;
    push(rig, event);
}

static void push_funding(struct rig *rig, struct market *market, double rate, int64_t next_ms) {
    struct event event = make_event(EVENT_FUNDING, market->index, market->ts_ms);
    struct decimal value = number(rate);
    event.has = FUNDING_HAS_RATE | FUNDING_HAS_NEXT;
    event.u.funding.rate = value.mantissa;
    event.exponent_a = value.exponent;
    event.u.funding.next_ms = next_ms;
    push(rig, event);
}

static double price_of(const struct market *market) {
    return math_exp(market->ln_price);
}

/* -- an ordinary market -- */

static void calm_second(struct rig *rig, struct market *market) {
    struct random *random = &rig->random;
    double before = market->ln_price;
    for (int i = 0; i < 3; i++) {
        market->ts_ms += 250;
        market->ln_price += 2e-4 * random_normal(random);
        push_trade(rig, market, price_of(market), 3 * random_exponential(random));
    }
    market->ts_ms += 250;
    push_mark(rig, market, price_of(market));
    if (market->ts_ms / 1000 % 5 == 0) {
        market->oi_base = fabs(market->oi_base + 10 * random_normal(random));
        push_interest(rig, market, market->oi_base);
    }
    if (random_u64(random) % 4 == 0) {
        enum position position = market->ln_price < before ? POS_LONG : POS_SHORT;
        push_print(rig, market, position, price_of(market) * (1 + 1e-4 * random_normal(random)),
                   random_exponential(random));
    }
}

static void calm(struct rig *rig, int seconds) {
    for (int i = 0; i < seconds; i++) {
        for (int k = 0; k < INSTRUMENTS; k++) {
            calm_second(rig, &rig->markets[k]);
        }
    }
}

/* A price that several marks and trades agree on is believed, however far it is. */
static void insist(struct rig *rig, struct market *market, double price) {
    market->ln_price = math_log(price);
    for (int i = 0; i < 5; i++) {
        market->ts_ms += 300;
        push_mark(rig, market, price);
        push_trade(rig, market, price, 1);
    }
}

/* -- attacks -- */

static void price_to_zero(struct rig *rig, struct market *market) {
    for (double price = price_of(market); price > 1e-8; price /= 7) {
        insist(rig, market, price);
    }
    insist(rig, market, 1e-8);
    calm_second(rig, market);
    for (double price = 1e-8; price < 6e4; price *= 50) {
        insist(rig, market, price);
    }
    insist(rig, market, 6e4);
}

static void gap_down(struct rig *rig, struct market *market) {
    insist(rig, market, price_of(market) * 0.01);
}

static void leap_up(struct rig *rig, struct market *market) {
    insist(rig, market, price_of(market) * 100);
}

static void home(struct rig *rig, struct market *market) {
    insist(rig, market, 6e4);
}

static void interest_leaps(struct rig *rig, struct market *market) {
    static const double factors[] = {1000, 0, 1e-3, 1e6, 0, 1};
    for (size_t i = 0; i < ARRAY_COUNT(factors); i++) {
        market->ts_ms += 1500;
        push_trade(rig, market, price_of(market), 1000);
        push_interest(rig, market, market->oi_base * factors[i]);
    }
    market->oi_base = 80000;
}

static void time_goes_back(struct rig *rig, struct market *market) {
    static const int64_t back_ms[] = {1, 999, 59000, 61000, 3600000, INT64_C(31536000000)};
    for (size_t i = 0; i < ARRAY_COUNT(back_ms); i++) {
        struct market past = *market;
        past.ts_ms -= back_ms[i];
        push_trade(rig, &past, price_of(market), 50);
        push_mark(rig, &past, price_of(market) * 0.999);
        push_interest(rig, &past, market->oi_base * 1.01);
        push_print(rig, &past, POS_LONG, price_of(market) * 0.999, 1);
    }
}

static void years_pass(struct rig *rig, struct market *market) {
    market->ts_ms += INT64_C(86400000) * (int64_t)(1 + random_u64(&rig->random) % 1200);
    insist(rig, market, price_of(market));
}

/* Everything there is goes after it: what stays must not be the rounding of what was. */
static void absurd_volume(struct rig *rig, struct market *market) {
    double qty = math_exp(math_log(1e15) - 14 * random_uniform(&rig->random));
    for (int i = 0; i < 3; i++) {
        market->ts_ms += 400;
        push_trade(rig, market, price_of(market), i == 2 ? 1e15 : qty);
        push_interest(rig, market, market->oi_base + (i == 1 ? qty : 0));
    }
    market->ts_ms += 2000;
    push_mark(rig, market, price_of(market));
    push_interest(rig, market, 1e15);
    calm_second(rig, market);
    push_interest(rig, market, market->oi_base);
    double price = price_of(market);
    insist(rig, market, price * 0.3);
    insist(rig, market, price * 2.5);
    insist(rig, market, price);
}

static void ticks_change(struct rig *rig, struct market *market) {
    static const int exponents[] = {-8, 3, -1, 17, -18, -2};
    for (size_t i = 0; i < ARRAY_COUNT(exponents); i++) {
        struct event event = make_event(EVENT_INSTRUMENT, market->index, market->ts_ms);
        event.has = INSTRUMENT_HAS_TICK | INSTRUMENT_HAS_LOT;
        event.u.instrument.tick = 1 + (int64_t)(random_u64(&rig->random) % 9);
        event.u.instrument.lot = 1;
        event.exponent_a = (int8_t)exponents[i];
        event.detail = (random_u64(&rig->random) % 3) & 7U;
        push(rig, event);
        struct event tier = make_event(EVENT_TIER, market->index, market->ts_ms);
        tier.u.tier.mmr = math_exp(-10 * random_uniform(&rig->random));
        tier.u.tier.leverage_max = 1 / tier.u.tier.mmr;
        push(rig, tier);
        calm_second(rig, market);
    }
}

static void funding_at_its_limit(struct rig *rig, struct market *market) {
    for (int i = 0; i < 12; i++) {
        double rate = (i < 8) == (rig->seed % 2 == 0) ? 0.1 : -0.1;
        push_funding(rig, market, rate, market->ts_ms + 500);
        market->ts_ms += 1000;
        push_mark(rig, market, price_of(market));
    }
}

static void prints_far_and_absurd(struct rig *rig, struct market *market) {
    static const double away[] = {0.5, 1.5, 1e-6, 1e6, 1, 0.999, 1.001};
    static const double usd[] = {1e15, 1, 1e-9, 1e12, 1e18};
    for (size_t i = 0; i < ARRAY_COUNT(away); i++) {
        for (size_t k = 0; k < ARRAY_COUNT(usd); k++) {
            double price = price_of(market) * away[i];
            market->ts_ms += 50;
            push_print(rig, market, k % 2 == 0 ? POS_LONG : POS_SHORT, price, usd[k] / price);
        }
        push_mark(rig, market, price_of(market) * (i % 2 == 0 ? 0.998 : 1.002));
    }
}

static void huge_exponents(struct rig *rig, struct market *market) {
    static const int exponents[] = {127, -128, 18, -18, 100, -100, 0};
    static const enum event_kind kinds[] = {
        EVENT_TRADE, EVENT_LIQUIDATION,  EVENT_PRICE, EVENT_FUNDING,   EVENT_OPEN_INTEREST,
        EVENT_KLINE, EVENT_KLINE_VOLUME, EVENT_BOOK,  EVENT_INSTRUMENT};
    for (int i = 0; i < 60; i++) {
        uint64_t dice = random_u64(&rig->random);
        struct event event =
            make_event(kinds[dice % ARRAY_COUNT(kinds)], market->index, market->ts_ms);
        event.has = 63;
        event.side = 1 + (dice >> 8) % 2;
        event.detail = (dice >> 10) % 4 & 7U;
        event.exponent_a = (int8_t)exponents[(dice >> 16) % ARRAY_COUNT(exponents)];
        event.exponent_b = (int8_t)exponents[(dice >> 24) % ARRAY_COUNT(exponents)];
        event.exponent_c = (int8_t)exponents[(dice >> 32) % ARRAY_COUNT(exponents)];
        event.u.trade.price = (dice >> 40) % 2 == 0 ? DECIMAL_MANTISSA_MAX : 1;
        event.u.trade.qty = (dice >> 41) % 2 == 0 ? DECIMAL_MANTISSA_MAX : -1;
        event.u.trade.usd = (dice >> 42) % 2 == 0 ? DECIMAL_MANTISSA_MAX : 7;
        push(rig, event);
    }
}

static void push_bar(struct rig *rig, struct market *market, int64_t open_ms, double scale) {
    double price = price_of(market) * scale;
    struct event kline = make_event(EVENT_KLINE, market->index, open_ms);
    kline.flags = EVENT_FLAG_BEGIN | EVENT_FLAG_CLOSED | EVENT_FLAG_HISTORY;
    kline.exponent_a = -2;
    kline.u.kline.open = (int64_t)(price * 100) + 1;
    kline.u.kline.high = (int64_t)(price * 102) + 2;
    kline.u.kline.low = (int64_t)(price * 97) + 1;
    kline.u.kline.close = (int64_t)(price * 101) + 1;
    kline.u.kline.interval_s = 60;
    struct event volume = make_event(EVENT_KLINE_VOLUME, market->index, open_ms);
    volume.flags = EVENT_FLAG_END | EVENT_FLAG_CLOSED | EVENT_FLAG_HISTORY;
    volume.has = KLINE_HAS_VOLUME | KLINE_HAS_TAKER_BUY;
    volume.u.kline_volume.volume_base = (int64_t)(1e6 * random_exponential(&rig->random));
    volume.u.kline_volume.taker_buy_base = DECIMAL_MANTISSA_MAX;
    push(rig, kline);
    push(rig, volume);
}

/* Bars of hours ago, of now and of to-morrow, with open interest between. */
static void history_after_live(struct rig *rig, struct market *market) {
    for (int i = -120; i < 30; i += 7) {
        int64_t open_ms = market->ts_ms / 60000 * 60000 + i * INT64_C(60000);
        push_bar(rig, market, open_ms, i % 2 == 0 ? 1 : 0.9);
        struct event event = make_event(EVENT_OPEN_INTEREST, market->index, open_ms);
        event.flags |= EVENT_FLAG_HISTORY;
        event.has = OI_HAS_BASE;
        event.u.open_interest.oi_base = (int64_t)(random_u64(&rig->random) % 200000);
        push(rig, event);
    }
}

static void gaps(struct rig *rig, struct market *market) {
    static const int64_t lengths_ms[] = {1, 5000, -5000, 7200000, 0, INT64_C(40) * 86400000};
    for (size_t i = 0; i < ARRAY_COUNT(lengths_ms); i++) {
        for (int stream = 0; stream < STREAM_COUNT; stream++) {
            push(rig, make_gap(market->index, (enum stream)stream, market->ts_ms - lengths_ms[i],
                               market->ts_ms));
        }
        calm_second(rig, market);
    }
}

/* Some seconds of an ordinary market twice over and in any order. */
static void doubled_and_shuffled(struct rig *rig, struct market *market) {
    enum { COUNT = 400 };
    static struct event events[COUNT + MARKET_WALK_MESSAGE_MAX];
    struct market_walk walk;
    market_walk_init(&walk, random_u64(&rig->random), market->index);
    walk.ts_ms = market->ts_ms;
    walk.price_tenths = (int64_t)fmax(price_of(market) * 10, 1e5);
    size_t count = 0;
    while (count < COUNT) {
        count += market_walk_next(&walk, events + count);
    }
    for (int round = 0; round < 2; round++) {
        for (size_t i = count - 1; i > 0; i--) {
            size_t k = (size_t)(random_u64(&rig->random) % (i + 1));
            struct event swap = events[i];
            events[i] = events[k];
            events[k] = swap;
        }
        engine_apply(rig->engine, events, count);
    }
    market->ts_ms = walk.ts_ms;
}

static const struct attack {
    const char *name;
    void (*run)(struct rig *rig, struct market *market);
} attacks[] = {
    {"price to zero", price_to_zero},
    {"gap of 99 % down", gap_down},
    {"a hundredfold up", leap_up},
    {"home", home},
    {"open interest leaps", interest_leaps},
    {"time goes back", time_goes_back},
    {"years pass", years_pass},
    {"absurd volume", absurd_volume},
    {"ticks and tiers change", ticks_change},
    {"funding at its limit", funding_at_its_limit},
    {"absurd prints", prints_far_and_absurd},
    {"huge exponents", huge_exponents},
    {"history after live", history_after_live},
    {"gaps", gaps},
    {"doubled and shuffled", doubled_and_shuffled},
};

/* -- the checks -- */

static void check_scene(struct rig *rig) {
    static struct scene scene;
    engine_fill_scene(rig->engine, &scene);
    for (int i = 0; i < scene.instrument_count; i++) {
        const struct scene_instrument *view = &scene.instruments[i];
        const struct scene_model *model = &view->model;
        bool good = isfinite(view->mark) && view->mark >= 0 && isfinite(view->oi_usd);
        for (int side = 0; side < 2; side++) {
            good = good && isfinite(view->estimate_usd[side]) && view->estimate_usd[side] >= 0;
            good =
                good && isfinite(view->unallocated_usd[side]) && view->unallocated_usd[side] >= 0;
            good = good && isfinite(view->liquidated_usd_24h[side]);
        }
        for (int k = 0; k < model->distance_count; k++) {
            good = good && model->distances[k].sd > 0 && model->distances[k].sd <= WEIGHTS_SD_MAX;
        }
        good = good && isfinite(model->gain_nats) && isfinite(model->gain_kernel_nats) &&
               isfinite(model->predicted_over_seen) && model->predicted_over_seen >= 0;
        if (!good) {
            fail_msg(
                "%s: instrument %d of the scene: mark %g, estimate %g %g, gain %g %g, ratio %g",
                rig->step, i, view->mark, view->estimate_usd[0], view->estimate_usd[1],
                model->gain_nats, model->gain_kernel_nats, model->predicted_over_seen);
        }
    }
}

static void check(struct rig *rig, const char *name, int at) {
    str_format(rig->step, sizeof(rig->step), "seed %d, step %d, %s", (int)rig->seed, at, name);
    check_scene(rig);
    for (int k = 0; k < INSTRUMENTS; k++) {
        field_check(engine_estimator(rig->engine, rig->markets[k].index), rig->step);
    }
}

static void rig_start(struct rig *rig, uint64_t seed) {
    *rig = (struct rig){.seed = seed};
    random_init(&rig->random, seed);
    rig->table = instrument_table_create();
    rig->engine = engine_create(&(struct engine_desc){.instruments = rig->table});
    assert_non_null(rig->engine);
    static const enum venue_id venues[INSTRUMENTS] = {VENUE_BINANCE_USDM, VENUE_BYBIT};
    static const char *const symbols[INSTRUMENTS] = {"BTCUSDT", "BTCUSD"}; /* linear, inverse */
    for (int k = 0; k < INSTRUMENTS; k++) {
        rig->markets[k] = (struct market){
            .index = instrument_add(rig->table, venues[k], symbols[k], strlen(symbols[k])),
            .ts_ms = START_MS,
            .ln_price = math_log(60000),
            .oi_base = 80000};
    }
}

static void rig_stop(struct rig *rig) {
    engine_destroy(rig->engine);
    instrument_table_destroy(rig->table);
}

/* Every attack alone, on a market that was calm for some minutes. */
static void each_attack_leaves_an_estimate(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(attacks); i++) {
        struct rig rig;
        rig_start(&rig, 100 + i);
        calm(&rig, 200);
        attacks[i].run(&rig, &rig.markets[i % INSTRUMENTS]);
        check(&rig, attacks[i].name, 0);
        calm(&rig, 20);
        check(&rig, attacks[i].name, 1);
        rig_stop(&rig);
    }
}

/* Attack upon attack, on either instrument, while the weights are learned. */
static void no_run_of_attacks_breaks_it(void **state) {
    (void)state;
    uint64_t learned = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct rig rig;
        rig_start(&rig, seed);
        calm(&rig, 100);
        for (int at = 0; at < ATTACKS; at++) {
            uint64_t dice = random_u64(&rig.random);
            const struct attack *attack = &attacks[dice % ARRAY_COUNT(attacks)];
            attack->run(&rig, &rig.markets[(dice >> 32) % INSTRUMENTS]);
            calm(&rig, (int)((dice >> 40) % (2 * CALM_SECONDS)));
            check(&rig, attack->name, at);
        }
        engine_finish(rig.engine);
        check(&rig, "finish", ATTACKS);
        for (int k = 0; k < INSTRUMENTS; k++) {
            const struct estimator *estimator = engine_estimator(rig.engine, rig.markets[k].index);
            struct estimator_stats stats;
            estimator_get_stats(estimator, &stats);
            assert_int_equal(stats.rows_refused, 0);
            assert_true(stats.rows > 500);
            learned += estimator_calibration(estimator)->step_count;
        }
        rig_stop(&rig);
    }
    assert_true(learned > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_attack_leaves_an_estimate),
        cmocka_unit_test(no_run_of_attacks_breaks_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
