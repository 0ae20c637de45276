/* Deribit's dialect beside what a session of lines shows: what is sent and asked for, heartbeats
 * and refusals, where a book message stands, pages of trades. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/dialect_fixture.h"
#include "venue/deribit.h"

static void a_name_tells_the_unit_where_it_is_certain(void **state) {
    (void)state;
    static const struct {
        const char *symbol;
        enum contract contract;
        enum venue_unit unit;
        bool unwanted;
        int hours;
    } rows[] = {{"BTC-PERPETUAL", CONTRACT_INVERSE, UNIT_QUOTE, false, 8},
                {"BTC-25DEC26", CONTRACT_INVERSE, UNIT_QUOTE, false, 0},
                {"SOL_USDC-PERPETUAL", CONTRACT_LINEAR, UNIT_BASE, false, 8},
                {"BTC_USDT-PERPETUAL", CONTRACT_LINEAR, UNIT_BASE, false, 8},
                {"BTC_USDC-25DEC26", CONTRACT_LINEAR, UNIT_BASE, false, 0},
                {"BTC_EURR-PERPETUAL", CONTRACT_NONE, UNIT_NONE, false, 8},
                {"BTC_USDCX-PERPETUAL", CONTRACT_NONE, UNIT_NONE, false, 8},
                {"BTC-25DEC26-50000-C", CONTRACT_NONE, UNIT_NONE, true, 0},
                {"BTC-FS-25DEC26_PERP", CONTRACT_NONE, UNIT_NONE, true, 0},
                {"BTC_USDC", CONTRACT_NONE, UNIT_NONE, true, 0}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct venue_symbol *symbol = symbol_of(rows[i].symbol);
        assert_int_equal(symbol->contract, rows[i].contract);
        assert_int_equal(symbol->unit, rows[i].unit);
        assert_int_equal(symbol->unwanted, rows[i].unwanted);
        assert_int_equal(symbol->funding_interval_h, rows[i].hours);
    }
}

static void what_is_sent_once_a_socket_is_open(void **state) {
    (void)state;
    struct venue_symbol *const symbols[] = {symbol_of("BTC-PERPETUAL"),
                                            symbol_of("SOL_USDC-PERPETUAL")};
    const struct venue_subscription what = {.symbols = symbols, .count = 2};
    static const char *const want[] = {
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"public/set_heartbeat\",\"params\":{"
        "\"interval\":30}}",
        "{\"jsonrpc\":\"2.0\",\"id\":7000008,\"method\":\"public/subscribe\",\"params\":{"
        "\"channels\":[\"trades.BTC-PERPETUAL.100ms\",\"book.BTC-PERPETUAL.100ms\","
        "\"ticker.BTC-PERPETUAL.100ms\",\"chart.trades.BTC-PERPETUAL.1\","
        "\"trades.SOL_USDC-PERPETUAL.100ms\",\"book.SOL_USDC-PERPETUAL.100ms\","
        "\"ticker.SOL_USDC-PERPETUAL.100ms\",\"chart.trades.SOL_USDC-PERPETUAL.1\"]}}",
        ""};
    expect_subscribe(&what, want, ARRAY_COUNT(want));
    expect_book_again(&what, symbols[0],
                      "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"public/unsubscribe\","
                      "\"params\":{\"channels\":[\"book.BTC-PERPETUAL.100ms\"]}}",
                      "{\"jsonrpc\":\"2.0\",\"id\":7000001,\"method\":\"public/subscribe\","
                      "\"params\":{\"channels\":[\"book.BTC-PERPETUAL.100ms\"]}}");
}

static void many_symbols_fit_a_few_messages(void **state) {
    (void)state;
    static char out[VENUE_SEND_BYTES];
    struct venue_symbol *symbols[32];
    for (int i = 0; i < 32; i++) {
        char name[64];
        str_format(name, sizeof name, "A_VERY_LONG_NAME_OF_A_COIN%02d_USDC-PERPETUAL", i);
        symbols[i] = symbol_of(name);
    }
    const struct venue_subscription what = {.symbols = symbols, .count = 32};
    int steps = 0;
    while (deribit_dialect.subscribe(&what, steps, out) > 0) {
        steps++;
    }
    assert_int_equal(steps, 4); /* a heartbeat, 60 + 60 + 8 channels */
}

static void what_is_asked_for(void **state) {
    (void)state;
#define PUBLIC "/api/v2/public/"
    static const struct request_row rows[] = {
        {VENUE_REQUEST_INSTRUMENTS, NULL, "", PUBLIC "get_instruments?currency=any&kind=future"},
        {VENUE_REQUEST_TICKER, "A-PERPETUAL", "", PUBLIC "ticker?instrument_name=A-PERPETUAL"},
        {VENUE_REQUEST_INTEREST_LAST, "A-PERPETUAL", "",
         PUBLIC "get_book_summary_by_instrument?instrument_name=A-PERPETUAL"},
        {VENUE_REQUEST_KLINES, "A-PERPETUAL", "",
         PUBLIC "get_tradingview_chart_data?instrument_name=A-PERPETUAL&start_timestamp=60000"
                "&end_timestamp=300000000&resolution=1"},
        {VENUE_REQUEST_LIQUIDATIONS, "A-PERPETUAL", "",
         PUBLIC "get_last_trades_by_instrument_and_time?instrument_name=A-PERPETUAL"
                "&start_timestamp=60000&end_timestamp=90000&count=1000&sorting=asc"},
        {VENUE_REQUEST_TRADES, "A-PERPETUAL", "",
         PUBLIC "get_last_trades_by_instrument?instrument_name=A-PERPETUAL&count=1000"},
        {VENUE_REQUEST_TIERS, "A-PERPETUAL", "", NULL},
        {VENUE_REQUEST_INTEREST_HISTORY, "A-PERPETUAL", "", NULL},
        {VENUE_REQUEST_TICKER, NULL, "", NULL},
    };
    expect_requests(rows, ARRAY_COUNT(rows), 60000, 90000);
}

static void what_the_protocol_says_of_itself(void **state) {
    (void)state;
    static const struct control_row rows[] = {
        {"{\"jsonrpc\":\"2.0\",\"method\":\"heartbeat\",\"params\":{\"type\":\"heartbeat\"}}",
         CONTROL_ALIVE, ""},
        {"{\"params\":{\"type\":\"test_request\"},\"method\":\"heartbeat\",\"jsonrpc\":\"2.0\"}",
         CONTROL_ANSWER,
         "{\"jsonrpc\":\"2.0\",\"id\":8212,\"method\":\"public/test\",\"params\":{}}"},
        {"{\"jsonrpc\":\"2.0\",\"id\":8212,\"result\":{\"version\":\"1.2.26\"}}", CONTROL_ALIVE,
         ""},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"ok\"}", CONTROL_ALIVE, ""},
        {"{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":[\"book.A.100ms\"]}", CONTROL_ACK, ""},
        {"{\"jsonrpc\":\"2.0\",\"id\":7000001,\"result\":[\"book.A.100ms\"]}", CONTROL_ACK, ""},
        {"{\"jsonrpc\":\"2.0\",\"id\":7000004,\"result\":[\"book.A.100ms\"]}", CONTROL_ERROR,
         "3 of 4 channels were not granted"},
        {"{\"jsonrpc\":\"2.0\",\"id\":7000002,\"result\":[]}", CONTROL_ERROR,
         "2 of 2 channels were not granted"},
        {"{\"jsonrpc\":\"2.0\",\"id\":4,\"error\":{\"message\":\"too_many_requests\",\"code\":"
         "10028}}",
         CONTROL_ERROR, "too_many_requests (10028)"},
    };
    expect_controls(rows, ARRAY_COUNT(rows));
    assert_int_equal(take("{\"jsonrpc\":\"2.0\",\"result\":[{\"kind\":\"future\"}]}"), STATUS_OK);
    assert_int_equal(message.kind, MESSAGE_OTHER);
    assert_int_equal(
        answer("/api/v2/public/ticker",
               "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":10028,\"message\":\"slow\"}}"),
        STATUS_OK);
    assert_int_equal(message.control, CONTROL_ERROR);
    assert_string_equal(message.reply, "slow (10028)");
}

#define BOOK(members)                                                                              \
    "{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{\"channel\":\"book.A-PERPETUAL." \
    "100ms\",\"data\":{\"timestamp\":5,\"instrument_name\":\"A-PERPETUAL\"," members               \
    ",\"bids\":[[\"new\",2,1]],\"asks\":[]}}}"

static void books_say_where_they_stand(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum status status;
        bool snapshot;
        int64_t first, last, prev;
    } rows[] = {
        {BOOK("\"type\":\"snapshot\",\"change_id\":9007199254740993"), STATUS_OK, true, 0,
         9007199254740993, 0},
        {BOOK("\"type\":\"change\",\"change_id\":9007199254740995,\"prev_change_id\":"
              "9007199254740993"),
         STATUS_OK, false, 9007199254740994, 9007199254740995, 9007199254740993},
        {BOOK("\"change_id\":9,\"prev_change_id\":7"), STATUS_OK, false, 8, 9, 7},
        {BOOK("\"change_id\":9,\"prev_change_id\":0"), STATUS_OK, true, 0, 9, 0},
        {BOOK("\"change_id\":9"), STATUS_OK, true, 0, 9, 0},
        {BOOK("\"type\":\"change\",\"change_id\":9"), STATUS_MALFORMED, false, 0, 0, 0},
        {BOOK("\"type\":\"change\",\"change_id\":9,\"prev_change_id\":9"), STATUS_MALFORMED, false,
         0, 0, 0},
        {BOOK("\"type\":\"other\",\"change_id\":9,\"prev_change_id\":7"), STATUS_MALFORMED, false,
         0, 0, 0},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_int_equal(take(rows[i].text), rows[i].status);
        if (rows[i].status == STATUS_OK) {
            assert_int_equal(message.kind, MESSAGE_BOOK);
            assert_int_equal(message.step.snapshot, rows[i].snapshot);
            assert_int_equal(message.step.last_id, rows[i].last);
            if (!rows[i].snapshot) {
                assert_int_equal(message.step.first_id, rows[i].first);
                assert_int_equal(message.step.prev_id, rows[i].prev);
            }
        }
    }
}

/* A summary tells all instruments; a feed knows which it follows. */
static void only_followed_instruments_come_out(void **state) {
    (void)state;
    symbol_of("A-PERPETUAL");
    parser->symbols.closed = true;
    assert_int_equal(
        answer("",
               "{\"jsonrpc\":\"2.0\",\"result\":[{\"instrument_name\":\"B-PERPETUAL\","
               "\"mark_price\":1,\"creation_timestamp\":1},{\"instrument_name\":\"A-PERPETUAL\","
               "\"mark_price\":1,\"creation_timestamp\":1}]}"),
        STATUS_OK);
    assert_int_equal(message.count, 1);
    assert_int_equal(parser->counts.dropped_symbol, 0);
}

/* The list of instruments is believed, not a name. */
static void an_unknown_kind_of_contract_takes_the_unit_away(void **state) {
    (void)state;
    assert_int_equal(symbol_of("A-PERPETUAL")->unit, UNIT_QUOTE);
    answer("", "{\"jsonrpc\":\"2.0\",\"result\":[{\"instrument_name\":\"A-PERPETUAL\",\"kind\":"
               "\"future\",\"tick_size\":1,\"instrument_type\":\"quanto\"}]}");
    assert_int_equal(symbol_of("A-PERPETUAL")->unit, UNIT_NONE);
    assert_int_equal(parser->counts.dropped_unit, 1);
}

int main(void) {
    dialect = &deribit_dialect;
    const struct CMUnitTest tests[] = {
        CASE(a_name_tells_the_unit_where_it_is_certain),
        CASE(what_is_sent_once_a_socket_is_open),
        CASE(many_symbols_fit_a_few_messages),
        CASE(what_is_asked_for),
        CASE(what_the_protocol_says_of_itself),
        CASE(books_say_where_they_stand),
        CASE(only_followed_instruments_come_out),
        CASE(an_unknown_kind_of_contract_takes_the_unit_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
