/* While weights are learned and the score is kept, the same events still give the same bits: in any
 * batches, cut anywhere, with scenes taken in between or not, on the thread through its ring, or
 * replayed from the entry log under the weights of each row. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mailbox.h"
#include "base/random.h"
#include "engine/engine.h"
#include "engine/engine_thread.h"
#include "model/entry_log.h"
#include "score/report.h"
#include "sim/source.h"

enum { SLOT_MAX = 200000, STEPS_MIN = 30 };

static struct instrument_table *table;
static struct event *events;
static size_t event_count;
static uint16_t instrument;

/* What a run ends with. */
struct outcome {
    uint64_t hash;
    uint64_t steps; /* M-steps */
    struct scene_model model;
    struct report report; /* of the full score */
    struct score_stats stats;
};
static struct outcome want, got; /* kilobytes: not on the stack */

static void take_outcome(struct engine *engine, struct outcome *out) {
    static struct scene scene;
    memset(out, 0, sizeof(*out));
    memset(&scene, 0, sizeof(scene));
    engine_finish(engine);
    engine_fill_scene(engine, &scene);
    out->hash = engine_state_hash(engine);
    out->steps = estimator_calibration(engine_estimator(engine, instrument))->step_count;
    out->model = scene.instruments[0].model;
    struct score *score = engine_score(engine, instrument);
    score_finish_rows(score);
    score_get_stats(score, &out->stats);
    assert_true(report_make(score, 0, &out->report));
}

static void expect_same(const char *how) {
    if (got.hash != want.hash || got.steps != want.steps) {
        fail_msg("%s: hash %016" PRIx64 " after %" PRIu64 " steps, want %016" PRIx64
                 " after %" PRIu64,
                 how, got.hash, got.steps, want.hash, want.steps);
    }
    const double gain = got.report.models[0].gain_nats[REPORT_BOTH];
    if (memcmp(&got.model, &want.model, sizeof(want.model)) != 0 ||
        memcmp(got.report.models, want.report.models, sizeof(want.report.models)) != 0 ||
        memcmp(&got.stats, &want.stats, sizeof(want.stats)) != 0) {
        fail_msg("%s: another score: gain %.17g, want %.17g", how, gain,
                 want.report.models[0].gain_nats[REPORT_BOTH]);
    }
}

static struct engine *make_engine(void) {
    struct engine *engine =
        engine_create(&(struct engine_desc){.instruments = table, .full_score = true});
    assert_non_null(engine);
    return engine;
}

/* batch 0: of any size, drawn from the seed. */
static void run(size_t batch, uint64_t seed, bool scenes, struct outcome *out) {
    static struct scene scene;
    struct random random;
    random_init(&random, seed);
    struct engine *engine = make_engine();
    for (size_t at = 0; at < event_count;) {
        size_t count = batch > 0 ? batch : 1 + (size_t)(random_u64(&random) % 999);
        count = event_count - at < count ? event_count - at : count;
        engine_apply(engine, events + at, count);
        if (scenes && random_u64(&random) % 8 == 0) {
            engine_fill_scene(engine, &scene);
        }
        at += count;
    }
    take_outcome(engine, out);
    engine_destroy(engine);
}

/* A degenerate market: much is liquidated, so much is learned in some hours. */
static int set_up(void **state) {
    (void)state;
    struct event_source source = {0};
    table = instrument_table_create();
    events = calloc(SLOT_MAX, sizeof(*events));
    const struct source_sim_desc desc = {.instruments = table,
                                         .seed = 5,
                                         .regime = REGIME_C,
                                         .days = .3,
                                         .burn_in_days = 1,
                                         .step_ms = 5000};
    if (table == NULL || events == NULL || source_sim_create(&desc, &source) != STATUS_OK) {
        return -1;
    }
    size_t count = 0;
    while (event_count + EVENT_MESSAGE_SLOTS_MAX <= SLOT_MAX &&
           source.ops->read(source.self, events + event_count, EVENT_MESSAGE_SLOTS_MAX, &count) ==
               STATUS_OK) {
        event_count += count;
    }
    event_source_destroy(&source);
    instrument = instrument_find(table, VENUE_BINANCE_USDM, "BTCUSDT", 7);
    run(event_count, 0, false, &want);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    free(events);
    instrument_table_destroy(table);
    return 0;
}

static void the_market_teaches_and_is_scored(void **state) {
    (void)state;
    assert_true(want.steps >= STEPS_MIN);
    assert_true(want.model.calibrated_ms > 0);
    assert_true(want.model.calibrated_to > 0);
    assert_true(want.stats.cells > 1000);
    assert_true(want.stats.prints > 100);
    assert_true(want.report.models[0].gain_nats[REPORT_BOTH] > 0);
}

static void any_batches_give_the_same_bits(void **state) {
    (void)state;
    static const size_t batches[] = {1, 7, 4096};
    for (size_t i = 0; i < sizeof(batches) / sizeof(batches[0]); i++) {
        run(batches[i], i, i == 1, &got);
        expect_same("batches");
    }
    /* Cut inside messages, at any place. */
    run(0, 1, true, &got);
    expect_same("any cut");
}

static void the_ring_and_the_thread_give_the_same_bits(void **state) {
    (void)state;
    struct mailbox scenes = {0}, calibrations = {0};
    assert_true(mailbox_init(&scenes, sizeof(struct scene)));
    assert_true(mailbox_init(&calibrations, sizeof(struct engine_calibrations)));
    struct engine *engine = make_engine();
    struct engine_thread *thread =
        engine_thread_create(&(struct engine_thread_desc){.engine = engine,
                                                          .scenes = &scenes,
                                                          .calibrations = &calibrations,
                                                          .wait_when_full = true});
    assert_non_null(thread);
    assert_true(engine_thread_start(thread));
    struct event_sink sink = engine_thread_sink(thread, 0);
    for (size_t at = 0; at < event_count;) {
        size_t count = event_message_slots(events + at, event_count - at);
        assert_true(event_sink_push(&sink, events + at, count));
        at += count;
    }
    engine_thread_stop(thread);
    take_outcome(engine, &got);
    expect_same("thread");
    engine_thread_destroy(thread);
    engine_destroy(engine);
    mailbox_finish(&calibrations);
    mailbox_finish(&scenes);
}

/* What a raster does at the finest cadence, looked at where the engine stands: equal bits all
 * along, across every change of the weights. */
static void the_log_replays_the_field_across_m_steps(void **state) {
    (void)state;
    enum { LOOKS = 12 };
    struct engine *engine = make_engine();
    struct entry_cursor cursor = {0};
    struct estimator *replay = NULL;
    uint32_t newest = 0, changes = 0;
    size_t applied = 0;
    for (int look = 1; look <= LOOKS; look++) {
        size_t until = event_count * (size_t)look / LOOKS;
        engine_apply(engine, events + applied, until - applied);
        applied = until;
        const struct entry_log *log = engine_entry_log(engine, instrument);
        if (replay == NULL) {
            struct estimator_desc model = {0};
            assert_true(engine_model(engine, instrument, &model));
            model.evidence = false;
            replay = estimator_create(&model);
            assert_non_null(replay);
            entry_cursor_init(&cursor, log, ENTRY_LEVEL_1S, 0);
        }
        const struct entry_row *row = NULL;
        entry_log_read_begin(log);
        while ((row = entry_cursor_next(&cursor, INT64_MAX / 2)) != NULL) {
            estimator_use_weights(replay, log, row->weights);
            estimator_apply_row(replay, row, entry_log_deposits(log, row), NULL);
            changes += row->weights != newest;
            newest = row->weights;
        }
        entry_log_read_end(log);
        uint64_t replayed = estimator_field_hash(replay);
        uint64_t field = estimator_field_hash(engine_estimator(engine, instrument));
        if (replayed != field) {
            fail_msg("look %d: the replayed field is %016" PRIx64 ", the engine's %016" PRIx64,
                     look, replayed, field);
        }
    }
    assert_true(changes >= STEPS_MIN);
    estimator_destroy(replay);
    engine_destroy(engine);
}

/* One print less teaches something else: the comparison can fail. */
static void another_print_teaches_something_else(void **state) {
    (void)state;
    size_t at = event_count / 2;
    while (events[at].kind != EVENT_LIQUIDATION) {
        at++;
    }
    struct event kept = events[at];
    events[at].u.trade.usd += 1;
    events[at].u.trade.qty += 1000;
    run(event_count, 0, false, &got);
    events[at] = kept;
    assert_int_equal(got.steps, want.steps);
    assert_false(got.hash == want.hash);
    assert_false(memcmp(&got.stats, &want.stats, sizeof(want.stats)) == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_market_teaches_and_is_scored),
        cmocka_unit_test(any_batches_give_the_same_bits),
        cmocka_unit_test(the_ring_and_the_thread_give_the_same_bits),
        cmocka_unit_test(the_log_replays_the_field_across_m_steps),
        cmocka_unit_test(another_print_teaches_something_else),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
