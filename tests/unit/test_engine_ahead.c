/* What is told ahead of its place is shown until its place is there, and leaves nothing behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "engine/engine.h"
#include "model/entry_log.h"
#include "support/event_make.h"
#include "support/market_walk.h"

enum { MESSAGES = 6000, KNOWN_BEGIN = 2000, KNOWN_END = 4000, FIELD_MS = 3600000 };

static struct instrument_table *table;
static struct scene scene;
static uint16_t btc;

/* Messages of a walk: told ahead or in their place. */
static void tell(struct engine *engine, struct market_walk *walk, int count, bool ahead) {
    struct event events[MARKET_WALK_MESSAGE_MAX];
    for (int i = 0; i < count; i++) {
        const size_t slots = market_walk_next(walk, events);
        for (size_t k = 0; k < slots; k++) {
            events[k].flags |= ahead ? EVENT_FLAG_AHEAD : 0;
        }
        engine_apply(engine, events, slots);
    }
}

static struct event make_open_gap(int64_t from_ms, int64_t now_ms) {
    struct event gap = make_event(EVENT_GAP, btc, now_ms);
    gap.flags |= EVENT_FLAG_AHEAD;
    gap.detail = STREAM_TRADE;
    gap.u.gap.from_ms = from_ms;
    return gap;
}

static const struct scene_instrument *look(struct engine *engine) {
    engine_fill_scene(engine, &scene);
    return &scene.instruments[0];
}

/* The middle third is told ahead, then all of it; one engine is told all of it alone. */
static void it_is_shown_and_leaves_no_trace(void **state) {
    (void)state;
    struct engine *engine = engine_create(&(struct engine_desc){.instruments = table});
    struct engine *plain = engine_create(&(struct engine_desc){.instruments = table});
    struct market_walk walk, all, alone;
    market_walk_init(&walk, 5, btc);
    all = alone = walk;
    struct event events[MARKET_WALK_MESSAGE_MAX];
    for (int i = 0; i < KNOWN_BEGIN; i++) {
        (void)market_walk_next(&walk, events);
    }
    const int64_t begin_ms = events[0].ts_ms, now_ms = begin_ms + 7200000;
    const struct event gap = make_open_gap(begin_ms + 60000, now_ms);
    engine_apply(engine, &gap, 1);
    tell(engine, &walk, KNOWN_END - KNOWN_BEGIN, true);
    const struct scene_instrument *view = look(engine);
    const int64_t known_ms = view->ts_ms;
    const struct entry_log *ahead_log = engine_entry_log(engine, btc);
    assert_true(view->ahead && view->mark > 0 && view->estimate_usd[0] > 0);
    assert_true(known_ms > begin_ms && known_ms < now_ms);
    assert_int_equal(scene.ts_ms, now_ms); /* what time it is, not how old that is */
    assert_true(view->gap_count > 0 && view->gaps[0].to_ms == 0);
    struct estimator_desc model;
    assert_true(engine_model(engine, btc, &model));

    tell(engine, &all, KNOWN_BEGIN, false);
    assert_true(look(engine)->ahead); /* older than what is shown */
    assert_ptr_equal(engine_entry_log(engine, btc), ahead_log);
    tell(engine, &all, MESSAGES - KNOWN_BEGIN, false);
    tell(engine, &walk, MESSAGES - KNOWN_END, true); /* too late to be shown */
    tell(plain, &alone, MESSAGES, false);
    assert_false(look(engine)->ahead);
    assert_ptr_not_equal(engine_entry_log(engine, btc), ahead_log);
    assert_true(entry_log_until_ms(ahead_log) <= known_ms); /* whoever reads it goes on */
    assert_int_equal(scene.ts_ms, view->ts_ms);
    assert_true(engine_state_hash(engine) == engine_state_hash(plain));
    const uint64_t field = engine_field_hash(engine, btc, FIELD_MS);
    assert_true(field != 0 && field == engine_field_hash(plain, btc, FIELD_MS));
    engine_destroy(plain);
    engine_destroy(engine);
}

/* Where its place never comes, it stays; an instrument that is live already has no need of it. */
static void nothing_is_shown_ahead_of_what_is_live(void **state) {
    (void)state;
    struct engine *engine = engine_create(&(struct engine_desc){.instruments = table});
    struct market_walk walk, late;
    market_walk_init(&walk, 5, btc);
    late = walk;
    tell(engine, &walk, 100, false);
    const uint64_t hash = engine_state_hash(engine);
    tell(engine, &late, 200, true);
    assert_false(look(engine)->ahead);
    assert_true(engine_state_hash(engine) == hash);
    engine_destroy(engine);
}

static int set_up(void **state) {
    (void)state;
    table = instrument_table_create();
    btc = instrument_add(table, VENUE_BINANCE_USDM, "BTCUSDT", 7);
    return table != NULL ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    instrument_table_destroy(table);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_shown_and_leaves_no_trace),
        cmocka_unit_test(nothing_is_shown_ahead_of_what_is_live),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
