/* The simulated exchange seen by a client: its manners, its book, and its faults on demand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "support/exchange_rig.h"

/* -- manners -- */

static void requests_are_acknowledged_as_the_venue_does(void **state) {
    (void)state;
    struct stage *stage = stage_create(&(struct exchange_server_desc){.frozen = true});
    struct ear *ear = listen_to(stage, 0, "/market/stream");
    assert_true(wait_number(ear, &ear->opened, 1));
    say(ear,
        "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@markPrice@1s\",\"no@such\"],\"id\":312}");
    assert_true(wait_heard(ear, "{\"result\":null,\"id\":312}", 1));
    say(ear, "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":\"a\"}");
    assert_true(
        wait_heard(ear, "{\"result\":[\"btcusdt@markPrice@1s\",\"no@such\"],\"id\":\"a\"}", 1));
    assert_true(wait_heard(ear, "markPriceUpdate", 1));
    say(ear, "{\"method\":\"UNSUBSCRIBE\",\"params\":[\"btcusdt@markPrice@1s\"],\"id\":1}");
    assert_true(wait_heard(ear, "{\"result\":null,\"id\":1}", 1));
    say(ear, "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":2}");
    assert_true(wait_heard(ear, "{\"result\":[\"no@such\"],\"id\":2}", 1));
    say(ear, "nonsense");
    assert_true(wait_heard(ear, "{\"code\":3,\"msg\":\"Invalid JSON", 1));
    say(ear, "{\"params\":[],\"id\":9}");
    assert_true(wait_heard(ear,
                           "{\"error\":{\"code\":2,\"msg\":\"Invalid request: missing field "
                           "`method`",
                           1));
    say(ear, "{\"method\":\"DANCE\",\"id\":9}");
    assert_true(wait_heard(ear, "unknown variant", 1));
    assert_int_equal(ear->closed, 0);
    stage_destroy(stage);
}

/* A stream on the other path, and everything on the retired ones, is accepted and stays silent. */
static void the_wrong_path_is_silent(void **state) {
    (void)state;
    struct stage *stage = stage_create(&(struct exchange_server_desc){0});
    struct ear *crossed =
        listen_to(stage, 0, "/public/stream?streams=btcusdt@markPrice@1s/btcusdt@depth@100ms");
    struct ear *retired = listen_to(stage, 1, "/ws/btcusdt@depth@100ms");
    assert_true(wait_number(retired, &retired->opened, 1));
    assert_true(wait_heard(crossed, "depthUpdate", 12)); /* more than a second */
    assert_int_equal(heard(crossed, "markPriceUpdate"), 0);
    assert_int_equal(retired->count, 0);
    assert_int_equal(retired->closed, 0);
    stage_destroy(stage);
}

static void more_than_ten_messages_a_second_are_cut(void **state) {
    (void)state;
    struct stage *stage = stage_create(&(struct exchange_server_desc){.frozen = true});
    struct ear *ear = listen_to(stage, 0, "/market/ws");
    assert_true(wait_number(ear, &ear->opened, 1));
    for (int i = 0; i < 11; i++) {
        say(ear, "{\"method\":\"LIST_SUBSCRIPTIONS\",\"id\":1}");
    }
    assert_true(wait_number(ear, &ear->closed, 1));
    assert_int_equal(heard(ear, "{\"result\":[],\"id\":1}"), 10);
    struct exchange_counts counts;
    exchange_server_get_counts(stage->server, &counts);
    assert_int_equal(counts.conns_cut, 1);
    stage_destroy(stage);
}

/* -- the book -- */

/* Updates chain, and the snapshot falls between two of them. */
static void depth_chains_and_meets_its_snapshot(void **state) {
    (void)state;
    struct stage *stage = stage_create(&(struct exchange_server_desc){0});
    struct ear *ear = listen_to(stage, 0, "/public/ws/btcusdt@depth@100ms");
    assert_true(wait_heard(ear, "depthUpdate", 3));
    struct answer snapshot = ask(stage, "/fapi/v1/depth?symbol=BTCUSDT&limit=1000");
    int64_t snapshot_id = integer_of(snapshot.body, "lastUpdateId");
    free(snapshot.body);
    assert_true(wait_heard(ear, "depthUpdate", 8));
    static char text[65536];
    int64_t last_id = 0;
    bool met = false;
    for (int i = 0; heard_text(ear, "depthUpdate", i, text, sizeof text); i++) {
        int64_t first = integer_of(text, "U");
        int64_t final = integer_of(text, "u");
        int64_t previous = integer_of(text, "pu");
        assert_true(last_id == 0 || previous == last_id);
        assert_int_equal(first, previous + 1);
        assert_true(final >= first);
        met = met || (first <= snapshot_id && snapshot_id <= final) || previous == snapshot_id;
        last_id = final;
    }
    assert_true(met);

    struct exchange_faults gap = {.gap_count = 2};
    int before = heard(ear, "depthUpdate");
    assert_true(exchange_server_set_faults(stage->server, &gap));
    assert_true(wait_heard(ear, "depthUpdate", before + 5));
    int breaks = 0;
    last_id = 0;
    for (int i = 0; heard_text(ear, "depthUpdate", i, text, sizeof text); i++) {
        breaks += last_id != 0 && integer_of(text, "pu") != last_id;
        last_id = integer_of(text, "u");
    }
    assert_int_equal(breaks, 1);
    stage_destroy(stage);
}

static void snapshots_can_lag_and_lead(void **state) {
    (void)state;
    struct stage *stage =
        stage_create(&(struct exchange_server_desc){.faults = {.snapshot_age_ms = 60000}});
    struct ear *ear = listen_to(stage, 0, "/public/ws/btcusdt@depth@100ms");
    static char text[65536];
    assert_true(wait_heard(ear, "depthUpdate", 3));
    assert_true(heard_text(ear, "depthUpdate", 2, text, sizeof text));
    struct answer snapshot = ask(stage, "/fapi/v1/depth?symbol=BTCUSDT&limit=1000");
    assert_true(integer_of(snapshot.body, "lastUpdateId") < integer_of(text, "u"));
    free(snapshot.body);

    struct exchange_faults lead = {.depth_hold_ms = 500};
    assert_true(exchange_server_set_faults(stage->server, &lead));
    int before = heard(ear, "depthUpdate");
    assert_true(wait_heard(ear, "depthUpdate", before + 2));
    int last = heard(ear, "depthUpdate") - 1;
    assert_true(heard_text(ear, "depthUpdate", last, text, sizeof text));
    snapshot = ask(stage, "/fapi/v1/depth?symbol=BTCUSDT&limit=1000");
    assert_true(integer_of(snapshot.body, "lastUpdateId") > integer_of(text, "u"));
    free(snapshot.body);
    stage_destroy(stage);
}

/* -- faults -- */

static void faults_come_on_demand(void **state) {
    (void)state;
    struct stage *stage = stage_create(&(struct exchange_server_desc){.frozen = true});
    struct ear *ear = listen_to(stage, 0, "/market/stream?streams=btcusdt@aggTrade");
    assert_true(wait_number(ear, &ear->opened, 1));
    struct exchange_injection trade = {
        .kind = EXCHANGE_TRADE, .price_ticks = 1234567, .qty_lots = 5, .side = SIDE_SELL};
    assert_true(exchange_server_inject(stage->server, &trade));
    assert_true(wait_heard(ear, "\"p\":\"123456.70\",\"q\":\"0.005\"", 1));
    assert_int_equal(heard(ear, "\"m\":true"), 1); /* the buyer was the maker: a sell */

    struct exchange_faults faults = {.garbage_count = 3, .silent_stream = "btcusdt@aggTrade"};
    assert_true(exchange_server_set_faults(stage->server, &faults));
    assert_true(exchange_server_inject(stage->server, &trade));
    assert_true(wait_number(ear, &ear->count, 4));
    assert_int_equal(heard(ear, "123456.70"), 1);

    faults = (struct exchange_faults){.rest_code = 429, .retry_after_s = 7};
    assert_true(exchange_server_set_faults(stage->server, &faults));
    struct answer answer = {0};
    do { /* the switch takes effect on the exchange's thread */
        free(answer.body);
        answer = ask(stage, "/fapi/v1/time");
    } while (answer.http_code == 200);
    assert_int_equal(answer.http_code, 429);
    assert_int_equal(answer.retry_after_s, 7);
    assert_non_null(strstr(answer.body, "{\"code\":-1003,"));
    free(answer.body);

    faults = (struct exchange_faults){.disconnect = true, .upgrade_code = 451};
    assert_true(exchange_server_set_faults(stage->server, &faults));
    assert_true(wait_number(ear, &ear->closed, 1));
    struct ear *refused = listen_to(stage, 1, "/market/ws/btcusdt@aggTrade");
    assert_true(wait_number(refused, &refused->closed, 1));
    assert_non_null(strstr(refused->reason, "451"));
    stage_destroy(stage);
}

static void scripts_are_read_or_answered(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool ok;
    } rows[] = {
        {"", true},
        {"30:gap=3,60:disconnect,90:silence=*,150:clear", true},
        {"0:rest=429,0:retry-after=5,1.5:rest=0", true},
        {"30", false},
        {"30:", false},
        {"x:gap=1", false},
        {"30:fall=1", false},
        {"30:gap=many", false},
        {"30:gap=-1", false},
        {"30:silence", false},
        {"30:gap=1,20:gap=1", false},
        {"-1:gap=1", false},
    };
    enum status why = STATUS_OK;
    struct exchange_server *server =
        exchange_server_create(&(struct exchange_server_desc){.days = .1}, &why);
    assert_non_null(server);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char reason[EXCHANGE_REASON_BYTES] = "";
        bool ok = exchange_server_set_script(server, rows[i].text, reason);
        if (ok != rows[i].ok || (!ok && reason[0] == '\0')) {
            fail_msg("\"%s\": %d %s", rows[i].text, ok, reason);
        }
    }
    /* The port is taken while it lives, and a service that never ran goes away cleanly. */
    struct exchange_server *second = exchange_server_create(
        &(struct exchange_server_desc){.port = exchange_server_port(server)}, &why);
    assert_null(second);
    assert_int_equal(why, STATUS_BUSY);
    exchange_server_destroy(server);
    exchange_server_destroy(NULL);
    assert_null(exchange_server_create(&(struct exchange_server_desc){.days = 1000}, &why));
    assert_int_equal(why, STATUS_RANGE);
}

static void long_sessions_are_ended(void **state) {
    (void)state;
    struct stage *stage = stage_create(&(struct exchange_server_desc){
        .frozen = true, .session_ms_max = 200, .ping_interval_ms = 50});
    struct ear *ear = listen_to(stage, 0, "/market/ws/btcusdt@aggTrade");
    assert_true(wait_number(ear, &ear->opened, 1));
    assert_true(wait_number(ear, &ear->closed, 1));
    assert_int_equal(ear->count, 0); /* pings are no messages */
    stage_destroy(stage);
}

static void load_keeps_its_pace(void **state) {
    (void)state;
    struct stage *stage = stage_create(&(struct exchange_server_desc){.frozen = true});
    struct ear *ear = listen_to(stage, 0, "/market/ws/btcusdt@aggTrade");
    assert_true(wait_number(ear, &ear->opened, 1));
    int64_t begin_ns = clock_mono_ns();
    assert_true(
        exchange_server_set_load(stage->server, &(struct exchange_load){.trades_per_s = 2000}));
    assert_true(wait_number(ear, &ear->count, 400));
    double seconds = (double)(clock_mono_ns() - begin_ns) / 1e9;
    assert_true(seconds > .15);
    assert_true(seconds < 2);
    stage_destroy(stage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_acknowledged_as_the_venue_does),
        cmocka_unit_test(the_wrong_path_is_silent),
        cmocka_unit_test(more_than_ten_messages_a_second_are_cut),
        cmocka_unit_test(depth_chains_and_meets_its_snapshot),
        cmocka_unit_test(snapshots_can_lag_and_lead),
        cmocka_unit_test(faults_come_on_demand),
        cmocka_unit_test(scripts_are_read_or_answered),
        cmocka_unit_test(long_sessions_are_ended),
        cmocka_unit_test(load_keeps_its_pace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
