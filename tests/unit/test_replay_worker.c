/* Any moment of a recording, in any order, is what a straight run comes to: the same state and the
 * same field, and what follows is the same, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/engine_replay.h"
#include "app/paced_source.h"
#include "app/replay_worker.h"
#include "archive/recording_writer.h"
#include "base/clock.h"
#include "engine/engine_thread.h"
#include "support/two_markets.h"

enum { STANDS = 6, FIELD_MS = 60000, WAIT_MS = 30000, FILE_COUNT = 2 };
/* Under ThreadSanitizer fewer copies and questions: threads meet in the first as in the last. */
#ifdef __SANITIZE_THREAD__
enum { CHECKPOINT_SLOTS = 6000, QUESTIONS = 3 };
#else
enum { CHECKPOINT_SLOTS = 1500, QUESTIONS = 6 };
#endif

static char paths[FILE_COUNT][64];
static struct source_list sources = {.count = FILE_COUNT};

/* What a straight run is at a moment. */
struct stand {
    int64_t ts_ms;
    uint64_t state, fields[2];
};
static struct stand stands[STANDS];
static uint64_t whole_state; /* at the end, before rows are closed */

static struct stand look(const struct engine *engine, int64_t ts_ms) {
    return (struct stand){.ts_ms = ts_ms,
                          .state = engine_state_hash(engine),
                          .fields = {engine_field_hash(engine, btc, FIELD_MS),
                                     engine_field_hash(engine, eth, FIELD_MS)}};
}

static void assert_stand(const struct stand *want, const struct engine *engine) {
    const struct stand got = look(engine, want->ts_ms);
    assert_true(got.state == want->state);
    assert_memory_equal(got.fields, want->fields, sizeof(got.fields));
}

/* A venue's recording each, so that reading merges them. */
static void write_files(void) {
    char reason[RECORDING_WRITER_REASON_BYTES];
    enum status why = STATUS_OK;
    for (int file = 0; file < FILE_COUNT; file++) {
        (void)snprintf(paths[file], sizeof(paths[file]), "/tmp/replay-worker-%d-%d.liq",
                       (int)getpid(), file);
        unlink(paths[file]);
        const struct recording_writer_desc desc = {
            .path = paths[file], .instruments = table, .free_bytes_min = 1};
        struct recording_writer *writer = recording_writer_open(&desc, &why, reason);
        assert_non_null(writer);
        for (size_t at = 0; at < event_count; at += message_slots(at)) {
            if (events[at].instrument == (file == 0 ? btc : eth)) {
                assert_true(recording_writer_add(writer, events + at, message_slots(at)));
            }
        }
        assert_true(recording_writer_close(writer, reason));
        sources.specs[file] = (struct source_spec){.kind = SOURCE_FILE, .path = paths[file]};
    }
}

static int set_up(void **state) {
    if (two_markets_set_up(state) != 0) {
        return -1;
    }
    write_files();
    char reason[SOURCE_REASON_BYTES];
    struct event_source source;
    struct file_source *files = NULL;
    static struct event slots[EVENT_MESSAGE_SLOTS_MAX];
    size_t count = 0;
    assert_true(file_source_open(&sources, table, &source, &files, reason));
    int64_t first_ms = 0, last_ms = 0;
    assert_true(file_source_times(files, &first_ms, &last_ms));
    for (int i = 0; i < STANDS; i++) {
        stands[i].ts_ms = first_ms + (last_ms - first_ms) * i / (STANDS - 1) - (i == 0 ? 5 : 0);
    }
    struct engine *engine = make_engine();
    int next = 0;
    while (source.ops->read(source.self, slots, EVENT_MESSAGE_SLOTS_MAX, &count) == STATUS_OK) {
        for (size_t at = 0; at < count;) {
            const size_t len = event_message_slots(slots + at, count - at);
            while (next < STANDS && slots[at].ts_ms > stands[next].ts_ms) {
                stands[next] = look(engine, stands[next].ts_ms);
                next++;
            }
            engine_apply(engine, slots + at, len);
            at += len;
        }
    }
    for (; next < STANDS; next++) {
        stands[next] = look(engine, stands[next].ts_ms);
    }
    whole_state = engine_state_hash(engine);
    engine_destroy(engine);
    event_source_destroy(&source);
    return 0;
}

static int tear_down(void **state) {
    for (int file = 0; file < FILE_COUNT; file++) {
        unlink(paths[file]);
    }
    return two_markets_tear_down(state);
}

static bool wait_stand(struct replay_worker *worker, struct replay_stand *out) {
    for (int ms = 0; ms < WAIT_MS; ms++) {
        if (replay_worker_take(worker, out)) {
            return true;
        }
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
    return false;
}

/* Tell a stand's engine what its source has up to another moment. */
static void run_on(struct replay_stand *stand, int64_t to_ms) {
    static struct event slots[EVENT_MESSAGE_SLOTS_MAX];
    size_t count = 0;
    while (stand->source.ops->read(stand->source.self, slots, EVENT_MESSAGE_SLOTS_MAX, &count) ==
           STATUS_OK) {
        for (size_t at = 0; at < count;) {
            const size_t len = event_message_slots(slots + at, count - at);
            if (slots[at].ts_ms > to_ms) {
                return;
            }
            engine_apply(stand->engine, slots + at, len);
            at += len;
        }
    }
}

static void any_moment_is_that_of_a_straight_run(void **state) {
    (void)state;
    /* So many copies that they are thinned out, and from the first question on, before any. */
    struct replay_worker *worker = replay_worker_create(&(struct replay_worker_desc){
        .sources = sources, .instruments = table, .checkpoint_slots = CHECKPOINT_SLOTS});
    assert_non_null(worker);
    static const int order[] = {5, 0, 3, 4, 1, 3};
    for (size_t i = 0; i < QUESTIONS; i++) {
        const struct stand *want = &stands[order[i]];
        struct replay_stand stand;
        replay_worker_ask(worker, stands[(order[i] + 3) % STANDS].ts_ms); /* given up */
        replay_worker_ask(worker, want->ts_ms);
        assert_true(wait_stand(worker, &stand));
        assert_int_equal(stand.ts_ms, want->ts_ms);
        assert_stand(want, stand.engine);
        if (order[i] + 1 < STANDS) {
            run_on(&stand, want[1].ts_ms);
            assert_stand(&want[1], stand.engine);
        }
        replay_worker_retire(worker, stand.engine, stand.source);
    }
    assert_false(replay_worker_is_busy(worker));
    const struct replay_track *track = replay_worker_track(worker);
    assert_non_null(track);
    assert_true(track->whole);
    assert_int_equal(track->slot_count, event_count);
    assert_true(track->bin_max > 0);
    assert_true(track->mark_count > 10 && track->gap_count > 0);
    replay_worker_ask(worker, stands[4].ts_ms); /* nobody takes it */
    replay_worker_destroy(worker);
}

/* Through the ring, at one speed and at another, with a seek in between or none. */
static void any_speed_gives_the_same_state(void **state) {
    (void)state;
    static const double speeds[] = {0, 5000};
    for (size_t i = 0; i < sizeof(speeds) / sizeof(speeds[0]); i++) {
        char reason[SOURCE_REASON_BYTES];
        struct event_source source;
        struct file_source *files = NULL;
        struct paced_source *paced = NULL;
        struct engine *engine = make_engine();
        struct engine_thread *thread = engine_thread_create(
            &(struct engine_thread_desc){.engine = engine, .wait_when_full = true});
        assert_non_null(thread);
        assert_true(file_source_open(&sources, table, &source, &files, reason));
        assert_int_equal(paced_source_open(source, speeds[i], &source, &paced), STATUS_OK);
        const struct event_sink sink = engine_thread_sink(thread, 0);
        assert_true(engine_thread_start(thread));
        assert_int_equal(source.ops->start(source.self, &sink), STATUS_OK);
        for (int ms = 0; ms < WAIT_MS && engine_thread_applied_count(thread) < (int64_t)event_count;
             ms++) {
            clock_sleep_until_ns(clock_mono_ns() + 1000000);
        }
        source.ops->stop(source.self);
        engine_thread_stop(thread);
        engine_thread_destroy(thread);
        const uint64_t got = engine_state_hash(engine);
        event_source_destroy(&source);
        engine_destroy(engine);
        assert_true(got == whole_state);
    }
}

/* A recording that is still written can be sought up to its present end, wherever it was opened. */
static void a_growing_recording_is_known_to_its_present_end(void **state) {
    (void)state;
    char path[64], reason[RECORDING_WRITER_REASON_BYTES];
    enum status why = STATUS_OK;
    (void)snprintf(path, sizeof(path), "/tmp/replay-worker-%d-grows.liq", (int)getpid());
    unlink(path);
    const struct recording_writer_desc desc = {
        .path = path, .instruments = table, .free_bytes_min = 1};
    struct recording_writer *writer = recording_writer_open(&desc, &why, reason);
    assert_non_null(writer);
    struct source_list one = {.count = 1, .specs = {{.kind = SOURCE_FILE, .path = path}}};
    struct engine *straight = make_engine();
    struct replay_worker *worker = NULL;
    size_t at = 0;
    for (int part = 0; part < STANDS; part++) {
        int64_t newest_ms = 0;
        const size_t end = event_count * (size_t)(part + 1) / STANDS;
        for (; at < end; at += message_slots(at)) {
            /* the second instrument begins later: it is no part of what was opened */
            if (part < 2 && events[at].instrument != btc) {
                continue;
            }
            assert_true(recording_writer_add(writer, events + at, message_slots(at)));
            engine_apply(straight, events + at, message_slots(at));
        }
        for (size_t i = 0; i < at; i++) {
            newest_ms = events[i].ts_ms > newest_ms ? events[i].ts_ms : newest_ms;
        }
        assert_true(recording_writer_commit(writer)); /* a chunk at times, a tail else */
        if (worker == NULL) {
            worker = replay_worker_create(&(struct replay_worker_desc){
                .sources = one, .instruments = table, .checkpoint_slots = CHECKPOINT_SLOTS});
            assert_non_null(worker);
        }
        struct replay_stand stand;
        replay_worker_ask(worker, newest_ms + 1000);
        const bool reached = wait_stand(worker, &stand);
        const bool same = reached && engine_state_hash(stand.engine) == engine_state_hash(straight);
        if (reached) {
            replay_worker_retire(worker, stand.engine, stand.source);
        }
        if (!same || !replay_worker_track(worker)->whole) {
            replay_worker_destroy(worker);
            fail_msg("part %d: reached %d, the same %d", part, reached, same);
        }
        assert_true(replay_worker_track(worker)->last_ms <= newest_ms);
    }
    assert_true(recording_writer_close(writer, reason));
    replay_worker_destroy(worker);
    engine_destroy(straight);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_moment_is_that_of_a_straight_run),
        cmocka_unit_test(any_speed_gives_the_same_state),
        cmocka_unit_test(a_growing_recording_is_known_to_its_present_end),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
