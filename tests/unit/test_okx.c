/* OKX's dialect beside what a session of lines shows: what is sent and asked for, what the protocol
 * says of itself, where a book message stands, and which names are futures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/dialect_fixture.h"
#include "venue/okx.h"
#include "venue/okx_rows.h"

#define LIST_OF_ONE                                                                                \
    "{\"code\":\"0\",\"data\":[{\"instId\":\"A-USDT-SWAP\",\"instType\":\"SWAP\",\"ctVal\":"       \
    "\"0.1\",\"ctMult\":\"1\",\"ctType\":\"linear\",\"ctValCcy\":\"A\",\"tickSz\":\"0.1\","        \
    "\"lotSz\":\"1\",\"state\":\"live\"}]}"

static void which_names_are_futures(void **state) {
    (void)state;
    static const struct {
        const char *name;
        bool future;
    } rows[] = {{"BTC-USDT-SWAP", true},
                {"BTC-USD-SWAP", true},
                {"BTC-USD_UM-SWAP", true},
                {"BTC-USD-261225", true},
                {"BTC-USDT", false},
                {"BTC-USD-261225-50000-C", false},
                {"BTC-USD_UM_XPERP-310404", false},
                {"BTC--SWAP", false},
                {"-USDT-SWAP", false},
                {"BTC-USDT-26122", false},
                {"BTC-USDT-", false},
                {"", false}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_int_equal(okx_is_future(span_from_text(rows[i].name)), rows[i].future);
    }
    assert_int_equal(symbol_of("BTC-USDT-SWAP")->contract, CONTRACT_LINEAR);
    assert_int_equal(symbol_of("BTC-USDC-SWAP")->contract, CONTRACT_LINEAR);
    assert_int_equal(symbol_of("BTC-USD-SWAP")->contract, CONTRACT_INVERSE);
    assert_int_equal(symbol_of("BTC-USD_UM-SWAP")->contract, CONTRACT_NONE);
    assert_int_equal(symbol_of("BTC-USD-SWAP")->unit, UNIT_CONTRACTS);
}

static void what_is_sent_once_a_socket_is_open(void **state) {
    (void)state;
    static const char want[] = "{\"id\":\"1\",\"op\":\"subscribe\",\"args\":["
                               "{\"channel\":\"liquidation-orders\",\"instType\":\"SWAP\"},"
                               "{\"channel\":\"liquidation-orders\",\"instType\":\"FUTURES\"},"
                               "{\"channel\":\"trades\",\"instId\":\"A-USDT-SWAP\"},"
                               "{\"channel\":\"books\",\"instId\":\"A-USDT-SWAP\"},"
                               "{\"channel\":\"mark-price\",\"instId\":\"A-USDT-SWAP\"},"
                               "{\"channel\":\"funding-rate\",\"instId\":\"A-USDT-SWAP\"},"
                               "{\"channel\":\"open-interest\",\"instId\":\"A-USDT-SWAP\"},"
                               "{\"channel\":\"index-tickers\",\"instId\":\"A-USDT\"},"
                               "{\"channel\":\"trades\",\"instId\":\"A-USDT-261225\"},"
                               "{\"channel\":\"books\",\"instId\":\"A-USDT-261225\"},"
                               "{\"channel\":\"mark-price\",\"instId\":\"A-USDT-261225\"},"
                               "{\"channel\":\"funding-rate\",\"instId\":\"A-USDT-261225\"},"
                               "{\"channel\":\"open-interest\",\"instId\":\"A-USDT-261225\"}]}";
    static char out[VENUE_SEND_BYTES];
    struct venue_symbol *const symbols[] = {symbol_of("A-USDT-SWAP"), symbol_of("A-USDT-261225")};
    struct venue_subscription what = {.socket = 0, .symbols = symbols, .count = 2};
    assert_int_equal(okx_dialect.subscribe(&what, 0, out), sizeof want - 1);
    assert_string_equal(out, want);
    assert_int_equal(take(out), STATUS_OK);
    assert_int_equal(message.kind, MESSAGE_OTHER); /* no message of the venue's */
    assert_int_equal(okx_dialect.subscribe(&what, 1, out), 0);
    what.socket = 1;
    what.count = 1;
    assert_true(okx_dialect.subscribe(&what, 0, out) > 0);
    assert_string_equal(out, "{\"id\":\"1\",\"op\":\"subscribe\",\"args\":[{\"channel\":"
                             "\"candle1m\",\"instId\":\"A-USDT-SWAP\"}]}");
    what.socket = 0;
    expect_book_again(&what, symbols[0],
                      "{\"op\":\"unsubscribe\",\"args\":[{\"channel\":\"books\",\"instId\":"
                      "\"A-USDT-SWAP\"}]}",
                      "{\"op\":\"subscribe\",\"args\":[{\"channel\":\"books\",\"instId\":"
                      "\"A-USDT-SWAP\"}]}");
    assert_int_equal(okx_dialect.ping(0, 0, out), 4);
    assert_string_equal(out, "ping");
}

/* Every argument comes once, whatever the messages they are spread over. */
static void many_symbols_are_spread_over_messages(void **state) {
    (void)state;
    static char out[VENUE_SEND_BYTES];
    static struct venue_symbol *symbols[VENUE_SYMBOL_COUNT_MAX];
    const struct venue_subscription what = {
        .socket = 0, .symbols = symbols, .count = VENUE_SYMBOL_COUNT_MAX};
    int step = 0, args = 0;
    for (int i = 0; i < VENUE_SYMBOL_COUNT_MAX; i++) {
        char name[INSTRUMENT_SYMBOL_BYTES];
        str_format(name, sizeof name, "COIN%d-USDT-SWAP", i);
        symbols[i] = symbol_of(name);
    }
    for (; okx_dialect.subscribe(&what, step, out) > 0; step++) {
        assert_true(step < 20);
        for (const char *at = out; (at = strstr(at, "\"channel\"")) != NULL; at++) {
            args++;
        }
    }
    assert_int_equal(args, 1 + 6 * VENUE_SYMBOL_COUNT_MAX);
    assert_int_equal(step, (args + 99) / 100);
}

static void what_is_asked_for(void **state) {
    (void)state;
    static const struct request_row rows[] = {
        {VENUE_REQUEST_INSTRUMENTS, NULL, "", "/api/v5/public/instruments?instType=SWAP"},
        {VENUE_REQUEST_INSTRUMENTS, NULL, "FUTURES", "/api/v5/public/instruments?instType=FUTURES"},
        {VENUE_REQUEST_TICKER, "A-USDT-SWAP", "",
         "/api/v5/public/mark-price?instType=SWAP&instId=A-USDT-SWAP"},
        {VENUE_REQUEST_KLINES, "A-USDT-261225", "",
         "/api/v5/market/history-candles?instId=A-USDT-261225&bar=1m&before=1699999999999"
         "&after=1700006000000&limit=100"},
        {VENUE_REQUEST_INTEREST_HISTORY, "A-USDT-SWAP", "",
         "/api/v5/rubik/stat/contracts/open-interest-history?instId=A-USDT-SWAP&period=5m"
         "&begin=1700000000000&end=1700003600000&limit=100"},
        {VENUE_REQUEST_INTEREST_LAST, "A-USDT-SWAP", "",
         "/api/v5/public/open-interest?instType=SWAP&instId=A-USDT-SWAP"},
        {VENUE_REQUEST_LIQUIDATIONS, "A-USDT-SWAP", "",
         "/api/v5/public/liquidation-orders?instType=SWAP&uly=A-USDT&state=filled"
         "&before=1699999999999&after=1700003600001&limit=100"},
        {VENUE_REQUEST_TRADES, "A-USDT-SWAP", "",
         "/api/v5/market/trades?instId=A-USDT-SWAP&limit=500"},
        {VENUE_REQUEST_TIERS, "A-USDT-261225", "",
         "/api/v5/public/position-tiers?instType=FUTURES&tdMode=cross&instFamily=A-USDT"},
        {VENUE_REQUEST_TIERS, NULL, "", NULL},
        {VENUE_REQUEST_DEPTH, "A-USDT-SWAP", "", NULL},
        {VENUE_REQUEST_INTEREST, "A-USDT-SWAP", "", NULL},
    };
    expect_requests(rows, ARRAY_COUNT(rows), 1700000000000, 1700003600000);
    assert_int_equal(answer("/api/v5/public/instruments?instType=SWAP", LIST_OF_ONE), STATUS_OK);
    assert_string_equal(message.reply, "FUTURES");
    assert_int_equal(answer("/api/v5/public/instruments?instType=FUTURES",
                            "{\"code\":\"0\",\"msg\":\"\",\"data\":[]}"),
                     STATUS_OK); /* no dated futures */
    assert_int_equal(answer("/api/v5/public/instruments?instType=FUTURES", LIST_OF_ONE), STATUS_OK);
    assert_string_equal(message.reply, "");
}

static void the_protocol_speaks_of_itself(void **state) {
    (void)state;
    static const struct control_row rows[] = {
        {"pong", CONTROL_ALIVE, ""},
        {"{\"event\":\"subscribe\",\"arg\":{\"channel\":\"trades\",\"instId\":\"A-USDT-SWAP\"},"
         "\"connId\":\"a\"}",
         CONTROL_ACK, ""},
        {"{\"connId\":\"a\",\"arg\":{\"channel\":\"trades\"},\"event\":\"unsubscribe\"}",
         CONTROL_ALIVE, ""},
        {"{\"event\":\"error\",\"msg\":\"Illegal request: {\\\"op\\\": 1}\",\"code\":\"60012\"}",
         CONTROL_ERROR, "60012: Illegal request: {\"op\": 1}"},
        {"{\"event\":\"notice\",\"code\":\"64008\",\"msg\":\"closing\"}", CONTROL_RECONNECT,
         "64008: closing"},
        {"{\"event\":\"notice\",\"code\":\"1\",\"msg\":\"hello\"}", CONTROL_ALIVE, "1: hello"},
        {"{\"event\":\"channel-conn-count\",\"channel\":\"books\",\"connCount\":\"2\"}",
         CONTROL_ACK, ""},
        {"{\"event\":\"channel-conn-count-error\",\"channel\":\"books\",\"connCount\":\"30\"}",
         CONTROL_ERROR, "too many connections of a channel"},
    };
    expect_controls(rows, ARRAY_COUNT(rows));
    assert_int_equal(take("ping"), STATUS_IGNORED);
    assert_int_equal(take("pongs"), STATUS_MALFORMED);
    assert_int_equal(take("{\"event\":\"new-thing\"}"), STATUS_IGNORED);
    assert_int_equal(answer("", "{\"code\":\"50011\",\"msg\":\"Too Many \\u0052equests\"}"),
                     STATUS_OK);
    assert_int_equal(message.control, CONTROL_ERROR);
    assert_string_equal(message.reply, "50011: Too Many Requests");
}

static void a_book_message_says_where_it_stands(void **state) {
    (void)state;
    assert_int_equal(answer("", LIST_OF_ONE), STATUS_OK);
    assert_int_equal(
        take("{\"arg\":{\"channel\":\"books\",\"instId\":\"A-USDT-SWAP\"},\"data\":[{\"asks\":[["
             "\"2\",\"30\",\"0\",\"1\"]],\"bids\":[],\"ts\":\"5000000000000\",\"checksum\":-7,"
             "\"prevSeqId\":-1,\"seqId\":9007199254740993}]}"),
        STATUS_OK); /* no action, but nothing before it */
    assert_int_equal(message.kind, MESSAGE_BOOK);
    assert_ptr_equal(message.symbol, symbol_of("A-USDT-SWAP"));
    assert_true(message.step.snapshot);
    assert_true(message.step.last_id == INT64_C(9007199254740993));
    assert_int_equal(parser->slots[0].u.level.qty_base, 3);
    assert_true(message.sent_ms == INT64_C(5000000000000));
    assert_int_equal(
        take("{\"arg\":{\"channel\":\"books\",\"instId\":\"A-USDT-SWAP\"},\"action\":\"update\","
             "\"data\":[{\"asks\":[],\"bids\":[],\"ts\":\"5000000000001\",\"seqId\":3,"
             "\"prevSeqId\":9007199254740993}]}"),
        STATUS_OK);
    assert_false(message.step.snapshot);
    assert_true(message.step.prev_id == INT64_C(9007199254740993));
    assert_int_equal(message.step.last_id, 3);
    assert_int_equal(message.count, 1);
    assert_int_equal(parser->slots[0].side, SIDE_NONE);
    static const char *const broken[] = {
        "{\"asks\":[],\"bids\":[],\"ts\":\"5\",\"seqId\":3}",                 /* no prevSeqId */
        "{\"asks\":[],\"bids\":[],\"ts\":\"5\",\"prevSeqId\":3}",             /* no seqId */
        "{\"asks\":[],\"bids\":[],\"seqId\":4,\"prevSeqId\":3}",              /* no time */
        "{\"asks\":[],\"ts\":\"5\",\"seqId\":4,\"prevSeqId\":3}",             /* one side */
        "{\"asks\":{},\"bids\":[],\"ts\":\"5\",\"seqId\":4,\"prevSeqId\":3}", /* no array */
        "{\"asks\":[[\"1\"]],\"bids\":[],\"ts\":\"5\",\"seqId\":4,\"prevSeqId\":3}",
        "{\"asks\":[[\"-1\",\"2\"]],\"bids\":[],\"ts\":\"5\",\"seqId\":4,\"prevSeqId\":3}",
        "{\"asks\":[],\"bids\":[],\"ts\":\"5\",\"seqId\":4,\"prevSeqId\":3},{}", /* two */
        "7"};
    for (size_t i = 0; i < ARRAY_COUNT(broken); i++) {
        char text[512];
        str_format(text, sizeof text,
                   "{\"arg\":{\"channel\":\"books\",\"instId\":\"A-USDT-SWAP\"},\"action\":"
                   "\"update\",\"data\":[%s]}",
                   broken[i]);
        assert_int_equal(take(text), STATUS_MALFORMED);
        assert_int_equal(message.count, 0);
    }
}

/* A list of the venue's is not the list of what is shown. */
static void only_what_was_asked_for_comes(void **state) {
    (void)state;
    symbol_of("A-USDT-SWAP");
    parser->symbols.closed = true;
    assert_int_equal(
        answer("", "{\"code\":\"0\",\"data\":[{\"instId\":\"B-USDT-SWAP\",\"instType\":\"SWAP\","
                   "\"tickSz\":\"0.1\"}]}"),
        STATUS_OK);
    assert_int_equal(message.count, 0);
    assert_int_equal(parser->counts.ignored, 1);
    assert_int_equal(answer("", LIST_OF_ONE), STATUS_OK);
    assert_int_equal(message.count, 1);
    assert_int_equal(
        take("{\"arg\":{\"channel\":\"index-tickers\",\"instId\":\"A-USDT\"},\"data\":[{\"instId\":"
             "\"A-USDT\",\"idxPx\":\"2\",\"ts\":\"5\"}]}"),
        STATUS_OK);
    assert_ptr_equal(message.symbol, symbol_of("A-USDT-SWAP"));
    assert_int_equal(
        take("{\"arg\":{\"channel\":\"liquidation-orders\",\"instType\":\"SWAP\"},\"data\":[{"
             "\"instId\":\"B-USDT-SWAP\",\"details\":[{\"side\":\"sell\",\"posSide\":\"long\","
             "\"bkPx\":\"1\",\"sz\":\"1\",\"ts\":\"5\"}]}]}"),
        STATUS_CANCELLED);
    assert_int_equal(parser->counts.dropped_symbol, 1);
    assert_int_equal(parser->symbols.count, 1);
}

int main(void) {
    dialect = &okx_dialect;
    const struct CMUnitTest tests[] = {
        CASE(which_names_are_futures),
        CASE(what_is_sent_once_a_socket_is_open),
        CASE(many_symbols_are_spread_over_messages),
        CASE(what_is_asked_for),
        CASE(the_protocol_speaks_of_itself),
        CASE(a_book_message_says_where_it_stands),
        CASE(only_what_was_asked_for_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
