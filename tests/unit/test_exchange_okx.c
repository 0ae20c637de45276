/* The simulated exchange as OKX: an ack an argument, errors in the venue's words, the text ping,
 * the cut of a silent connection, sides and contracts, a book that begins whole.
 *
 * JSON is looked at as text here, never through the parser whose input it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/exchange_fixture.h"

#define SUBSCRIBE(args) "{\"id\":\"7\",\"op\":\"subscribe\",\"args\":[" args "]}"
#define INST(channel)   "{\"channel\":\"" channel "\",\"instId\":\"BTC-USDT-SWAP\"}"

static void what_a_client_says_is_answered(void **state) {
    (void)state;
    struct ear *ear = listen_in(0, "/ws/v5/public");
    static const struct reply_row rows[] = {
        {"ping", "pong"},
        {SUBSCRIBE(INST("trades") "," INST("mark-price")),
         "{\"id\":\"7\",\"event\":\"subscribe\",\"arg\":{\"channel\":\"trades\",\"instId\":\"BTC-"
         "USDT-SWAP\"},\"connId\":"},
        {SUBSCRIBE("{\"channel\":\"liquidation-orders\",\"instType\":\"SWAP\",\"instId\":\"BTC-"
                   "USDT-SWAP\"}"),
         "\"arg\":{\"channel\":\"liquidation-orders\",\"instType\":\"SWAP\"},\"connId\":"},
        {SUBSCRIBE("{\"channel\":\"liquidation-orders\",\"instId\":\"BTC-USDT-SWAP\"}"),
         "\"event\":\"error\",\"msg\":\"Wrong URL or channel:liquidation-orders,instId:BTC-USDT-"
         "SWAP doesn't exist."},
        {SUBSCRIBE("{\"channel\":\"trades\",\"instId\":\"NO-USDT-SWAP\"}"),
         "channel:trades,instId:NO-USDT-SWAP doesn't exist."},
        {SUBSCRIBE(INST("candle1m")), "channel:candle1m,instId:BTC-USDT-SWAP doesn't exist."},
        {"{\"op\":\"dance\",\"args\":[1]}", "\"msg\":\"Invalid op: dance\",\"code\":\"60019\""},
        {"{\"op\":\"subscribe\",\"argss\":[]}",
         "\"msg\":\"Illegal request: {\\\"op\\\":\\\"subscribe\\\",\\\"argss\\\":[]}\",\"code\":"
         "\"60012\""},
        {"junk", "\"msg\":\"Illegal request: junk\",\"code\":\"60012\""},
    };
    expect_replies(ear, rows, ARRAY_COUNT(rows));
    assert_true(wait_heard(ear, "\"event\":\"subscribe\",\"arg\":{\"channel\":\"mark-price\"", 1));
    assert_true(wait_heard(ear, "\"markPx\":\"", 1)); /* the present state at once */
    say(ear, "{\"op\":\"unsubscribe\",\"args\":[" INST("trades") "]}");
    assert_true(wait_heard(ear, "\"event\":\"unsubscribe\",\"arg\":{\"channel\":\"trades\"", 1));
}

static void sides_and_contracts_are_the_venues(void **state) {
    (void)state;
    struct ear *ear = listen_in(0, "/ws/v5/public");
    char text[TEXT_BYTES];
    say(ear,
        SUBSCRIBE(INST("trades") ",{\"channel\":\"liquidation-orders\",\"instType\":\"SWAP\"}"));
    assert_true(wait_heard(ear, "\"event\":\"subscribe\"", 2));
    inject((struct exchange_injection){
        .kind = EXCHANGE_TRADE, .price_ticks = 987654, .qty_lots = 125, .side = SIDE_SELL});
    inject((struct exchange_injection){.kind = EXCHANGE_LIQUIDATION,
                                       .price_ticks = 987656,
                                       .qty_lots = 250,
                                       .position = POS_LONG});
    assert_true(wait_heard(ear, "\"px\":\"98765.4\"", 1));
    assert_true(heard_text(ear, "\"px\":\"98765.4\"", 0, text, sizeof text));
    assert_non_null(strstr(text, "\"sz\":\"12.5\",\"side\":\"sell\",\"ts\":\""));
    assert_true(wait_heard(ear, "\"sz\":\"25.0\"", 1));
    assert_true(heard_text(ear, "\"sz\":\"25.0\"", 0, text, sizeof text));
    assert_non_null(strstr(text, "\"side\":\"sell\""));
    assert_true(strstr(text, "\"posSide\":\"long\"") != NULL ||
                strstr(text, "\"posSide\":\"net\"") != NULL);
    expect_answer(stage,
                  "/api/v5/public/liquidation-orders?instType=SWAP&uly=BTC-USDT&state=filled", 200,
                  "\"sz\":\"25.0\"");
}

static void a_book_begins_whole_each_time(void **state) {
    (void)state;
    struct ear *ear = listen_in(0, "/ws/v5/public");
    say(ear, SUBSCRIBE(INST("books")));
    assert_true(wait_heard(ear, "\"action\":\"snapshot\",\"data\":[{\"asks\":[[", 1));
    assert_true(wait_heard(ear, "\"checksum\":0,\"prevSeqId\":-1,\"seqId\":", 1));
    say(ear, "{\"op\":\"unsubscribe\",\"args\":[" INST("books") "]}");
    say(ear, SUBSCRIBE(INST("books")));
    assert_true(wait_heard(ear, "\"action\":\"snapshot\"", 2));
    exchange_server_set_faults(stage->server, &(struct exchange_faults){.notice = true});
    assert_true(wait_heard(ear, "{\"event\":\"notice\",\"code\":\"64008\",", 1));
    assert_true(wait_number(ear, &ear->closed, 1));
}

static void a_silent_connection_is_cut(void **state) {
    (void)state;
    struct ear *ear = listen_in(0, "/ws/v5/business");
    assert_true(wait_number(ear, &ear->closed, 1));
}

static void answers_have_the_venues_shape(void **state) {
    (void)state;
    static const struct answer_row rows[] = {
        {"public/instruments?instType=SWAP", 200, "\"ctVal\":\"0.01\",\"ctValCcy\":\"BTC\""},
        {"public/instruments?instType=FUTURES", 200, "{\"code\":\"0\",\"msg\":\"\",\"data\":[]}"},
        {"public/instruments", 400, "{\"code\":\"50014\","},
        {"public/mark-price?instType=SWAP&instId=BTC-USDT-SWAP", 200, "\"markPx\":\""},
        {"public/mark-price?instType=SWAP&instId=NO-USDT-SWAP", 200, "{\"code\":\"51001\","},
        {"public/open-interest?instType=SWAP&instId=BTC-USDT-SWAP", 200, "\"oiCcy\":\""},
        {"public/funding-rate?instId=BTC-USDT-SWAP", 200, "\"nextFundingRate\":\"\""},
        {"public/funding-rate-history?instId=BTC-USDT-SWAP", 200, "{\"code\":\"0\""},
        {"public/position-tiers?instType=SWAP&tdMode=cross&instFamily=BTC-USDT", 200,
         "\"mmr\":\"0.004000\""},
        {"market/history-candles?instId=BTC-USDT-SWAP&bar=1m&limit=2", 200, "\"]]}"},
        {"market/candles?instId=BTC-USDT-SWAP&bar=2m", 200, "{\"code\":\"51000\","},
        {"market/trades?instId=BTC-USDT-SWAP&limit=1", 200, "{\"code\":\"0\""},
        {"market/books?instId=BTC-USDT-SWAP&sz=2", 200, "\"seqId\":"},
        {"market/index-tickers?instId=BTC-USDT", 200, "{\"instId\":\"BTC-USDT\",\"idxPx\":\""},
        {"rubik/stat/contracts/open-interest-history?instId=BTC-USDT-SWAP&period=5m&limit=2", 200,
         "\"data\":[[\""},
        {"nothing", 404, "{\"code\":\"404\""},
    };
    expect_answers("/api/v5/", rows, ARRAY_COUNT(rows));
}

int main(void) {
    exchange = (struct exchange_server_desc){.venue = VENUE_OKX, .frozen = true, .time_scale = 20};
    const struct CMUnitTest tests[] = {
        CASE(what_a_client_says_is_answered), CASE(sides_and_contracts_are_the_venues),
        CASE(a_book_begins_whole_each_time),  CASE(a_silent_connection_is_cut),
        CASE(answers_have_the_venues_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
