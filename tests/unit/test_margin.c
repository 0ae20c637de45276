/* Liquidation prices with numbers, and tables that must and must not be read. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "margin/margin.h"
#include "market/event.h"

static void assert_near(double got, double want, double tolerance) {
    if (!(fabs(got - want) <= tolerance)) {
        fail_msg("got %.12g, want %.12g +- %g", got, want, tolerance);
    }
}

static void distances_are_those_of_the_plan(void **state) {
    (void)state;
    static const struct {
        double leverage, distance;
    } rows[] = {{3, .331},   {5, .197},   {10, .0964},  {20, .0462},  {25, .0361},
                {50, .0161}, {75, .0094}, {100, .0060}, {125, .0040}, {150, .0027}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        double d = margin_distance_long(rows[i].leverage, .004, 0);
        assert_near(d, rows[i].distance, 6e-4);
        assert_near(margin_distance_short(rows[i].leverage, .004, 0), d, .011 * d + 2e-5);
        assert_near(margin_leverage_of_distance(d, .004, 0), rows[i].leverage, 1e-9 * 150);
    }
}

static void linear_prices_follow_the_margin(void **state) {
    (void)state;
    /* 2 BTC at 60,000 with 10x: margin 12,000, first tier .4 %. */
    struct margin_position position = {
        .entry = 60000, .qty_base = 2, .margin_usd = 12000, .mmr = .004};
    assert_near(margin_price_linear_long(&position), 108000 / (2 * .996), 1e-9 * 60000);
    assert_near(margin_price_linear_short(&position), 132000 / (2 * 1.004), 1e-9 * 60000);
    double d = margin_distance_long(10, .004, 0);
    assert_near(margin_price_linear_long(&position), 60000 * (1 - d), 1e-6);
    d = margin_distance_short(10, .004, 0);
    assert_near(margin_price_linear_short(&position), 60000 * (1 + d), 1e-6);
    /* A maintenance amount and a fee move it: (e q - M - A) / (q (1 - m - f)). */
    position.amount_usd = 300;
    position.mmr = .005;
    position.fee = .0005;
    assert_near(margin_price_linear_long(&position), 107700 / (2 * .9945), 1e-9 * 60000);
    /* Fully paid: no price liquidates it. */
    position.margin_usd = 120000;
    assert_true(margin_price_linear_long(&position) == 0);
}

static void inverse_prices_are_independent_of_size(void **state) {
    (void)state;
    assert_near(margin_price_inverse_long(60000, 10, .004, 0), 60000 * 1.004 / 1.1, 1e-9);
    assert_near(margin_price_inverse_short(60000, 10, .004, 0), 60000 * .996 / .9, 1e-9);
    assert_true(margin_price_inverse_short(60000, 1, .004, 0) == 0);
}

static void bankruptcy_prints_move_to_their_trigger(void **state) {
    (void)state;
    assert_near(margin_trigger_price(996, POS_LONG, PRICE_BANKRUPTCY, .004), 1000, 1e-9);
    assert_near(margin_trigger_price(1004, POS_SHORT, PRICE_ORDER, .004), 1000, 1e-9);
    assert_true(margin_trigger_price(996, POS_LONG, PRICE_FILL, .004) == 996);
}

static void embedded_tables_are_whole_and_say_facts(void **state) {
    (void)state;
    static const char *const paths[] = {
        "assets/margin/binance.csv", "assets/margin/hyperliquid.csv", "assets/margin/others.csv"};
    struct margin_set set = {0};
    char error[MARGIN_ERROR_BYTES];
    for (size_t i = 0; i < ARRAY_COUNT(paths); i++) {
        if (!margin_set_load(&set, paths[i], error)) {
            fail_msg("%s", error);
        }
    }
    assert_int_equal(set.table_count, margin_set_default()->table_count);
    margin_set_finish(&set);

    struct margin_facts btc = margin_facts_of(NULL, VENUE_BINANCE_USDM, "BTCUSDT");
    assert_true(btc.known);
    assert_true(btc.mmr == .004 && btc.leverage_max == 150 && btc.fee == 0);
    struct margin_facts coin = margin_facts_of(NULL, VENUE_HYPERLIQUID, "DOGE");
    assert_false(coin.known);
    assert_true(coin.mmr == .05 && coin.leverage_max == 10);
    struct margin_facts other = margin_facts_of(NULL, VENUE_BINANCE_USDM, "DOGEUSDT");
    assert_false(other.known);
    assert_true(other.mmr == MARGIN_FALLBACK_MMR);
    assert_true(margin_facts_of(NULL, VENUE_OKX, "X").fee == .0005);

    const struct margin_table *table =
        margin_set_find(margin_set_default(), VENUE_BINANCE_USDM, "BTCUSDT");
    assert_int_equal(table->tier_count, 12);
    assert_true(margin_table_tier(table, 300000)->mmr == .004);
    assert_true(margin_table_tier(table, 300001)->mmr == .005);
    assert_true(margin_table_tier(table, 1e12)->leverage_max == 1);
}

static void mistakes_are_answered_with_place_and_reason(void **state) {
    (void)state;
    static const struct {
        const char *text, *error;
    } rows[] = {
        {"binance_usdm,X,0,100,.01,10,0", "t:1: mmr '.01' is not a number"},
        {"# note\nbinance_usdm,X,0,100", "t:2: 4 fields, expected 7"},
        {"mars,X,0,100,0.01,10,0", "t:1: venue 'mars' is not known"},
        {"okx,,0,100,0.01,10,0", "t:1: symbol is empty"},
        {"okx,X,5,100,0.01,10,0", "t:1: a table starts with floor 0"},
        {"okx,X,0,0,0.01,10,0", "t:1: floor 0 is not below cap 0"},
        {"okx,X,0,100,5,10,0", "t:1: mmr 5 is not between 0 and 1"},
        {"okx,X,0,100,0.01,0.5,0", "t:1: maxlev 0.5"},
        {"okx,X,0,100,0.2,10,0", "t:1: mmr 0.2 is not below 1/maxlev"},
        {"okx,X,0,100,0.01,10,0\nokx,X,200,300,0.02,5,1", "t:2: floor 200 leaves a hole"},
        {"okx,X,0,100,0.01,10,0\nokx,X,100,300,0.01,5,1", "t:2: mmr must rise"},
        {"okx,X,0,10000,0.01,10,0\nokx,X,10000,30000,0.02,5,900", "t:2: amount 900 breaks"},
        {"okx,X,0,100,0.01,10,0\nokx,Y,0,9,0.01,10,0\nokx,X,0,9,0.01,10,0", "t:3: a second table"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct margin_set set = {0};
        char error[MARGIN_ERROR_BYTES];
        if (margin_set_parse(&set, "t", rows[i].text, strlen(rows[i].text), error)) {
            fail_msg("read: %s", rows[i].text);
        }
        if (strncmp(error, rows[i].error, strlen(rows[i].error)) != 0) {
            fail_msg("got '%s', want '%s...'", error, rows[i].error);
        }
        assert_int_equal(set.table_count, 0);
    }
}

static void newer_tables_replace_older_ones(void **state) {
    (void)state;
    static const char a[] = "okx,A,0,inf,0.01,10,0\nokx,B,0,inf,0.02,10,0\r\n\n";
    static const char b[] = " okx , A ,0,inf,0.03,10,0\nokx,C,0,inf,0.04,10,0";
    struct margin_set set = {0};
    char error[MARGIN_ERROR_BYTES];
    assert_true(margin_set_parse(&set, "a", a, strlen(a), error));
    assert_true(margin_set_parse(&set, "b", b, strlen(b), error));
    assert_int_equal(set.table_count, 3);
    assert_true(margin_set_find(&set, VENUE_OKX, "A")->tiers[0].mmr == .03);
    assert_true(margin_set_find(&set, VENUE_OKX, "B")->tiers[0].mmr == .02);
    assert_null(margin_set_find(&set, VENUE_OKX, "D"));
    margin_set_finish(&set);
    assert_false(margin_set_load(&set, "tests/data/no_such_file.csv", error));
    assert_non_null(strstr(error, "no_such_file.csv"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_are_those_of_the_plan),
        cmocka_unit_test(linear_prices_follow_the_margin),
        cmocka_unit_test(inverse_prices_are_independent_of_size),
        cmocka_unit_test(bankruptcy_prints_move_to_their_trigger),
        cmocka_unit_test(embedded_tables_are_whole_and_say_facts),
        cmocka_unit_test(mistakes_are_answered_with_place_and_reason),
        cmocka_unit_test(newer_tables_replace_older_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
