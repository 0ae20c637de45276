/* The simulated exchange as Bybit: acks and refusals of whole requests, positions of liquidations,
 * both markets of one coin, a book that begins anew, tickers that leave members out.
 *
 * JSON is looked at as text here, never through the parser whose input it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/exchange_fixture.h"

#define SUBSCRIBE(args) "{\"req_id\":\"9\",\"op\":\"subscribe\",\"args\":[" args "]}"

static void what_a_client_says_is_answered(void **state) {
    (void)state;
    struct ear *ear = listen_in(0, "/v5/public/linear");
    static const struct reply_row rows[] = {
        {SUBSCRIBE("\"publicTrade.BTCUSDT\""),
         "{\"success\":true,\"ret_msg\":\"subscribe\",\"conn_id\":\"2324d924-aa4d-45b0-a858-"
         "7b8be29ab52b\",\"req_id\":\"9\",\"op\":\"subscribe\"}"},
        {"{\"op\":\"unsubscribe\",\"args\":[\"publicTrade.BTCUSDT\"]}",
         "{\"success\":true,\"ret_msg\":\"\",\"conn_id\":\"2324d924-aa4d-45b0-a858-7b8be29ab52b\","
         "\"op\":\"unsubscribe\"}"},
        {SUBSCRIBE("\"kline.1.BTCUSDT\""), /* its text may be missing */
         "{\"success\":true,\"conn_id\":\"2324d924-aa4d-45b0-a858-7b8be29ab52b\",\"req_id\":\"9\","
         "\"op\":\"subscribe\"}"},
        {SUBSCRIBE("\"tickers.BTCUSDT\",\"orderbook.500.BTCUSDT\""),
         "{\"success\":false,\"ret_msg\":\"error:handler not found,topic:orderbook.500.BTCUSDT\""},
        {SUBSCRIBE("\"publicTrade.BTCUSD\""), "not found,topic:publicTrade.BTCUSD\""},
        {SUBSCRIBE(""), "\"ret_msg\":\"Params Error\""},
        {"{\"op\":\"ping\"}", "{\"success\":true,\"ret_msg\":\"pong\",\"conn_id\":\"2324d924-aa4d-"
                              "45b0-a858-7b8be29ab52b\",\"req_id\":\"\",\"op\":\"ping\"}"},
        {"junk", "{\"success\":false,"},
    };
    expect_replies(ear, rows, ARRAY_COUNT(rows));
}

static void both_markets_have_their_units(void **state) {
    (void)state;
    char text[TEXT_BYTES];
    struct ear *linear = listen_in(0, "/v5/public/linear");
    struct ear *inverse = listen_in(1, "/v5/public/inverse");
    say(linear, SUBSCRIBE("\"publicTrade.BTCUSDT\",\"allLiquidation.BTCUSDT\""));
    say(inverse, SUBSCRIBE("\"publicTrade.BTCUSD\",\"allLiquidation.BTCUSD\""));
    assert_true(wait_heard(linear, "\"success\":true", 1));
    assert_true(wait_heard(inverse, "\"success\":true", 1));
    inject((struct exchange_injection){
        .kind = EXCHANGE_TRADE, .price_ticks = 900000, .qty_lots = 120, .side = SIDE_SELL});
    inject((struct exchange_injection){.kind = EXCHANGE_LIQUIDATION,
                                       .price_ticks = 800000,
                                       .qty_lots = 250,
                                       .position = POS_LONG});
    inject((struct exchange_injection){.kind = EXCHANGE_LIQUIDATION,
                                       .price_ticks = 700000,
                                       .qty_lots = 30,
                                       .position = POS_SHORT});
    assert_true(wait_heard(linear, "\"p\":\"70000.00\"", 1));
    assert_true(wait_heard(inverse, "\"p\":\"70000.00\"", 1));
    assert_true(heard_text(linear, "\"p\":\"90000.00\"", 0, text, sizeof text));
    assert_non_null(
        strstr(text, "{\"topic\":\"publicTrade.BTCUSDT\",\"type\":\"snapshot\",\"ts\":"));
    assert_non_null(strstr(text, "\"s\":\"BTCUSDT\",\"S\":\"Sell\",\"v\":\"0.120\""));
    assert_true(heard_text(inverse, "\"p\":\"90000.00\"", 0, text, sizeof text));
    assert_non_null(strstr(text, "\"s\":\"BTCUSD\",\"S\":\"Sell\",\"v\":\"10801\""));
    assert_true(heard_text(linear, "\"p\":\"80000.00\"", 0, text, sizeof text)); /* the position */
    assert_non_null(strstr(text, "\"S\":\"Buy\",\"v\":\"0.250\",\"p\":\"80000.00\""));
    assert_true(heard_text(linear, "\"p\":\"70000.00\"", 0, text, sizeof text));
    assert_non_null(strstr(text, "\"S\":\"Sell\",\"v\":\"0.030\",\"p\":\"70000.00\""));
    assert_true(heard_text(inverse, "\"p\":\"70000.00\"", 0, text, sizeof text));
    assert_non_null(strstr(text, "\"S\":\"Sell\",\"v\":\"2101\",\"p\":\"70000.00\""));
}

static void a_book_begins_whole_and_with_one_anew(void **state) {
    (void)state;
    char text[TEXT_BYTES];
    struct ear *ear = listen_in(0, "/v5/public/linear");
    say(ear, SUBSCRIBE("\"orderbook.200.BTCUSDT\",\"tickers.BTCUSDT\""));
    assert_true(wait_heard(ear, "\"topic\":\"orderbook.200.BTCUSDT\",\"type\":\"snapshot\"", 1));
    assert_true(wait_heard(ear, "\"topic\":\"orderbook.200.BTCUSDT\",\"type\":\"delta\"", 1));
    exchange_server_set_faults(stage->server, &(struct exchange_faults){.reset_count = 1});
    assert_true(wait_heard(ear, "\"u\":1,\"seq\":", 1)); /* whole, whatever it is called */
    assert_true(wait_heard(ear, "\"u\":2,\"seq\":", 1));
    assert_true(wait_heard(ear, "\"topic\":\"tickers.BTCUSDT\",\"type\":\"snapshot\"", 1));
    assert_true(wait_heard(ear, "\"topic\":\"tickers.BTCUSDT\",\"type\":\"delta\"", 2));
    assert_true(
        heard_text(ear, "\"topic\":\"tickers.BTCUSDT\",\"type\":\"delta\"", 0, text, sizeof text));
    assert_null(strstr(text, "fundingCap"));
}

static void answers_have_the_venues_shape(void **state) {
    (void)state;
    static const struct answer_row rows[] = {
        {"instruments-info?category=linear", 200,
         "\"list\":[{\"symbol\":\"BTCUSDT\",\"contractType\":\"LinearPerpetual\""},
        {"instruments-info?category=inverse", 200,
         "\"list\":[{\"symbol\":\"BTCUSD\",\"contractType\":\"InversePerpetual\""},
        {"instruments-info?category=spot", 200, "{\"retCode\":10001,"},
        {"tickers?category=linear&symbol=BTCUSDT", 200, "\"singleOpenInterest\":\""},
        {"tickers?category=linear&symbol=BTCUSD", 200, "{\"retCode\":10001,"},
        {"kline?category=inverse&symbol=BTCUSD&interval=1&limit=2", 200,
         "\"category\":\"inverse\",\"symbol\":\"BTCUSD\",\"list\":[[\""},
        {"kline?category=linear&symbol=BTCUSDT&interval=x", 200, "{\"retCode\":10001,"},
        {"open-interest?category=linear&symbol=BTCUSDT&intervalTime=5min", 200,
         "\"list\":[{\"openInterest\":\""},
        {"open-interest?category=linear&symbol=BTCUSDT&intervalTime=1m", 200,
         "{\"retCode\":10001,"},
        {"funding/history?category=linear&symbol=BTCUSDT", 200, "\"list\":["},
        {"recent-trade?category=linear&symbol=BTCUSDT&limit=1", 200, "\"list\":["},
        {"risk-limit?category=linear&symbol=BTCUSDT", 200,
         "\"list\":[{\"id\":1,\"symbol\":\"BTCUSDT\",\"riskLimitValue\":\""},
        {"orderbook?category=linear&symbol=BTCUSDT&limit=2", 200, "\"result\":{\"s\":\"BTCUSDT\""},
        {"time", 200, "\"timeNano\":\""},
        {"nothing", 404, "\"retCode\":10404"},
    };
    expect_answers("/v5/market/", rows, ARRAY_COUNT(rows));
}

int main(void) {
    exchange =
        (struct exchange_server_desc){.venue = VENUE_BYBIT, .frozen = true, .time_scale = 20};
    const struct CMUnitTest tests[] = {
        CASE(what_a_client_says_is_answered),
        CASE(both_markets_have_their_units),
        CASE(a_book_begins_whole_and_with_one_anew),
        CASE(answers_have_the_venues_shape),
    };
    return cmocka_run_group_tests_name("exchange_bybit", tests, NULL, NULL);
}
