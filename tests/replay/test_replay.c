/* The same events give the same bits: at any batch size, live or replayed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "archive/event_lines.h"
#include "support/two_markets.h"

static void any_batch_size_gives_the_same_hash(void **state) {
    (void)state;
    static const size_t batches[] = {1, 7, 256, 1000, TWO_MARKETS_SLOTS};
    for (size_t i = 0; i < sizeof(batches) / sizeof(batches[0]); i++) {
        uint64_t got = replay(batches[i], batches[i] > 7 && batches[i] <= 1000);
        assert_true(got == events_hash);
    }
}

static void another_event_gives_another_hash(void **state) {
    (void)state;
    struct event kept = events[event_count / 2];
    int at = (int)(event_count / 2);
    while (events[at].kind != EVENT_TRADE) {
        at++;
    }
    kept = events[at];
    events[at].u.trade.qty += 1;
    uint64_t got = replay(event_count, false);
    events[at] = kept;
    assert_false(got == events_hash);
    events[at].recv_ns = 12345; /* when it was received is not what happened */
    got = replay(event_count, false);
    events[at] = kept;
    assert_true(got == events_hash);
}

static void export_of(const struct engine_calibrations *restore, struct engine_calibrations *out,
                      struct scene *scene) {
    struct engine *engine =
        engine_create(&(struct engine_desc){.instruments = table, .restore = restore});
    assert_non_null(engine);
    engine_apply(engine, events, event_count);
    engine_fill_scene(engine, scene);
    engine_export_calibrations(engine, out);
    assert_true(restore != NULL || engine_calibration_steps(engine) > 0);
    engine_destroy(engine);
}

static double exposed_usd(const struct engine_calibrations *calibrations) {
    double sum = 0;
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        sum += calibrations->items[0].record.evidence.exposed_usd[lane];
    }
    return sum;
}

static void move_events(int64_t by_ms) {
    for (size_t i = 0; i < event_count; i++) {
        events[i].ts_ms += by_ms;
    }
}

/* The market lasts long enough for M-steps; what was learned is told, kept, and gone on from: the
 * same market teaches nothing again, and the same as it goes on later does. */
static void calibration_is_kept_from_one_run_to_the_next(void **state) {
    (void)state;
    static struct engine_calibrations first, second, later, refused;
    static struct scene scene;
    export_of(NULL, &first, &scene);
    assert_int_equal(first.count, 2);
    for (int i = 0; i < 2; i++) {
        const struct scene_model *model = &scene.instruments[i].model;
        assert_true(first.items[i].learned && !first.items[i].refused);
        assert_true(model->calibrated_ms == first.items[i].record.calibrated_ms);
        assert_false(model->restored);
        assert_true(model->distance_count > 20);
        for (int k = 1; k < model->distance_count; k++) {
            assert_true(model->distances[k].distance >= model->distances[k - 1].distance);
            assert_true(model->distances[k].sd > 0 && model->distances[k].sd <= 2);
        }
    }
    export_of(&first, &second, &scene);
    assert_true(scene.instruments[0].model.restored && scene.instruments[1].model.restored);
    assert_true(exposed_usd(&second) == exposed_usd(&first));
    const int64_t lasted_ms = events[event_count - 1].ts_ms - events[0].ts_ms + 1000;
    move_events(lasted_ms);
    export_of(&first, &later, &scene);
    move_events(-lasted_ms);
    assert_true(exposed_usd(&later) > 1.5 * exposed_usd(&first));
    /* Distances of another instrument's margin table: refused, and it starts from the prior. */
    second.items[0].record.distances[3] *= 1.01;
    export_of(&second, &refused, &scene);
    assert_true(refused.items[0].refused && !refused.items[1].refused);
    assert_false(scene.instruments[0].model.restored);
    assert_true(refused.items[0].record.evidence.exposed_usd[100] <=
                first.items[0].record.evidence.exposed_usd[100]);
}

/* A recording as JSON lines is the same market: written, read back, applied, the same bits. */
static void written_and_read_back_gives_the_same_hash(void **state) {
    (void)state;
    static struct event back[EVENT_MESSAGE_SLOTS_MAX];
    struct event_lines lines;
    event_lines_init(&lines, table);
    struct event_text text = {0};
    struct engine *engine = make_engine();
    for (size_t at = 0; at < event_count; at += message_slots(at)) {
        text.len = 0;
        assert_true(event_lines_format(table, events + at, message_slots(at), NULL, &text));
        size_t count = 0;
        assert_int_equal(event_lines_parse(&lines, text.bytes, text.len - 1, back,
                                           EVENT_MESSAGE_SLOTS_MAX, &count),
                         STATUS_OK);
        engine_apply(engine, back, count);
    }
    engine_finish(engine);
    assert_true(engine_state_hash(engine) == events_hash);
    engine_destroy(engine);
    event_text_finish(&text);
}

/* Where a straight run stood after so many slots. */
struct stand {
    size_t at;
    uint64_t state, fields[2];
    struct engine *kept; /* a copy made then */
};

static void look_at(struct stand *stand, const struct engine *engine) {
    stand->state = engine_state_hash(engine);
    stand->fields[0] = engine_field_hash(engine, btc, 300000);
    stand->fields[1] = engine_field_hash(engine, eth, 300000);
}

static void assert_stands(const struct stand *stand, const struct engine *engine) {
    struct stand now;
    look_at(&now, engine);
    assert_true(now.state == stand->state);
    assert_true(now.fields[0] == stand->fields[0] && now.fields[1] == stand->fields[1]);
}

static void apply_between(struct engine *engine, size_t from, size_t to, size_t batch) {
    for (size_t at = from; at < to; at += batch) {
        engine_apply(engine, events + at, to - at < batch ? to - at : batch);
    }
}

/* Copies, and copies of copies, go on to the same state and the same field, in any order, also when
 * what they were made of has gone on or is gone; in the middle of a message, too. */
static void a_clone_goes_on_to_the_same_bits(void **state) {
    (void)state;
    enum { STANDS = 6 };
    struct stand stands[STANDS];
    struct engine *engine = make_engine();
    for (int i = 0; i < STANDS; i++) {
        stands[i].at = event_count * (size_t)i / (STANDS - 1) / 2 * 2;
        apply_between(engine, i > 0 ? stands[i - 1].at : 0, stands[i].at, 256);
        stands[i].kept = engine_clone(engine);
        assert_non_null(stands[i].kept);
        look_at(&stands[i], engine);
    }
    assert_true(stands[1].fields[0] != 0 && stands[1].fields[0] != stands[2].fields[0]);
    engine_finish(engine);
    assert_true(engine_state_hash(engine) == events_hash);
    engine_destroy(engine);
    static const int ways[][2] = {{4, 5}, {0, 3}, {2, 4}, {1, 2}, {3, 5}, {0, 1}};
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        const struct stand *from = &stands[ways[i][0]], *to = &stands[ways[i][1]];
        struct engine *again = engine_clone(from->kept);
        assert_non_null(again);
        assert_stands(from, again);
        apply_between(again, from->at, to->at, 100 + i);
        assert_stands(to, again);
        engine_destroy(again);
    }
    for (int i = 0; i < STANDS; i++) {
        engine_destroy(stands[i].kept);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_batch_size_gives_the_same_hash),
        cmocka_unit_test(another_event_gives_another_hash),
        cmocka_unit_test(calibration_is_kept_from_one_run_to_the_next),
        cmocka_unit_test(written_and_read_back_gives_the_same_hash),
        cmocka_unit_test(a_clone_goes_on_to_the_same_bits),
    };
    return cmocka_run_group_tests(tests, two_markets_set_up, two_markets_tear_down);
}
