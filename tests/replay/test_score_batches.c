/* The same events give the same report: at any batch size, and whatever the other instrument does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/engine.h"
#include "score/report.h"
#include "support/market_walk.h"

enum { SLOT_MAX = 160000 };

static struct instrument_table *table;
static uint16_t btc, eth;

static int set_up(void **state) {
    (void)state;
    table = instrument_table_create();
    if (table == NULL) {
        return -1;
    }
    btc = instrument_add(table, VENUE_BINANCE_USDM, "BTCUSDT", 7);
    eth = instrument_add(table, VENUE_BYBIT, "ETHUSDT", 7);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    instrument_table_destroy(table);
    return 0;
}

static void score(const struct event *events, size_t count, size_t batch, struct report *out) {
    struct engine *engine =
        engine_create(&(struct engine_desc){.instruments = table, .full_score = true});
    assert_non_null(engine);
    for (size_t at = 0; at < count; at += batch) {
        engine_apply(engine, events + at, count - at < batch ? count - at : batch);
    }
    engine_finish(engine);
    struct score *of = engine_score(engine, btc);
    assert_non_null(of);
    score_finish_rows(of);
    assert_true(report_make(of, 0, out));
    engine_destroy(engine);
}

static void the_report_is_the_same_at_any_batch_size(void **state) {
    (void)state;
    static struct report whole, again;
    size_t count = 0;
    struct event *events = market_walk_make(4, btc, SLOT_MAX, &count);
    score(events, count, count, &whole);
    assert_true(whole.prints > 50);
    assert_true(whole.cells > 500);
    assert_true(whole.models[SCORE_KERNEL].predicted_over_seen[REPORT_BOTH] > 0);
    const size_t batches[] = {1, 97, 4096};
    for (size_t i = 0; i < sizeof batches / sizeof batches[0]; i++) {
        score(events, count, batches[i], &again);
        assert_memory_equal(&whole, &again, sizeof whole);
    }
    free(events);
}

static void another_instrument_changes_nothing(void **state) {
    (void)state;
    static struct report alone, beside;
    size_t count = 0, both_count = 0;
    struct market_walk walks[2];
    struct event *events = calloc(SLOT_MAX, sizeof *events);
    struct event *both = calloc(2 * SLOT_MAX, sizeof *both);
    assert_non_null(events);
    assert_non_null(both);
    market_walk_init(&walks[0], 4, btc);
    market_walk_init(&walks[1], 5, eth);
    while (count + MARKET_WALK_MESSAGE_MAX <= SLOT_MAX / 4) {
        size_t step = market_walk_next(&walks[0], events + count);
        for (size_t i = 0; i < step; i++) {
            both[both_count++] = events[count + i];
        }
        count += step;
        both_count += market_walk_next(&walks[1], both + both_count);
    }
    score(events, count, 500, &alone);
    score(both, both_count, 500, &beside);
    assert_memory_equal(&alone, &beside, sizeof alone);
    free(events);
    free(both);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_report_is_the_same_at_any_batch_size),
        cmocka_unit_test(another_instrument_changes_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
