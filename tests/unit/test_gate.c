/* Gate's dialect beside what a session of lines shows: what is sent and asked for, what the
 * protocol says of itself, where a book message stands, lists that go over several answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/dialect_fixture.h"
#include "venue/gate.h"

static void list_a_usdt(void) {
    assert_int_equal(
        answer("", "[{\"name\":\"A_USDT\",\"type\":\"direct\",\"quanto_multiplier\":\"0.1\"}]"),
        STATUS_OK);
}

static void what_is_sent_once_a_socket_is_open(void **state) {
    (void)state;
    static const char *const want[] = {
        "{\"time\":1700000000,\"id\":1,\"channel\":\"futures.trades\",\"event\":\"subscribe\","
        "\"payload\":[\"A_USDT\"]}",
        "{\"time\":1700000000,\"id\":1,\"channel\":\"futures.public_liquidates\",\"event\":"
        "\"subscribe\",\"payload\":[\"A_USDT\"]}",
        "{\"time\":1700000000,\"id\":1,\"channel\":\"futures.tickers\",\"event\":\"subscribe\","
        "\"payload\":[\"A_USDT\"]}",
        "{\"time\":1700000000,\"id\":1,\"channel\":\"futures.obu\",\"event\":\"subscribe\","
        "\"payload\":[\"ob.A_USDT.400\"]}",
        "{\"time\":1700000000,\"id\":1,\"channel\":\"futures.candlesticks\",\"event\":"
        "\"subscribe\",\"payload\":[\"1m\",\"A_USDT\"]}",
        "{\"time\":1700000000,\"id\":1,\"channel\":\"futures.trades\",\"event\":\"subscribe\","
        "\"payload\":[\"B_USDT\"]}",
        "{\"time\":1700000000,\"id\":1,\"channel\":\"futures.public_liquidates\",\"event\":"
        "\"subscribe\",\"payload\":[\"B_USDT\"]}",
        "{\"time\":1700000000,\"id\":1,\"channel\":\"futures.tickers\",\"event\":\"subscribe\","
        "\"payload\":[\"B_USDT\"]}",
        "{\"time\":1700000000,\"id\":1,\"channel\":\"futures.obu\",\"event\":\"subscribe\","
        "\"payload\":[\"ob.B_USDT.400\"]}",
        "{\"time\":1700000000,\"id\":1,\"channel\":\"futures.candlesticks\",\"event\":"
        "\"subscribe\",\"payload\":[\"1m\",\"B_USDT\"]}",
        "",
    };
    static char out[VENUE_SEND_BYTES];
    struct venue_symbol *const symbols[] = {symbol_of("A_USDT"), symbol_of("B_USDT")};
    const struct venue_subscription what = {
        .symbols = symbols, .count = 2, .now_ms = 1700000000999};
    expect_subscribe(&what, want, ARRAY_COUNT(want));
    expect_book_again(&what, symbols[1],
                      "{\"time\":1700000000,\"id\":1,\"channel\":\"futures.obu\",\"event\":"
                      "\"unsubscribe\",\"payload\":[\"ob.B_USDT.400\"]}",
                      want[8]);
    assert_true(gate_dialect.ping(0, 1700000000999, out) > 0);
    assert_string_equal(out, "{\"time\":1700000000,\"channel\":\"futures.ping\"}");
}

static void each_settlement_has_its_socket(void **state) {
    (void)state;
    static const struct {
        const char *symbol, *path;
    } rows[] = {{"BTC_USDT", "/v4/ws/usdt"},
                {"BTC_USDT_20261225", "/v4/ws/usdt"},
                {"BTC_USD", "/v4/ws/btc"},
                {"BTC_USD1", "/v4/ws/usd1"}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        for (int k = 0; k < gate_dialect.socket_count; k++) {
            assert_int_equal(gate_dialect.socket_wants(k, symbol_of(rows[i].symbol)),
                             strcmp(gate_dialect.sockets[k].path, rows[i].path) == 0);
            assert_string_equal(gate_dialect.sockets[k].header, "X-Gate-Size-Decimal: 1");
        }
    }
}

static void what_is_asked_for(void **state) {
    (void)state;
    static const struct request_row rows[] = {
        {VENUE_REQUEST_INSTRUMENTS, NULL, "", "/api/v4/futures/usdt/contracts"},
        {VENUE_REQUEST_INSTRUMENTS, NULL, "btc", "/api/v4/futures/btc/contracts"},
        {VENUE_REQUEST_TICKER, "A_USDT", "", NULL},
        {VENUE_REQUEST_KLINES, "BTC_USD", "",
         "/api/v4/futures/btc/candlesticks?contract=BTC_USD&interval=1m&from=1700000000"
         "&to=1700119880"},
        {VENUE_REQUEST_INTEREST_HISTORY, "A_USDT", "",
         "/api/v4/futures/usdt/contract_stats?contract=A_USDT&interval=5m&from=1700000000"
         "&limit=1000"},
        {VENUE_REQUEST_LIQUIDATIONS, "A_USDT", "",
         "/api/v4/futures/usdt/liq_orders?contract=A_USDT&from=1700000000&to=1700003599"
         "&limit=1000"},
        {VENUE_REQUEST_TIERS, "A_USDT", "",
         "/api/v4/futures/usdt/risk_limit_tiers?contract=A_USDT"},
        {VENUE_REQUEST_TIERS, NULL, "", NULL},
        {VENUE_REQUEST_DEPTH, "A_USDT", "", NULL},
        {VENUE_REQUEST_INTEREST, "A_USDT", "", NULL},
    };
    expect_requests(rows, ARRAY_COUNT(rows), 1700000000000, 1700003600000);
}

static void the_protocol_speaks_of_itself(void **state) {
    (void)state;
    static const struct control_row rows[] = {
        {"{\"channel\":\"futures.trades\",\"event\":\"subscribe\",\"error\":null,\"result\":{"
         "\"status\":\"success\"}}",
         CONTROL_ACK, ""},
        {"{\"result\":{\"status\":\"success\"},\"event\":\"subscribe\",\"channel\":\"futures."
         "obu\"}",
         CONTROL_ACK, ""},
        {"{\"channel\":\"futures.obu\",\"event\":\"subscribe\",\"error\":{\"code\":2,\"message\":"
         "\"Alert sub \\\"ob\\\"\"},\"result\":{\"status\":\"fail\"}}",
         CONTROL_ERROR, "Alert sub \"ob\""},
        {"{\"error\":{\"message\":\"bad\"},\"channel\":\"futures.trades\",\"event\":\"update\","
         "\"result\":[{\"size\":\"1\",\"id\":1,\"create_time_ms\":1700000000000,\"price\":\"1\","
         "\"contract\":\"A_USDT\"}]}",
         CONTROL_ERROR, "bad"},
        {"{\"event\":\"update\",\"channel\":\"futures.trades\",\"result\":[{\"size\":\"1\",\"id\":"
         "1,"
         "\"create_time_ms\":1700000000000,\"price\":\"1\",\"contract\":\"A_USDT\"}],\"error\":{}}",
         CONTROL_ERROR, ""},
        {"{\"channel\":\"futures.pong\",\"event\":\"\",\"result\":null}", CONTROL_ALIVE, ""},
        {"{\"channel\":\"futures.system\",\"result\":{\"type\":\"upgrade\"}}", CONTROL_RECONNECT,
         ""},
    };
    list_a_usdt();
    expect_controls(rows, ARRAY_COUNT(rows));
    assert_int_equal(take("{\"channel\":\"futures.system\",\"result\":{\"type\":\"greeting\"}}"),
                     STATUS_IGNORED);
}

static void a_book_message_says_where_it_stands(void **state) {
    (void)state;
    list_a_usdt();
    assert_int_equal(
        take("{\"channel\":\"futures.obu\",\"event\":\"update\",\"result\":{\"t\":5000000000000,"
             "\"full\":true,\"s\":\"ob.A_USDT.400\",\"u\":9007199254740993,\"b\":[[\"2\",\"30\"]],"
             "\"a\":[]}}"),
        STATUS_OK);
    assert_int_equal(message.kind, MESSAGE_BOOK);
    assert_ptr_equal(message.symbol, symbol_of("A_USDT"));
    assert_true(message.step.snapshot);
    assert_true(message.step.last_id == INT64_C(9007199254740993));
    assert_int_equal(parser->slots[0].u.level.qty_base, 3);
    assert_true(message.sent_ms == INT64_C(5000000000000));
    assert_int_equal(
        take("{\"channel\":\"futures.obu\",\"event\":\"update\",\"result\":{\"t\":5000000000001,"
             "\"s\":\"ob.A_USDT.400\",\"U\":9007199254740994,\"u\":9007199254740999}}"),
        STATUS_OK);
    assert_false(message.step.snapshot);
    assert_true(message.step.first_id == INT64_C(9007199254740994));
    assert_true(message.step.last_id == INT64_C(9007199254740999));
    assert_true(message.step.prev_id == INT64_C(9007199254740993));
    assert_int_equal(message.count, 1);
    assert_int_equal(parser->slots[0].side, SIDE_NONE);
    assert_int_equal(
        take("{\"channel\":\"futures.obu\",\"event\":\"update\",\"result\":[{\"t\":5000000000001,"
             "\"s\":\"ob.A_USDT.400\",\"U\":1,\"u\":2},{\"t\":5000000000001,\"s\":"
             "\"ob.A_USDT.400\",\"U\":3,\"u\":4}]}"),
        STATUS_OK); /* the second is one too many */
    assert_true(message.step.last_id == 2);
    assert_int_equal(parser->counts.malformed, 1);
}

static void contracts_come_page_by_page(void **state) {
    (void)state;
    symbol_of("A_USDT");
    symbol_of("BTC_USD");
    parser->symbols.closed = true;
    assert_int_equal(
        answer("/api/v4/futures/usdt/contracts",
               "[{\"name\":\"A_USDT\",\"quanto_multiplier\":\"1\"},{\"name\":\"Z_USDT\","
               "\"quanto_multiplier\":\"1\"}]"),
        STATUS_OK);
    assert_int_equal(message.count, 1);
    assert_string_equal(message.reply, "btc");
    assert_int_equal(
        answer("/api/v4/futures/btc/contracts",
               "[{\"name\":\"BTC_USD\",\"type\":\"inverse\",\"quanto_multiplier\":\"0\"}]"),
        STATUS_OK);
    assert_string_equal(message.reply, "");
    assert_int_equal(symbol_of("BTC_USD")->unit, UNIT_QUOTE);
    assert_int_equal(symbol_of("A_USDT")->unit, UNIT_CONTRACTS);
    assert_int_equal(answer("/api/v4/futures/usdt/contracts",
                            "[{\"name\":\"Z_USDT\",\"quanto_multiplier\":\"1\"}]"),
                     STATUS_OK); /* nothing in it for us, and nothing wrong */
    assert_int_equal(message.kind, MESSAGE_NONE);
    assert_int_equal(parser->counts.dropped_symbol, 0);
}

static void a_contract_nobody_asked_for_is_dropped(void **state) {
    (void)state;
    list_a_usdt();
    parser->symbols.closed = true;
    assert_int_equal(
        take("{\"channel\":\"futures.public_liquidates\",\"event\":\"update\",\"result\":[{"
             "\"price\":\"1\",\"size\":\"-1\",\"time\":1700000000000,\"contract\":\"Z_USDT\"}]}"),
        STATUS_CANCELLED);
    assert_int_equal(parser->counts.dropped_symbol, 1);
}

static void too_much_is_refused(void **state) {
    (void)state;
    list_a_usdt();
    char *deep = text_repeat("{\"channel\":\"futures.obu\",\"result\":{\"b\":", "[", 1000, "");
    assert_int_equal(take(deep), STATUS_MALFORMED);
    free(deep);
    char *wide = text_repeat(
        "{\"channel\":\"futures.obu\",\"event\":\"update\",\"result\":{\"t\":1700000000000,"
        "\"full\":true,\"s\":\"ob.A_USDT.400\",\"u\":1,\"b\":[",
        "[\"1\",\"1\"],", EVENT_MESSAGE_SLOTS_MAX, "[\"1\",\"1\"]],\"a\":[]}}");
    assert_int_equal(take(wide), STATUS_CANCELLED);
    assert_int_equal(parser->counts.dropped_oversized, 1);
    free(wide);
    char *rows =
        text_repeat("[", "{\"name\":\"A_USDT\",\"quanto_multiplier\":\"1\"},",
                    EVENT_MESSAGE_SLOTS_MAX, "{\"name\":\"A_USDT\",\"quanto_multiplier\":\"1\"}]");
    assert_int_equal(answer("", rows), STATUS_OK);
    assert_int_equal(message.count, EVENT_MESSAGE_SLOTS_MAX);
    assert_int_equal(parser->counts.dropped_oversized, 2);
    free(rows);
}

int main(void) {
    dialect = &gate_dialect;
    const struct CMUnitTest tests[] = {
        CASE(what_is_sent_once_a_socket_is_open),
        CASE(each_settlement_has_its_socket),
        CASE(what_is_asked_for),
        CASE(the_protocol_speaks_of_itself),
        CASE(a_book_message_says_where_it_stands),
        CASE(contracts_come_page_by_page),
        CASE(a_contract_nobody_asked_for_is_dropped),
        CASE(too_much_is_refused),
    };
    return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
