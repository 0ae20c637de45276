/* What is live is looked back into while it runs on: the past is what a straight run over the
 * recording comes to, and the live engine has lost nothing meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/pipeline.h"
#include "app/pipeline_seek.h"
#include "base/clock.h"

enum { WAIT_MS = 30000, PART_SLOTS = 800 };

static char path[64];
static struct source_list demo = {.count = 1, .specs = {{.kind = SOURCE_DEMO}}};
static struct source_list recorded = {.count = 1, .specs = {{.kind = SOURCE_FILE, .path = path}}};

static bool wait_recorded(const struct pipeline *live, int64_t slots) {
    for (int ms = 0; ms < WAIT_MS && recorder_get_stats(live->recorder).slots < slots; ms++) {
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
    return recorder_get_stats(live->recorder).slots >= slots;
}

static bool wait_stand(struct pipeline *past, int64_t ts_ms, struct replay_stand *out) {
    replay_worker_ask(past->seeker, ts_ms);
    for (int ms = 0; ms < WAIT_MS; ms++) {
        if (replay_worker_take(past->seeker, out)) {
            return true;
        }
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
    return false;
}

/* The state after all up to the first message later than until_ms, as the recording has it. */
static uint64_t straight_hash(int64_t until_ms) {
    static struct event slots[EVENT_MESSAGE_SLOTS_MAX];
    char reason[SOURCE_REASON_BYTES];
    struct instrument_table *table = instrument_table_create();
    struct engine *engine = engine_create(&(struct engine_desc){.instruments = table});
    struct event_source source;
    struct file_source *files = NULL;
    size_t count = 0;
    bool on = file_source_open(&recorded, table, &source, &files, reason);
    while (on &&
           source.ops->read(source.self, slots, EVENT_MESSAGE_SLOTS_MAX, &count) == STATUS_OK) {
        for (size_t at = 0, len = 0; at < count && on; at += len) {
            len = event_message_slots(slots + at, count - at);
            on = slots[at].ts_ms <= until_ms;
            engine_apply(engine, slots + at, on ? len : 0);
        }
    }
    const uint64_t hash = engine_state_hash(engine);
    event_source_destroy(&source);
    engine_destroy(engine);
    instrument_table_destroy(table);
    return hash;
}

/* The recording's end as far as it is known, once that is later than last_ms; 0: it is not. */
static int64_t wait_known(const struct pipeline *past, int64_t last_ms) {
    for (int ms = 0; ms < WAIT_MS; ms++) {
        const struct replay_track *track = replay_worker_track(past->seeker);
        if (track != NULL && track->last_ms > last_ms) {
            return track->last_ms;
        }
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
    return 0;
}

/* Look back twice, standing still, and further on each time; the hash that is shown. */
static bool look_back(struct pipeline *past, int64_t ts_ms, uint64_t *hash) {
    const struct pace still = {.speed = 1, .paused = true};
    struct replay_stand stand;
    if (!wait_stand(past, ts_ms, &stand) || !pipeline_seek_go(past, &stand, &still)) {
        return false;
    }
    engine_thread_stop(past->engine_thread);
    *hash = engine_state_hash(past->engine);
    return true;
}

static void the_past_is_exact_and_nothing_live_is_lost(void **state) {
    (void)state;
    char reason[SOURCE_REASON_BYTES], why[RECORDER_REASON_BYTES];
    static struct pipeline live, past;
    const struct pipeline_desc desc = {.sources = &demo,
                                       .ws_url = "",
                                       .rest_url = "",
                                       .ca_file = "",
                                       .demo_seed = 7,
                                       .demo_days = 0.1};
    (void)snprintf(path, sizeof(path), "/tmp/look-back-%d.liq", (int)getpid());
    unlink(path);
    assert_int_equal(pipeline_start(&live, &desc, reason), EXIT_STATUS_DONE);
    const struct recorder_file file = {.path = path, .free_bytes_min = 1};
    const bool recording = recorder_start(live.recorder, &file, why) == STATUS_OK;
    const bool begun = recording && wait_recorded(&live, PART_SLOTS);
    const struct pipeline_desc back = {.sources = &recorded};
    bool opened = false;
    for (int ms = 0; begun && !opened && ms < WAIT_MS; ms += 100) { /* until the first commit */
        clock_sleep_until_ns(clock_mono_ns() + 100 * INT64_C(1000000));
        opened = pipeline_seek_begin(&past, &back, reason);
    }
    /* A moment that was there when it was opened, and one that came since. */
    int64_t moments[2] = {0};
    uint64_t shown[2] = {0};
    int looked = 0;
    for (int i = 0; opened && i < 2; i++) {
        moments[i] = wait_known(&past, i > 0 ? moments[0] + 200 : 0) - 200;
        looked += look_back(&past, moments[i], &shown[i]);
    }
    if (opened) {
        pipeline_seek_end(&past);
        for (int ms = 0; ms < WAIT_MS && !replay_worker_is_over(past.seeker); ms++) {
            clock_sleep_until_ns(clock_mono_ns() + 1000000);
        }
        pipeline_stop(&past);
    }
    pipeline_halt(&live);
    const int64_t lost = recorder_get_stats(live.recorder).lost;
    const bool whole = recorder_stop(live.recorder, why);
    const uint64_t live_hash = engine_state_hash(live.engine);
    pipeline_stop(&live);
    assert_true(opened && whole);
    assert_int_equal(looked, 2);
    assert_int_equal(lost, 0);
    assert_true(moments[1] > moments[0]);
    for (int i = 0; i < 2; i++) {
        assert_true(shown[i] == straight_hash(moments[i]));
    }
    assert_true(live_hash == straight_hash(INT64_MAX));
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_past_is_exact_and_nothing_live_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
