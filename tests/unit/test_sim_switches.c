/* The switches of the simulated market: each does what it says, and nothing while it is off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "sim/market.h"
#include "sim/source.h"

static const int64_t start_ms = INT64_C(1767571200000);
enum { READ_SLOTS = 2048, ROW_MAX = 60000, ID_MAX = 100000 };

static struct market *make_market(struct market_desc desc) {
    desc.start_ms = start_ms;
    struct market *market = market_create(&desc);
    assert_non_null(market);
    return market;
}

/* -- mark apart from last -- */

struct distance {
    double largest;   /* |ln last - ln mark| */
    int64_t survived; /* positions open although the last price is beyond their liquidation price */
};

static struct distance measure_marks(bool mark_apart) {
    struct market *market =
        make_market((struct market_desc){.seed = 31, .regime = REGIME_C, .mark_apart = mark_apart});
    const struct market_view *view = market_view(market);
    struct distance out = {0};
    for (int i = 0; i < 6 * 3600; i++) {
        market_step(market, 1000);
        double way = fabs(log(view->last / view->mark));
        bool wick = way > .002;
        out.largest = way > out.largest ? way : out.largest;
        struct market_truth truth;
        size_t cursor = 0;
        while (wick && market_next_truth(market, &cursor, &truth)) {
            double price = truth.liquidation_price;
            bool is_long = truth.position == POS_LONG;
            assert_true(price == 0 || (is_long ? view->mark > price : view->mark < price));
            out.survived += price > 0 && (is_long ? view->last < price : view->last > price);
        }
    }
    market_destroy(market);
    return out;
}

static void a_mark_apart_lets_wicks_of_the_last_price_pass(void **state) {
    (void)state;
    struct distance beside = measure_marks(false);
    struct distance apart = measure_marks(true);
    assert_true(apart.largest > .003);
    assert_true(apart.survived > 100);
    assert_true(beside.largest < apart.largest);
    assert_true(beside.survived < apart.survived);
}

/* -- partial liquidation -- */

static void a_large_position_goes_in_two_parts(void **state) {
    (void)state;
    struct market *market =
        make_market((struct market_desc){.seed = 8, .regime = REGIME_C, .partial_share = .2});
    const struct market_view *view = market_view(market);
    struct market_liquidation *first = calloc(ID_MAX, sizeof(*first)); /* by position */
    int64_t small = 0;
    int64_t second = 0;
    for (int i = 0; i < 8 * 3600; i++) {
        market_step(market, 1000);
        for (size_t n = 0; n < view->liquidation_count; n++) {
            const struct market_liquidation *row = &view->liquidations[n];
            assert_true(row->position_id < ID_MAX);
            struct market_liquidation *known = &first[row->position_id];
            double usd = (double)(row->price_ticks * row->qty_lots) * MARKET_TICK * MARKET_LOT;
            if (known->qty_lots == 0) {
                *known = *row;
                small += usd < 19e3; /* below a fifth of the limit: it went whole */
                continue;
            }
            second++;
            assert_true(row->mark_ts_ms >= known->mark_ts_ms + 30000);
            /* A fifth of the whole first; the rest is four times as much, to a lot. */
            assert_true(llabs(row->qty_lots - 4 * known->qty_lots) <= 4);
            assert_true(usd + .2 * usd > 90e3);
            assert_int_equal(row->position, known->position);
            /* The part that was sold made the rest safer. */
            assert_true(row->position == POS_LONG
                            ? row->liquidation_price < known->liquidation_price
                            : row->liquidation_price > known->liquidation_price);
        }
    }
    assert_true(second > 3);
    assert_true(small > 100);
    free(first);
    market_destroy(market);
}

/* -- lives -- */

static void shorter_lives_leave_fewer_positions_open(void **state) {
    (void)state;
    static const double scales[] = {.25, 1, 4};
    int64_t open[3];
    for (int k = 0; k < 3; k++) {
        struct market_totals totals;
        struct market *market = make_market(
            (struct market_desc){.seed = 5, .regime = REGIME_B, .life_scale = scales[k]});
        for (int i = 0; i < 8640; i++) {
            market_step(market, MARKET_STEP_COARSE_MS);
        }
        market_get_totals(market, &totals);
        open[k] = totals.open_count;
        market_destroy(market);
    }
    assert_true(open[0] < open[1] * 3 / 4);
    assert_true(open[2] > open[1]);
}

/* -- all of them -- */

static void books_balance_with_every_switch_on(void **state) {
    (void)state;
    struct bracket_table brackets;
    assert_true(bracket_table_of(VENUE_GATE, 100000, &brackets));
    struct market *market = make_market((struct market_desc){.seed = 6,
                                                             .regime = REGIME_C,
                                                             .brackets = &brackets,
                                                             .life_scale = .5,
                                                             .partial_share = .5,
                                                             .mark_apart = true});
    for (int i = 0; i < 4 * 3600; i++) {
        market_step(market, i < 3 * 3600 ? 1000 : 100);
        if (i % 360 != 0) {
            continue;
        }
        struct market_totals totals;
        struct market_truth truth;
        size_t cursor = 0;
        int64_t open_lots[2] = {0, 0};
        int64_t net = 0;
        market_get_totals(market, &totals);
        while (market_next_truth(market, &cursor, &truth)) {
            open_lots[truth.position == POS_SHORT] += truth.qty_lots;
        }
        for (int maker = 0; maker < MARKET_MAKER_COUNT; maker++) {
            net += totals.makers_lots[maker];
        }
        assert_int_equal(totals.agents_lots[0] - totals.agents_lots[1] + net, 0);
        for (int side = 0; side < 2; side++) {
            assert_int_equal(open_lots[side] + totals.closing_lots[side], totals.agents_lots[side]);
        }
        int64_t leaving = totals.opened_count - totals.closed_count - totals.open_count;
        assert_true(leaving >= 0); /* a slice is no position of its own */
        assert_true(leaving < 5000);
    }
    market_destroy(market);
}

/* -- through the source -- */

struct interest {
    int64_t ts_ms, oi_base;
};

struct run {
    size_t trade_count, tier_count, interest_count, mark_count;
    struct event trades[ROW_MAX], marks[ROW_MAX];
    struct event tiers[32];
    struct interest interest[ROW_MAX];
    double leverage_max; /* of the truth */
    double fee_gap; /* largest distance of a truth price from what its margin alone would say */
    enum venue_id venue;
};

static void note_span(void *user, const struct market_truth_span *span) {
    struct run *run = user;
    run->leverage_max = span->leverage > run->leverage_max ? span->leverage : run->leverage_max;
}

static struct run *read_run(struct source_sim_desc desc) {
    struct run *run = calloc(1, sizeof(*run));
    struct event *slots = calloc(READ_SLOTS, sizeof(*slots));
    struct event_source source = {0};
    size_t count = 0;
    desc.instruments = instrument_table_create();
    desc.truth = (struct market_truth_sink){.span = note_span, .user = run};
    assert_int_equal(source_sim_create(&desc, &source), STATUS_OK);
    run->venue = desc.instruments->entries[0].venue;
    while (source.ops->read(source.self, slots, READ_SLOTS, &count) == STATUS_OK) {
        for (size_t i = 0; i < count; i++) {
            const struct event *slot = &slots[i];
            if (slot->kind == EVENT_TRADE) {
                run->trades[run->trade_count++] = *slot;
            } else if (slot->kind == EVENT_PRICE) {
                run->marks[run->mark_count++] = *slot;
            } else if (slot->kind == EVENT_TIER) {
                run->tiers[run->tier_count++] = *slot;
            } else if (slot->kind == EVENT_OPEN_INTEREST) {
                run->interest[run->interest_count++] =
                    (struct interest){slot->ts_ms, slot->u.open_interest.oi_base};
            }
            assert_true(run->trade_count < ROW_MAX);
        }
    }
    event_source_destroy(&source);
    instrument_table_destroy(desc.instruments);
    free(slots);
    return run;
}

static const struct source_sim_desc hour = {.seed = 17, .days = 1. / 24, .burn_in_days = .1};

static void open_interest_comes_when_asked_and_as_late(void **state) {
    (void)state;
    struct source_sim_desc desc = hour;
    desc.oi_every_ms = 1000;
    struct run *prompt = read_run(desc);
    desc.oi_every_ms = 300 * 1000;
    desc.oi_late_ms = 45 * 1000;
    struct run *late = read_run(desc);
    assert_int_equal(prompt->interest_count, 3601);
    assert_int_equal(late->interest_count, 13);
    int64_t differing = 0;
    for (size_t i = 1; i < late->interest_count; i++) {
        assert_int_equal(late->interest[i].ts_ms - late->interest[i - 1].ts_ms, 300 * 1000);
        assert_int_equal(late->interest[i].oi_base, prompt->interest[300 * i - 45].oi_base);
        differing += late->interest[i].oi_base != prompt->interest[300 * i].oi_base;
    }
    assert_true(differing > 0);
    assert_int_equal(late->trade_count, prompt->trade_count);
    free(prompt);
    free(late);
}

static void the_tiers_of_another_venue_rule_and_are_told(void **state) {
    (void)state;
    struct source_sim_desc desc = hour;
    struct run *own = read_run(desc);
    desc.tiers = VENUE_HYPERLIQUID;
    struct run *other = read_run(desc);
    assert_int_equal(own->tier_count, 12);
    assert_int_equal(other->tier_count, 2);
    assert_true(other->tiers[0].u.tier.mmr == .0125);
    assert_true(other->tiers[0].u.tier.leverage_max == 40);
    assert_true(own->leverage_max == 125);
    assert_true(other->leverage_max == 40);
    assert_int_equal(other->venue, VENUE_BINANCE_USDM);
    free(own);
    free(other);
}

static void a_basis_shows_the_same_market_elsewhere(void **state) {
    (void)state;
    struct source_sim_desc desc = hour;
    struct run *here = read_run(desc);
    desc.venue = VENUE_BYBIT;
    desc.tiers = VENUE_BINANCE_USDM;
    desc.basis = .002;
    struct run *there = read_run(desc);
    assert_int_equal(there->venue, VENUE_BYBIT);
    assert_int_equal(here->trade_count, there->trade_count);
    for (size_t i = 0; i < here->trade_count; i++) {
        const struct event *a = &here->trades[i];
        const struct event *b = &there->trades[i];
        assert_int_equal(a->ts_ms, b->ts_ms);
        assert_int_equal(a->u.trade.qty, b->u.trade.qty);
        assert_true(fabs((double)b->u.trade.price - 1.002 * (double)a->u.trade.price) <= .5001);
    }
    for (size_t i = 0; i < here->mark_count; i++) {
        const struct event *a = &here->marks[i];
        const struct event *b = &there->marks[i];
        assert_int_equal(a->u.price.index, b->u.price.index);
        assert_true(fabs((double)b->u.price.mark - 1.002 * (double)a->u.price.mark) <= 1.1);
    }
    free(here);
    free(there);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mark_apart_lets_wicks_of_the_last_price_pass),
        cmocka_unit_test(a_large_position_goes_in_two_parts),
        cmocka_unit_test(shorter_lives_leave_fewer_positions_open),
        cmocka_unit_test(books_balance_with_every_switch_on),
        cmocka_unit_test(open_interest_comes_when_asked_and_as_late),
        cmocka_unit_test(the_tiers_of_another_venue_rule_and_are_told),
        cmocka_unit_test(a_basis_shows_the_same_market_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
