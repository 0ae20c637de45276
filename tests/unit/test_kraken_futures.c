/* Kraken Futures' dialect beside what a session of lines shows: what is sent and asked for, what
 * the protocol says of itself, where a book message stands; and times as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/dialect_fixture.h"
#include "venue/kraken_futures.h"
#include "venue/utc.h"

static void symbols_are_settled_as_far_as_they_are_certain(void **state) {
    (void)state;
    static const struct {
        const char *symbol;
        enum contract contract;
        enum venue_unit unit;
        int hours;
    } rows[] = {{"PF_XBTUSD", CONTRACT_LINEAR, UNIT_BASE, 1},
                {"PI_XBTUSD", CONTRACT_INVERSE, UNIT_QUOTE, 1},
                {"FI_XBTUSD_261225", CONTRACT_INVERSE, UNIT_QUOTE, 0},
                {"FF_XBTUSD_261225", CONTRACT_NONE, UNIT_NONE, 0},
                {"FV_XRPXBT_261225", CONTRACT_NONE, UNIT_NONE, 0},
                {"in_xbtusd", CONTRACT_NONE, UNIT_NONE, 0},
                {"P", CONTRACT_NONE, UNIT_NONE, 0}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct venue_symbol *symbol = symbol_of(rows[i].symbol);
        assert_int_equal(symbol->contract, rows[i].contract);
        assert_int_equal(symbol->unit, rows[i].unit);
        assert_int_equal(symbol->funding_interval_h, rows[i].hours);
    }
}

static void what_is_sent_once_the_socket_is_open(void **state) {
    (void)state;
    static const char *const want[] = {
        "{\"event\":\"subscribe\",\"feed\":\"trade\",\"product_ids\":[\"PF_AUSD\"]}",
        "{\"event\":\"subscribe\",\"feed\":\"ticker\",\"product_ids\":[\"PF_AUSD\"]}",
        "{\"event\":\"subscribe\",\"feed\":\"book\",\"product_ids\":[\"PF_AUSD\"]}",
        "{\"event\":\"subscribe\",\"feed\":\"trade\",\"product_ids\":[\"PI_BUSD\"]}",
        "{\"event\":\"subscribe\",\"feed\":\"ticker\",\"product_ids\":[\"PI_BUSD\"]}",
        "{\"event\":\"subscribe\",\"feed\":\"book\",\"product_ids\":[\"PI_BUSD\"]}",
        "",
    };
    struct venue_symbol *const symbols[] = {symbol_of("PF_AUSD"), symbol_of("PI_BUSD")};
    const struct venue_subscription what = {.symbols = symbols, .count = 2};
    expect_subscribe(&what, want, ARRAY_COUNT(want));
    expect_book_again(&what, symbols[1],
                      "{\"event\":\"unsubscribe\",\"feed\":\"book\",\"product_ids\":[\"PI_BUSD\"]}",
                      want[5]);
    assert_true(kraken_futures_dialect.sockets[0].ping_frame);
}

static void what_is_asked_for(void **state) {
    (void)state;
    static const struct request_row rows[] = {
        {VENUE_REQUEST_INSTRUMENTS, NULL, "", "/derivatives/api/v3/instruments"},
        {VENUE_REQUEST_TICKER, "PF_AUSD", "", "/derivatives/api/v3/tickers/PF_AUSD"},
        {VENUE_REQUEST_INTEREST_LAST, "PF_AUSD", "", "/derivatives/api/v3/tickers/PF_AUSD"},
        {VENUE_REQUEST_KLINES, "PI_AUSD", "",
         "/api/charts/v1/trade/PI_AUSD/1m?from=1700000040&to=1700119980"},
        {VENUE_REQUEST_TRADES, "PI_AUSD", "", "/derivatives/api/v3/history?symbol=PI_AUSD"},
        {VENUE_REQUEST_INTEREST_HISTORY, "PI_AUSD", "", NULL},
        {VENUE_REQUEST_LIQUIDATIONS, "PI_AUSD", "", NULL},
        {VENUE_REQUEST_TIERS, "PI_AUSD", "", NULL},
    };
    expect_requests(rows, ARRAY_COUNT(rows), 1700000040999, 1800000000000);
}

static void the_protocol_speaks_of_itself(void **state) {
    (void)state;
    static const struct control_row rows[] = {
        {"{\"event\":\"info\",\"version\":1}", CONTROL_ALIVE, ""},
        {"{\"feed\":\"heartbeat\",\"time\":1}", CONTROL_ALIVE, ""},
        {"{\"event\":\"subscribed\",\"feed\":\"trade\",\"product_ids\":[\"PI_XBTUSD\"]}",
         CONTROL_ACK, ""},
        {"{\"feed\":\"book\",\"event\":\"unsubscribed\",\"product_ids\":[\"PI_XBTUSD\"]}",
         CONTROL_ACK, ""},
        {"{\"event\":\"alert\",\"message\":\"Couldn't subscribe to invalid product `X`\"}",
         CONTROL_ERROR, "Couldn't subscribe to invalid product `X`"},
        {"{\"event\":\"error\",\"message\":\"a\\\"b\"}", CONTROL_ERROR, "a\"b"},
        {"{\"event\":\"subscribed_failed\",\"feed\":\"trade\",\"product_ids\":[\"X\"]}",
         CONTROL_ERROR, "subscribed_failed"},
    };
    expect_controls(rows, ARRAY_COUNT(rows));
    assert_int_equal(answer("", "{\"result\":\"error\",\"error\":\"apiLimitExceeded\"}"),
                     STATUS_OK);
    assert_int_equal(message.control, CONTROL_ERROR);
    assert_string_equal(message.reply, "apiLimitExceeded");
}

static void a_book_message_says_where_it_stands(void **state) {
    (void)state;
    assert_int_equal(take("{\"feed\":\"book\",\"product_id\":\"PF_AUSD\",\"side\":\"buy\",\"seq\":"
                          "9007199254740993,\"price\":2,\"qty\":3,\"timestamp\":5000}"),
                     STATUS_OK);
    assert_int_equal(message.kind, MESSAGE_BOOK);
    assert_ptr_equal(message.symbol, symbol_of("PF_AUSD"));
    assert_false(message.step.snapshot);
    assert_true(message.step.last_id == INT64_C(9007199254740993));
    assert_true(message.step.prev_id == INT64_C(9007199254740992));
    assert_int_equal(take("{\"feed\":\"book_snapshot\",\"product_id\":\"PF_AUSD\",\"timestamp\":1,"
                          "\"seq\":7,\"tickSize\":null,\"bids\":[{\"price\":1,\"qty\":2},{"
                          "\"price\":1,\"qty\":0}],\"asks\":[]}"),
                     STATUS_OK);
    assert_true(message.step.snapshot);
    assert_int_equal(message.step.last_id, 7);
    assert_int_equal(message.count, 1);
    assert_int_equal(answer("/derivatives/api/v3/orderbook",
                            "{\"orderBook\":{\"bids\":[],\"asks\":[]},\"serverTime\":"
                            "\"2023-11-14T22:13:20Z\"}"),
                     STATUS_NOT_FOUND);
    assert_true(message.nameless);
}

static void a_first_push_is_of_the_past(void **state) {
    (void)state;
    assert_int_equal(take("{\"feed\":\"trade_snapshot\",\"product_id\":\"PF_AUSD\",\"trades\":[{"
                          "\"product_id\":\"PF_AUSD\",\"uid\":\"b\",\"side\":\"buy\",\"type\":"
                          "\"fill\",\"time\":2,\"qty\":1,\"price\":1},{\"uid\":\"a\",\"side\":"
                          "\"buy\",\"type\":\"fill\",\"time\":1,\"qty\":1,\"price\":1}]}"),
                     STATUS_OK);
    assert_true(message.past);
    assert_int_equal(message.count, 2);
    assert_int_equal(parser->slots[0].ts_ms, 1);
    assert_int_equal(parser->slots[1].ts_ms, 2);
    assert_int_equal(take("{\"feed\":\"trade\",\"product_id\":\"PF_AUSD\",\"uid\":\"c\",\"side\":"
                          "\"buy\",\"type\":\"liquidation\",\"time\":3,\"qty\":1,\"price\":1}"),
                     STATUS_OK);
    assert_false(message.past);
    assert_int_equal(message.count, 2);
    assert_int_equal(parser->slots[0].kind, EVENT_TRADE);
    assert_int_equal(parser->slots[1].kind, EVENT_LIQUIDATION);
    assert_int_equal(parser->slots[1].side, POS_SHORT);
}

static void a_feed_takes_of_the_list_what_it_wants(void **state) {
    (void)state;
    symbol_of("PF_AUSD");
    parser->symbols.closed = true;
    assert_int_equal(answer("", "{\"result\":\"success\",\"instruments\":[{\"symbol\":\"PF_AUSD\","
                                "\"type\":\"flexible_futures\",\"tickSize\":1,\"contractSize\":1,"
                                "\"tradeable\":true},{\"symbol\":\"PF_ZUSD\",\"type\":"
                                "\"flexible_futures\",\"tickSize\":1,\"contractSize\":1}]}"),
                     STATUS_OK);
    assert_int_equal(message.count, 1);
    assert_true(symbol_of("PF_AUSD")->listed);
    assert_int_equal(answer("", "{\"result\":\"success\",\"instruments\":[{\"symbol\":\"PF_ZUSD\","
                                "\"type\":\"flexible_futures\",\"tickSize\":1,\"contractSize\":"
                                "1}]}"),
                     STATUS_OK);
    assert_int_equal(message.kind, MESSAGE_NONE);
    assert_int_equal(parser->counts.dropped_symbol, 0);
    assert_int_equal(take("{\"feed\":\"trade\",\"product_id\":\"PF_ZUSD\",\"uid\":\"c\",\"side\":"
                          "\"buy\",\"type\":\"fill\",\"time\":3,\"qty\":1,\"price\":1}"),
                     STATUS_CANCELLED);
    assert_int_equal(parser->counts.dropped_symbol, 1);
}

static void times_as_text(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t ms; /* -1: refused */
    } rows[] = {{"1970-01-01T00:00:00Z", 0},
                {"2023-11-14T22:13:20.000Z", 1700000000000},
                {"2024-02-29T23:59:59.999999Z", 1709251199999},
                {"2026-09-02T17:52:21.057577Z", 1788371541057},
                {"2100-03-01T00:00:00.5Z", 4107542400500},
                {"2000-12-31T23:59:60Z", 978307200000},
                {"2023-02-30T00:00:00Z", -1},
                {"2023-02-29T00:00:00Z", -1},
                {"2100-02-29T00:00:00Z", -1},
                {"2023-13-01T00:00:00Z", -1},
                {"2023-00-01T00:00:00Z", -1},
                {"2023-01-00T00:00:00Z", -1},
                {"2023-01-01T24:00:00Z", -1},
                {"2023-01-01T00:60:00Z", -1},
                {"1969-12-31T23:59:59Z", -1},
                {"2023-01-01T00:00:00", -1},
                {"2023-01-01T00:00:00.Z", -1},
                {"2023-01-01T00:00:00+00:00", -1},
                {"2023-01-01 00:00:00Z", -1},
                {"2023-01-01T00:00:00Zx", -1},
                {"", -1}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct scan_value value = {.type = SCAN_STRING, .text = span_from_text(rows[i].text)};
        int64_t ms = 0;
        const bool good = venue_time_utc(&value, &ms);
        if (good != (rows[i].ms >= 0) || (good && ms != rows[i].ms)) {
            fail_msg("%s: %d, %lld", rows[i].text, good, (long long)ms);
        }
    }
    const struct scan_value number = {.type = SCAN_NUMBER, .text = span_from_text("1")};
    int64_t ms = 0;
    assert_false(venue_time_utc(&number, &ms));
}

int main(void) {
    dialect = &kraken_futures_dialect;
    const struct CMUnitTest tests[] = {
        CASE(symbols_are_settled_as_far_as_they_are_certain),
        CASE(what_is_sent_once_the_socket_is_open),
        CASE(what_is_asked_for),
        CASE(the_protocol_speaks_of_itself),
        CASE(a_book_message_says_where_it_stands),
        CASE(a_first_push_is_of_the_past),
        CASE(a_feed_takes_of_the_list_what_it_wants),
        CASE(times_as_text),
    };
    return cmocka_run_group_tests_name("kraken_futures", tests, NULL, NULL);
}
