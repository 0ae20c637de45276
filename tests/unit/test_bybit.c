/* Bybit's dialect beside what a session of lines shows: what is sent and asked for, what the
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
#include "venue/bybit.h"

static void symbols_are_settled_as_far_as_they_are_certain(void **state) {
    (void)state;
    static const struct {
        const char *symbol;
        enum contract contract;
        enum venue_unit unit;
        bool unwanted;
    } rows[] = {{"BTCUSDT", CONTRACT_LINEAR, UNIT_BASE, false},
                {"1000PEPEUSDT", CONTRACT_LINEAR, UNIT_BASE, false},
                {"BTCPERP", CONTRACT_LINEAR, UNIT_BASE, false},
                {"PERPUSDT", CONTRACT_LINEAR, UNIT_BASE, false},
                {"BTC-26DEC25", CONTRACT_LINEAR, UNIT_BASE, false},
                {"BTCUSDT-6JAN26", CONTRACT_LINEAR, UNIT_BASE, false},
                {"BTCUSD", CONTRACT_INVERSE, UNIT_QUOTE, false},
                {"BTCUSDZ25", CONTRACT_INVERSE, UNIT_QUOTE, false},
                {"BTC-6JAN23-17500-C", CONTRACT_NONE, UNIT_NONE, true},
                {"BTCUSDC", CONTRACT_NONE, UNIT_NONE, false},
                {"BTCEUR", CONTRACT_NONE, UNIT_NONE, false},
                {"USDZ25", CONTRACT_NONE, UNIT_NONE, false},
                {"BTC-USD", CONTRACT_NONE, UNIT_NONE, false}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct venue_symbol *symbol = symbol_of(rows[i].symbol);
        assert_int_equal(symbol->contract, rows[i].contract);
        assert_int_equal(symbol->unit, rows[i].unit);
        assert_int_equal(symbol->unwanted, rows[i].unwanted);
        assert_int_equal(bybit_dialect.socket_wants(0, symbol),
                         rows[i].contract != CONTRACT_INVERSE);
        assert_int_equal(bybit_dialect.socket_wants(1, symbol),
                         rows[i].contract == CONTRACT_INVERSE);
    }
}

static void what_is_sent_once_a_socket_is_open(void **state) {
    (void)state;
    static const char *const want[] = {
        "{\"req_id\":\"1\",\"op\":\"subscribe\",\"args\":[\"publicTrade.AUSDT\",\"tickers.AUSDT\","
        "\"allLiquidation.AUSDT\"]}",
        "{\"req_id\":\"2\",\"op\":\"subscribe\",\"args\":[\"orderbook.200.AUSDT\"]}",
        "{\"req_id\":\"3\",\"op\":\"subscribe\",\"args\":[\"kline.1.AUSDT\"]}",
        "{\"req_id\":\"4\",\"op\":\"subscribe\",\"args\":[\"publicTrade.BUSDT\",\"tickers.BUSDT\","
        "\"allLiquidation.BUSDT\"]}",
        "{\"req_id\":\"5\",\"op\":\"subscribe\",\"args\":[\"orderbook.200.BUSDT\"]}",
        "{\"req_id\":\"6\",\"op\":\"subscribe\",\"args\":[\"kline.1.BUSDT\"]}",
        "",
    };
    static char out[VENUE_SEND_BYTES];
    struct venue_symbol *const symbols[] = {symbol_of("AUSDT"), symbol_of("BUSDT")};
    const struct venue_subscription what = {.symbols = symbols, .count = 2};
    expect_subscribe(&what, want, ARRAY_COUNT(want));
    expect_book_again(
        &what, symbols[1],
        "{\"req_id\":\"book\",\"op\":\"unsubscribe\",\"args\":[\"orderbook.200.BUSDT\"]}",
        "{\"req_id\":\"book\",\"op\":\"subscribe\",\"args\":[\"orderbook.200.BUSDT\"]}");
    assert_true(bybit_dialect.ping(0, 1, out) > 0);
    assert_string_equal(out, "{\"op\":\"ping\"}");
    assert_int_equal(take(out), STATUS_IGNORED);
}

static void the_topics_of_one_connection_fit_its_limit(void **state) {
    (void)state;
    static char out[VENUE_SEND_BYTES];
    struct venue_symbol *const symbols[] = {symbol_of("1000000MOGUSDT")};
    const struct venue_subscription what = {.symbols = symbols, .count = 1};
    size_t len = 0, sum = 0;
    for (int i = 0; (len = bybit_dialect.subscribe(&what, i, out)) > 0; i++) {
        sum += len - strlen("{\"req_id\":\"1\",\"op\":\"subscribe\",\"args\":[]}");
    }
    assert_true((size_t)bybit_dialect.sockets[0].symbols_max * sum <= 21000);
}

static void what_is_asked_for(void **state) {
    (void)state;
    static const struct request_row rows[] = {
        {VENUE_REQUEST_INSTRUMENTS, NULL, "",
         "/v5/market/instruments-info?category=linear&limit=1000"},
        {VENUE_REQUEST_INSTRUMENTS, NULL, "first%3DA",
         "/v5/market/instruments-info?category=linear&limit=1000&cursor=first%3DA"},
        {VENUE_REQUEST_INSTRUMENTS, NULL, "inverse",
         "/v5/market/instruments-info?category=inverse&limit=1000"},
        {VENUE_REQUEST_INSTRUMENTS, NULL, "inverse:x",
         "/v5/market/instruments-info?category=inverse&limit=1000&cursor=x"},
        {VENUE_REQUEST_TICKER, "AUSD", "", "/v5/market/tickers?category=inverse&symbol=AUSD"},
        {VENUE_REQUEST_INTEREST_LAST, "AUSDT", "",
         "/v5/market/tickers?category=linear&symbol=AUSDT"},
        {VENUE_REQUEST_KLINES, "AUSDT", "",
         "/v5/market/kline?category=linear&symbol=AUSDT&interval=1&start=1700000040000"
         "&end=1700059980000&limit=1000"},
        {VENUE_REQUEST_INTEREST_HISTORY, "AUSD", "",
         "/v5/market/open-interest?category=inverse&symbol=AUSD&intervalTime=5min"
         "&startTime=1700000040000&endTime=1700059740000&limit=200"},
        {VENUE_REQUEST_TRADES, "AUSDT", "",
         "/v5/market/recent-trade?category=linear&symbol=AUSDT&limit=1000"},
        {VENUE_REQUEST_TIERS, "AUSDT", "", "/v5/market/risk-limit?category=linear&symbol=AUSDT"},
        {VENUE_REQUEST_TIERS, NULL, "", NULL},
        {VENUE_REQUEST_LIQUIDATIONS, "AUSDT", "", NULL},
        {VENUE_REQUEST_DEPTH, "AUSDT", "", NULL},
    };
    expect_requests(rows, ARRAY_COUNT(rows), 1700000040000, 1800000000000);
}

static void the_protocol_speaks_of_itself(void **state) {
    (void)state;
    static const struct control_row rows[] = {
        {"{\"success\":true,\"ret_msg\":\"\",\"conn_id\":\"1\",\"req_id\":\"1\",\"op\":"
         "\"subscribe\"}",
         CONTROL_ACK, ""},
        {"{\"op\":\"subscribe\",\"success\":true}", CONTROL_ACK, ""},
        {"{\"success\":true,\"ret_msg\":\"\",\"req_id\":\"3\",\"op\":\"unsubscribe\"}", CONTROL_ACK,
         ""},
        {"{\"success\":true,\"ret_msg\":\"pong\",\"conn_id\":\"1\",\"req_id\":\"\",\"op\":"
         "\"ping\"}",
         CONTROL_ALIVE, ""},
        {"{\"req_id\":\"2\",\"op\":\"pong\",\"args\":[\"1\"],\"conn_id\":\"1\"}", CONTROL_ALIVE,
         ""},
        {"{\"success\":false,\"ret_msg\":\"Invalid topic: \\\"x\\\"\",\"op\":\"subscribe\"}",
         CONTROL_ERROR, "Invalid topic: \"x\""},
        {"{\"success\":false,\"op\":\"subscribe\"}", CONTROL_ERROR, ""},
    };
    expect_controls(rows, ARRAY_COUNT(rows));
    assert_int_equal(answer("", "{\"retCode\":10006,\"retMsg\":\"Too many visits!\",\"result\":{},"
                                "\"retExtInfo\":{},\"time\":1}"),
                     STATUS_OK);
    assert_int_equal(message.control, CONTROL_ERROR);
    assert_string_equal(message.reply, "Too many visits!");
}

static void a_book_message_says_where_it_stands(void **state) {
    (void)state;
    assert_int_equal(take("{\"topic\":\"orderbook.200.AUSDT\",\"type\":\"delta\",\"ts\":5003,"
                          "\"data\":{\"s\":\"AUSDT\",\"b\":[[\"2\",\"3\"]],\"a\":[],\"u\":"
                          "9007199254740993,\"seq\":1},\"cts\":5000}"),
                     STATUS_OK);
    assert_int_equal(message.kind, MESSAGE_BOOK);
    assert_ptr_equal(message.symbol, symbol_of("AUSDT"));
    assert_false(message.step.snapshot);
    assert_true(message.step.first_id == INT64_C(9007199254740993));
    assert_true(message.step.last_id == INT64_C(9007199254740993));
    assert_true(message.step.prev_id == INT64_C(9007199254740992));
    assert_int_equal(parser->slots[0].ts_ms, 5000);
    assert_int_equal(message.sent_ms, 5003);
    assert_int_equal(take("{\"topic\":\"orderbook.1.BUSDT\",\"type\":\"snapshot\",\"ts\":6,"
                          "\"data\":{\"s\":\"BUSDT\",\"b\":[[\"2\",\"3\"]],\"a\":[],\"u\":8}}"),
                     STATUS_OK);
    assert_true(message.step.snapshot);
    assert_int_equal(take("{\"topic\":\"orderbook.1000.BUSDT\",\"type\":\"delta\",\"ts\":6,"
                          "\"data\":{\"s\":\"BUSDT\",\"b\":[[\"2\",\"3\"]],\"a\":[],\"u\":9}}"),
                     STATUS_OK); /* a deeper one: it counts from now on */
    assert_int_equal(take("{\"topic\":\"orderbook.1.BUSDT\",\"type\":\"snapshot\",\"ts\":6,"
                          "\"data\":{\"s\":\"BUSDT\",\"b\":[[\"2\",\"3\"]],\"a\":[],\"u\":8}}"),
                     STATUS_IGNORED);
}

static void instruments_come_kind_by_kind(void **state) {
    (void)state;
    static const char row[] =
        "{\"symbol\":\"%s\",\"contractType\":\"%s\",\"priceFilter\":{\"tickSize\":\"0.5\"},"
        "\"lotSizeFilter\":{\"qtyStep\":\"1\"},\"fundingInterval\":240}";
    static const struct {
        const char *symbol, *type, *category, *cursor, *next;
        size_t count;
    } pages[] = {{"AX", "LinearPerpetual", "linear", "p2", "p2", 1},
                 {"ZX", "LinearPerpetual", "linear", "", "inverse", 0},
                 {"AUSD", "InversePerpetual", "inverse", "p3", "inverse:p3", 1},
                 {"ZUSD", "InverseFutures", "inverse", "", "", 0}};
    symbol_of("AX");
    symbol_of("AUSD");
    parser->symbols.closed = true;
    for (size_t i = 0; i < ARRAY_COUNT(pages); i++) {
        char one[256], text[512];
        str_format(one, sizeof one, row, pages[i].symbol, pages[i].type);
        str_format(text, sizeof text,
                   "{\"retCode\":0,\"retMsg\":\"OK\",\"result\":{\"category\":\"%s\",\"list\":[%s],"
                   "\"nextPageCursor\":\"%s\"},\"time\":9}",
                   pages[i].category, one, pages[i].cursor);
        assert_int_equal(answer("", text), STATUS_OK);
        assert_int_equal(message.count, pages[i].count);
        assert_int_equal(message.kind, pages[i].count > 0 ? MESSAGE_EVENTS : MESSAGE_NONE);
        assert_string_equal(message.reply, pages[i].next);
    }
    assert_int_equal(symbol_of("AX")->unit, UNIT_BASE);
    assert_int_equal(symbol_of("AX")->funding_interval_h, 4);
    assert_int_equal(symbol_of("AUSD")->unit, UNIT_QUOTE);
    assert_true(symbol_of("AUSD")->listed);
    assert_int_equal(parser->counts.dropped_symbol, 0);
}

static void a_contract_nobody_asked_for_is_dropped(void **state) {
    (void)state;
    parser->symbols.closed = true;
    assert_int_equal(take("{\"topic\":\"allLiquidation.ZUSDT\",\"type\":\"snapshot\",\"ts\":1,"
                          "\"data\":[{\"T\":1,\"s\":\"ZUSDT\",\"S\":\"Buy\",\"v\":\"1\",\"p\":"
                          "\"1\"}]}"),
                     STATUS_CANCELLED);
    assert_int_equal(parser->counts.dropped_symbol, 1);
}

static void too_much_is_refused(void **state) {
    (void)state;
    char *deep = text_repeat("{\"topic\":\"orderbook.200.AUSDT\",\"data\":{\"b\":", "[", 1000, "");
    assert_int_equal(take(deep), STATUS_MALFORMED);
    free(deep);
    char *wide = text_repeat("{\"topic\":\"orderbook.200.AUSDT\",\"type\":\"snapshot\",\"ts\":1,"
                             "\"data\":{\"s\":\"AUSDT\",\"u\":1,\"a\":[],\"b\":[",
                             "[\"1\",\"1\"],", EVENT_MESSAGE_SLOTS_MAX, "[\"1\",\"1\"]]}}");
    assert_int_equal(take(wide), STATUS_RANGE);
    assert_int_equal(parser->counts.dropped_oversized, 1);
    free(wide);
    char *rows = text_repeat(
        "{\"topic\":\"publicTrade.AUSDT\",\"type\":\"snapshot\",\"ts\":1,\"data\":[",
        "{\"T\":1,\"s\":\"AUSDT\",\"S\":\"Buy\",\"v\":\"1\",\"p\":\"1\"},", EVENT_MESSAGE_SLOTS_MAX,
        "{\"T\":1,\"s\":\"AUSDT\",\"S\":\"Buy\",\"v\":\"1\",\"p\":\"1\"}]}");
    assert_int_equal(take(rows), STATUS_OK);
    assert_int_equal(message.count, EVENT_MESSAGE_SLOTS_MAX);
    assert_int_equal(parser->counts.dropped_oversized, 2);
    free(rows);
}

int main(void) {
    dialect = &bybit_dialect;
    const struct CMUnitTest tests[] = {
        CASE(symbols_are_settled_as_far_as_they_are_certain),
        CASE(what_is_sent_once_a_socket_is_open),
        CASE(the_topics_of_one_connection_fit_its_limit),
        CASE(what_is_asked_for),
        CASE(the_protocol_speaks_of_itself),
        CASE(a_book_message_says_where_it_stands),
        CASE(instruments_come_kind_by_kind),
        CASE(a_contract_nobody_asked_for_is_dropped),
        CASE(too_much_is_refused),
    };
    return cmocka_run_group_tests_name("bybit", tests, NULL, NULL);
}
