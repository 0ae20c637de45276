/* Bitget's dialect beside what a session of lines shows: what is sent and asked for, what the
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
#include "venue/bitget.h"

/* A row of klines lasts a minute. */
static enum status answer_for(const char *path, struct venue_symbol *symbol, const char *text) {
    const struct venue_rest_about about = {.path = path, .symbol = symbol, .interval_s = 60};
    return answer_about(&about, text);
}

static void each_line_has_its_unit(void **state) {
    (void)state;
    static const struct {
        const char *symbol;
        enum contract contract;
        enum venue_unit unit;
        bool sockets[3];
    } rows[] = {{"BTCUSDT", CONTRACT_LINEAR, UNIT_BASE, {true, true, false}},
                {"BTCPERP", CONTRACT_LINEAR, UNIT_BASE, {true, true, false}},
                {"BTCUSD", CONTRACT_INVERSE, UNIT_QUOTE, {true, false, true}},
                {"BTCUSDZ6", CONTRACT_NONE, UNIT_NONE, {false, false, false}}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct venue_symbol *symbol = symbol_of(rows[i].symbol);
        assert_int_equal(symbol->contract, rows[i].contract);
        assert_int_equal(symbol->unit, rows[i].unit);
        for (int k = 0; k < bitget_dialect.socket_count; k++) {
            assert_int_equal(bitget_dialect.socket_wants(k, symbol), rows[i].sockets[k]);
        }
    }
}

#define LINEAR(topic, symbol)                                                                      \
    "{\"instType\":\"usdt-futures\",\"topic\":\"" topic "\",\"symbol\":\"" symbol "\"}"
#define KLINE(line, symbol)                                                                        \
    "{\"instType\":\"" line "\",\"topic\":\"kline\",\"symbol\":\"" symbol "\",\"interval\":"       \
    "\"1m\"}"

static void what_is_sent_once_a_socket_is_open(void **state) {
    (void)state;
    static const char *const want[] = {
        "{\"op\":\"subscribe\",\"args\":[" LINEAR(
            "ticker",
            "AUSDT") ","
                     "{\"instType\":\"coin-futures\",\"topic\":\"ticker\",\"symbol\":\"BUSD\"},"
                     "{\"instType\":\"usdt-futures\",\"topic\":\"liquidation\"},"
                     "{\"instType\":\"coin-futures\",\"topic\":\"liquidation\"}]}",
        "{\"op\":\"subscribe\",\"args\":[" LINEAR("books", "AUSDT") "," LINEAR(
            "publicTrade", "AUSDT") "," KLINE("usdt-futures", "AUSDT") "]}",
        "{\"op\":\"subscribe\",\"args\":[{\"instType\":\"coin-futures\",\"topic\":\"publicTrade\","
        "\"symbol\":\"BUSD\"}," KLINE("coin-futures", "BUSD") "]}"};
    static char out[VENUE_SEND_BYTES];
    struct venue_symbol *const both[] = {symbol_of("AUSDT"), symbol_of("BUSD")};
    const struct venue_subscription what[] = {{.socket = 0, .symbols = both, .count = 2},
                                              {.socket = 1, .symbols = both, .count = 1},
                                              {.socket = 2, .symbols = both + 1, .count = 1}};
    for (size_t i = 0; i < ARRAY_COUNT(what); i++) {
        assert_int_equal(bitget_dialect.subscribe(&what[i], 0, out), strlen(want[i]));
        assert_string_equal(out, want[i]);
        assert_int_equal(take(out), STATUS_IGNORED); /* no message of the venue's */
        assert_int_equal(bitget_dialect.subscribe(&what[i], 1, out), 0);
    }
    expect_book_again(&what[1], both[0],
                      "{\"op\":\"unsubscribe\",\"args\":[" LINEAR("books", "AUSDT") "]}",
                      "{\"op\":\"subscribe\",\"args\":[" LINEAR("books", "AUSDT") "]}");
    assert_int_equal(bitget_dialect.ping(0, 1, out), 4);
    assert_string_equal(out, "ping");
    assert_int_equal(take("ping"), STATUS_IGNORED);
}

static void many_symbols_are_spread_over_several_messages(void **state) {
    (void)state;
    static char out[VENUE_SEND_BYTES];
    struct venue_symbol *symbols[32];
    for (int i = 0; i < 32; i++) {
        char name[16];
        str_format(name, sizeof name, "N%dUSDT", i);
        symbols[i] = symbol_of(name);
    }
    const struct venue_subscription what = {.socket = 1, .symbols = symbols, .count = 32};
    size_t args = 0;
    for (int step = 0; bitget_dialect.subscribe(&what, step, out) > 0; step++) {
        size_t here = 0;
        for (const char *at = out; (at = strstr(at, "instType")) != NULL; at++) {
            here++;
        }
        assert_true(here <= 50);
        args += here;
    }
    assert_int_equal(args, 96);
    assert_true(bitget_dialect.sockets[1].symbols_max * 3 < 50);
}

static void what_is_asked_for(void **state) {
    (void)state;
    static const struct request_row rows[] = {
        {VENUE_REQUEST_INSTRUMENTS, NULL, "", "/api/v3/market/instruments?category=USDT-FUTURES"},
        {VENUE_REQUEST_INSTRUMENTS, NULL, "COIN-FUTURES",
         "/api/v3/market/instruments?category=COIN-FUTURES"},
        {VENUE_REQUEST_TICKER, "AUSDT", "",
         "/api/v3/market/tickers?category=USDT-FUTURES&symbol=AUSDT"},
        {VENUE_REQUEST_INTEREST_LAST, "BUSD", "",
         "/api/v3/market/open-interest?category=COIN-FUTURES&symbol=BUSD"},
        {VENUE_REQUEST_KLINES, "APERP", "",
         "/api/v3/market/candles?category=USDC-FUTURES&symbol=APERP&interval=1m&startTime=60000"
         "&endTime=60000000&limit=1000"},
        {VENUE_REQUEST_LIQUIDATIONS, "AUSDT", "",
         "/api/v3/market/liquidations?category=USDT-FUTURES&symbol=AUSDT&limit=100"},
        {VENUE_REQUEST_TRADES, "AUSDT", "",
         "/api/v3/market/fills?category=USDT-FUTURES&symbol=AUSDT&limit=100"},
        {VENUE_REQUEST_TIERS, "AUSDT", "",
         "/api/v3/market/position-tier?category=USDT-FUTURES&symbol=AUSDT"},
        {VENUE_REQUEST_TIERS, NULL, "", NULL},
        {VENUE_REQUEST_DEPTH, "AUSDT", "", NULL},
        {VENUE_REQUEST_INTEREST_HISTORY, "AUSDT", "", NULL},
        {VENUE_REQUEST_TICKER, "AUSDZ6", "", NULL},
    };
    expect_requests(rows, ARRAY_COUNT(rows), 60000, 0);
}

static void what_the_protocol_says_of_itself(void **state) {
    (void)state;
    static const struct control_row rows[] = {
        {"pong", CONTROL_ALIVE, ""},
        {"{\"event\":\"subscribe\",\"arg\":{\"instType\":\"usdt-futures\",\"topic\":\"books\"},"
         "\"connId\":\"x\"}",
         CONTROL_ACK, ""},
        {"{\"arg\":{},\"event\":\"unsubscribe\"}", CONTROL_ACK, ""},
        {"{\"event\":\"error\",\"arg\":{},\"code\":\"30001\",\"msg\":\"no \\\"such\\\"\"}",
         CONTROL_ERROR, "no \"such\""},
        {"{\"event\":\"error\",\"code\":\"30006\"}", CONTROL_ERROR, "30006"},
    };
    expect_controls(rows, ARRAY_COUNT(rows));
    assert_int_equal(answer_for("/api/v3/market/tickers", NULL,
                                "{\"code\":\"40034\",\"msg\":\"wrong\",\"data\":null}"),
                     STATUS_OK);
    assert_int_equal(message.control, CONTROL_ERROR);
    assert_string_equal(message.reply, "wrong");
}

#define BOOK(action, seq, pseq)                                                                    \
    "{\"action\":\"" action "\",\"arg\":{\"instType\":\"usdt-futures\",\"topic\":\"books\","       \
    "\"symbol\":\"AUSDT\"},\"data\":[{\"a\":[[\"2\",\"1\"]],\"b\":[],\"seq\":" seq                 \
    ",\"pseq\":" pseq ",\"ts\":\"5\"}],\"ts\":9}"

static void books_say_where_they_stand(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum status status;
        bool snapshot;
        int64_t first, last, prev;
    } rows[] = {
        {BOOK("snapshot", "1304314508780744705", "0"), STATUS_OK, true, 1, 1304314508780744705, 0},
        {BOOK("update", "1304314508780744709", "1304314508780744705"), STATUS_OK, false,
         1304314508780744706, 1304314508780744709, 1304314508780744705},
        {BOOK("update", "9", "0"), STATUS_OK, true, 1, 9, 0},
        {BOOK("update", "9", "null"), STATUS_MALFORMED, false, 0, 0, 0},
        {BOOK("update", "9.5", "8"), STATUS_MALFORMED, false, 0, 0, 0},
        {BOOK("update", "9223372036854775808", "8"), STATUS_MALFORMED, false, 0, 0, 0},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_int_equal(take(rows[i].text), rows[i].status);
        if (rows[i].status == STATUS_OK) {
            assert_int_equal(message.kind, MESSAGE_BOOK);
            assert_string_equal(message.symbol->text, "AUSDT");
            assert_int_equal(message.step.snapshot, rows[i].snapshot);
            assert_int_equal(message.step.last_id, rows[i].last);
            assert_int_equal(message.step.prev_id, rows[i].prev);
            if (!rows[i].snapshot) {
                assert_int_equal(message.step.first_id, rows[i].first);
            }
            assert_int_equal(message.sent_ms, 9);
        }
    }
}

static void first_trades_are_of_the_past(void **state) {
    (void)state;
    static const char text[] =
        "{\"action\":\"%s\",\"arg\":{\"instType\":\"usdt-futures\",\"topic\":\"publicTrade\","
        "\"symbol\":\"AUSDT\"},\"data\":[{\"i\":\"2\",\"p\":\"2\",\"v\":\"1\",\"S\":\"buy\","
        "\"T\":\"6\"},{\"i\":\"1\",\"p\":\"2\",\"v\":\"1\",\"S\":\"sell\",\"T\":\"5\"}],\"ts\":7}";
    char line[512];
    str_format(line, sizeof line, "%.10s\"%s%s", text, "snapshot", text + 13);
    assert_int_equal(take(line), STATUS_OK);
    assert_true(message.past);
    assert_int_equal(message.count, 2);
    assert_int_equal(parser->slots[0].ts_ms, 5); /* they begin with the newest */
    assert_int_equal(parser->slots[0].side, SIDE_SELL);
    str_format(line, sizeof line, "%.10s\"%s%s", text, "update", text + 13);
    assert_int_equal(take(line), STATUS_OK);
    assert_false(message.past);
    assert_int_equal(parser->slots[0].ts_ms, 6);
}

/* A feed knows its symbols: rows of others are no news, but a push that was not asked for is. */
static void only_followed_symbols_come_out(void **state) {
    (void)state;
    symbol_of("AUSDT");
    parser->symbols.closed = true;
    assert_int_equal(
        take("{\"action\":\"update\",\"arg\":{\"instType\":\"usdt-futures\",\"topic\":"
             "\"liquidation\"},\"data\":[{\"symbol\":\"ZUSDT\",\"side\":\"buy\",\"price\":\"2\","
             "\"amount\":\"3\",\"ts\":\"4\"},{\"symbol\":\"AUSDT\",\"side\":\"buy\","
             "\"price\":\"2\",\"amount\":\"3\",\"ts\":\"4\"}],\"ts\":5}"),
        STATUS_OK);
    assert_int_equal(message.count, 1);
    assert_int_equal(parser->slots[0].side, POS_LONG);
    assert_int_equal(parser->counts.ignored, 1);
    assert_int_equal(parser->counts.dropped_symbol, 0);
}

static void lists_go_on_to_the_next_line(void **state) {
    (void)state;
    static const char list[] = "{\"code\":\"00000\",\"requestTime\":1,\"data\":[{\"symbol\":\"A\","
                               "\"priceMultiplier\":\"1\",\"quantityMultiplier\":\"1\"}]}";
    static const char *const lines[] = {"USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES", ""};
    for (int i = 0; i < 3; i++) {
        char path[96];
        str_format(path, sizeof path, "/api/v3/market/instruments?category=%s", lines[i]);
        answer_for(path, NULL, list);
        assert_string_equal(message.reply, lines[i + 1]);
    }
    assert_int_equal(
        answer_for("/api/v3/market/liquidations?category=USDT-FUTURES&symbol=AUSDT&limit=100",
                   symbol_of("AUSDT"),
                   "{\"code\":\"00000\",\"data\":{\"list\":[{\"symbol\":\"AUSDT\",\"side\":\"buy\","
                   "\"price\":\"2\",\"amount\":\"3\",\"ts\":\"4\"}],\"cursor\":\"77\"}}"),
        STATUS_CANCELLED); /* no lot: nothing proves what the amount counts */
    assert_int_equal(parser->counts.dropped_unit, 1);
    symbol_of("AUSDT")->lot = (struct decimal){.mantissa = 1, .exponent = -2};
    assert_int_equal(
        answer_for("/api/v3/market/liquidations?category=USDT-FUTURES&symbol=AUSDT&limit=100",
                   symbol_of("AUSDT"),
                   "{\"code\":\"00000\",\"data\":{\"list\":[{\"symbol\":\"AUSDT\",\"side\":\"buy\","
                   "\"price\":\"2.5\",\"amount\":\"0.125\",\"ts\":\"4\"}],\"cursor\":\"77\"}}"),
        STATUS_OK);
    assert_int_equal(parser->slots[0].u.trade.usd, 125);
}

static void long_numbers_lose_their_last_digits_alone(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool good;
        int64_t mantissa;
        int exponent;
    } rows[] = {{"90247.5410266912815894", true, 902475410266912815, -13},
                {"0.00000000000000000000000000123456789012345678", true, 123456789012345678, -44},
                {"-1.2345678901234567899", true, -123456789012345678, -17},
                {"1234567890123456789", false, 0, 0},
                {"1.2345678901234567899e5", false, 0, 0},
                {"1.23456789012345678x", false, 0, 0},
                {"1.", false, 0, 0}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct scan_value value = {.type = SCAN_STRING, .text = span_from_text(rows[i].text)};
        struct decimal got = {0};
        assert_int_equal(venue_decimal(&value, &got), rows[i].good);
        if (rows[i].good) {
            assert_int_equal(got.mantissa, rows[i].mantissa);
            assert_int_equal(got.exponent, rows[i].exponent);
        }
    }
}

int main(void) {
    dialect = &bitget_dialect;
    const struct CMUnitTest tests[] = {
        CASE(each_line_has_its_unit),
        CASE(what_is_sent_once_a_socket_is_open),
        CASE(many_symbols_are_spread_over_several_messages),
        CASE(what_is_asked_for),
        CASE(what_the_protocol_says_of_itself),
        CASE(books_say_where_they_stand),
        CASE(first_trades_are_of_the_past),
        CASE(only_followed_symbols_come_out),
        CASE(lists_go_on_to_the_next_line),
        CASE(long_numbers_lose_their_last_digits_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
