/* The simulated exchange as Bitget: an answer for each argument, text pings, sides and units of the
 * three lines, sequence numbers beyond a double, a server that began anew.
 *
 * JSON is looked at as text here, never through the parser whose input it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/exchange_fixture.h"

#define ARG(line, topic, symbol)                                                                   \
    "{\"instType\":\"" line "\",\"topic\":\"" topic "\",\"symbol\":\"" symbol "\"}"
#define SUBSCRIBE(args) "{\"op\":\"subscribe\",\"args\":[" args "]}"

static void what_a_client_says_is_answered(void **state) {
    (void)state;
    struct ear *ear = listen_in(0, "/v3/ws/public");
    static const struct reply_row rows[] = {
        {"ping", "pong"},
        {SUBSCRIBE(ARG("usdt-futures", "books", "NOPEUSDT")),
         "{\"event\":\"error\",\"arg\":{\"instType\":\"usdt-futures\",\"topic\":\"books\","
         "\"symbol\":\"NOPEUSDT\"},\"code\":\"30001\",\"msg\":\"instType:usdt-futures,topic:books,"
         "symbol:NOPEUSDT doesn't exist\"}"},
        {SUBSCRIBE(ARG("spot", "ticker", "BTCUSDT")), "\"code\":\"30001\",\"msg\":\"instType:spot"},
        {"{\"op\":\"subscribe\",\"args\":[{\"instType\":\"usdt-futures\",\"topic\":"
         "\"liquidation\"}," ARG("usdt-futures", "publicTrade", "BTCUSDT") "]}",
         "{\"event\":\"subscribe\",\"arg\":{\"instType\":\"usdt-futures\",\"topic\":"
         "\"liquidation\"},\"connId\":\""},
        {"{\"op\":\"unsubscribe\",\"args\":[{\"instType\":\"usdt-futures\",\"topic\":"
         "\"liquidation\"}]}",
         "{\"event\":\"unsubscribe\",\"arg\":{\"instType\":\"usdt-futures\",\"topic\":"
         "\"liquidation\"},\"connId\":\""},
        {"junk", "\"code\":\"30003\""},
    };
    expect_replies(ear, rows, ARRAY_COUNT(rows));
    assert_int_equal(heard(ear, "\"event\":\"subscribe\""), 2); /* one for each argument */
}

static void who_talks_too_much_is_cut(void **state) {
    (void)state;
    struct ear *ear = listen_in(0, "/v3/ws/public");
    for (int i = 0; i < 11; i++) {
        say(ear, "ping");
    }
    assert_true(wait_number(ear, &ear->closed, 1));
}

static void sides_and_units_are_the_venues(void **state) {
    (void)state;
    struct ear *ear = listen_in(0, "/v3/ws/public");
    char text[TEXT_BYTES];
    say(ear, SUBSCRIBE(ARG("usdt-futures", "publicTrade", "BTCUSDT") "," ARG(
                 "coin-futures", "publicTrade", "BTCUSD") ",{\"instType\":\"usdt-futures\","
                                                          "\"topic\":\"liquidation\"}"));
    assert_true(wait_heard(ear, "\"event\":\"subscribe\"", 3));
    inject((struct exchange_injection){
        .kind = EXCHANGE_TRADE, .price_ticks = 500000, .qty_lots = 120, .side = SIDE_SELL});
    inject((struct exchange_injection){.kind = EXCHANGE_LIQUIDATION,
                                       .price_ticks = 500001,
                                       .qty_lots = 250,
                                       .position = POS_LONG});
    inject((struct exchange_injection){.kind = EXCHANGE_LIQUIDATION,
                                       .price_ticks = 500002,
                                       .qty_lots = 30,
                                       .position = POS_SHORT});
    assert_true(wait_heard(ear, "50000.2", 1));
    assert_true(heard_text(ear, "\"publicTrade\",\"symbol\":\"BTCUSDT\"},\"data\":[{\"i\":\"", 0,
                           text, sizeof text));
    assert_non_null(strstr(text, ",\"p\":\"50000.0\",\"v\":\"0.120\",\"S\":\"sell\",\"T\":\""));
    assert_true(wait_heard(ear, "\"p\":\"50000.0\",\"v\":\"6001\",\"S\":\"sell\"", 1)); /* USD */
    assert_true(heard_text(ear, "50000.1", 0, text, sizeof text));
    assert_non_null(strstr(text, "\"action\":\"update\",\"arg\":{\"instType\":\"usdt-futures\","
                                 "\"topic\":\"liquidation\"},\"data\":[{\"symbol\":\"BTCUSDT\","
                                 "\"side\":\"buy\",\"price\":\"50000.1\",\"amount\":"
                                 "\"12500.0250\",\"ts\":\""));
    assert_true(heard_text(ear, "50000.2", 0, text, sizeof text)); /* its time is a number */
    assert_non_null(strstr(text, "\"side\":\"sell\",\"price\":\"50000.2\",\"amount\":"
                                 "\"1500.0060\",\"ts\":1"));
    expect_answer(stage, "/api/v3/market/liquidations?category=USDT-FUTURES&symbol=BTCUSDT", 200,
                  "\"data\":{\"list\":[{\"symbol\":\"BTCUSDT\",\"side\":\"sell\",\"price\":"
                  "\"50000.2\",");
}

static void a_book_begins_with_pseq_0(void **state) {
    (void)state;
    struct ear *ear = listen_in(0, "/v3/ws/public");
    say(ear, SUBSCRIBE(ARG("usdt-futures", "books", "BTCUSDT")));
    assert_true(
        wait_heard(ear, "{\"action\":\"snapshot\",\"arg\":{\"instType\":\"usdt-futures\"", 1));
    assert_true(wait_heard(ear, "\"pseq\":0,\"seq\":1304", 1));
    exchange_server_set_faults(stage->server, &(struct exchange_faults){.reset_count = 1});
    assert_true(wait_heard(ear, "\"pseq\":0,\"seq\":1304", 2));
    assert_int_equal(heard(ear, "\"action\":\"snapshot\""), 1); /* it does not call itself one */
}

static void answers_have_the_venues_shape(void **state) {
    (void)state;
    static const struct answer_row rows[] = {
        {"instruments?category=USDT-FUTURES", 200,
         "{\"symbol\":\"BTCUSDT\",\"category\":\"USDT-FUTURES\",\"baseCoin\":\"BTC\","},
        {"instruments?category=COIN-FUTURES", 200, "{\"symbol\":\"BTCUSD\",\"category\":\"COIN"},
        {"instruments?category=SPOT", 400, "\"code\":\"40034\""},
        {"tickers?category=USDC-FUTURES&symbol=BTCPERP", 200,
         "[{\"category\":\"USDC-FUTURES\",\"symbol\":\"BTCPERP\",\"ts\":\""},
        {"candles?category=USDT-FUTURES&symbol=BTCUSDT&interval=1m&limit=2", 200,
         "\"code\":\"00000\",\"msg\":\"success\",\"requestTime\":"},
        {"candles?category=USDT-FUTURES&symbol=BTCUSDT&interval=1m&limit=1001", 400, "40020"},
        {"history-candles?category=USDT-FUTURES&symbol=BTCUSDT&interval=5m&limit=2", 200, "[[\""},
        {"open-interest?category=COIN-FUTURES&symbol=BTCUSD", 200,
         "\"data\":{\"list\":[{\"symbol\":\"BTCUSD\",\"openInterest\":\""},
        {"current-fund-rate?category=USDT-FUTURES&symbol=BTCUSDT", 200,
         ",\"fundingRateInterval\":\"8\",\"nextUpdate\":\""},
        {"history-fund-rate?category=USDT-FUTURES&symbol=BTCUSDT", 200, "{\"resultList\":["},
        {"position-tier?category=USDT-FUTURES&symbol=BTCUSDT", 200,
         "[{\"tier\":\"1\",\"minTierValue\":\"0\",\"maxTierValue\":\""},
        {"fills?category=USDT-FUTURES&symbol=BTCUSDT&limit=1", 200, "\"data\":["},
        {"orderbook?category=USDT-FUTURES&symbol=BTCUSDT&limit=2", 200, "\"data\":{\"a\":[["},
        {"fills?category=USDT-FUTURES", 400, "Parameter symbol does not exist"},
        {"nothing", 404, "\"code\":\"40404\""},
    };
    expect_answers("/api/v3/market/", rows, ARRAY_COUNT(rows));
}

int main(void) {
    exchange = (struct exchange_server_desc){.venue = VENUE_BITGET, .frozen = true};
    const struct CMUnitTest tests[] = {
        CASE(what_a_client_says_is_answered), CASE(who_talks_too_much_is_cut),
        CASE(sides_and_units_are_the_venues), CASE(a_book_begins_with_pseq_0),
        CASE(answers_have_the_venues_shape),
    };
    return cmocka_run_group_tests_name("exchange_bitget", tests, NULL, NULL);
}
