/* The simulated exchange of several symbols, of two venues, and when it misbehaves: what a client
 * sees of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "support/exchange_rig.h"

static char text[65536];

static void set_faults(struct stage *stage, struct exchange_faults faults) {
    assert_true(exchange_server_set_faults(stage->server, &faults));
}

/* Numbers of a symbol's trades follow on by one, whatever the load and however many symbols. */
static void every_symbol_counts_its_trades(void **state) {
    (void)state;
    struct stage *stage =
        stage_create(&(struct exchange_server_desc){.frozen = true, .symbol_count = 3});
    assert_string_equal(exchange_server_symbol(stage->server, 0), "BTCUSDT");
    assert_string_equal(exchange_server_symbol(stage->server, 2), "SIM002USDT");
    assert_null(exchange_server_symbol(stage->server, 3));
    struct ear *ear = listen_to(
        stage, 0,
        "/market/stream?streams=btcusdt@aggTrade/sim001usdt@aggTrade/sim002usdt@aggTrade");
    assert_true(wait_number(ear, &ear->opened, 1));
    assert_true(
        exchange_server_set_load(stage->server, &(struct exchange_load){.trades_per_s = 900}));
    static const char *const names[] = {"\"BTCUSDT\"", "\"SIM001USDT\"", "\"SIM002USDT\""};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        int64_t last_id = 0;
        assert_true(wait_heard(ear, names[i], 50));
        for (int k = 0; k < 50; k++) {
            assert_true(heard_text(ear, names[i], k, text, sizeof text));
            int64_t id = integer_of(text, "a");
            assert_true(last_id == 0 || id == last_id + 1);
            last_id = id;
        }
    }
    expect_answer(stage, "/fapi/v1/exchangeInfo", 200, "\"symbol\":\"SIM002USDT\"");
    expect_answer(stage, "/fapi/v1/klines?symbol=SIM001USDT&interval=1m&limit=2", 200, "[[");
    stage_destroy(stage);
}

/* The liquidations of a load, each symbol's largest of the second. */
static void a_cascade_is_throttled_as_the_venue_does(void **state) {
    (void)state;
    struct stage *stage =
        stage_create(&(struct exchange_server_desc){.frozen = true, .symbol_count = 2});
    struct ear *ear = listen_to(stage, 0, "/market/ws/!forceOrder@arr");
    assert_true(wait_number(ear, &ear->opened, 1));
    assert_true(exchange_server_set_load(stage->server,
                                         &(struct exchange_load){.liquidations_per_s = 400}));
    assert_true(wait_heard(ear, "SIM001USDT", 2));
    struct exchange_counts counts;
    exchange_server_get_counts(stage->server, &counts);
    assert_true(counts.load_forced > 100);
    assert_true(counts.hidden_liquidations > counts.load_forced / 2);
    stage_destroy(stage);
}

/* -- the book -- */

static int64_t id_at(struct ear *ear, int n, const char *key) {
    assert_true(heard_text(ear, "depthUpdate", n, text, sizeof text));
    return integer_of(text, key);
}

static void books_come_twice_and_late(void **state) {
    (void)state;
    struct stage *stage = stage_create(&(struct exchange_server_desc){.frozen = true});
    struct ear *ear = listen_to(stage, 0, "/public/ws/btcusdt@depth@100ms");
    assert_true(wait_heard(ear, "depthUpdate", 2));
    set_faults(stage, (struct exchange_faults){.duplicate_count = 2});
    assert_true(wait_heard(ear, "depthUpdate", 10));
    int doubles = 0;
    for (int i = 1; i < 10; i++) {
        doubles += id_at(ear, i, "u") == id_at(ear, i - 1, "u");
    }
    assert_int_equal(doubles, 2);
    set_faults(stage, (struct exchange_faults){.late_count = 1});
    int from = heard(ear, "depthUpdate");
    assert_true(wait_heard(ear, "depthUpdate", from + 6));
    int turned = 0;
    for (int i = from; i < from + 6; i++) {
        turned += id_at(ear, i, "u") < id_at(ear, i - 1, "u");
    }
    assert_int_equal(turned, 1);
    stage_destroy(stage);
}

/* -- connections -- */

static void a_half_open_connection_says_nothing(void **state) {
    (void)state;
    struct stage *stage = stage_create(&(struct exchange_server_desc){0});
    struct ear *frozen = listen_to(stage, 0, "/public/ws/btcusdt@depth@100ms");
    assert_true(wait_heard(frozen, "depthUpdate", 2));
    set_faults(stage, (struct exchange_faults){.half_open = true});
    struct ear *fresh = NULL;
    expect_answer(stage, "/fapi/v1/time", 200, "serverTime"); /* the switch is behind us */
    int before = heard(frozen, "depthUpdate");
    fresh = listen_to(stage, 1, "/public/ws/btcusdt@depth@100ms");
    assert_true(wait_heard(fresh, "depthUpdate", 5));
    assert_true(heard(frozen, "depthUpdate") <= before + 1); /* one may have been under way */
    assert_int_equal(frozen->closed, 0);
    stage_destroy(stage);
}

static void a_stale_endpoint_acknowledges_and_is_silent(void **state) {
    (void)state;
    struct stage *stage = stage_create(&(struct exchange_server_desc){.faults = {.stale = true}});
    struct ear *ear = listen_to(stage, 0, "/market/ws/btcusdt@markPrice@1s");
    assert_true(wait_number(ear, &ear->opened, 1));
    say(ear, "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@aggTrade\"],\"id\":3}");
    assert_true(wait_heard(ear, "{\"result\":null,\"id\":3}", 1));
    set_faults(stage, (struct exchange_faults){0});
    assert_true(wait_heard(ear, "markPriceUpdate", 1));
    assert_int_equal(heard(ear, "{\"result\""), 1);
    set_faults(stage, (struct exchange_faults){.notice = true}); /* this venue just cuts */
    assert_true(wait_number(ear, &ear->closed, 1));
    stage_destroy(stage);
}

/* What is too long, too deep, and of the right shape with one thing wrong. */
static void strange_messages_are_sent(void **state) {
    (void)state;
    struct stage *stage = stage_create(&(struct exchange_server_desc){.frozen = true});
    struct ear *ear = listen_to(stage, 0, "/market/ws/btcusdt@aggTrade");
    assert_true(wait_number(ear, &ear->opened, 1));
    set_faults(stage, (struct exchange_faults){
                          .huge_bytes = 300000, .nested_levels = 1000, .odd_count = 6});
    assert_true(wait_number(ear, &ear->count, 8));
    assert_int_equal(heard(ear, "[[[[[[[["), 1);
    assert_int_equal(heard(ear, "{\"a\":\"xxxx"), 1);
    assert_int_equal(heard(ear, "\"m\":\"maybe\""), 1);
    assert_int_equal(heard(ear, "\"S\":\"HOLD\""), 1);
    assert_int_equal(heard(ear, "NOSUCHUSDT"), 1);
    stage_destroy(stage);
}

static void the_clock_can_be_wrong(void **state) {
    (void)state;
    struct stage *stage =
        stage_create(&(struct exchange_server_desc){.frozen = true, .faults = {.skew_s = -600}});
    struct ear *ear = listen_to(stage, 0, "/market/ws/btcusdt@markPrice@1s");
    assert_true(wait_heard(ear, "markPriceUpdate", 1));
    assert_true(heard_text(ear, "markPriceUpdate", 0, text, sizeof text));
    assert_true(integer_of(text, "E") < clock_wall_ms() - 590000);
    struct answer answer = ask(stage, "/fapi/v1/time");
    assert_true(integer_of(answer.body, "serverTime") < clock_wall_ms() - 590000);
    free(answer.body);
    stage_destroy(stage);
}

/* -- symbols come and go -- */

static void symbols_come_and_go(void **state) {
    (void)state;
    struct stage *stage =
        stage_create(&(struct exchange_server_desc){.frozen = true, .symbol_count = 2});
    struct ear *ear = listen_to(stage, 0, "/market/ws/!contractInfo/sim001usdt@markPrice@1s");
    assert_true(wait_heard(ear, "\"markPriceUpdate\"", 1));
    assert_true(exchange_server_list(stage->server, "SIM001", false));
    assert_true(wait_heard(ear, "\"cs\":\"SETTLING\"", 1));
    expect_answer(stage, "/fapi/v1/klines?symbol=SIM001USDT&interval=1m", 400, "-1121");
    assert_true(exchange_server_list(stage->server, "FRESH", true));
    assert_true(wait_heard(ear, "\"s\":\"FRESHUSDT\"", 1));
    expect_answer(stage, "/fapi/v1/exchangeInfo", 200, "\"symbol\":\"FRESHUSDT\"");
    say(ear, "{\"method\":\"SUBSCRIBE\",\"params\":[\"freshusdt@markPrice@1s\"],\"id\":1}");
    assert_true(wait_heard(ear, "\"s\":\"FRESHUSDT\",\"p\":", 1));
    stage_destroy(stage);
}

/* -- the coin-margined market -- */

static void coin_margined_sizes_are_contracts(void **state) {
    (void)state;
    struct stage *stage =
        stage_create(&(struct exchange_server_desc){.venue = VENUE_BINANCE_COINM});
    assert_string_equal(exchange_server_symbol(stage->server, 0), "BTCUSD_PERP");
    struct ear *ear =
        listen_to(stage, 0,
                  "/stream?streams=btcusd_perp@aggTrade/btcusd_perp@depth@100ms/!forceOrder@arr/"
                  "btcusd@indexPrice@1s/btcusd_perp@markPrice@1s");
    assert_true(wait_number(ear, &ear->opened, 1));
    struct exchange_injection trade = {
        .kind = EXCHANGE_TRADE, .price_ticks = 987654, .qty_lots = 14, .side = SIDE_SELL};
    assert_true(exchange_server_inject(stage->server, &trade));
    assert_true(wait_heard(ear, "\"p\":\"98765.4\",\"q\":\"14\"", 1)); /* 1,382 USD */
    trade.kind = EXCHANGE_LIQUIDATION;
    trade.position = POS_SHORT;
    assert_true(exchange_server_inject(stage->server, &trade));
    assert_true(wait_heard(ear, "\"s\":\"BTCUSD_PERP\",\"ps\":\"BTCUSD\",\"S\":\"BUY\"", 1));
    assert_true(wait_heard(ear,
                           "{\"stream\":\"btcusd@indexPrice@1s\",\"data\":{\"e\":"
                           "\"indexPriceUpdate\"",
                           1));
    assert_true(wait_heard(ear, "btcusd_perp@markPrice@1s", 1));
    assert_true(wait_heard(ear, "depthUpdate", 2));
    expect_answer(stage, "/dapi/v1/exchangeInfo", 200, "\"contractSize\":100");
    expect_answer(stage, "/dapi/v1/depth?symbol=BTCUSD_PERP&limit=5", 200, "\"pair\":\"BTCUSD\"");
    expect_answer(stage, "/dapi/v1/openInterest?symbol=BTCUSD_PERP", 200, "\"contractType\"");
    expect_answer(stage, "/futures/data/openInterestHist?pair=BTCUSD&period=5m", 200, "[");
    expect_answer(stage, "/fapi/v1/exchangeInfo", 404, "\"code\"");
    stage_destroy(stage);
}

/* Rules pass faster than the clock: 25 minutes of a session end within five seconds, and with a
 * client that answers pings not before (which a busy machine may hold up for a second). */
static void rules_pass_on_a_clock_of_their_own(void **state) {
    (void)state;
    enum status why = STATUS_OK;
    assert_null(exchange_server_create(&(struct exchange_server_desc){.time_scale = .5}, &why));
    assert_int_equal(why, STATUS_RANGE);
    struct stage *stage = stage_create(&(struct exchange_server_desc){
        .frozen = true, .time_scale = 300, .session_ms_max = 1500000});
    struct ear *ear = listen_to(stage, 0, "/public/ws/btcusdt@depth@100ms");
    assert_true(wait_number(ear, &ear->closed, 1));
    assert_true(heard(ear, "depthUpdate") > 5);
    struct exchange_counts counts;
    exchange_server_get_counts(stage->server, &counts);
    assert_int_equal(counts.conns_cut, 0); /* it was its age, no idleness */
    stage_destroy(stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_symbol_counts_its_trades),
        cmocka_unit_test(a_cascade_is_throttled_as_the_venue_does),
        cmocka_unit_test(books_come_twice_and_late),
        cmocka_unit_test(a_half_open_connection_says_nothing),
        cmocka_unit_test(a_stale_endpoint_acknowledges_and_is_silent),
        cmocka_unit_test(strange_messages_are_sent),
        cmocka_unit_test(the_clock_can_be_wrong),
        cmocka_unit_test(symbols_come_and_go),
        cmocka_unit_test(coin_margined_sizes_are_contracts),
        cmocka_unit_test(rules_pass_on_a_clock_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
