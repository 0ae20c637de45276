/* The simulated exchange as Hyperliquid: a greeting, acks with the venue's own members, errors
 * without an id, whole books, a first push of old trades.
 *
 * JSON is looked at as text here, never through the parser whose input it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/exchange_fixture.h"

#define SUBSCRIBE(more) "{\"method\":\"subscribe\",\"subscription\":{" more "}}"

static struct ear *listen_until_greeted(void) {
    struct ear *ear = listen_in(0, "/ws");
    assert_true(wait_heard(ear, "Websocket connection established.", 1));
    return ear;
}

static void what_a_client_says_is_answered(void **state) {
    (void)state;
    struct ear *ear = listen_until_greeted();
    static const struct reply_row rows[] = {
        {SUBSCRIBE("\"type\":\"l2Book\",\"coin\":\"BTC\""),
         "{\"channel\":\"subscriptionResponse\",\"data\":{\"method\":\"subscribe\","
         "\"subscription\":"
         "{\"type\":\"l2Book\",\"coin\":\"BTC\",\"nSigFigs\":null,\"mantissa\":null}}}"},
        {SUBSCRIBE("\"type\":\"candle\",\"coin\":\"BTC\",\"interval\":\"1m\""),
         "\"subscription\":{\"type\":\"candle\",\"interval\":\"1m\",\"coin\":\"BTC\"}}}"},
        {SUBSCRIBE("\"type\":\"l2Book\",\"coin\":\"BTC\""),
         "{\"channel\":\"error\",\"data\":\"Already subscribed: {"},
        {SUBSCRIBE("\"type\":\"trades\",\"coin\":\"btc\""),
         "{\"channel\":\"error\",\"data\":\"Invalid subscription {\\\"type\\\":\\\"trades\\\","},
        {"{\"method\":\"ping\"}", "{\"channel\":\"pong\"}"},
        {"junk", "{\"channel\":\"error\",\"data\":\"Error parsing JSON"},
    };
    expect_replies(ear, rows, ARRAY_COUNT(rows));
    /* The whole book, and again after it was left. */
    assert_true(wait_heard(ear, "{\"channel\":\"l2Book\",\"data\":{\"coin\":\"BTC\",\"time\":", 1));
    const int before = heard(ear, "\"levels\":[[{\"px\":");
    say(ear,
        "{\"method\":\"unsubscribe\",\"subscription\":{\"type\":\"l2Book\",\"coin\":\"BTC\"}}");
    say(ear, SUBSCRIBE("\"type\":\"l2Book\",\"coin\":\"BTC\""));
    assert_true(wait_heard(ear, "\"levels\":[[{\"px\":", before + 1));
}

static void trades_begin_with_old_ones(void **state) {
    (void)state;
    struct ear *ear = listen_until_greeted();
    char text[TEXT_BYTES];
    const struct exchange_injection sold = {
        .kind = EXCHANGE_TRADE, .price_ticks = 987654, .qty_lots = 12, .side = SIDE_SELL};
    const struct exchange_injection bought = {
        .kind = EXCHANGE_TRADE, .price_ticks = 987655, .qty_lots = 7, .side = SIDE_BUY};
    assert_true(exchange_server_inject(stage->server, &sold));
    say(ear, SUBSCRIBE("\"type\":\"trades\",\"coin\":\"BTC\""));
    assert_true(wait_heard(ear, "98765.4", 1));
    assert_true(exchange_server_inject(stage->server, &bought));
    assert_true(wait_heard(ear, "98765.5", 1));
    assert_true(heard_text(ear, "98765.4", 0, text, sizeof text));
    assert_non_null(strstr(
        text, "\"data\":[{\"coin\":\"BTC\",\"side\":\"A\",\"px\":\"98765.4\",\"sz\":\"0.012\","));
    assert_true(heard_text(ear, "98765.5", 0, text, sizeof text));
    assert_non_null(strstr(
        text, "\"data\":[{\"coin\":\"BTC\",\"side\":\"B\",\"px\":\"98765.5\",\"sz\":\"0.007\","));
}

static void a_silent_connection_is_cut(void **state) {
    (void)state;
    struct ear *ear = listen_until_greeted();
    assert_true(wait_number(ear, &ear->closed, 1)); /* a minute of the rule clock */
}

int main(void) {
    exchange =
        (struct exchange_server_desc){.venue = VENUE_HYPERLIQUID, .frozen = true, .time_scale = 20};
    const struct CMUnitTest tests[] = {
        CASE(what_a_client_says_is_answered),
        CASE(trades_begin_with_old_ones),
        CASE(a_silent_connection_is_cut),
    };
    return cmocka_run_group_tests_name("exchange_hyperliquid", tests, NULL, NULL);
}
