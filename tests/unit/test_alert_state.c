/* Rules over made-up scenes and maps: when each fires, recovers, and has no data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "control/alert.h"
#include "support/near.h"

enum { BEGIN_MS = 1000000000, INSTRUMENT = 7 };

/* A world of one instrument, told second by second. */
struct world {
    struct alert_watch *watch;
    struct alert_rules rules;
    struct scene scene;
    struct scene_map map;
    int64_t now_ms;
    int event_count;
    struct alert_event event; /* the newest */
};

static struct scene_instrument *market_of(struct world *world) {
    return &world->scene.instruments[0];
}

static void world_add(struct world *world, const char *name, const char *text) {
    char error[ALERT_ERROR_BYTES] = "";
    bool ok = alert_rules_add(&world->rules, name, strlen(name), text, strlen(text), error);
    if (!ok) {
        print_error("%s: %s\n", text, error);
    }
    assert_true(ok);
}

static void world_rule(struct world *world, const char *name, const char *text) {
    world_add(world, name, text);
    alert_watch_set_rules(world->watch, &world->rules);
}

static void world_begin(struct world *world, const char *rule) {
    memset(world, 0, sizeof *world);
    world->watch = alert_watch_create();
    assert_non_null(world->watch);
    world->now_ms = BEGIN_MS;
    world->scene.instrument_count = 1;
    world->scene.feed_count = 1;
    world->scene.feeds[0].venue = VENUE_BYBIT;
    struct scene_instrument *market = market_of(world);
    market->instrument = INSTRUMENT;
    market->venue = VENUE_BYBIT;
    market->funding_rate = NAN;
    market->mark = 100;
    (void)str_copy(market->symbol, sizeof market->symbol, "BTCUSDT");
    world->map.instrument = INSTRUMENT;
    world_rule(world, "rule", rule);
}

static void world_end(struct world *world) {
    alert_watch_destroy(world->watch);
}

static void world_cluster(struct world *world, int i, int side, double low, double high,
                          double usd) {
    world->map.clusters[i] = (struct map_cluster){
        .side = side, .price = (low + high) / 2, .price_low = low, .price_high = high, .usd = usd};
    world->map.cluster_count = i >= world->map.cluster_count ? i + 1 : world->map.cluster_count;
}

/* Look once, with what stands in world now. */
static void world_look(struct world *world) {
    alert_watch_advance(world->watch, &world->scene, world->now_ms);
    while (alert_watch_take_event(world->watch, &world->event)) {
        world->event_count++;
    }
}

/* Live goes on for so many seconds, with a scene and a map each. */
static void world_live(struct world *world, int seconds) {
    for (int i = 0; i < seconds; i++) {
        world->now_ms += 1000;
        world->scene.ts_ms = world->now_ms;
        world->scene.feeds[0].ts_ms = world->now_ms;
        market_of(world)->ts_ms = world->now_ms;
        world->map.ts_ms = world->now_ms;
        alert_watch_take_map(world->watch, &world->map);
        world_look(world);
    }
}

static struct alert_status status_of(const struct world *world) {
    struct alert_status status;
    alert_watch_get_status(world->watch, 0, &status);
    return status;
}

static void assert_state(const struct world *world, enum alert_state wanted) {
    enum alert_state got = status_of(world).state;
    if (got != wanted) {
        print_error("got %s, want %s\n", alert_state_name(got), alert_state_name(wanted));
    }
    assert_int_equal(got, wanted);
}

/* -- the machine -- */

static void a_rule_goes_through_its_states_and_is_told_once(void **state) {
    (void)state;
    struct world world;
    world_begin(&world, "funding above 0.05 % for 5 s");
    assert_state(&world, ALERT_NO_DATA);
    world_live(&world, 1);
    assert_state(&world, ALERT_NO_DATA); /* the rate is NaN */
    market_of(&world)->funding_rate = 0.0004;
    world_live(&world, 1);
    assert_state(&world, ALERT_NORMAL);
    market_of(&world)->funding_rate = 0.0006;
    world_live(&world, 1);
    assert_state(&world, ALERT_PENDING);
    market_of(&world)->funding_rate = 0.00049; /* for a moment below: begins anew */
    world_live(&world, 1);
    assert_state(&world, ALERT_NORMAL);
    market_of(&world)->funding_rate = 0.0006;
    world_live(&world, 5);
    assert_state(&world, ALERT_PENDING);
    assert_int_equal(world.event_count, 0);
    world_live(&world, 1);
    assert_state(&world, ALERT_FIRING);
    assert_int_equal(world.event_count, 1);
    assert_int_equal(world.event.ts_ms, world.now_ms);
    assert_near(world.event.value, 0.0006, 0);
    assert_near(world.event.threshold, 0.0005, 1e-12);
    assert_string_equal(world.event.name, "rule");
    assert_string_equal(world.event.rule, "funding above 0.05 % for 5 s");
    assert_string_equal(world.event.symbol, "BTCUSDT");
    assert_string_equal(world.event.text, "BTCUSDT 100.00: funding +0.0600 %");
    assert_int_equal(status_of(&world).fired_ms, world.now_ms);
    market_of(&world)->funding_rate = 0.00046; /* within a tenth: goes on firing */
    world_live(&world, 30);
    assert_state(&world, ALERT_FIRING);
    market_of(&world)->funding_rate = 0.00044;
    world_live(&world, 1);
    assert_state(&world, ALERT_RECOVERING);
    market_of(&world)->funding_rate = 0.0006;
    world_live(&world, 1);
    assert_state(&world, ALERT_FIRING); /* the same firing */
    market_of(&world)->funding_rate = 0.0001;
    world_live(&world, 10);
    assert_state(&world, ALERT_RECOVERING);
    world_live(&world, 1);
    assert_state(&world, ALERT_NORMAL);
    assert_int_equal(world.event_count, 1);
    assert_int_equal(status_of(&world).fired_count, 1);
    assert_string_equal(status_of(&world).text, "");
    world_end(&world);
}

static void data_that_go_and_come_do_not_fire_again(void **state) {
    (void)state;
    struct world world;
    world_begin(&world, "funding above 0.05 % every 1 s");
    market_of(&world)->funding_rate = 0.0006;
    world_live(&world, 2);
    assert_state(&world, ALERT_FIRING);
    market_of(&world)->funding_rate = NAN;
    world_live(&world, 1);
    assert_state(&world, ALERT_NO_DATA);
    assert_true(isnan(status_of(&world).value));
    market_of(&world)->funding_rate = 0.0006;
    world_live(&world, 1);
    assert_state(&world, ALERT_FIRING);
    /* An instrument that tells nothing any more, while the frame's time goes on. */
    world.now_ms += ALERT_STALE_MS;
    world_look(&world);
    assert_state(&world, ALERT_FIRING);
    world.now_ms += 1;
    world_look(&world);
    assert_state(&world, ALERT_NO_DATA);
    alert_watch_advance(world.watch, NULL, world.now_ms + 1000);
    assert_state(&world, ALERT_NO_DATA);
    assert_int_equal(world.event_count, 1);
    /* What was firing before the data went and is over when they come back begins as normal. */
    market_of(&world)->funding_rate = 0.0001;
    world_live(&world, 1);
    assert_state(&world, ALERT_NORMAL);
    world_end(&world);
}

static void a_rule_is_told_once_in_its_time_and_then_if_it_still_fires(void **state) {
    (void)state;
    struct world world;
    world_begin(&world, "funding above 0.05 % every 60 s");
    market_of(&world)->funding_rate = 0.0006;
    world_live(&world, 1);
    assert_int_equal(world.event_count, 1);
    market_of(&world)->funding_rate = 0.0001;
    world_live(&world, 20);
    assert_state(&world, ALERT_NORMAL);
    market_of(&world)->funding_rate = 0.0006;
    world_live(&world, 39);
    assert_state(&world, ALERT_FIRING);
    assert_int_equal(status_of(&world).fired_count, 2);
    assert_int_equal(world.event_count, 1); /* too early */
    world_live(&world, 1);
    assert_int_equal(world.event_count, 2); /* still true after a minute */
    world_live(&world, 120);
    assert_int_equal(world.event_count, 2); /* once a firing */
    world_end(&world);
}

static void a_silenced_rule_is_not_told(void **state) {
    (void)state;
    struct world world;
    world_begin(&world, "funding above 0.05 % every 1 s");
    market_of(&world)->funding_rate = 0.0001;
    world_live(&world, 1);
    alert_watch_silence(world.watch, 0, world.now_ms + 30000);
    market_of(&world)->funding_rate = 0.0006;
    world_live(&world, 5);
    assert_state(&world, ALERT_FIRING);
    assert_int_equal(status_of(&world).silenced_until_ms, BEGIN_MS + 31000);
    world_live(&world, 40);
    assert_int_equal(status_of(&world).silenced_until_ms, 0);
    assert_int_equal(world.event_count, 0); /* that firing began in silence */
    market_of(&world)->funding_rate = 0.0001;
    world_live(&world, 20);
    market_of(&world)->funding_rate = 0.0006;
    world_live(&world, 1);
    assert_int_equal(world.event_count, 1);
    world_end(&world);
}

static void time_that_goes_back_begins_anew(void **state) {
    (void)state;
    struct world world;
    world_begin(&world, "funding above 0.05 % every 1 h");
    world_rule(&world, "other", "funding above 1 %");
    alert_watch_silence(world.watch, 1, ALERT_SILENCED_FOR_EVER);
    market_of(&world)->funding_rate = 0.0006;
    world_live(&world, 100);
    char first_id[ALERT_ID_BYTES];
    (void)str_copy(first_id, sizeof first_id, world.event.id);
    assert_int_equal(world.event_count, 1);
    world.now_ms -= 3000; /* a hair: the time that was known counts */
    world_look(&world);
    assert_state(&world, ALERT_FIRING);
    world.now_ms = BEGIN_MS; /* the replay begins again */
    world_live(&world, 100);
    assert_int_equal(world.event_count, 2);
    assert_string_equal(world.event.id, first_id); /* the same event, known by its id */
    struct alert_status other;
    alert_watch_get_status(world.watch, 1, &other);
    assert_true(other.silenced_until_ms == ALERT_SILENCED_FOR_EVER);
    world_end(&world);
}

static void rules_that_stay_keep_their_state(void **state) {
    (void)state;
    struct world world;
    world_begin(&world, "funding above 0.05 %");
    market_of(&world)->funding_rate = 0.0006;
    world_live(&world, 1);
    alert_watch_silence(world.watch, 0, world.now_ms + 60000);
    memset(&world.rules, 0, sizeof world.rules);
    world_add(&world, "first", "funding above 2 %");
    world_rule(&world, "rule", "funding above 0.05 %");
    struct alert_status status;
    alert_watch_get_status(world.watch, 1, &status);
    assert_int_equal(status.state, ALERT_FIRING);
    assert_int_equal(status.silenced_until_ms, BEGIN_MS + 61000);
    assert_state(&world, ALERT_NO_DATA);
    memset(&world.rules, 0, sizeof world.rules);
    world_rule(&world, "rule", "funding above 0.04 %"); /* another rule of that name */
    assert_state(&world, ALERT_NO_DATA);
    world_live(&world, 1);
    assert_int_equal(world.event_count, 2);
    world_end(&world);
}

static void a_test_is_told_whatever_the_state(void **state) {
    (void)state;
    struct world world;
    world_begin(&world, "price within 1 % of cluster above 1M webhook");
    alert_watch_test(world.watch, 0);
    world_look(&world);
    assert_int_equal(world.event_count, 1);
    assert_true(world.event.test);
    assert_true(isnan(world.event.value));
    assert_false(world.event.has_cluster);
    assert_string_equal(world.event.text, "Test: no market yet");
    assert_int_equal(world.event.by, ALERT_BY_WEBHOOK);
    assert_state(&world, ALERT_NO_DATA);
    world_cluster(&world, 0, 0, 97, 98, 5e6);
    world_live(&world, 2);
    alert_watch_test(world.watch, 0);
    world_look(&world);
    assert_int_equal(world.event_count, 2);
    assert_string_equal(world.event.text,
                        "Test: BTCUSDT 100.00 is 2.00 % from about $5.00M of longs at 97.50");
    assert_state(&world, ALERT_NORMAL);
    world_end(&world);
}

static void events_that_nobody_takes_are_counted(void **state) {
    (void)state;
    struct world world;
    struct alert_event event;
    world_begin(&world, "price above 5");
    for (int i = 0; i < ALERT_EVENT_MAX + 3; i++) {
        alert_watch_test(world.watch, 0);
    }
    assert_int_equal(alert_watch_dropped(world.watch), 3);
    for (int i = 0; i < ALERT_EVENT_MAX; i++) {
        assert_true(alert_watch_take_event(world.watch, &event));
    }
    assert_false(alert_watch_take_event(world.watch, &event));
    world_end(&world);
}

/* -- clusters -- */

static void the_price_comes_near_a_cluster(void **state) {
    (void)state;
    struct world world;
    world_begin(&world, "price within 0.5 % of short cluster above 10M USD");
    world_live(&world, 2);
    assert_state(&world, ALERT_NORMAL);             /* a map without clusters is data */
    world_cluster(&world, 0, 1, 100.4, 101, 9.5e6); /* near, too small */
    world_cluster(&world, 1, 1, 102, 103, 50e6);    /* large, too far */
    world_cluster(&world, 2, 0, 99.9, 99.95, 50e6); /* of the other side */
    world_live(&world, 2);
    assert_state(&world, ALERT_NORMAL);
    assert_near(status_of(&world).value, 0.02, 1e-12);
    market_of(&world)->mark = 101.6;
    world_live(&world, 1);
    assert_state(&world, ALERT_FIRING);
    assert_true(world.event.has_cluster);
    assert_near(world.event.value, 0.4 / 101.6, 1e-12); /* to the near edge */
    assert_near(world.event.cluster.price, 102.5, 1e-9);
    assert_near(world.event.cluster.distance, 102.5 / 101.6 - 1, 1e-12);
    assert_string_equal(world.event.text,
                        "BTCUSDT 101.60 is 0.39 % from about $50.0M of shorts at 102.50");
    market_of(&world)->mark = 101.45; /* 0.54 %: within a tenth of it */
    world_cluster(&world, 0, 1, 110, 111, 9.5e6);
    world_live(&world, 1);
    assert_state(&world, ALERT_FIRING);
    world_cluster(&world, 1, 1, 102, 103, 8.9e6); /* it shrinks below nine tenths */
    world_live(&world, 1);
    assert_state(&world, ALERT_RECOVERING);
    world_end(&world);
}

static void a_stale_map_is_no_data(void **state) {
    (void)state;
    struct world world;
    world_begin(&world, "cluster above 10M USD");
    world_cluster(&world, 0, 1, 104, 105, 20e6);
    world_live(&world, 1);
    assert_state(&world, ALERT_NO_DATA); /* of whom that map is was not known yet */
    world_live(&world, 1);
    assert_state(&world, ALERT_FIRING);
    for (int i = 0; i < 31; i++) {
        world.now_ms += 1000;
        market_of(&world)->ts_ms = world.scene.ts_ms = world.now_ms;
        world_look(&world);
        assert_state(&world, i < 30 ? ALERT_FIRING : ALERT_NO_DATA);
    }
    world.map.instrument = INSTRUMENT + 1; /* of an instrument that nobody knows */
    world_live(&world, 1);
    assert_state(&world, ALERT_NO_DATA);
    world.map.instrument = INSTRUMENT;
    world_live(&world, 1);
    assert_state(&world, ALERT_FIRING);
    assert_int_equal(world.event_count, 1);
    world_end(&world);
}

static void clusters_that_are_no_numbers_are_left_out(void **state) {
    (void)state;
    struct world world;
    world_begin(&world, "cluster above 10M USD within 5 %");
    world_cluster(&world, 0, 1, NAN, NAN, 20e6);
    world_cluster(&world, 1, 1, 104, 105, NAN);
    world_cluster(&world, 2, 1, 104, 105, INFINITY);
    world_cluster(&world, 3, 1, 105, 104, 20e6);
    world_cluster(&world, 4, 0, -5, 99, 20e6);
    world_live(&world, 2);
    assert_state(&world, ALERT_NORMAL);
    world.map.cluster_count = 9999;
    world_live(&world, 1);
    assert_state(&world, ALERT_NORMAL);
    world.map.cluster_count = 5;
    world_cluster(&world, 5, 1, 104.9, 106, 20e6);
    world_live(&world, 1);
    assert_state(&world, ALERT_FIRING);
    assert_near(status_of(&world).value, 20e6, 0);
    assert_string_equal(status_of(&world).text,
                        "BTCUSDT 100.00: about $20.0M of shorts at 105.45, 5.4 % above");
    market_of(&world)->mark = NAN;
    world_live(&world, 1);
    assert_state(&world, ALERT_NO_DATA);
    world_end(&world);
}

static void a_cluster_is_touched_once_though_maps_redraw_it(void **state) {
    (void)state;
    struct world world;
    world_begin(&world, "cluster above 20M USD touched every 1 s");
    world_cluster(&world, 0, 0, 97, 98, 25e6);
    world_live(&world, 2);
    assert_state(&world, ALERT_NORMAL);
    world_cluster(&world, 0, 0, 97.2, 98.3, 24e6); /* the same one, moved a little */
    world_live(&world, 2);
    /* A wick between two scenes, of which only the tail tells. */
    market_of(&world)->tail_count = 1;
    market_of(&world)->tail[0].ts_ms = world.now_ms + 500;
    market_of(&world)->tail[0].mark = 98.2;
    world_cluster(&world, 0, 0, 97.2, 98.1, 19e6); /* what is left of it */
    world_live(&world, 1);
    assert_state(&world, ALERT_FIRING);
    assert_int_equal(world.event_count, 1);
    assert_near(world.event.cluster.usd, 24e6, 0); /* as it stood when the mark came */
    assert_near(world.event.value, 24e6, 0);
    world_live(&world, 5);
    assert_state(&world, ALERT_FIRING);
    world_live(&world, 1);
    assert_state(&world, ALERT_RECOVERING); /* the moment is over */
    world_live(&world, 10);
    assert_state(&world, ALERT_NORMAL);
    /* Back inside within a minute: the same touch, it fires no more than the state does. */
    market_of(&world)->mark = 97.9;
    world_live(&world, 3);
    market_of(&world)->mark = 100;
    world_live(&world, 5);
    int told = world.event_count;
    world_live(&world, 70);
    assert_int_equal(world.event_count, told);
    assert_state(&world, ALERT_NORMAL);
    world_end(&world);
}

static void a_cluster_is_swept_when_the_mark_passed_all_of_it(void **state) {
    (void)state;
    struct world world;
    world_begin(&world, "short cluster above 20M USD swept");
    world_cluster(&world, 0, 1, 102, 103, 25e6);
    world_live(&world, 2);
    market_of(&world)->mark = 102.6;
    world_cluster(&world, 0, 1, 102.6, 103, 8e6);
    world_live(&world, 2);
    assert_state(&world, ALERT_NORMAL); /* touched, not swept */
    market_of(&world)->mark = 103.2;
    world.map.cluster_count = 0;
    world_live(&world, 1);
    assert_state(&world, ALERT_FIRING);
    assert_near(world.event.value, 25e6, 0);
    assert_true(isnan(world.event.expected_usd));
    assert_string_equal(world.event.text, "BTCUSDT 103.20 swept about $25.0M of shorts at 102.50");
    world_live(&world, 60);
    assert_state(&world, ALERT_NORMAL);
    assert_int_equal(world.event_count, 1);
    assert_string_equal(status_of(&world).text, "");
    world_end(&world);
}

static void a_cluster_is_swept_when_receipts_say_it_was_taken(void **state) {
    (void)state;
    struct world world;
    world_begin(&world, "cluster above 20M USD swept");
    world_cluster(&world, 0, 0, 97, 98, 25e6);
    struct scene_instrument *market = market_of(&world);
    /* One of an hour ago at the same prices says nothing about today's. */
    market->receipt_count = 1;
    market->receipts[0] = (struct scene_receipt){
        .from_ms = BEGIN_MS - 3600000, .price_low = 97, .price_high = 98, .expected_usd = 30e6};
    world_live(&world, 2);
    market->mark = 97.3;
    world_live(&world, 2);
    assert_state(&world, ALERT_NORMAL);
    market->receipt_count = 3;
    market->receipts[1] = (struct scene_receipt){.from_ms = world.now_ms - 2000,
                                                 .price_low = 97.4,
                                                 .price_high = 98,
                                                 .expected_usd = 15e6,
                                                 .seen_usd = 2e6,
                                                 .heard = 1};
    market->receipts[2] = (struct scene_receipt){.from_ms = world.now_ms - 2000,
                                                 .price_low = 101,
                                                 .price_high = 102,
                                                 .side = 1,
                                                 .expected_usd = 50e6};
    world_live(&world, 1);
    assert_state(&world, ALERT_NORMAL); /* three fifths of it */
    market->receipts[1].expected_usd = 21e6;
    world_live(&world, 1);
    assert_state(&world, ALERT_FIRING);
    assert_near(world.event.expected_usd, 21e6, 0);
    assert_near(world.event.seen_usd, 2e6, 0);
    assert_string_equal(
        world.event.text,
        "BTCUSDT 97.300 swept about $25.0M of longs at 97.500, expected $21.0M, seen $2.00M");
    world_end(&world);
}

static void a_cluster_that_dissolves_is_neither_touched_nor_swept(void **state) {
    (void)state;
    struct world world;
    world_begin(&world, "cluster above 20M USD touched");
    world_rule(&world, "swept", "cluster above 20M USD swept");
    world_cluster(&world, 0, 0, 97, 98, 25e6);
    world_live(&world, 2);
    world.map.cluster_count = 0;
    world_live(&world, 15);
    market_of(&world)->mark = 95;
    world_live(&world, 5);
    assert_int_equal(world.event_count, 0);
    assert_state(&world, ALERT_NORMAL);
    world_end(&world);
}

/* -- the rest -- */

static void a_price_is_passed(void **state) {
    (void)state;
    struct world world;
    world_begin(&world, "price below 99");
    world_live(&world, 1);
    assert_state(&world, ALERT_NORMAL);
    market_of(&world)->tail_count = 2; /* a wick that the newest mark does not show */
    market_of(&world)->tail[0].ts_ms = world.now_ms + 300;
    market_of(&world)->tail[0].mark = 98.5;
    market_of(&world)->tail[1].ts_ms = world.now_ms + 600;
    market_of(&world)->tail[1].mark = 99.9;
    world_live(&world, 1);
    assert_state(&world, ALERT_FIRING);
    assert_string_equal(world.event.text, "BTCUSDT 100.00 is below 99.00");
    world_live(&world, 1);
    assert_state(&world, ALERT_RECOVERING);
    market_of(&world)->mark = 99.05; /* back, and within a thousandth */
    world_live(&world, 1);
    assert_state(&world, ALERT_FIRING);
    world_end(&world);
}

static void add_print(struct world *world, int64_t ts_ms, int position, double usd) {
    struct scene_instrument *market = market_of(world);
    if (market->print_count == SCENE_PRINT_MAX) {
        memmove(&market->prints[0], &market->prints[1],
                sizeof market->prints[0] * (SCENE_PRINT_MAX - 1));
        market->print_count--;
    }
    market->prints[market->print_count++] = (struct scene_print){
        .ts_ms = ts_ms, .price = 100, .usd = usd, .position = (uint8_t)position};
}

static void liquidations_of_a_minute_are_summed_each_once(void **state) {
    (void)state;
    struct world world;
    world_begin(&world, "long liquidations above 5M USD in 60 s");
    add_print(&world, BEGIN_MS - 120000, POS_LONG, 50e6); /* long ago */
    add_print(&world, BEGIN_MS, POS_SHORT, 50e6);         /* of the other side */
    add_print(&world, BEGIN_MS, POS_LONG, NAN);
    world_live(&world, 5);
    assert_state(&world, ALERT_NORMAL);
    assert_near(status_of(&world).value, 0, 0);
    /* Four hundred like ones, more than a scene holds, a hundred a second. */
    for (int second = 0; second < 4; second++) {
        for (int i = 0; i < 100; i++) {
            add_print(&world, world.now_ms + 500, POS_LONG, 12000);
        }
        world_live(&world, 1);
        assert_near(status_of(&world).value, 1.2e6 * (second + 1), 1e-3);
    }
    assert_state(&world, ALERT_NORMAL);
    add_print(&world, world.now_ms, POS_LONG, 300000);
    world_live(&world, 1);
    assert_state(&world, ALERT_FIRING);
    assert_near(world.event.value, 5.1e6, 1e-3);
    assert_string_equal(world.event.text, "BTCUSDT 100.00: $5.10M of longs liquidated in 1 min");
    world_live(&world, 54);
    assert_state(&world, ALERT_FIRING);
    world_live(&world, 10); /* they are older than a minute */
    assert_state(&world, ALERT_RECOVERING);
    assert_near(status_of(&world).value, 0, 1e-3);
    world_end(&world);
}

static void open_interest_is_compared_with_what_it_was(void **state) {
    (void)state;
    struct world world;
    world_begin(&world, "open interest fall above 5 % in 60 s");
    market_of(&world)->oi_base = 1000;
    world_live(&world, 59);
    assert_state(&world, ALERT_NO_DATA); /* what it was a minute ago is not known */
    world_live(&world, 2);
    assert_state(&world, ALERT_NORMAL);
    market_of(&world)->oi_usd = 40000; /* USD alone fell: the price did */
    world_live(&world, 2);
    assert_near(status_of(&world).value, 0, 0);
    market_of(&world)->oi_base = 1100; /* a rise is none */
    world_live(&world, 1);
    assert_state(&world, ALERT_NORMAL);
    market_of(&world)->oi_base = 949;
    world_live(&world, 1);
    assert_state(&world, ALERT_FIRING);
    assert_near(world.event.value, -0.051, 1e-12);
    assert_string_equal(world.event.text, "BTCUSDT 100.00: open interest -5.10 % in 1 min");
    world_live(&world, 58);
    assert_state(&world, ALERT_FIRING);
    world_live(&world, 5);
    assert_state(&world, ALERT_RECOVERING); /* a minute ago it was as low */
    market_of(&world)->oi_base = 0;
    market_of(&world)->oi_usd = 0;
    world_live(&world, 1);
    assert_state(&world, ALERT_NO_DATA);
    /* A hole longer than the steps: the time before it is too long ago. */
    world.now_ms += 90000;
    market_of(&world)->oi_base = 500;
    world_live(&world, 1);
    assert_state(&world, ALERT_NO_DATA);
    world_end(&world);
}

static void open_interest_by_usd_and_either_way(void **state) {
    (void)state;
    struct world world;
    world_begin(&world, "open interest change above 5 % in 60 s");
    market_of(&world)->oi_usd = 100000;
    world_live(&world, 61);
    assert_state(&world, ALERT_NORMAL);
    market_of(&world)->oi_usd = 106000;
    world_live(&world, 1);
    assert_state(&world, ALERT_FIRING);
    assert_near(world.event.value, 0.06, 1e-12);
    world_end(&world);
}

static void a_silent_feed_fires_though_nothing_comes(void **state) {
    (void)state;
    struct world world;
    world_begin(&world, "feed silent for 30 s on bybit");
    world.scene.feed_count = 3;
    world.scene.feeds[1].venue = VENUE_OKX;
    world.scene.feeds[1].ts_ms = 1;           /* silent for long, and not meant */
    world.scene.feeds[2].venue = VENUE_BYBIT; /* never told anything: not fallen silent */
    world_live(&world, 3);
    assert_state(&world, ALERT_NORMAL);
    for (int i = 1; i <= 40; i++) { /* the frame's time alone goes on */
        world.now_ms += 1000;
        world_look(&world);
        assert_state(&world, i < 30 ? ALERT_NORMAL : ALERT_FIRING);
    }
    assert_int_equal(world.event_count, 1);
    assert_near(world.event.value, 30000, 0);
    assert_int_equal(world.event.venue, VENUE_BYBIT);
    assert_string_equal(world.event.symbol, "");
    assert_string_equal(world.event.text, "Bybit is silent for 30 s");
    world_live(&world, 1);
    assert_state(&world, ALERT_RECOVERING);
    world.scene.feed_count = 0;
    world_live(&world, 1);
    assert_state(&world, ALERT_NO_DATA);
    world_end(&world);
}

static void each_instrument_has_a_state_of_its_own(void **state) {
    (void)state;
    struct world world;
    world_begin(&world, "funding above 0.05 %");
    world_rule(&world, "eth", "funding above 0.05 % on okx:ETHUSDT");
    world.scene.instrument_count = 2;
    struct scene_instrument *other = &world.scene.instruments[1];
    other->instrument = INSTRUMENT + 1;
    other->venue = VENUE_OKX;
    other->funding_rate = 0.001;
    other->mark = 3000;
    other->ts_ms = BEGIN_MS;
    (void)str_copy(other->symbol, sizeof other->symbol, "ETHUSDT");
    market_of(&world)->funding_rate = 0.0001;
    world_live(&world, 1);
    assert_int_equal(world.event_count, 2); /* ETHUSDT by either rule */
    assert_string_equal(world.event.symbol, "ETHUSDT");
    assert_string_equal(status_of(&world).symbol, "ETHUSDT"); /* the urgent one is listed */
    market_of(&world)->funding_rate = 0.002;
    world_live(&world, 1);
    assert_int_equal(world.event_count, 3);
    assert_string_equal(world.event.symbol, "BTCUSDT");
    assert_string_equal(world.event.name, "rule");
    world_end(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_goes_through_its_states_and_is_told_once),
        cmocka_unit_test(data_that_go_and_come_do_not_fire_again),
        cmocka_unit_test(a_rule_is_told_once_in_its_time_and_then_if_it_still_fires),
        cmocka_unit_test(a_silenced_rule_is_not_told),
        cmocka_unit_test(time_that_goes_back_begins_anew),
        cmocka_unit_test(rules_that_stay_keep_their_state),
        cmocka_unit_test(a_test_is_told_whatever_the_state),
        cmocka_unit_test(events_that_nobody_takes_are_counted),
        cmocka_unit_test(the_price_comes_near_a_cluster),
        cmocka_unit_test(a_stale_map_is_no_data),
        cmocka_unit_test(clusters_that_are_no_numbers_are_left_out),
        cmocka_unit_test(a_cluster_is_touched_once_though_maps_redraw_it),
        cmocka_unit_test(a_cluster_is_swept_when_the_mark_passed_all_of_it),
        cmocka_unit_test(a_cluster_is_swept_when_receipts_say_it_was_taken),
        cmocka_unit_test(a_cluster_that_dissolves_is_neither_touched_nor_swept),
        cmocka_unit_test(a_price_is_passed),
        cmocka_unit_test(liquidations_of_a_minute_are_summed_each_once),
        cmocka_unit_test(open_interest_is_compared_with_what_it_was),
        cmocka_unit_test(open_interest_by_usd_and_either_way),
        cmocka_unit_test(a_silent_feed_fires_though_nothing_comes),
        cmocka_unit_test(each_instrument_has_a_state_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
