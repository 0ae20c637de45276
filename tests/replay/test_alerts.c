/* Rules over the simulated market, off line: which fire, whether what they say is so, and that a
 * webhook gets each of them exactly once, though it fails at first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/engine_replay.h"
#include "base/log.h"
#include "base/stat.h"
#include "base/str.h"
#include "control/alert_delivery.h"
#include "control/alert_text.h"
#include "support/hook_server.h"

#define DAYS 0.01 /* a quarter of an hour */
enum { TOLD_MAX = 64, SECONDS_MAX = 1000, PRINT_MAX = 4096 };

enum { NEAR, TOUCHED, SWEPT, BURST, LONGS, OI, FUNDING, DEAD, ELSEWHERE, RULE_COUNT };

static const struct {
    const char *name, *text;
} lines[RULE_COUNT] = {
    [NEAR] = {"near", "price within 0.3 % of cluster above 20k USD every 5 m"},
    [TOUCHED] = {"touched", "cluster above 20k USD touched every 1 s"},
    [SWEPT] = {"swept", "cluster above 20k USD swept every 1 s"},
    [BURST] = {"burst", "liquidations above 30k USD in 60 s every 1 s"},
    [LONGS] = {"longs", "long liquidations above 1B USD in 60 s"},
    [OI] = {"oi", "open interest change above 0.2 % in 5 m"},
    [FUNDING] = {"funding", "funding above 5 %"},
    [DEAD] = {"dead", "feed silent for 30 s"},
    [ELSEWHERE] = {"elsewhere", "price above 1 on okx:BTCUSDT"},
};

/* What the test sees of the market by itself. */
struct witness {
    int second_count;
    struct {
        int64_t ts_ms;
        double low, high, last;
    } seconds[SECONDS_MAX];
    int print_count;
    struct scene_print prints[PRINT_MAX];
};

static struct scene scene;
static struct scene_map map;
static struct witness witness;
static struct hook_server hook;
static int told_count, fired[RULE_COUNT];
static struct alert_event told[TOLD_MAX];

static void see(void) {
    const struct scene_instrument *market = &scene.instruments[0];
    assert_true(witness.second_count < SECONDS_MAX);
    int at = witness.second_count++;
    int64_t before_ms = at > 0 ? witness.seconds[at - 1].ts_ms : 0;
    witness.seconds[at].ts_ms = scene.ts_ms;
    witness.seconds[at].low = witness.seconds[at].high = market->mark;
    witness.seconds[at].last = market->mark;
    for (int i = 0; i < market->tail_count; i++) {
        if (market->tail[i].ts_ms > before_ms) {
            witness.seconds[at].low = fmin(witness.seconds[at].low, market->tail[i].mark);
            witness.seconds[at].high = fmax(witness.seconds[at].high, market->tail[i].mark);
        }
    }
    /* Of a second there are fewer prints than a scene holds; those of the newest one may grow. */
    int64_t newest_ms = witness.print_count > 0 ? witness.prints[witness.print_count - 1].ts_ms : 0;
    int same = 0;
    for (int i = witness.print_count - 1; i >= 0 && witness.prints[i].ts_ms == newest_ms; i--) {
        same++;
    }
    for (int i = 0; i < market->print_count; i++) {
        const struct scene_print *print = &market->prints[i];
        if (print->ts_ms > newest_ms || (print->ts_ms == newest_ms && same-- <= 0)) {
            assert_true(witness.print_count < PRINT_MAX);
            witness.prints[witness.print_count++] = *print;
        }
    }
}

static void take_told(struct alert_watch *watch, struct alert_delivery *delivery) {
    struct alert_event event;
    while (alert_watch_take_event(watch, &event)) {
        for (int i = 0; i < RULE_COUNT; i++) {
            fired[i] += strcmp(event.name, lines[i].name) == 0;
        }
        assert_true(told_count < TOLD_MAX);
        told[told_count++] = event;
        if (told_count <= HOOK_POST_MAX - 2) {
            assert_true(alert_delivery_send(delivery, &event, 0));
        }
    }
}

/* Second by second, as a picture would. */
static void run(struct alert_delivery *delivery) {
    static const struct source_list demo = {.count = 1, .specs = {{.kind = SOURCE_DEMO}}};
    const struct engine_replay_desc desc = {
        .sources = &demo,
        .demo = {.seed = 7, .days = DAYS, .regime = REGIME_C, .burn_in_days = 0.5}};
    const struct engine_map_desc shown = {.instrument = INSTRUMENT_NONE};
    struct engine_replay *replay = NULL;
    struct alert_rules rules = {0};
    char reason[SOURCE_REASON_BYTES];
    char error[ALERT_ERROR_BYTES];
    struct alert_watch *watch = alert_watch_create();
    assert_non_null(watch);
    for (int i = 0; i < RULE_COUNT; i++) {
        assert_true(alert_rules_add(&rules, lines[i].name, strlen(lines[i].name), lines[i].text,
                                    strlen(lines[i].text), error));
    }
    alert_watch_set_rules(watch, &rules);
    assert_int_equal(engine_replay_create(&desc, &replay, reason), EXIT_STATUS_DONE);
    struct engine *engine = engine_replay_engine(replay);
    int64_t begin_ms = SOURCE_SIM_START_MS;
    int64_t end_ms = begin_ms + (int64_t)(DAYS * 86400e3);
    for (int64_t now_ms = begin_ms + 1000; now_ms <= end_ms; now_ms += 1000) {
        engine_replay_advance(replay, now_ms);
        engine_fill_scene(engine, &scene);
        if (scene.instrument_count == 0 || !(scene.instruments[0].mark > 0)) {
            continue;
        }
        see();
        if (engine_fill_map(engine, &shown, &map)) {
            alert_watch_take_map(watch, &map);
        }
        alert_watch_advance(watch, &scene, scene.ts_ms);
        take_told(watch, delivery);
    }
    struct alert_status status;
    alert_watch_get_status(watch, OI, &status);
    assert_int_not_equal(status.state, ALERT_NO_DATA);
    alert_watch_get_status(watch, FUNDING, &status);
    assert_int_equal(status.state, ALERT_NORMAL);
    alert_watch_get_status(watch, DEAD, &status);
    assert_int_equal(status.state, ALERT_NORMAL);
    alert_watch_get_status(watch, ELSEWHERE, &status);
    assert_int_equal(status.state, ALERT_NO_DATA);
    engine_replay_destroy(replay);
    alert_watch_destroy(watch);
}

/* -- is it so? -- */

/* Lowest and highest mark of [from_ms, to_ms]. */
static void range_of(int64_t from_ms, int64_t to_ms, double *low, double *high) {
    *low = INFINITY;
    *high = 0;
    for (int i = 0; i < witness.second_count; i++) {
        if (witness.seconds[i].ts_ms >= from_ms && witness.seconds[i].ts_ms <= to_ms) {
            *low = fmin(*low, witness.seconds[i].low);
            *high = fmax(*high, witness.seconds[i].high);
        }
    }
}

/* The mark is at a touched cluster now, and was not a second before; it has been at every price
 * of a swept one, or nearly all of it was taken. */
static void check_moment(const struct alert_event *event) {
    const struct alert_cluster *cluster = &event->cluster;
    double low = 0;
    double high = 0;
    assert_true(event->has_cluster && cluster->usd >= event->threshold);
    bool touched = event->kind == ALERT_TOUCHED;
    range_of(touched ? event->ts_ms : event->ts_ms - 120000, event->ts_ms, &low, &high);
    bool reached = cluster->side == 0 ? low <= cluster->price_high : high >= cluster->price_low;
    bool passed = cluster->side == 0 ? low <= cluster->price_low : high >= cluster->price_high;
    assert_true(reached);
    assert_true(touched || passed || event->expected_usd >= 0.8 * cluster->usd);
    for (int i = 1; touched && i < witness.second_count; i++) {
        if (witness.seconds[i].ts_ms == event->ts_ms) {
            double before = witness.seconds[i - 1].last;
            assert_true(cluster->side == 0 ? before > cluster->price_high
                                           : before < cluster->price_low);
        }
    }
}

/* Liquidations of the minute by the test's own sum: a step of a sixtieth more or less. */
static void check_burst(const struct alert_event *event) {
    double least = 0;
    double most = 0;
    for (int i = 0; i < witness.print_count; i++) {
        int64_t age_ms = event->ts_ms - witness.prints[i].ts_ms;
        least += age_ms >= 0 && age_ms < 59000 ? witness.prints[i].usd : 0;
        most += age_ms >= 0 && age_ms <= 60000 ? witness.prints[i].usd : 0;
    }
    assert_true(event->value >= event->threshold);
    assert_true(event->value >= least * (1 - 1e-9));
    assert_true(event->value <= most * (1 + 1e-9));
}

static void check_told(const struct alert_event *event) {
    assert_false(event->test);
    assert_true(event->demo);
    assert_int_equal(event->venue, VENUE_BINANCE_USDM);
    assert_string_equal(event->symbol, "BTCUSDT");
    switch (event->kind) {
    case ALERT_TOUCHED:
    case ALERT_SWEPT:
        check_moment(event);
        break;
    case ALERT_LIQUIDATIONS:
        check_burst(event);
        break;
    case ALERT_NEAR:
        assert_true(event->has_cluster && event->cluster.usd >= 20e3);
        assert_true(event->value >= 0 && event->value <= 0.003);
        break;
    default:
        assert_true(fabs(event->value) >= event->threshold);
        break;
    }
}

static void rules_fire_on_what_happens_and_the_webhook_hears_each_once(void **state) {
    (void)state;
    static const int codes[] = {500, 500, 0};
    char url[64];
    struct alert_delivery *delivery = NULL;
    log_set_level(LOG_LEVEL_ERROR);
    stat_reset_all();
    hook.codes = codes;
    assert_true(hook_server_start(&hook, NULL, NULL));
    (void)str_format(url, sizeof url, "http://127.0.0.1:%d/", hook.peer.port);
    const struct alert_delivery_desc desc = {
        .webhook_url = url, .command = "", .ca_file = "", .backoff_first_ms = 1};
    assert_int_equal(alert_delivery_create(&desc, &delivery), STATUS_OK);
    run(delivery);
    for (int i = 0; i < RULE_COUNT; i++) {
        print_message("%-10s %d\n", lines[i].name, fired[i]);
    }
    for (int i = 0; i < told_count; i++) {
        check_told(&told[i]);
    }
    assert_true(fired[NEAR] > 0);
    assert_true(fired[TOUCHED] > 0);
    assert_true(fired[SWEPT] > 0);
    assert_true(fired[BURST] > 0);
    assert_true(fired[OI] > 0);
    assert_int_equal(fired[LONGS] + fired[FUNDING] + fired[DEAD] + fired[ELSEWHERE], 0);

    int sent_count = told_count < HOOK_POST_MAX - 2 ? told_count : HOOK_POST_MAX - 2;
    assert_true(hook_wait(&hook, sent_count + 2));
    for (int i = 0; i < 1000 && stat_get(STAT_webhooks_sent) < sent_count; i++) {
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
    alert_delivery_destroy(delivery);
    hook_server_stop(&hook);
    assert_int_equal(stat_get(STAT_webhooks_sent), sent_count);
    assert_int_equal(hook.count, sent_count + 2); /* the first one thrice, the others once */
    for (int i = 0; i < hook.count; i++) {
        char json[ALERT_JSON_BYTES];
        (void)alert_text_write_json(&told[i < 3 ? 0 : i - 2], json);
        assert_string_equal(hook.bodies[i], json);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_fire_on_what_happens_and_the_webhook_hears_each_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
