/* Liquidation prices with numbers, and tables that must and must not be read. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "margin/margin.h"
#include "market/event.h"

/* What must stand above every table. */
#define FACTS "source,test\ndate,2026-08-01\n"

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

/* Equity of an inverse position in coins at a price: margin and profit are paid in the coin. */
static double inverse_equity(double entry, double usd, double leverage, double price,
                             bool is_long) {
    double margin_base = usd / entry / leverage;
    double profit_base = usd * (1 / entry - 1 / price);
    return margin_base + (is_long ? profit_base : -profit_base);
}

/* From first principles: at the liquidation price equity is what maintenance and closing cost, and
 * the size does not matter. */
static void inverse_prices_are_where_equity_meets_maintenance(void **state) {
    (void)state;
    static const struct {
        double entry, usd, leverage, mmr, fee;
    } rows[] = {{60000, 100, 10, .004, 0},
                {60000, 1e7, 10, .004, 0},
                {2500, 5e4, 3, .01, .0005},
                {150, 10, 100, .005, .00075},
                {60000, 100, 125, .004, 0}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        double entry = rows[i].entry, usd = rows[i].usd, leverage = rows[i].leverage;
        double rate = rows[i].mmr + rows[i].fee;
        double price = margin_price_inverse_long(entry, leverage, rows[i].mmr, rows[i].fee);
        assert_true(price < entry);
        assert_near(inverse_equity(entry, usd, leverage, price, true), usd / price * rate,
                    1e-12 * usd / entry);
        price = margin_price_inverse_short(entry, leverage, rows[i].mmr, rows[i].fee);
        assert_true(price > entry);
        assert_near(inverse_equity(entry, usd, leverage, price, false), usd / price * rate,
                    1e-12 * usd / entry);
    }
    /* With all of it as margin a short loses at most what it holds. */
    assert_true(margin_price_inverse_short(60000, 1, .004, 0) == 0);
    assert_near(margin_price_inverse_long(60000, 10, .004, 0), 54763.636363636, 1e-6);
    assert_near(margin_price_inverse_short(60000, 10, .004, 0), 66400, 1e-6);
}

static void inverse_contracts_are_linear_in_one_over_price(void **state) {
    (void)state;
    static const double leverages[] = {2, 3, 10, 50, 125};
    for (size_t i = 0; i < ARRAY_COUNT(leverages); i++) {
        double leverage = leverages[i], entry = 60000;
        double of_long = entry / margin_price_inverse_long(entry, leverage, .004, .0005);
        double of_short = entry / margin_price_inverse_short(entry, leverage, .004, .0005);
        assert_near(of_long, 1 + margin_distance_short(leverage, .004, .0005), 1e-12);
        assert_near(of_short, 1 - margin_distance_long(leverage, .004, .0005), 1e-12);
    }
}

static void bankruptcy_prints_move_to_their_trigger(void **state) {
    (void)state;
    assert_near(margin_trigger_price(996, POS_LONG, PRICE_BANKRUPTCY, .004), 1000, 1e-9);
    assert_near(margin_trigger_price(1004, POS_SHORT, PRICE_ORDER, .004), 1000, 1e-9);
    assert_true(margin_trigger_price(996, POS_LONG, PRICE_FILL, .004) == 996);
}

static void embedded_tables_are_whole_and_say_facts(void **state) {
    (void)state;
    static const char *const paths[] = {"assets/margin/binance.csv", "assets/margin/fees.csv",
                                        "assets/margin/hyperliquid.csv",
                                        "assets/margin/others.csv"};
    struct margin_set set = {0};
    char error[MARGIN_ERROR_BYTES];
    for (size_t i = 0; i < ARRAY_COUNT(paths); i++) {
        if (!margin_set_load(&set, paths[i], error)) {
            fail_msg("%s", error);
        }
    }
    assert_int_equal(set.table_count, margin_set_default()->table_count);
    assert_int_equal(set.table_count, 16);
    for (int i = 0; i < set.table_count; i++) {
        assert_true(strlen(set.tables[i].origin.source) > 10);
        assert_true(strlen(set.tables[i].origin.date) >= 4);
    }
    margin_set_finish(&set);

    struct margin_facts btc = margin_facts_of(NULL, VENUE_BINANCE_USDM, "BTCUSDT");
    assert_true(btc.known);
    assert_true(btc.mmr == .004 && btc.leverage_max == 150 && btc.fee == 0);
    assert_int_equal(btc.contract, CONTRACT_LINEAR);
    assert_string_equal(btc.table->origin.date, "2025-08-19");
    struct margin_facts coin = margin_facts_of(NULL, VENUE_HYPERLIQUID, "DOGE");
    assert_false(coin.known);
    assert_true(coin.mmr == .05 && coin.leverage_max == 10);
    struct margin_facts other = margin_facts_of(NULL, VENUE_BINANCE_USDM, "DOGEUSDT");
    assert_false(other.known);
    assert_null(other.table);
    assert_true(other.mmr == MARGIN_FALLBACK_MMR);

    const struct margin_table *table =
        margin_set_find(margin_set_default(), VENUE_BINANCE_USDM, "BTCUSDT");
    assert_int_equal(table->tier_count, 12);
    assert_true(margin_table_tier(table, 300000)->mmr == .004);
    assert_true(margin_table_tier(table, 300001)->mmr == .005);
    assert_true(margin_table_tier(table, 1e12)->leverage_max == 1);
}

/* f by venue, the contract kind, and tiers in coins. */
static void venues_differ_in_fee_contract_and_unit(void **state) {
    (void)state;
    const struct margin_set *set = margin_set_default();
    assert_true(margin_facts_of(NULL, VENUE_OKX, "X").fee == .0005);
    assert_true(margin_facts_of(NULL, VENUE_BITGET, "BTCUSDT").fee == .0006);
    assert_true(margin_facts_of(NULL, VENUE_GATE, "BTC_USDT").fee == .00075);
    assert_true(margin_facts_of(NULL, VENUE_BYBIT, "BTCUSDT").fee == 0);
    assert_string_equal(set->fees[VENUE_GATE].origin.date, "2026");
    assert_string_equal(set->fees[VENUE_BYBIT].origin.source, "");

    const struct margin_table *table = margin_set_find(set, VENUE_BYBIT, "BTCUSD");
    assert_non_null(table);
    assert_true(table->in_base);
    assert_int_equal(table->contract, CONTRACT_INVERSE);
    assert_true(table->tiers[0].cap == 150);
    assert_false(margin_set_find(set, VENUE_BYBIT, "BTCUSDT")->in_base);
    assert_int_equal(margin_facts_of(NULL, VENUE_DERIBIT, "BTC-PERPETUAL").contract,
                     CONTRACT_INVERSE);
    assert_int_equal(margin_facts_of(NULL, VENUE_DERIBIT, "SOL_USDC-PERPETUAL").contract,
                     CONTRACT_LINEAR);
    /* Nothing is known of COIN-M's brackets but that they are inverse. */
    struct margin_facts coin = margin_facts_of(NULL, VENUE_BINANCE_COINM, "BTCUSD_PERP");
    assert_int_equal(coin.contract, CONTRACT_INVERSE);
    assert_false(coin.known);
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
        {"okx,12345678901234567890123456789012345678901234567890,0,1,0.01,10,0",
         "t:1: symbol is empty or longer than 47"},
        {"okx,X,1e5x,100,0.01,10,0", "t:1: floor '1e5x' is not a number"},
        {"okx,X,0,nan,0.01,10,0", "t:1: cap 'nan' is not a number"},
        {"okx,X,5,100,0.01,10,0", "t:1: a table starts with floor 0"},
        {"okx,X,0,100,0.01,10,3", "t:1: a table starts with floor 0 and amount 0"},
        {"okx,X,0,0,0.01,10,0", "t:1: floor 0 is not below cap 0"},
        {"okx,X,inf,inf,0.01,10,0", "t:1: floor inf is not below cap inf"},
        {"okx,X,0,100,5,10,0", "t:1: mmr 5 is not between 0 and 1"},
        {"okx,X,0,100,0,10,0", "t:1: mmr 0 is not between 0 and 1"},
        {"okx,X,0,100,0.01,0.5,0", "t:1: maxlev 0.5"},
        {"okx,X,0,100,0.0001,inf,0", "t:1: maxlev inf"},
        {"okx,X,0,100,0.2,10,0", "t:1: mmr 0.2 is not below 1/maxlev"},
        {"okx,X,0,100,0.01,10,-1", "t:1: amount -1 is not 0 or more"},
        {"okx,X,0,100,0.01,10,inf", "t:1: amount inf is not 0 or more"},
        {"okx,X,0,100,0.01,10,0", "t:1: no source is given above it"},
        {"date,2026\nokx,X,0,100,0.01,10,0", "t:2: no source is given above it"},
        {"source,me\nokx,X,0,100,0.01,10,0", "t:2: no date is given above it"},
        /* A new source ends what the one before said. */
        {"source,me\ndate,2026\nsource,you\nokx,X,0,100,0.01,10,0", "t:4: no date is given"},
        {"source,", "t:1: source is empty"},
        {"source,a\tb", "t:1: source is empty, longer than 159 bytes, or not plain"},
        {"date,26-08-01", "t:1: date '26-08-01' is not YYYY"},
        {"date,2026-13", "t:1: date '2026-13' is not"},
        {"date,2026-01-32", "t:1: date '2026-01-32' is not"},
        {"date,2026/01/02", "t:1: date '2026/01/02' is not"},
        {"date,soon", "t:1: date 'soon' is not"},
        {"contract,quanto", "t:1: contract 'quanto' is neither linear nor inverse"},
        {"unit,lots", "t:1: unit 'lots' is neither quote nor base"},
        {"sorce,me", "t:1: 2 fields, expected 7"},
        {"fee,okx", "t:1: 2 fields, expected 3"},
        {"fee,mars,0.001", "t:1: venue 'mars' is not known"},
        {"fee,okx,0.001", "t:1: no source is given above it"},
        {FACTS "fee,okx,0.1", "t:3: fee '0.1' is not a number from 0"},
        {FACTS "fee,okx,x", "t:3: fee 'x' is not a number from 0"},
        {FACTS "fee,okx,-0.1", "t:3: fee '-0.1' is not a number from 0"},
        {FACTS "fee,okx,0.001\nfee,okx,0.002", "t:4: a second fee of okx"},
        {FACTS "okx,X,0,100,0.01,10,0\nokx,X,200,300,0.02,5,1", "t:4: floor 200 leaves a hole"},
        {FACTS "okx,X,0,100,0.01,10,0\nokx,X,100,300,0.01,5,1", "t:4: mmr must rise"},
        {FACTS "okx,X,0,100,0.01,10,0\nokx,X,100,300,0.02,10,1", "t:4: mmr must rise"},
        {FACTS "okx,X,0,10000,0.01,10,0\nokx,X,10000,30000,0.02,5,900", "t:4: amount 900 breaks"},
        /* In coins one coin is no rounding. */
        {FACTS "unit,base\nokx,X,0,10,0.01,10,0\nokx,X,10,30,0.02,5,0.9", "t:5: amount 0.9 breaks"},
        {FACTS "okx,X,0,100,0.01,10,0\nokx,Y,0,9,0.01,10,0\nokx,X,0,9,0.01,10,0",
         "t:5: a second table"},
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
        assert_true(set.fees[VENUE_OKX].rate == 0);
    }
}

/* The named limits: tiers a table, tables a set, bytes a file. */
static size_t add_text(size_t size, char text[], size_t len, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int added = vsnprintf(text + len, size - len, format, args);
    va_end(args);
    assert_true(added >= 0 && (size_t)added < size - len);
    return len + (size_t)added;
}

/* A file of this text; its path is in path until it is removed. */
static void write_file(char path[32], size_t len, const char *text) {
    str_copy(path, 32, "/tmp/liqscope_margin_XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    fclose(file);
}

/* The named limits: tiers a table, tables a set, bytes a file. */
static void limits_are_refusals_too(void **state) {
    (void)state;
    static char text[1 << 20];
    char path[32];
    struct margin_set set = {0};
    char error[MARGIN_ERROR_BYTES];
    size_t len = add_text(sizeof(text), text, 0, FACTS);
    for (int i = 0; i <= MARGIN_TABLE_MAX; i++) {
        len = add_text(sizeof(text), text, len, "okx,S%d,0,inf,0.01,10,0\n", i);
    }
    assert_false(margin_set_parse(&set, "t", text, len, error));
    assert_string_equal(error, "t:259: more than 256 tables");
    len = add_text(sizeof(text), text, 0, FACTS "okx,X,0,1,0.001,50,0\n");
    for (int i = 1; i <= MARGIN_TIER_MAX; i++) {
        len = add_text(sizeof(text), text, len, "okx,X,%d,%d,%.5f,%d,0\n", i, i + 1,
                       .001 + i * 1e-5, 50 - i);
    }
    assert_false(margin_set_parse(&set, "t", text, len, error));
    assert_string_equal(error, "t:35: more than 32 tiers");
    assert_int_equal(set.table_count, 0);

    memset(text, '#', sizeof(text));
    write_file(path, sizeof(text), text);
    assert_false(margin_set_load(&set, path, error));
    assert_non_null(strstr(error, "is 1048576 bytes or longer"));
    remove(path);
}

static void newer_tables_replace_older_ones(void **state) {
    (void)state;
    static const char a[] = FACTS "okx,A,0,inf,0.01,10,0\nokx,B,0,inf,0.02,10,0\r\n\n";
    static const char b[] = "source, me, myself \r\ndate,2026-11\ncontract,inverse\n"
                            "fee,okx,0.02\n okx , A ,0,inf,0.03,10,0\nokx,C,0,inf,0.04,10,0";
    struct margin_set set = {0};
    char error[MARGIN_ERROR_BYTES];
    assert_true(margin_set_parse(&set, "a", a, strlen(a), error));
    assert_true(margin_set_parse(&set, "b", b, strlen(b), error));
    assert_int_equal(set.table_count, 3);
    assert_true(margin_set_find(&set, VENUE_OKX, "A")->tiers[0].mmr == .03);
    assert_true(margin_set_find(&set, VENUE_OKX, "B")->tiers[0].mmr == .02);
    assert_null(margin_set_find(&set, VENUE_OKX, "D"));
    assert_string_equal(margin_set_find(&set, VENUE_OKX, "A")->origin.source, "me, myself");
    assert_string_equal(margin_set_find(&set, VENUE_OKX, "B")->origin.source, "test");
    assert_int_equal(margin_set_find(&set, VENUE_OKX, "A")->contract, CONTRACT_INVERSE);
    assert_int_equal(margin_set_find(&set, VENUE_OKX, "B")->contract, CONTRACT_LINEAR);
    assert_true(set.fees[VENUE_OKX].rate == .02);
    margin_set_finish(&set);
    assert_false(margin_set_load(&set, "tests/data/no_such_file.csv", error));
    assert_non_null(strstr(error, "no_such_file.csv"));
}

static void a_users_file_goes_over_the_default(void **state) {
    (void)state;
    static const char own[] =
        FACTS "binance_usdm,BTCUSDT,0,inf,0.02,20,0\nokx,NEW,0,inf,0.04,10,0\n";
    char path[32];
    write_file(path, strlen(own), own);
    struct margin_set set = {0};
    char error[MARGIN_ERROR_BYTES];
    assert_true(margin_set_load_over(&set, margin_set_default(), path, error));
    assert_int_equal(set.table_count, margin_set_default()->table_count + 1);
    assert_true(margin_facts_of(&set, VENUE_BINANCE_USDM, "BTCUSDT").mmr == .02);
    assert_true(margin_facts_of(&set, VENUE_BINANCE_USDM, "ETHUSDT").mmr == .004);
    assert_true(margin_facts_of(&set, VENUE_GATE, "BTC_USDT").fee == .00075);
    assert_true(margin_facts_of(NULL, VENUE_BINANCE_USDM, "BTCUSDT").mmr == .004);
    remove(path);
    assert_false(margin_set_load_over(&set, margin_set_default(), path, error));
    assert_true(margin_facts_of(&set, VENUE_BINANCE_USDM, "BTCUSDT").mmr == .02);
    margin_set_finish(&set);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_are_those_of_the_plan),
        cmocka_unit_test(linear_prices_follow_the_margin),
        cmocka_unit_test(inverse_prices_are_where_equity_meets_maintenance),
        cmocka_unit_test(inverse_contracts_are_linear_in_one_over_price),
        cmocka_unit_test(bankruptcy_prints_move_to_their_trigger),
        cmocka_unit_test(embedded_tables_are_whole_and_say_facts),
        cmocka_unit_test(venues_differ_in_fee_contract_and_unit),
        cmocka_unit_test(mistakes_are_answered_with_place_and_reason),
        cmocka_unit_test(limits_are_refusals_too),
        cmocka_unit_test(newer_tables_replace_older_ones),
        cmocka_unit_test(a_users_file_goes_over_the_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
