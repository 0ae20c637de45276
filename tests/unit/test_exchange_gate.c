/* The simulated exchange as Gate: acks of both ages, data before an ack, errors, signs of sizes on
 * the stream and by REST, a book that begins whole.
 *
 * JSON is looked at as text here, never through the parser whose input it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/exchange_fixture.h"

#define SUBSCRIBE(channel, payload)                                                                \
    "{\"time\":1,\"id\":1,\"channel\":\"" channel                                                  \
    "\",\"event\":\"subscribe\",\"payload\":[" payload "]}"

static void what_a_client_says_is_answered(void **state) {
    (void)state;
    struct ear *ear = listen_in(0, "/v4/ws/usdt");
    static const struct reply_row rows[] = {
        {SUBSCRIBE("futures.trades", "\"BTC_USDT\""),
         "\"channel\":\"futures.trades\",\"event\":\"subscribe\",\"payload\":[\"BTC_USDT\"],"
         "\"result\":{\"status\":\"success\"},\"requestId\":"},
        {SUBSCRIBE("futures.candlesticks", "\"1m\",\"BTC_USDT\""), /* as older servers answer */
         ",\"channel\":\"futures.candlesticks\",\"event\":\"subscribe\",\"result\":{\"status\":"
         "\"success\"}}"},
        {SUBSCRIBE("futures.obu", "\"ob.BTC_USDT.50\""), "\"payload\":[\"ob.BTC_USDT.50\"],"},
        {SUBSCRIBE("futures.obu", "\"ob.BTC_USDT.50\""),
         "\"error\":{\"code\":2,\"message\":\"Alert sub ob.BTC_USDT.50\"},\"result\":{\"status\":"
         "\"fail\"}"},
        {SUBSCRIBE("futures.trades", "\"NO_USDT\""), "\"message\":\"unknown contract NO_USDT\""},
        {SUBSCRIBE("futures.trades", ""), "\"message\":\"empty payload\""},
        {"{\"time\":1,\"channel\":\"futures.ping\"}",
         "\"channel\":\"futures.pong\",\"event\":\"\",\"result\":null}"},
        {"junk", "\"error\":{\"code\":1,"},
    };
    expect_replies(ear, rows, ARRAY_COUNT(rows));
}

static void data_may_come_before_the_ack(void **state) {
    (void)state;
    struct ear *ear = listen_in(0, "/v4/ws/usdt");
    char first[TEXT_BYTES];
    say(ear, SUBSCRIBE("futures.tickers", "\"BTC_USDT\""));
    assert_true(wait_heard(ear, "\"event\":\"subscribe\"", 1));
    assert_true(heard_text(ear, "", 0, first, sizeof first));
    assert_non_null(strstr(first, "\"channel\":\"futures.tickers\",\"event\":\"update\""));
    assert_non_null(strstr(first, "\"contract\":\"BTC_USDT\",\"last\":\""));
}

static void signs_of_sizes_are_the_venues(void **state) {
    (void)state;
    struct ear *ear = listen_in(0, "/v4/ws/usdt");
    char text[TEXT_BYTES];
    say(ear, SUBSCRIBE("futures.trades", "\"BTC_USDT\""));
    say(ear, SUBSCRIBE("futures.public_liquidates", "\"!all\""));
    assert_true(wait_heard(ear, "success", 2));
    inject((struct exchange_injection){
        .kind = EXCHANGE_TRADE, .price_ticks = 987654, .qty_lots = 120, .side = SIDE_SELL});
    inject((struct exchange_injection){
        .kind = EXCHANGE_TRADE, .price_ticks = 987655, .qty_lots = 70, .side = SIDE_BUY});
    inject((struct exchange_injection){.kind = EXCHANGE_LIQUIDATION,
                                       .price_ticks = 987656,
                                       .qty_lots = 250,
                                       .position = POS_LONG});
    inject((struct exchange_injection){.kind = EXCHANGE_LIQUIDATION,
                                       .price_ticks = 987657,
                                       .qty_lots = 30,
                                       .position = POS_SHORT});
    assert_true(wait_heard(ear, "98765.7", 1));
    assert_true(heard_text(ear, "98765.4", 0, text, sizeof text));
    assert_non_null(strstr(text, "\"result\":[{\"size\":-12,\"id\":"));
    assert_true(heard_text(ear, "98765.5", 0, text, sizeof text));
    assert_non_null(strstr(text, "{\"size\":7,\"id\":"));
    assert_true(heard_text(ear, "98765.6", 0, text, sizeof text)); /* a sell order */
    assert_non_null(strstr(text, "{\"price\":\"98765.6\",\"size\":-25,\"time\":"));
    assert_true(heard_text(ear, "98765.7", 0, text, sizeof text));
    assert_non_null(strstr(text, "{\"price\":\"98765.7\",\"size\":3,\"time\":"));
    /* By REST it is the position, and the order has the other sign. */
    expect_answer(stage, "/api/v4/futures/usdt/liq_orders?contract=BTC_USDT", 200,
                  "\"contract\":\"BTC_USDT\",\"size\":25,\"order_size\":-25,");
    expect_answer(stage, "/api/v4/futures/usdt/liq_orders?contract=BTC_USDT", 200,
                  "\"size\":-3,\"order_size\":3,");
}

static void a_book_begins_whole_each_time(void **state) {
    (void)state;
    struct ear *ear = listen_in(0, "/v4/ws/usdt");
    say(ear, SUBSCRIBE("futures.obu", "\"ob.BTC_USDT.400\""));
    assert_true(wait_heard(ear, "\"full\":true,\"s\":\"ob.BTC_USDT.400\",\"u\":", 1));
    say(ear,
        "{\"time\":1,\"id\":1,\"channel\":\"futures.obu\",\"event\":\"unsubscribe\",\"payload\":"
        "[\"ob.BTC_USDT.400\"]}");
    say(ear, SUBSCRIBE("futures.obu", "\"ob.BTC_USDT.400\""));
    assert_true(wait_heard(ear, "\"full\":true,\"s\":\"ob.BTC_USDT.400\",\"u\":", 2));
    exchange_server_set_faults(stage->server, &(struct exchange_faults){.notice = true});
    assert_true(wait_heard(ear,
                           "\"channel\":\"futures.system\",\"event\":\"update\",\"result\":{"
                           "\"type\":\"upgrade\"",
                           1));
    assert_true(wait_number(ear, &ear->closed, 1));
}

static void answers_have_the_venues_shape(void **state) {
    (void)state;
    static const struct answer_row rows[] = {
        {"contracts", 200,
         "[{\"name\":\"BTC_USDT\",\"type\":\"direct\",\"quanto_multiplier\":\"0.01\""},
        {"contracts/BTC_USDT", 200, "{\"name\":\"BTC_USDT\""},
        {"contracts/NO_USDT", 400, "\"label\":\"CONTRACT_NOT_FOUND\""},
        {"tickers?contract=BTC_USDT", 200, "[{\"contract\":\"BTC_USDT\",\"last\":\""},
        {"candlesticks?contract=BTC_USDT&interval=1m&limit=2", 200, "[{\"t\":"},
        {"candlesticks?contract=BTC_USDT&interval=1m&limit=2&from=1", 400, "INVALID_PARAM_VALUE"},
        {"candlesticks?contract=BTC_USDT&interval=1m&limit=2001", 400, "INVALID_PARAM_VALUE"},
        {"contract_stats?contract=BTC_USDT&interval=5m&limit=2", 200, ",\"open_interest\":"},
        {"liq_orders?contract=BTC_USDT&from=1700000000&to=1700007200", 400, "INVALID_PARAM_VALUE"},
        {"risk_limit_tiers?contract=BTC_USDT", 200,
         "[{\"maintenance_rate\":\"0.004000\",\"tier\":1,"},
        {"trades?contract=BTC_USDT&limit=1", 200, "["},
        {"order_book?contract=BTC_USDT&limit=2&with_id=true", 200, "{\"id\":"},
        {"trades", 400, "\"label\":\"MISSING_REQUIRED_PARAM\""},
        {"nothing", 404, "\"label\":\"NOT_FOUND\""},
    };
    expect_answers("/api/v4/futures/usdt/", rows, ARRAY_COUNT(rows));
}

int main(void) {
    exchange = (struct exchange_server_desc){.venue = VENUE_GATE, .frozen = true, .time_scale = 20};
    const struct CMUnitTest tests[] = {
        CASE(what_a_client_says_is_answered), CASE(data_may_come_before_the_ack),
        CASE(signs_of_sizes_are_the_venues),  CASE(a_book_begins_whole_each_time),
        CASE(answers_have_the_venues_shape),
    };
    return cmocka_run_group_tests_name("exchange_gate", tests, NULL, NULL);
}
