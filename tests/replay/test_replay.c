/* The same events give the same bits: at any batch size, on the thread or not, live or replayed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "archive/event_lines.h"
#include "base/mailbox.h"
#include "engine/engine.h"
#include "engine/engine_thread.h"
#include "support/map_same.h"
#include "support/market_walk.h"

enum { SLOT_MAX = 40000 };

static struct instrument_table *table;
static uint16_t btc, eth;
static struct event *events;
static size_t event_count;

/* Two markets, interleaved step by step. */
static int set_up(void **state) {
    (void)state;
    table = instrument_table_create();
    events = calloc(SLOT_MAX, sizeof(*events));
    if (table == NULL || events == NULL) {
        return -1;
    }
    btc = instrument_add(table, VENUE_BINANCE_USDM, "BTCUSDT", 7);
    eth = instrument_add(table, VENUE_BYBIT, "ETHUSDT", 7);
    struct market_walk walks[2];
    market_walk_init(&walks[0], 1, btc);
    market_walk_init(&walks[1], 2, eth);
    for (int i = 0; event_count + MARKET_WALK_MESSAGE_MAX <= SLOT_MAX; i++) {
        event_count += market_walk_next(&walks[i % 2], events + event_count);
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    free(events);
    instrument_table_destroy(table);
    return 0;
}

static struct engine *make_engine(void) {
    struct engine *engine = engine_create(&(struct engine_desc){.instruments = table});
    assert_non_null(engine);
    return engine;
}

static uint64_t replay(size_t batch, bool scenes) {
    static struct scene scene;
    struct engine *engine = make_engine();
    for (size_t at = 0; at < event_count; at += batch) {
        size_t count = event_count - at < batch ? event_count - at : batch;
        engine_apply(engine, events + at, count);
        if (scenes) {
            engine_fill_scene(engine, &scene);
        }
    }
    engine_finish(engine);
    uint64_t hash = engine_state_hash(engine);
    engine_destroy(engine);
    return hash;
}

static void any_batch_size_gives_the_same_hash(void **state) {
    (void)state;
    uint64_t want = replay(event_count, false);
    static const size_t batches[] = {1, 7, 256, 1000};
    for (size_t i = 0; i < sizeof(batches) / sizeof(batches[0]); i++) {
        uint64_t got = replay(batches[i], batches[i] > 7);
        assert_true(got == want);
    }
}

static void another_event_gives_another_hash(void **state) {
    (void)state;
    uint64_t want = replay(event_count, false);
    struct event kept = events[event_count / 2];
    int at = (int)(event_count / 2);
    while (events[at].kind != EVENT_TRADE) {
        at++;
    }
    kept = events[at];
    events[at].u.trade.qty += 1;
    uint64_t got = replay(event_count, false);
    events[at] = kept;
    assert_false(got == want);
    events[at].recv_ns = 12345; /* when it was received is not what happened */
    got = replay(event_count, false);
    events[at] = kept;
    assert_true(got == want);
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

/* The market lasts long enough for M-steps; what was learned is told, kept, and gone on from. */
static void calibration_is_kept_from_one_run_to_the_next(void **state) {
    (void)state;
    static struct engine_calibrations first, second, refused;
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
    double before = 0, after = 0;
    for (int lane = 0; lane < CLASS_LANES; lane++) {
        before += first.items[0].record.evidence.exposed_usd[lane];
        after += second.items[0].record.evidence.exposed_usd[lane];
    }
    assert_true(after > 1.5 * before);
    /* Distances of another instrument's margin table: refused, and it starts from the prior. */
    second.items[0].record.distances[3] *= 1.01;
    export_of(&second, &refused, &scene);
    assert_true(refused.items[0].refused && !refused.items[1].refused);
    assert_false(scene.instruments[0].model.restored);
    assert_true(refused.items[0].record.evidence.exposed_usd[100] <=
                first.items[0].record.evidence.exposed_usd[100]);
}

static size_t message_slots(size_t at) {
    return event_message_slots(events + at, event_count - at);
}

/* Push message-sized runs, as a source does. */
static void push_all(const struct event_sink *sink) {
    size_t at = 0;
    while (at < event_count) {
        size_t count = message_slots(at);
        assert_true(event_sink_push(sink, events + at, count));
        at += count;
    }
}

static void the_thread_gives_the_same_hash(void **state) {
    (void)state;
    uint64_t want = replay(256, false);
    struct mailbox scenes = {0}, calibrations = {0}, maps = {0};
    static struct scene_map map;
    assert_true(mailbox_init(&maps, sizeof(struct scene_map)));
    assert_true(mailbox_init(&scenes, sizeof(struct scene)));
    assert_true(mailbox_init(&calibrations, sizeof(struct engine_calibrations)));
    struct engine *engine = make_engine();
    struct engine_thread *thread =
        engine_thread_create(&(struct engine_thread_desc){.engine = engine,
                                                          .scenes = &scenes,
                                                          .maps = &maps,
                                                          .calibrations = &calibrations,
                                                          .wait_when_full = true});
    assert_non_null(thread);
    assert_true(engine_thread_start(thread));
    struct event_sink sink = engine_thread_sink(thread, 0);
    push_all(&sink);
    engine_thread_show(thread, 0, &(struct engine_map_desc){.instrument = eth});
    engine_thread_stop(thread);
    assert_int_equal(engine_thread_applied_count(thread), (int64_t)event_count);
    assert_true(mailbox_take(&scenes));
    const struct scene *scene = mailbox_front(&scenes);
    assert_int_equal(scene->events_applied, (int64_t)event_count);
    assert_int_equal(scene->instrument_count, 2);
    assert_true(mailbox_take(&maps));
    assert_true(engine_fill_map(engine, &(struct engine_map_desc){.instrument = eth}, &map));
    assert_true(map_same(mailbox_front(&maps), &map));
    assert_int_equal(map.instrument, eth);
    static struct engine_calibrations learned;
    engine_export_calibrations(engine, &learned);
    assert_true(mailbox_take(&calibrations));
    assert_memory_equal(mailbox_front(&calibrations), &learned, sizeof(learned));
    engine_finish(engine);
    assert_true(engine_state_hash(engine) == want);
    engine_thread_destroy(thread);
    engine_destroy(engine);
    mailbox_finish(&maps);
    mailbox_finish(&scenes);
    mailbox_finish(&calibrations);
}

/* A recording as JSON lines is the same market: written, read back, applied, the same bits. */
static void written_and_read_back_gives_the_same_hash(void **state) {
    (void)state;
    uint64_t want = replay(256, false);
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
    assert_true(engine_state_hash(engine) == want);
    engine_destroy(engine);
    event_text_finish(&text);
}

static void a_full_ring_refuses_whole_messages(void **state) {
    (void)state;
    struct engine *engine = make_engine();
    struct engine_thread *thread =
        engine_thread_create(&(struct engine_thread_desc){.engine = engine, .ring_slots = 64});
    assert_non_null(thread);
    struct event_sink sink = engine_thread_sink(thread, 0);
    size_t pushed = 0;
    while (pushed < event_count && event_sink_push(&sink, events + pushed, 1)) {
        pushed++;
    }
    assert_int_equal(pushed, EVENT_MESSAGE_SLOTS_MAX); /* the longest message always fits */
    assert_false(event_sink_push(&sink, events, 10));
    assert_true(engine_thread_start(thread));
    engine_thread_stop(thread);
    assert_int_equal(engine_thread_applied_count(thread), (int64_t)pushed);
    engine_thread_destroy(thread);
    engine_destroy(engine);
}

/* Two sources, each pushed by a thread of its own, while the owner takes scenes. */
struct pusher {
    struct thread thread;
    struct event_sink sink;
    uint16_t instrument;
};

static void push_instrument(void *user) {
    struct pusher *pusher = user;
    for (size_t i = 0; i < event_count; i++) {
        if (events[i].instrument == pusher->instrument) {
            event_sink_push(&pusher->sink, events + i, 1);
        }
    }
}

static void sources_do_not_disturb_each_other(void **state) {
    (void)state;
    struct mailbox scenes = {0};
    assert_true(mailbox_init(&scenes, sizeof(struct scene)));
    struct waker published = {.fd = -1};
    assert_true(waker_init(&published));
    struct engine *engine = make_engine();
    struct engine_thread *thread =
        engine_thread_create(&(struct engine_thread_desc){.engine = engine,
                                                          .scenes = &scenes,
                                                          .source_count = 2,
                                                          .wait_when_full = true,
                                                          .published = &published});
    assert_non_null(thread);
    assert_true(engine_thread_start(thread));
    struct pusher pushers[2] = {{.sink = engine_thread_sink(thread, 0), .instrument = btc},
                                {.sink = engine_thread_sink(thread, 1), .instrument = eth}};
    for (int i = 0; i < 2; i++) {
        assert_true(thread_start(&pushers[i].thread, THREAD_READER, push_instrument, &pushers[i]));
    }
    uint64_t sequence = 0;
    int64_t applied = 0;
    while (applied < (int64_t)event_count) {
        waker_arm(&published);
        if (!mailbox_take(&scenes)) {
            waker_wait(&published, 1000);
            continue;
        }
        const struct scene *scene = mailbox_front(&scenes);
        assert_true(scene->sequence > sequence);
        assert_true(scene->events_applied > applied);
        sequence = scene->sequence;
        applied = scene->events_applied;
    }
    thread_join(&pushers[0].thread);
    thread_join(&pushers[1].thread);
    engine_thread_stop(thread);
    engine_finish(engine);
    /* Each instrument went the way it goes alone; only their order to each other differs. */
    static struct scene together;
    static struct scene alone;
    engine_fill_scene(engine, &together);
    struct engine *direct = make_engine();
    engine_apply(direct, events, event_count);
    engine_finish(direct);
    engine_fill_scene(direct, &alone);
    for (int i = 0; i < 2; i++) {
        const struct scene_instrument *got = &together.instruments[i];
        const struct scene_instrument *want = &alone.instruments[got->instrument == btc ? 0 : 1];
        assert_int_equal(got->instrument, want->instrument);
        assert_true(got->estimate_usd[0] == want->estimate_usd[0]);
        assert_true(got->estimate_usd[1] == want->estimate_usd[1]);
        assert_true(got->bid == want->bid);
        assert_int_equal(got->row_closed_ms, want->row_closed_ms);
    }
    engine_destroy(direct);
    engine_thread_destroy(thread);
    engine_destroy(engine);
    waker_finish(&published);
    mailbox_finish(&scenes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_batch_size_gives_the_same_hash),
        cmocka_unit_test(another_event_gives_another_hash),
        cmocka_unit_test(calibration_is_kept_from_one_run_to_the_next),
        cmocka_unit_test(the_thread_gives_the_same_hash),
        cmocka_unit_test(written_and_read_back_gives_the_same_hash),
        cmocka_unit_test(a_full_ring_refuses_whole_messages),
        cmocka_unit_test(sources_do_not_disturb_each_other),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
