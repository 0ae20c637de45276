/* The map and the receipts of the engine: the same at any batch size, on the thread or not; and
 * which instruments are in them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mailbox.h"
#include "base/random.h"
#include "base/str.h"
#include "engine/engine.h"
#include "engine/engine_thread.h"
#include "model/entry_log.h"
#include "support/event_make.h"
#include "support/map_same.h"

enum { STEPS = 200, STEP_MS = 10000, SLOT_MAX = 3 * 4 * STEPS };
#define START_MS INT64_C(1750000000000)

static struct instrument_table *table;
static uint16_t btc, btc_bybit, eth;
static struct event *events;
static size_t event_count;
static struct scene_map map, other;
static struct scene scene, scene_b;

struct walk {
    struct random random;
    double price;
    uint16_t instrument;
};

/* Prices walk, every larger step liquidates somebody: ten seconds a step. */
static size_t walk_step(struct walk *walk, int64_t ts_ms, struct event *out) {
    char text[32], qty[32];
    double from = walk->price;
    size_t count = 0;
    walk->price *= exp(random_normal(&walk->random) * 1e-3);
    str_format(text, sizeof text, "%.1f", walk->price);
    str_format(qty, sizeof qty, "%.3f", .001 + 20 * random_exponential(&walk->random));
    out[count++] = make_trade(walk->instrument, ts_ms, SIDE_BUY, text, qty);
    out[count++] = make_mark(walk->instrument, ts_ms, text);
    out[count++] = make_open_interest(walk->instrument, ts_ms, "100000");
    if (fabs(walk->price - from) > 1e-3 * from) {
        enum position position = walk->price < from ? POS_LONG : POS_SHORT;
        out[count++] = make_liquidation(walk->instrument, ts_ms, position, text, qty);
    }
    return count;
}

static int set_up(void **state) {
    (void)state;
    table = instrument_table_create();
    events = calloc(SLOT_MAX, sizeof *events);
    if (table == NULL || events == NULL) {
        return -1;
    }
    btc = instrument_add(table, VENUE_BINANCE_USDM, "BTCUSDT", 7);
    btc_bybit = instrument_add(table, VENUE_BYBIT, "BTCUSDT", 7);
    eth = instrument_add(table, VENUE_BYBIT, "ETHUSDT", 7);
    const uint16_t instruments[] = {btc, btc_bybit, eth};
    struct walk walks[3];
    for (int i = 0; i < 3; i++) {
        walks[i] = (struct walk){.price = 60000, .instrument = instruments[i]};
        random_init(&walks[i].random, 6 + (uint64_t)i);
    }
    for (int step = 0; step < STEPS; step++) {
        for (int i = 0; i < 3; i++) {
            event_count +=
                walk_step(&walks[i], START_MS + (int64_t)step * STEP_MS, events + event_count);
        }
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    free(events);
    instrument_table_destroy(table);
    return 0;
}

static struct engine *replay(size_t count, size_t batch, bool looked) {
    struct engine *engine = engine_create(&(struct engine_desc){.instruments = table});
    assert_non_null(engine);
    for (size_t at = 0; at < count; at += batch) {
        engine_apply(engine, events + at, count - at < batch ? count - at : batch);
        if (looked && at / batch % 50 == 0) { /* to look at the map changes nothing */
            (void)engine_fill_map(engine, &(struct engine_map_desc){.instrument = btc}, &other);
        }
    }
    return engine;
}

static void assert_same_receipts(const struct scene_instrument *a,
                                 const struct scene_instrument *b) {
    assert_int_equal(a->receipt_count, b->receipt_count);
    for (int i = 0; i < a->receipt_count; i++) {
        const struct scene_receipt *x = &a->receipts[i], *y = &b->receipts[i];
        assert_true(x->from_ms == y->from_ms && x->to_ms == y->to_ms);
        assert_true(x->price_low == y->price_low && x->price_high == y->price_high);
        assert_true(x->expected_usd == y->expected_usd && x->seen_usd == y->seen_usd);
        assert_true(x->side == y->side && x->complete == y->complete && x->open == y->open);
    }
}

static void the_map_and_receipts_are_the_same_at_any_batch_size(void **state) {
    (void)state;
    static const size_t batches[] = {1, 97};
    const struct engine_map_desc desc = {.instrument = btc};
    struct engine *engine = replay(event_count, event_count, false);
    uint64_t want = engine_state_hash(engine);
    engine_fill_scene(engine, &scene);
    assert_true(engine_fill_map(engine, &desc, &map));
    engine_destroy(engine);
    double expected = 0, seen = 0;
    assert_true(scene.instruments[0].receipt_count > 2);
    for (int i = 0; i < scene.instruments[0].receipt_count; i++) {
        expected += scene.instruments[0].receipts[i].expected_usd;
        seen += scene.instruments[0].receipts[i].seen_usd;
        assert_true(scene.instruments[0].receipts[i].complete);
    }
    assert_true(expected > 0 && seen > 0);
    assert_true(map.cluster_count > 4 && map.max_pain > 0);
    for (size_t i = 0; i < ARRAY_COUNT(batches); i++) {
        engine = replay(event_count, batches[i], batches[i] < 100);
        assert_true(engine_state_hash(engine) == want);
        engine_fill_scene(engine, &scene_b);
        assert_true(engine_fill_map(engine, &desc, &other));
        for (int k = 0; k < 3; k++) {
            assert_same_receipts(&scene.instruments[k], &scene_b.instruments[k]);
        }
        assert_true(map_same(&map, &other));
        engine_destroy(engine);
    }
}

/* The model is made anew of them, and what it sweeps still makes receipts. */
static void receipts_come_where_the_venue_told_its_margin_facts(void **state) {
    (void)state;
    struct engine *engine = engine_create(&(struct engine_desc){.instruments = table});
    assert_non_null(engine);
    struct event facts[] = {make_event(EVENT_INSTRUMENT, btc, START_MS),
                            make_event(EVENT_TIER, btc, START_MS)};
    facts[0].flags = EVENT_FLAG_BEGIN;
    facts[1].flags = EVENT_FLAG_END;
    facts[1].u.tier.notional_cap_usd = 50000;
    facts[1].u.tier.mmr = 0.0071; /* not what is known of it without */
    facts[1].u.tier.leverage_max = 75;
    engine_apply(engine, facts, 2);
    engine_apply(engine, events, event_count);
    engine_fill_scene(engine, &scene);
    assert_int_equal(scene.instruments[0].instrument, btc);
    double expected = 0;
    for (int i = 0; i < scene.instruments[0].receipt_count; i++) {
        expected += scene.instruments[0].receipts[i].expected_usd;
    }
    assert_true(expected > 0);
    engine_destroy(engine);
}

/* Where liquidations have a connection of their own, and it alone was lost, the past ones come when
 * the rows of their time are closed: they are shown at their time, and nothing is judged by them.
 */
static void liquidations_told_minutes_late_are_of_their_own_time(void **state) {
    (void)state;
    enum { LATE_COUNT = 40, LATE_MS = 600000 };
    struct engine *plain = replay(event_count / 2, 64, false);
    struct engine *told = replay(event_count / 2, 64, false);
    const int64_t late_ms = START_MS + (int64_t)STEPS / 2 * STEP_MS - LATE_MS;
    engine_fill_scene(plain, &scene);
    char price[32];
    str_format(price, sizeof price, "%.1f", scene.instruments[0].mark);
    for (int i = 0; i < LATE_COUNT; i++) {
        struct event late = make_liquidation(btc, late_ms + i * 1000,
                                             i % 2 == 0 ? POS_LONG : POS_SHORT, price, "100");
        late.flags |= EVENT_FLAG_HISTORY;
        engine_apply(told, &late, 1);
    }
    engine_apply(plain, events + event_count / 2, event_count - event_count / 2);
    engine_apply(told, events + event_count / 2, event_count - event_count / 2);
    engine_fill_scene(plain, &scene);
    engine_fill_scene(told, &scene_b);
    const struct scene_instrument *a = &scene.instruments[0], *b = &scene_b.instruments[0];
    assert_same_receipts(a, b);
    assert_true(estimator_hash(engine_estimator(plain, btc)) ==
                estimator_hash(engine_estimator(told, btc)));
    assert_true(b->liquidated_usd_24h[0] > a->liquidated_usd_24h[0]);
    int64_t late_count = 0;
    const struct entry_log *log = engine_entry_log(told, btc);
    struct entry_cursor cursor;
    const struct entry_row *row = NULL;
    entry_cursor_init(&cursor, log, ENTRY_LEVEL_1S, START_MS);
    entry_log_read_begin(log);
    while ((row = entry_cursor_next(&cursor, INT64_MAX)) != NULL) {
        for (uint32_t i = 0; i < row->print_count; i++) {
            const struct entry_print *print = entry_log_print(log, row, i);
            late_count += entry_print_is_late(print, row) && print->ts_ms >= late_ms &&
                          print->ts_ms < late_ms + LATE_COUNT * 1000;
        }
    }
    entry_log_read_end(log);
    assert_int_equal(late_count, LATE_COUNT);
    engine_destroy(told);
    engine_destroy(plain);
}

/* The newest map of a view's mailbox once it is of this instrument, of so many. */
static bool wait_for_map(struct mailbox *maps, uint16_t instrument, int inputs) {
    int64_t until_ns = clock_mono_ns() + INT64_C(20000000000);
    while (clock_mono_ns() < until_ns) {
        mailbox_take(maps);
        const struct scene_map *front = mailbox_front(maps);
        if (front->ts_ms > 0 && front->instrument == instrument && front->input_count == inputs) {
            return true;
        }
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
    return false;
}

/* The map of the step of event time that ts_ms lies in has come. */
static bool wait_for_step(struct mailbox *maps, int64_t ts_ms) {
    int64_t until_ns = clock_mono_ns() + INT64_C(20000000000);
    while (clock_mono_ns() < until_ns) {
        mailbox_take(maps);
        const struct scene_map *front = mailbox_front(maps);
        if (front->ts_ms / ENGINE_MAP_STEP_MS == ts_ms / ENGINE_MAP_STEP_MS) {
            return true;
        }
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
    return false;
}

static void the_thread_publishes_the_maps_of_what_is_shown(void **state) {
    (void)state;
    static struct mailbox maps[ENGINE_VIEW_MAX];
    enum { OTHER = ENGINE_VIEW_MAX - 1 };
    assert_true(mailbox_init(&maps[0], sizeof(struct scene_map)));
    assert_true(mailbox_init(&maps[OTHER], sizeof(struct scene_map)));
    struct engine *engine = engine_create(&(struct engine_desc){.instruments = table});
    struct engine_thread *thread = engine_thread_create(
        &(struct engine_thread_desc){.engine = engine, .maps = maps, .wait_when_full = true});
    assert_non_null(thread);
    const struct engine_map_desc descs[] = {
        {.instrument = INSTRUMENT_NONE},
        {.instrument = eth},
        {.instrument = btc, .venue_hidden = 1U << VENUE_BYBIT},
    };
    assert_true(engine_thread_start(thread));
    struct event_sink sink = engine_thread_sink(thread, 0);
    for (size_t at = 0; at < event_count; at += 64) {
        size_t part = event_count - at < 64 ? event_count - at : 64;
        assert_true(sink.push(sink.self, events + at, part));
    }
    for (size_t i = 0; i < ARRAY_COUNT(descs); i++) {
        engine_thread_show(thread, 0, &descs[i]);
        assert_true(wait_for_map(&maps[0], i == 1 ? eth : btc, i == 0 ? 2 : 1));
    }
    struct engine *again = replay(event_count, 4096, false);
    assert_true(engine_fill_map(again, &descs[2], &map));
    assert_true(wait_for_step(&maps[0], map.ts_ms)); /* everything is applied: no more news */
    engine_thread_show(thread, OTHER, &descs[1]);
    assert_true(wait_for_map(&maps[OTHER], eth, 1));
    assert_false(mailbox_take(&maps[0])); /* the other view is no news here */
    engine_thread_show(thread, OTHER, NULL);
    engine_thread_stop(thread);
    assert_true(mailbox_take(&maps[0]));
    assert_false(mailbox_take(&maps[OTHER]));             /* shown no more: no last one */
    assert_true(map_same(mailbox_front(&maps[0]), &map)); /* the last, at the end */
    engine_destroy(again);
    engine_thread_destroy(thread);
    engine_destroy(engine);
    mailbox_finish(&maps[OTHER]);
    mailbox_finish(&maps[0]);
}

static double sum_of(const struct scene_map *of, int side) {
    double usd = of->sides[side].beyond_usd;
    for (int i = 0; i < of->level_count; i++) {
        usd += map_level_usd(&of->sides[side], i, 0);
    }
    return usd;
}

static void instruments_of_the_coin_are_added_unless_hidden_or_silent(void **state) {
    (void)state;
    size_t half = event_count / 2;
    struct engine *engine = replay(half, 500, false);
    double both[2], alone[2];
    assert_true(engine_fill_map(engine, &(struct engine_map_desc){.instrument = btc}, &map));
    assert_int_equal(map.instrument, btc);
    assert_int_equal(map.input_count, 2);
    assert_int_equal(map.inputs[0], btc);
    assert_int_equal(map.inputs[1], btc_bybit);
    assert_int_equal(map.ts_ms, engine_ts_ms(engine));
    assert_true(
        engine_fill_map(engine, &(struct engine_map_desc){.instrument = btc_bybit}, &other));
    assert_int_equal(other.inputs[0], btc_bybit);
    for (int side = 0; side < 2; side++) {
        both[side] = sum_of(&map, side);
        assert_true(fabs(sum_of(&other, side) - both[side]) < 0.02 * both[side]); /* a basis */
    }
    const struct engine_map_desc hidden = {.instrument = btc, .venue_hidden = 1U << VENUE_BYBIT};
    assert_true(engine_fill_map(engine, &hidden, &map));
    assert_int_equal(map.input_count, 1);
    for (int side = 0; side < 2; side++) {
        alone[side] = sum_of(&map, side);
        assert_true(alone[side] < 0.9 * both[side]);
    }
    /* Six minutes in which only one of them is heard. */
    for (int64_t i = 1; i <= 36; i++) {
        struct event mark = make_mark(btc, engine_ts_ms(engine) + STEP_MS, "60000");
        engine_apply(engine, &mark, 1);
    }
    assert_true(engine_fill_map(engine, &(struct engine_map_desc){.instrument = btc}, &map));
    assert_int_equal(map.input_count, 1);
    struct engine *fresh = engine_create(&(struct engine_desc){.instruments = table});
    map.ts_ms = 77;
    assert_false(engine_fill_map(fresh, &(struct engine_map_desc){.instrument = btc}, &map));
    assert_int_equal(map.ts_ms, 77);
    engine_destroy(fresh);
    engine_destroy(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_map_and_receipts_are_the_same_at_any_batch_size),
        cmocka_unit_test(receipts_come_where_the_venue_told_its_margin_facts),
        cmocka_unit_test(liquidations_told_minutes_late_are_of_their_own_time),
        cmocka_unit_test(the_thread_publishes_the_maps_of_what_is_shown),
        cmocka_unit_test(instruments_of_the_coin_are_added_unless_hidden_or_silent),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
