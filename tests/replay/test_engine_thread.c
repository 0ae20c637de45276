/* The engine on its thread gives the bits that it gives without one; its rings take whole messages;
 * sources do not disturb each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mailbox.h"
#include "engine/engine_thread.h"
#include "support/map_same.h"
#include "support/two_markets.h"

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
    assert_true(engine_state_hash(engine) == events_hash);
    engine_thread_destroy(thread);
    engine_destroy(engine);
    mailbox_finish(&maps);
    mailbox_finish(&scenes);
    mailbox_finish(&calibrations);
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
        cmocka_unit_test(the_thread_gives_the_same_hash),
        cmocka_unit_test(a_full_ring_refuses_whole_messages),
        cmocka_unit_test(sources_do_not_disturb_each_other),
    };
    return cmocka_run_group_tests_name("engine_thread", tests, two_markets_set_up,
                                       two_markets_tear_down);
}
