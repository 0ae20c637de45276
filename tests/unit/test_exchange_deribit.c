/* The simulated exchange as Deribit: channels that are left out of an answer, credits, heartbeats
 * that want an answer, flags of forced trades, changes of a book.
 *
 * JSON is looked at as text here, never through the parser whose input it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/exchange_fixture.h"

#define SUBSCRIBE(id, channels)                                                                    \
    "{\"jsonrpc\":\"2.0\",\"id\":" id                                                              \
    ",\"method\":\"public/subscribe\",\"params\":{\"channels\":[" channels "]}}"

static void what_is_refused_is_left_out(void **state) {
    (void)state;
    struct ear *ear = listen_in(0, "/ws/api/v2");
    static const struct reply_row rows[] = {
        {SUBSCRIBE("3", "\"trades.BTC-PERPETUAL.100ms\",\"trades.BTC-PERPETUAL.raw\","
                        "\"book.NO-PERPETUAL.100ms\",\"ticker.BTC_USDC-PERPETUAL.100ms\""),
         "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":[\"trades.BTC-PERPETUAL.100ms\","
         "\"ticker.BTC_USDC-PERPETUAL.100ms\"],\"usIn\":"},
        {"{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"public/unsubscribe\",\"params\":{"
         "\"channels\":[\"trades.BTC-PERPETUAL.100ms\"]}}",
         "\"id\":\"a\",\"result\":[\"trades.BTC-PERPETUAL.100ms\"]"},
        {"{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"public/test\",\"params\":{}}",
         "\"id\":4,\"result\":{\"version\":\""},
        {"{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"public/none\"}",
         "\"error\":{\"code\":-32601,\"message\":\"Method not found\"}"},
        {"{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"public/set_heartbeat\",\"params\":{"
         "\"interval\":9}}",
         "\"id\":6,\"error\":{\"code\":-32602,"},
        {"junk", "\"code\":-32700"},
    };
    expect_replies(ear, rows, ARRAY_COUNT(rows));
}

static void who_does_not_answer_is_cut(void **state) {
    (void)state;
    struct ear *ear = listen_in(0, "/ws/api/v2");
    say(ear, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"public/set_heartbeat\",\"params\":{"
             "\"interval\":10}}");
    assert_true(wait_heard(ear, "\"id\":1,\"result\":\"ok\"", 1));
    assert_true(wait_heard(ear, "{\"type\":\"heartbeat\"}", 1));
    assert_true(wait_heard(ear, "{\"type\":\"test_request\"}", 1));
    assert_true(wait_number(ear, &ear->closed, 1));
}

static void forced_trades_say_whose(void **state) {
    (void)state;
    struct ear *ear = listen_in(0, "/ws/api/v2");
    char text[TEXT_BYTES];
    say(ear, SUBSCRIBE("1", "\"trades.BTC-PERPETUAL.100ms\",\"trades.BTC_USDC-PERPETUAL.100ms\""));
    assert_true(wait_heard(ear, "\"result\":[", 1));
    inject((struct exchange_injection){
        .kind = EXCHANGE_TRADE, .price_ticks = 500000, .qty_lots = 120, .side = SIDE_BUY});
    for (int i = 0; i < 8; i++) { /* a long each, some of them hit by somebody who buys */
        inject((struct exchange_injection){.kind = EXCHANGE_LIQUIDATION,
                                           .price_ticks = 500001,
                                           .qty_lots = 250,
                                           .position = POS_LONG});
    }
    assert_true(wait_heard(ear, "\"price\":50000.1", 16));
    assert_int_equal(heard(ear, "\"price\":50000.0"), 2);
    assert_true(heard_text(ear, "\"price\":50000.0", 0, text, sizeof text));
    assert_non_null(strstr(text, "\"direction\":\"buy\",\"amount\":6010.0,\"contracts\":601.0}"));
    assert_null(strstr(text, "liquidation"));
    assert_true(wait_heard(ear, "\"direction\":\"buy\",\"amount\":0.120}", 1)); /* coins */
    int takers = 0;
    int makers = 0;
    for (int i = 0; i < 16; i++) {
        assert_true(heard_text(ear, "\"price\":50000.1", i, text, sizeof text));
        const bool taker = strstr(text, "\"liquidation\":\"T\"") != NULL;
        takers += taker && strstr(text, "\"direction\":\"sell\"") != NULL;
        makers += !taker && strstr(text, "\"liquidation\":\"M\"") != NULL &&
                  strstr(text, "\"direction\":\"buy\"") != NULL;
    }
    assert_int_equal(takers + makers, 16);
    assert_true(takers > 0 && makers > 0);
}

static void a_book_says_what_changed(void **state) {
    (void)state;
    struct ear *ear = listen_in(0, "/ws/api/v2");
    say(ear, SUBSCRIBE("1", "\"book.BTC-PERPETUAL.100ms\",\"book.BTC-PERPETUAL.none.20.100ms\""));
    assert_true(wait_heard(ear,
                           "\"channel\":\"book.BTC-PERPETUAL.100ms\",\"data\":{\"type\":"
                           "\"snapshot\",\"timestamp\":",
                           1));
    assert_true(wait_heard(ear,
                           "\"channel\":\"book.BTC-PERPETUAL.none.20.100ms\",\"data\":{"
                           "\"timestamp\":",
                           1));
    assert_int_equal(heard(ear, "\"prev_change_id\":0"), 0); /* a snapshot has none */
}

static void answers_have_the_venues_shape(void **state) {
    (void)state;
    static const struct answer_row rows[] = {
        {"get_instruments?currency=any&kind=future", 200, "\"instrument_type\":\"reversed\""},
        {"get_instruments?currency=any", 200, "\"kind\":\"option\""},
        {"ticker?instrument_name=BTC-PERPETUAL", 200, "\"result\":{\"timestamp\":"},
        {"get_book_summary_by_instrument?instrument_name=BTC_USDC-PERPETUAL", 200,
         "\"instrument_name\":\"BTC_USDC-PERPETUAL\""},
        {"get_book_summary_by_currency?currency=BTC&kind=future", 200, "\"BTC-PERPETUAL\""},
        {"get_tradingview_chart_data?instrument_name=BTC-PERPETUAL&start_timestamp=0"
         "&end_timestamp=9999999999999&resolution=1",
         200, "\"status\":\"ok\",\"open\":["},
        {"get_tradingview_chart_data?instrument_name=BTC-PERPETUAL&resolution=1", 400, "-32602"},
        {"get_last_trades_by_instrument?instrument_name=BTC-PERPETUAL&count=2", 200,
         "\"result\":{\"trades\":["},
        {"get_last_trades_by_instrument_and_time?instrument_name=BTC-PERPETUAL&start_timestamp=0"
         "&end_timestamp=9999999999999&count=1001",
         400, "-32602"},
        {"get_funding_rate_history?instrument_name=BTC-PERPETUAL", 200, "\"result\":["},
        {"get_order_book?instrument_name=BTC-PERPETUAL&depth=2", 200, "\"change_id\":"},
        {"ticker?instrument_name=NO-PERPETUAL", 400, "\"code\":13020"},
        {"nothing", 404, "\"code\":-32601"},
    };
    expect_answers("/api/v2/public/", rows, ARRAY_COUNT(rows));
}

/* Three thousand credits each, of thirty thousand: the eleventh of a burst is too many. */
static void a_burst_costs_too_many_credits(void **state) {
    (void)state;
    struct stage *slow =
        stage_create(&(struct exchange_server_desc){.venue = VENUE_DERIBIT, .frozen = true});
    struct ear *ear = listen_to(slow, 0, "/ws/api/v2");
    assert_true(wait_number(ear, &ear->opened, 1));
    for (int i = 0; i < 40; i++) {
        say(ear, SUBSCRIBE("9", "\"quote.BTC-PERPETUAL\""));
    }
    assert_true(wait_heard(ear,
                           "\"id\":9,\"error\":{\"code\":10028,\"message\":"
                           "\"too_many_requests\"}",
                           1));
    stage_destroy(slow);
}

int main(void) {
    exchange =
        (struct exchange_server_desc){.venue = VENUE_DERIBIT, .frozen = true, .time_scale = 50};
    const struct CMUnitTest tests[] = {
        CASE(what_is_refused_is_left_out),   CASE(who_does_not_answer_is_cut),
        CASE(forced_trades_say_whose),       CASE(a_book_says_what_changed),
        CASE(answers_have_the_venues_shape), cmocka_unit_test(a_burst_costs_too_many_credits),
    };
    return cmocka_run_group_tests_name("exchange_deribit", tests, NULL, NULL);
}
