/* The simulated exchange as HTX: both dialects of acks, pings whose token must come back byte for
 * byte, sides and amounts, versions that follow on, gzip all the way.
 *
 * JSON is looked at as text here, never through the parser whose input it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/exchange_fixture.h"

static void what_a_client_says_is_answered(void **state) {
    (void)state;
    static const struct {
        bool notice;
        const char *say, *hear;
    } rows[] = {
        {false, "{\"sub\":\"market.BTC-USDT.trade.detail\",\"id\":\"id1\"}",
         "{\"id\":\"id1\",\"status\":\"ok\",\"subbed\":\"market.BTC-USDT.trade.detail\",\"ts\":"},
        {false,
         "{\"sub\":\"market.btc-usdt.depth.size_150.high_freq\",\"data_type\":\"incremental\","
         "\"id\":\"id2\"}",
         "\"subbed\":\"market.btc-usdt.depth.size_150.high_freq\",\"data_type\":\"incremental\""},
        {false, "{\"sub\":\"market.NOPE.trade.detail\",\"id\":\"id3\"}",
         "\"id\":\"id3\",\"err-code\":\"bad-request\",\"err-msg\":\"invalid topic "
         "market.NOPE.trade.detail\"}"},
        {false, "{\"sub\":\"market.BTC-USDT.mark_price.1min\",\"id\":\"id4\"}",
         "invalid topic market.BTC-USDT.mark_price.1min"},
        {false, "{\"unsub\":\"market.BTC-USDT.trade.detail\",\"id\":\"id5\"}",
         "\"status\":\"ok\",\"unsubbed\":\"market.BTC-USDT.trade.detail\""},
        {false, "junk", "\"err-code\":\"bad-request\""},
        {true, "{\"op\":\"sub\",\"cid\":\"c\",\"topic\":\"public.*.liquidation_orders\"}",
         "{\"op\":\"sub\",\"cid\":\"c\",\"topic\":\"public.*.liquidation_orders\",\"ts\":"},
        {true, "{\"op\":\"sub\",\"cid\":\"d\",\"topic\":\"public.*.liquidation_orders\"}",
         "\"err-code\":2014,"},
        {true, "{\"op\":\"sub\",\"cid\":\"e\",\"topic\":\"public.NOPE.liquidation_orders\"}",
         "\"err-code\":2010,"},
        {true, "{\"op\":\"sub\",\"cid\":\"f\",\"topic\":\"public.BTC-USDT.funding_rate\"}",
         "\"topic\":\"public.BTC-USDT.funding_rate\",\"ts\":"},
    };
    struct ear *market = listen_in(0, "/linear-swap-ws");
    struct ear *notice = listen_in(1, "/linear-swap-notification");
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct ear *ear = rows[i].notice ? notice : market;
        say(ear, rows[i].say);
        assert_true(wait_heard(ear, rows[i].hear, 1));
    }
    assert_true(wait_heard(market, "\"event\":\"snapshot\"", 1));
    assert_true(wait_heard(notice, "\"settlement_time\":\"", 1));
}

/* The token that the n-th ping has, with its quotes if it has some. */
static bool token_of(struct ear *ear, const char *before, int n, char *out, size_t out_bytes) {
    char text[TEXT_BYTES];
    if (!heard_text(ear, before, n, text, sizeof text)) {
        return false;
    }
    const char *at = strstr(text, before) + strlen(before);
    return str_copy_span(out, out_bytes, (struct span){at, strcspn(at, "}")});
}

/* A market socket that answers lives on; a notification socket whose text token comes back as a
 * number does not. */
static void pings_want_their_very_token_back(void **state) {
    (void)state;
    enum { PINGS = 8 };
    struct ear *market = listen_in(0, "/linear-swap-ws");
    struct ear *notice = listen_in(1, "/linear-swap-notification");
    char token[64], reply[128];
    for (int i = 0; i < PINGS; i++) {
        assert_true(wait_heard(market, "{\"ping\":", i + 1));
        assert_true(token_of(market, "{\"ping\":", i, token, sizeof token));
        assert_true(token[0] != '"');
        (void)str_format(reply, sizeof reply, "{\"pong\":%s}", token);
        say(market, reply);
        if (i == 0) {
            assert_true(wait_heard(notice, "{\"op\":\"ping\",\"ts\":", 1));
            assert_true(token_of(notice, "{\"op\":\"ping\",\"ts\":", 0, token, sizeof token));
            assert_true(token[0] == '"');
            (void)str_format(reply, sizeof reply, "{\"op\":\"pong\",\"ts\":%.*s}",
                             (int)strlen(token) - 2, token + 1);
            say(notice, reply);
        }
    }
    assert_true(wait_heard(notice, "{\"op\":\"close\",\"ts\":", 1));
    assert_true(wait_number(notice, &notice->closed, 1));
    assert_int_equal(heard(notice, "{\"op\":\"ping\""), 5);
    pthread_mutex_lock(&market->lock);
    assert_int_equal(market->closed, 0);
    pthread_mutex_unlock(&market->lock);
}

static void sides_and_amounts_are_the_venues(void **state) {
    (void)state;
    struct ear *market = listen_in(0, "/linear-swap-ws");
    struct ear *notice = listen_in(1, "/linear-swap-notification");
    char text[TEXT_BYTES];
    say(market, "{\"sub\":\"market.BTC-USDT.trade.detail\",\"id\":\"1\"}");
    say(notice, "{\"op\":\"sub\",\"cid\":\"1\",\"topic\":\"public.*.liquidation_orders\"}");
    assert_true(wait_heard(market, "subbed", 1));
    assert_true(wait_heard(notice, "err-code", 1));
    inject((struct exchange_injection){
        .kind = EXCHANGE_TRADE, .price_ticks = 987654, .qty_lots = 125, .side = SIDE_BUY});
    inject((struct exchange_injection){.kind = EXCHANGE_LIQUIDATION,
                                       .price_ticks = 987656,
                                       .qty_lots = 2500,
                                       .position = POS_SHORT});
    assert_true(wait_heard(market, "\"price\":98765.4,", 1));
    assert_true(heard_text(market, "\"price\":98765.4,", 0, text, sizeof text));
    assert_non_null(strstr(text, "\"data\":[{\"amount\":125,"));
    assert_non_null(strstr(text, "\"direction\":\"buy\",\"quantity\":0.125,"));
    assert_true(wait_heard(notice, "\"volume\":2500,", 1));
    assert_true(heard_text(notice, "\"volume\":2500,", 0, text, sizeof text));
    assert_non_null(strstr(text, "\"direction\":\"buy\",\"offset\":\"close\",\"volume\":2500,"));
    assert_non_null(strstr(text, "\"amount\":2.500,"));
    expect_answer(stage,
                  "/linear-swap-api/v3/swap_liquidation_orders?contract=BTC-USDT&trade_type=0", 200,
                  "\"volume\":2500,");
}

static void answers_have_the_venues_shape(void **state) {
    (void)state;
    static const struct answer_row rows[] = {
        {"/linear-swap-api/v1/swap_contract_info?business_type=all", 200,
         "\"contract_code\":\"BTC-USDT\",\"contract_size\":0.001000000000000000,"},
        {"/swap-api/v1/swap_contract_info", 200, "{\"status\":\"ok\",\"data\":[],\"ts\":"},
        {"/linear-swap-api/v1/swap_index?contract_code=BTC-USDT", 200, "{\"index_price\":"},
        {"/linear-swap-api/v1/swap_open_interest?contract_code=BTC-USDT", 200, ",\"value\":"},
        {"/linear-swap-api/v1/swap_open_interest?contract_code=NO-USDT", 200,
         "{\"status\":\"error\",\"err_code\":1332,"},
        {"/linear-swap-api/v1/swap_his_open_interest?contract_code=BTC-USDT&period=60min&size=2"
         "&amount_type=2",
         200, "\"amount_type\":2,"},
        {"/linear-swap-api/v1/swap_his_open_interest?contract_code=BTC-USDT&period=1min", 200,
         "\"err_code\":1067"},
        {"/linear-swap-api/v1/swap_funding_rate?contract_code=BTC-USDT", 200,
         "\"next_funding_time\":null"},
        {"/linear-swap-api/v1/swap_historical_funding_rate?contract_code=BTC-USDT", 200,
         "\"total_page\":1"},
        {"/linear-swap-api/v1/swap_adjustfactor?contract_code=BTC-USDT", 200,
         "\"lever_rate\":50,\"ladders\":[{\"ladder\":0,\"min_size\":0,\"max_size\":"},
        {"/linear-swap-api/v3/swap_liquidation_orders?contract=BTC-USDT&trade_type=0"
         "&start_time=1&end_time=999999999",
         200, "{\"code\":1067,"},
        {"/linear-swap-ex/market/history/kline?contract_code=BTC-USDT&period=1min&size=2", 200,
         "{\"ch\":\"market.BTC-USDT.kline.1min\",\"status\":\"ok\",\"data\":[{\"id\":"},
        {"/linear-swap-ex/market/history/trade?contract_code=BTC-USDT&size=2", 200,
         "{\"ch\":\"market.BTC-USDT.trade.detail\",\"status\":\"ok\",\"data\":["},
        {"/linear-swap-ex/market/depth?contract_code=BTC-USDT&type=step0", 200,
         "\"tick\":{\"asks\":[["},
        {"/nothing", 404, "{\"status\":\"error\",\"err_code\":404,"},
    };
    expect_answers("", rows, ARRAY_COUNT(rows));
}

int main(void) {
    exchange = (struct exchange_server_desc){.venue = VENUE_HTX, .frozen = true, .time_scale = 20};
    const struct CMUnitTest tests[] = {
        CASE(what_a_client_says_is_answered),
        CASE(pings_want_their_very_token_back),
        CASE(sides_and_amounts_are_the_venues),
        CASE(answers_have_the_venues_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
