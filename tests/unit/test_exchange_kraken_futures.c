/* The simulated exchange as Kraken Futures: greeting, acks and alerts, trades of every type, a
 * message a level of the book, both markets of one coin.
 *
 * JSON is looked at as text here, never through the parser whose input it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/exchange_fixture.h"

#define SUBSCRIBE(feed, products)                                                                  \
    "{\"event\":\"subscribe\",\"feed\":\"" feed "\",\"product_ids\":[" products "]}"

static void what_a_client_says_is_answered(void **state) {
    (void)state;
    struct ear *ear = listen_in(0, "/ws/v1");
    assert_true(wait_heard(ear, "{\"event\":\"info\",\"version\":1}", 1));
    static const struct reply_row rows[] = {
        {SUBSCRIBE("ticker", "\"PF_XBTUSD\""),
         "{\"event\":\"subscribed\",\"feed\":\"ticker\",\"product_ids\":[\"PF_XBTUSD\"]}"},
        {SUBSCRIBE("ticker", "\"PF_XBTUSD\""), "Already subscribed to feed, re-requesting"},
        {SUBSCRIBE("trade", "\"X\",\"PI_XBTUSD\""),
         "{\"event\":\"alert\",\"message\":\"Couldn't subscribe to invalid product `X`\"}"},
        {"", "{\"event\":\"subscribed\",\"feed\":\"trade\",\"product_ids\":[\"PI_XBTUSD\"]}"},
        {SUBSCRIBE("nothing", "\"PF_XBTUSD\""),
         "{\"event\":\"subscribed_failed\",\"feed\":\"nothing\",\"product_ids\":[\"PF_XBTUSD\"]}"},
        {SUBSCRIBE("trade", ""), "{\"event\":\"error\",\"message\":\"Invalid product id\"}"},
        {"{\"event\":\"unsubscribe\",\"feed\":\"ticker\",\"product_ids\":[\"PF_XBTUSD\"]}",
         "{\"event\":\"unsubscribed\",\"feed\":\"ticker\",\"product_ids\":[\"PF_XBTUSD\"]}"},
        {"{\"event\":\"subscribe\",\"feed\":\"heartbeat\"}",
         "{\"event\":\"subscribed\",\"feed\":\"heartbeat\"}"},
        {"", "{\"feed\":\"heartbeat\",\"time\":"},
        {"junk", "{\"event\":\"alert\",\"message\":\"Bad request\"}"},
    };
    expect_replies(ear, rows, ARRAY_COUNT(rows));
}

static void both_markets_have_their_units(void **state) {
    (void)state;
    char text[TEXT_BYTES];
    struct ear *ear = listen_in(0, "/ws/v1");
    say(ear, SUBSCRIBE("trade", "\"PF_XBTUSD\",\"PI_XBTUSD\""));
    say(ear, SUBSCRIBE("ticker", "\"PI_XBTUSD\""));
    assert_true(wait_heard(ear, "\"event\":\"subscribed\"", 3));
    inject((struct exchange_injection){
        .kind = EXCHANGE_TRADE, .price_ticks = 900000, .qty_lots = 120, .side = SIDE_SELL});
    inject((struct exchange_injection){.kind = EXCHANGE_LIQUIDATION,
                                       .price_ticks = 800000,
                                       .qty_lots = 250,
                                       .position = POS_LONG});
    assert_true(wait_heard(ear, "\"price\":80000.0", 2)); /* a sell closes a long */
    assert_true(heard_text(ear, "\"price\":90000.0", 0, text, sizeof text));
    assert_non_null(strstr(text, "{\"feed\":\"trade\",\"product_id\":\"PF_XBTUSD\",\"uid\":\""));
    assert_non_null(strstr(text, "\"side\":\"sell\",\"type\":\"fill\",\"seq\":"));
    assert_non_null(strstr(text, "\"qty\":0.120,\"price\":90000.0}"));
    assert_true(wait_heard(ear, "\"qty\":10801,\"price\":90000.0}", 1));
    assert_true(wait_heard(ear, "\"side\":\"sell\",\"type\":\"liquidation\"", 2));
    assert_true(wait_heard(ear, "\"relative_funding_rate\":", 1));
    assert_true(heard_text(ear, "\"feed\":\"ticker\",\"bid\"", 0, text, sizeof text));
    assert_non_null(strstr(text, "\"product_id\":\"PI_XBTUSD\",\"funding_rate\":"));
    assert_non_null(strstr(text, "\"relative_funding_rate_prediction\":-0.0,"));
    say(ear, "{\"event\":\"unsubscribe\",\"feed\":\"trade\",\"product_ids\":[\"PF_XBTUSD\"]}");
    say(ear, SUBSCRIBE("trade", "\"PF_XBTUSD\""));
    assert_true(wait_heard(ear, "{\"feed\":\"trade_snapshot\",\"product_id\":\"PF_XBTUSD\"", 1));
}

static void a_book_comes_level_by_level(void **state) {
    (void)state;
    struct ear *ear = listen_in(0, "/ws/v1");
    say(ear, SUBSCRIBE("book", "\"PF_XBTUSD\""));
    assert_true(wait_heard(ear, "{\"feed\":\"book_snapshot\",\"product_id\":\"PF_XBTUSD\"", 1));
    assert_true(wait_heard(ear, "{\"price\":1.0,\"qty\":0}],\"asks\":[", 1));
    assert_true(wait_heard(ear, "{\"feed\":\"book\",\"product_id\":\"PF_XBTUSD\",\"side\":", 3));
}

static void answers_have_the_venues_shape(void **state) {
    (void)state;
    static const struct answer_row rows[] = {
        {"/derivatives/api/v3/instruments", 200,
         "{\"result\":\"success\",\"instruments\":[{\"symbol\":\"PF_XBTUSD\",\"type\":"
         "\"flexible_futures\""},
        {"/derivatives/api/v3/tickers", 200, "\"tickers\":[{\"tag\":\"perpetual\""},
        {"/derivatives/api/v3/tickers/PI_XBTUSD", 200, "\"symbol\":\"PI_XBTUSD\""},
        {"/derivatives/api/v3/tickers/PF_NOUSD", 404, "\"error\":\"contractNotFound\""},
        {"/derivatives/api/v3/history?symbol=PF_XBTUSD", 200, "\"history\":["},
        {"/derivatives/api/v3/history", 400, "{\"result\":\"error\""},
        {"/derivatives/api/v3/orderbook?symbol=PI_XBTUSD", 200, "\"orderBook\":{\"bids\":[["},
        {"/derivatives/api/v4/historicalfundingrates?symbol=PF_XBTUSD", 200, "{\"rates\":["},
        {"/api/charts/v1/trade/PF_XBTUSD/1m", 200, "{\"candles\":[{\"time\":"},
        {"/api/charts/v1/trade/PF_XBTUSD/2m", 404, "{\"result\":\"error\""},
        {"/nothing", 404, "{\"result\":\"error\",\"error\":\"Not Found\",\"serverTime\":\"20"},
    };
    expect_answers("", rows, ARRAY_COUNT(rows));
}

int main(void) {
    exchange = (struct exchange_server_desc){
        .venue = VENUE_KRAKEN_FUTURES, .frozen = true, .time_scale = 20};
    const struct CMUnitTest tests[] = {
        CASE(what_a_client_says_is_answered),
        CASE(both_markets_have_their_units),
        CASE(a_book_comes_level_by_level),
        CASE(answers_have_the_venues_shape),
    };
    return cmocka_run_group_tests_name("exchange_kraken_futures", tests, NULL, NULL);
}
