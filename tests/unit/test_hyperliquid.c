/* Hyperliquid's dialect beside what a session of lines shows: what is sent and asked for, what the
 * protocol says of itself, whole books without ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/dialect_fixture.h"
#include "venue/hyperliquid.h"

static void what_is_sent_once_a_socket_is_open(void **state) {
    (void)state;
    static const char *const want[] = {
        "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"l2Book\",\"coin\":\"BTC\"}}",
        "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"trades\",\"coin\":\"BTC\"}}",
        "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"activeAssetCtx\",\"coin\":\"BTC\"}"
        "}",
        "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"candle\",\"coin\":\"BTC\","
        "\"interval\":\"1m\"}}",
        "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"l2Book\",\"coin\":\"kPEPE\"}}",
    };
    static char out[VENUE_SEND_BYTES];
    struct venue_symbol *const symbols[] = {symbol_of("BTC"), symbol_of("kPEPE")};
    const struct venue_subscription what = {.symbols = symbols, .count = 2};
    for (int i = 0; i < (int)ARRAY_COUNT(want); i++) {
        assert_int_equal(hyperliquid_dialect.subscribe(&what, i, out), strlen(want[i]));
        assert_string_equal(out, want[i]);
        assert_int_equal(take(out), STATUS_OK); /* no message of the venue's */
        assert_int_equal(message.kind, MESSAGE_OTHER);
    }
    assert_int_equal(hyperliquid_dialect.subscribe(&what, 8, out), 0);
    expect_book_again(
        &what, symbols[1],
        "{\"method\":\"unsubscribe\",\"subscription\":{\"type\":\"l2Book\",\"coin\":\"kPEPE\"}}",
        want[4]);
    assert_true(hyperliquid_dialect.ping(0, 1, out) > 0);
    assert_string_equal(out, "{\"method\":\"ping\"}");
    assert_int_equal(hyperliquid_dialect.promises & CHANNEL_BIT(CHANNEL_LIQUIDATION), 0);
}

static void what_is_asked_for(void **state) {
    (void)state;
    static const struct {
        enum venue_request_kind kind;
        const char *body;
    } rows[] = {
        {VENUE_REQUEST_INSTRUMENTS, "{\"type\":\"meta\"}"},
        {VENUE_REQUEST_TICKER, NULL},
        {VENUE_REQUEST_KLINES,
         "{\"type\":\"candleSnapshot\",\"req\":{\"coin\":\"BTC\",\"interval\":"
         "\"1m\",\"startTime\":1700000040000,\"endTime\":1700299980000}}"},
        {VENUE_REQUEST_DEPTH, "{\"type\":\"l2Book\",\"coin\":\"BTC\"}"},
        {VENUE_REQUEST_INTEREST_HISTORY, NULL},
        {VENUE_REQUEST_LIQUIDATIONS, NULL},
        {VENUE_REQUEST_TIERS, NULL},
    };
    static struct venue_http http;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct venue_request request = {
            .kind = rows[i].kind, .symbol = symbol_of("BTC"), .from_ms = 1700000040000};
        assert_int_equal(hyperliquid_dialect.request(&request, &http), rows[i].body != NULL);
        if (rows[i].body != NULL) {
            assert_string_equal(http.path, "/info");
            assert_string_equal(http.body, rows[i].body);
        }
    }
}

static void the_protocol_speaks_of_itself(void **state) {
    (void)state;
    static const struct control_row rows[] = {
        {"Websocket connection established.", CONTROL_ALIVE, ""},
        {"{\"channel\":\"pong\"}", CONTROL_ALIVE, ""},
        {"{\"channel\":\"subscriptionResponse\",\"data\":{\"method\":\"subscribe\","
         "\"subscription\":{"
         "\"type\":\"trades\",\"coin\":\"BTC\"}}}",
         CONTROL_ACK, ""},
        {"{\"data\":\"Invalid subscription {\\\"type\\\":\\\"trades\\\"}\",\"channel\":\"error\"}",
         CONTROL_ERROR, "Invalid subscription {\"type\":\"trades\"}"},
        {"{\"channel\":\"error\"}", CONTROL_ERROR, ""},
    };
    expect_controls(rows, ARRAY_COUNT(rows));
}

static void every_book_is_whole(void **state) {
    (void)state;
    assert_int_equal(
        take("{\"channel\":\"l2Book\",\"data\":{\"coin\":\"BTC\",\"time\":5,\"levels\":[[],[]]}}"),
        STATUS_OK);
    assert_int_equal(message.kind, MESSAGE_BOOK);
    assert_true(message.step.snapshot);
    assert_int_equal(message.step.last_id, 0);
    assert_int_equal(message.count, 1);
    assert_int_equal(parser->slots[0].side, SIDE_NONE);
    assert_int_equal(parser->slots[0].u.level.update_id, 0);
    assert_int_equal(parser->clock_ms, 5);
}

static void names_keep_their_case_and_coins_nobody_asked_for_are_dropped(void **state) {
    (void)state;
    symbol_of("kPEPE");
    parser->symbols.closed = true;
    assert_int_equal(
        take("{\"channel\":\"trades\",\"data\":[{\"coin\":\"KPEPE\",\"side\":\"B\",\"px\":\"1\","
             "\"sz\":\"1\",\"time\":5,\"tid\":1}]}"),
        STATUS_CANCELLED);
    assert_int_equal(parser->counts.dropped_symbol, 1);
    static const char meta[] =
        "{\"universe\":[{\"name\":\"KPEPE\",\"szDecimals\":0,\"maxLeverage\":10}]}";
    assert_int_equal(venue_rest_parse(parser, NULL, meta, sizeof meta - 1, 7, &message), STATUS_OK);
    assert_int_equal(message.kind, MESSAGE_NONE);
    assert_int_equal(parser->counts.dropped_symbol, 1);
}

static void too_much_is_refused(void **state) {
    (void)state;
    enum { DEPTH = 1000 };
    static const char head[] = "{\"channel\":\"l2Book\",\"data\":{\"levels\":";
    char *text = malloc(sizeof head + DEPTH);
    assert_non_null(text);
    memcpy(text, head, sizeof head - 1);
    memset(text + sizeof head - 1, '[', DEPTH);
    assert_int_equal(venue_parse(parser, 0, text, sizeof head - 1 + DEPTH, 7, &message),
                     STATUS_MALFORMED);
    free(text);
}

int main(void) {
    dialect = &hyperliquid_dialect;
    const struct CMUnitTest tests[] = {
        CASE(what_is_sent_once_a_socket_is_open),
        CASE(what_is_asked_for),
        CASE(the_protocol_speaks_of_itself),
        CASE(every_book_is_whole),
        CASE(names_keep_their_case_and_coins_nobody_asked_for_are_dropped),
        CASE(too_much_is_refused),
    };
    return cmocka_run_group_tests_name("hyperliquid", tests, NULL, NULL);
}
