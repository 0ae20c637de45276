/* The same events give the same report: at any batch size, and whatever the other instrument does.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/str.h"
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

/* Prices walk, every falling step liquidates longs: ten seconds a step. */
static size_t walk_step(struct random *random, double *price, int64_t ts_ms, struct event *out) {
    char text[32], qty[32];
    double from = *price;
    size_t count = 0;
    *price *= exp(random_normal(random) * 1e-3);
    str_format(text, sizeof text, "%.1f", *price);
    str_format(qty, sizeof qty, "%.3f", .001 + random_exponential(random));
    out[count++] = make_trade(btc, ts_ms, SIDE_BUY, text, qty);
    out[count++] = make_mark(btc, ts_ms, text);
    out[count++] = make_open_interest(btc, ts_ms, "1000");
    if (fabs(*price - from) > 1e-3 * from) {
        out[count++] =
            make_liquidation(btc, ts_ms, *price < from ? POS_LONG : POS_SHORT, text, qty);
    }
    return count;
}

static void the_scene_tells_the_rolling_score_once_there_is_enough(void **state) {
    (void)state;
    static struct scene scene;
    struct engine *engine = engine_create(&(struct engine_desc){.instruments = table});
    struct random random;
    double price = 60000;
    int64_t ts_ms = MARKET_WALK_START_MS;
    assert_non_null(engine);
    random_init(&random, 6);
    for (int i = 0; i < 32 * 360; i++, ts_ms += 10000) {
        struct event events[4];
        engine_apply(engine, events, walk_step(&random, &price, ts_ms, events));
        if (i == 23 * 360) { /* a map younger than a day is not judged */
            engine_fill_scene(engine, &scene);
            assert_false(scene.instruments[0].model.scored);
            assert_true(scene.instruments[0].model.score_usd == 0);
        }
    }
    engine_fill_scene(engine, &scene);
    const struct scene_model *model = &scene.instruments[0].model;
    assert_true(model->scored);
    assert_true(model->score_days > .2 && model->score_days < .4);
    assert_true(model->score_usd > 1e6);
    assert_true(model->predicted_over_seen > 0);
    assert_true(isfinite(model->gain_nats));
    assert_true(isfinite(model->gain_kernel_nats));
    engine_destroy(engine);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_report_is_the_same_at_any_batch_size),
        cmocka_unit_test(another_instrument_changes_nothing),
        cmocka_unit_test(the_scene_tells_the_rolling_score_once_there_is_enough),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
