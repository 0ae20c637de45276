#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/str.h"
#include "base/thread.h"
#include "market/instrument.h"

static void venues_are_found_by_their_keys(void **state) {
    (void)state;
    for (int i = VENUE_NONE + 1; i < VENUE_COUNT; i++) {
        const char *key = venue_key((enum venue_id)i);
        assert_int_equal(venue_from_key(key, strlen(key)), i);
        assert_true(strlen(venue_title((enum venue_id)i)) > 2);
    }
    assert_string_equal(venue_key(VENUE_NONE), "");
    assert_int_equal(venue_from_key("binance", 7), VENUE_BINANCE_USDM);
    assert_int_equal(venue_from_key("binance_usdm:BTCUSDT", 12), VENUE_BINANCE_USDM);
    assert_int_equal(venue_from_key("", 0), VENUE_NONE);
    assert_int_equal(venue_from_key("binanc", 6), VENUE_NONE);
    assert_int_equal(venue_from_key("BYBIT", 5), VENUE_NONE);
}

static void the_same_instrument_has_one_index(void **state) {
    (void)state;
    struct instrument_table *table = instrument_table_create();
    assert_non_null(table);
    const uint16_t btc = instrument_add(table, VENUE_BINANCE_USDM, "BTCUSDT", 7);
    const uint16_t other = instrument_add(table, VENUE_BYBIT, "BTCUSDT", 7);
    const uint16_t shorter = instrument_add(table, VENUE_BYBIT, "BTCUSDT", 6);
    assert_int_equal(btc, 0);
    assert_int_not_equal(btc, other);
    assert_int_not_equal(other, shorter);
    assert_int_equal(instrument_add(table, VENUE_BINANCE_USDM, "BTCUSDT", 7), btc);
    assert_int_equal(instrument_find(table, VENUE_BYBIT, "BTCUSDT", 7), other);
    assert_int_equal(instrument_find(table, VENUE_OKX, "BTCUSDT", 7), INSTRUMENT_NONE);
    assert_string_equal(instrument_get(table, shorter)->symbol, "BTCUSD");
    assert_int_equal(instrument_get(table, other)->venue, VENUE_BYBIT);
    instrument_table_destroy(table);
    instrument_table_destroy(NULL);
}

static void strange_names_are_refused(void **state) {
    (void)state;
    struct instrument_table *table = instrument_table_create();
    char name[INSTRUMENT_SYMBOL_BYTES + 1];
    memset(name, 'X', sizeof name);
    assert_int_equal(instrument_add(table, VENUE_NONE, "BTC", 3), INSTRUMENT_NONE);
    assert_int_equal(instrument_add(table, VENUE_COUNT, "BTC", 3), INSTRUMENT_NONE);
    assert_int_equal(instrument_add(table, VENUE_OKX, "", 0), INSTRUMENT_NONE);
    assert_int_equal(instrument_add(table, VENUE_OKX, "A\0B", 3), INSTRUMENT_NONE);
    assert_int_equal(instrument_add(table, VENUE_OKX, name, INSTRUMENT_SYMBOL_BYTES),
                     INSTRUMENT_NONE);
    assert_int_equal(instrument_add(table, VENUE_OKX, name, INSTRUMENT_SYMBOL_BYTES - 1), 0);
    assert_int_equal(atomic_load(&table->count), 1);
    instrument_table_destroy(table);
}

static void a_full_table_refuses_and_still_finds(void **state) {
    (void)state;
    struct instrument_table *table = instrument_table_create();
    char name[16] = "";
    for (int i = 0; i < INSTRUMENT_COUNT_MAX; i++) {
        str_format(name, sizeof name, "S%d", i);
        assert_int_equal(instrument_add(table, VENUE_GATE, name, strlen(name)), i);
    }
    assert_int_equal(instrument_add(table, VENUE_GATE, "ONE_MORE", 8), INSTRUMENT_NONE);
    assert_int_equal(atomic_load(&table->count), INSTRUMENT_COUNT_MAX);
    assert_int_equal(instrument_add(table, VENUE_GATE, "S4095", 5), 4095);
    instrument_table_destroy(table);
}

enum { PER_THREAD = 500 };

struct adder {
    struct instrument_table *table;
    enum venue_id venue;
    int failures;
};

static void add_many(void *user) {
    struct adder *adder = user;
    for (int i = 0; i < PER_THREAD; i++) {
        char name[16] = "";
        str_format(name, sizeof name, "S%d", i);
        const uint16_t index = instrument_add(adder->table, adder->venue, name, strlen(name));
        adder->failures += index == INSTRUMENT_NONE ||
                           strcmp(instrument_get(adder->table, index)->symbol, name) != 0 ||
                           instrument_get(adder->table, index)->venue != adder->venue;
    }
}

static void two_sources_add_at_once(void **state) {
    (void)state;
    struct instrument_table *table = instrument_table_create();
    struct adder here = {table, VENUE_OKX, 0};
    struct adder there = {table, VENUE_HTX, 0};
    struct thread thread = {0};
    assert_true(thread_start(&thread, THREAD_ANY, add_many, &there));
    add_many(&here);
    thread_join(&thread);
    assert_int_equal(here.failures + there.failures, 0);
    assert_int_equal(atomic_load(&table->count), 2 * PER_THREAD);
    instrument_table_destroy(table);
}

static void symbols_of_one_coin_name_one_base(void **state) {
    (void)state;
    static const struct {
        const char *symbol, *base;
    } cases[] = {
        {"BTCUSDT", "BTC"},
        {"BTC-USDT-SWAP", "BTC"},
        {"BTC_USDT", "BTC"},
        {"BTCUSD_PERP", "BTC"},
        {"BTC-PERPETUAL", "BTC"},
        {"PF_XBTUSD", "BTC"},
        {"BTC", "BTC"},
        {"btcusdt", "BTCUSDT"},
        {"BTC-USDT", "BTC"},
        {"ETHUSDC", "ETH"},
        {"1000PEPEUSDT", "1000PEPE"},
        {"USDT", "USDT"},
        {"kPEPE", "KPEPE"},
        {"PF_", ""},
        {"ABCDEFGHIJKLMNOPQRSTUSDT", "ABCDEFGHIJKLMNO"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char base[INSTRUMENT_BASE_BYTES];
        instrument_base_of_symbol(cases[i].symbol, base);
        assert_string_equal(base, cases[i].base);
    }
    char base[INSTRUMENT_BASE_BYTES];
    instrument_base_of_name("xbt\0junk", 8, base);
    assert_string_equal(base, "BTC");
    instrument_base_of_name("0123456789abcdefg", 17, base);
    assert_string_equal(base, "0123456789ABCDE");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(symbols_of_one_coin_name_one_base),
        cmocka_unit_test(venues_are_found_by_their_keys),
        cmocka_unit_test(the_same_instrument_has_one_index),
        cmocka_unit_test(strange_names_are_refused),
        cmocka_unit_test(a_full_table_refuses_and_still_finds),
        cmocka_unit_test(two_sources_add_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
