/* A venue that shows only some of its liquidations learns their scale from a complete venue of the
 * same coin in the same engine, and from nobody else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/engine.h"
#include "sim/source.h"

enum { SLOT_MAX = 300000 };

/* One venue's events, of a market of low leverage: the prior expects several times too much. */
struct feed {
    struct event *events;
    size_t count;
    uint16_t instrument;
};

static struct instrument_table *table;
static struct feed throttled, complete;

static bool feed_make(struct feed *feed, enum venue_id venue, bool throttled_prints) {
    struct event_source source = {0};
    const struct source_sim_desc desc = {.instruments = table,
                                         .venue = venue,
                                         .tiers = VENUE_BINANCE_USDM,
                                         .seed = 9,
                                         .regime = REGIME_B,
                                         .days = 1,
                                         .step_ms = 5000,
                                         .throttled_prints = throttled_prints};
    feed->events = calloc(SLOT_MAX, sizeof(*feed->events));
    if (feed->events == NULL || source_sim_create(&desc, &source) != STATUS_OK) {
        return false;
    }
    size_t count = 0;
    while (feed->count + EVENT_MESSAGE_SLOTS_MAX <= SLOT_MAX &&
           source.ops->read(source.self, feed->events + feed->count, EVENT_MESSAGE_SLOTS_MAX,
                            &count) == STATUS_OK) {
        feed->count += count;
    }
    event_source_destroy(&source);
    feed->instrument = instrument_find(table, venue, "BTCUSDT", 7);
    return feed->count + EVENT_MESSAGE_SLOTS_MAX <= SLOT_MAX;
}

static int set_up(void **state) {
    (void)state;
    table = instrument_table_create();
    bool made = table != NULL && feed_make(&throttled, VENUE_BINANCE_USDM, true) &&
                feed_make(&complete, VENUE_BYBIT, false);
    return made ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    free(throttled.events);
    free(complete.events);
    instrument_table_destroy(table);
    return 0;
}

/* Merge by time into the engine, whole messages; complete may be left out. */
static struct engine *run(bool with_complete) {
    struct engine *engine = engine_create(&(struct engine_desc){.instruments = table});
    assert_non_null(engine);
    size_t at[2] = {0, 0}, counts[2] = {throttled.count, with_complete ? complete.count : 0};
    const struct event *events[2] = {throttled.events, complete.events};
    while (at[0] < counts[0] || at[1] < counts[1]) {
        int next = at[0] == counts[0]                                ? 1
                   : at[1] == counts[1]                              ? 0
                   : events[1][at[1]].ts_ms < events[0][at[0]].ts_ms ? 1
                                                                     : 0;
        size_t len = event_message_slots(&events[next][at[next]], counts[next] - at[next]);
        engine_apply(engine, &events[next][at[next]], len);
        at[next] += len;
    }
    engine_finish(engine);
    return engine;
}

static double shown_usd(const struct engine *engine, const struct feed *feed) {
    struct estimator_totals totals;
    estimator_read_totals(engine_estimator(engine, feed->instrument), &totals);
    return totals.estimate_usd[0] + totals.estimate_usd[1];
}

static double near_weight(const struct engine *engine, const struct feed *feed) {
    const struct weights *weights = estimator_weights(engine_estimator(engine, feed->instrument));
    double sum = 0;
    for (int lane = CLASS_LANES / 2; lane < CLASS_LANES; lane++) {
        sum += (double)weights->rho[lane];
    }
    return sum;
}

static void scale_comes_from_the_complete_venue_of_the_coin(void **state) {
    (void)state;
    struct engine *alone = run(false), *together = run(true);
    const struct estimator *estimator = engine_estimator(together, throttled.instrument);
    assert_true(estimator_calibration(estimator)->shape_only);
    assert_true(estimator_calibration(estimator)->step_count > 30);
    assert_false(
        estimator_calibration(engine_estimator(together, complete.instrument))->shape_only);
    double want = near_weight(together, &complete), told = near_weight(together, &throttled);
    double untold = near_weight(alone, &throttled);
    if (!(untold > 2 * want && told < 1.5 * want && told > want / 1.5)) {
        fail_msg("near weights: complete %g, throttled beside it %g, alone %g", want, told, untold);
    }
    assert_true(shown_usd(together, &throttled) < shown_usd(alone, &throttled));
    engine_destroy(alone);
    engine_destroy(together);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scale_comes_from_the_complete_venue_of_the_coin),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
