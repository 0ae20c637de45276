#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "app/live_clock.h"
#include "base/random.h"

#define NS_PER_MS INT64_C(1000000)
#define EPOCH_MS  INT64_C(1781685000000)
#define FRAME_NS  INT64_C(16666667)

static void nothing_is_shown_before_the_first_event(void **state) {
    (void)state;
    struct live_clock clock;
    live_clock_init(&clock, 1);
    assert_true(live_clock_now(&clock, 5) == 0);
}

/* Events every 40 ms that come 20 to 120 ms late: the picture's time must run on evenly. */
static void time_runs_evenly_although_events_are_late_by_chance(void **state) {
    (void)state;
    struct live_clock clock;
    struct random random;
    double before_ms = 0;
    double worst = 0;
    int64_t next_event_ns = 0;
    random_init(&random, 7);
    live_clock_init(&clock, 1);
    for (int64_t frame = 0; frame < 3000; frame++) {
        int64_t mono_ns = frame * FRAME_NS;
        while (next_event_ns <= mono_ns) {
            int64_t late_ms = 20 + (int64_t)(random_uniform(&random) * 100);
            live_clock_observe(&clock, EPOCH_MS + next_event_ns / NS_PER_MS - late_ms,
                               next_event_ns);
            next_event_ns += 40 * NS_PER_MS;
        }
        double now_ms = live_clock_now(&clock, mono_ns);
        double step_ms = now_ms - before_ms;
        if (frame > 300) {
            worst = fmax(worst, fabs(step_ms - 16.666667));
            assert_true(fabs(now_ms - (double)(EPOCH_MS + mono_ns / NS_PER_MS)) < 200);
        }
        if (frame > 0) {
            assert_true(step_ms > 0);
        }
        before_ms = now_ms;
    }
    /* Half a millisecond of a frame: a thousandth of a pixel of a day across a 4K screen. */
    if (worst > 0.5) {
        fail_msg("a frame's step was off by %g ms", worst);
    }
}

static void time_never_goes_back_and_leaps_only_over_history(void **state) {
    (void)state;
    struct live_clock clock;
    live_clock_init(&clock, 1);
    live_clock_observe(&clock, EPOCH_MS - 86400000, 0);
    double history_ms = live_clock_now(&clock, 0);
    assert_true(fabs(history_ms - (double)(EPOCH_MS - 86400000)) < 1);
    live_clock_observe(&clock, EPOCH_MS, FRAME_NS);
    double live_ms = live_clock_now(&clock, FRAME_NS);
    assert_true(fabs(live_ms - (double)EPOCH_MS) < 1);
    /* A venue's clock is set back by an hour: shown time slows down, and goes on. */
    double before_ms = live_ms;
    for (int64_t frame = 2; frame < 1000; frame++) {
        live_clock_observe(&clock, EPOCH_MS - 3600000 + frame * 17, frame * FRAME_NS);
        double now_ms = live_clock_now(&clock, frame * FRAME_NS);
        assert_true(now_ms > before_ms);
        before_ms = now_ms;
    }
}

static void a_recording_runs_at_its_rate(void **state) {
    (void)state;
    struct live_clock clock;
    live_clock_init(&clock, 60);
    live_clock_observe(&clock, EPOCH_MS, 0);
    live_clock_now(&clock, 0);
    double now_ms = 0;
    for (int64_t ms = 16; ms <= 1600; ms += 16) {
        live_clock_observe(&clock, EPOCH_MS + ms * 60, ms * NS_PER_MS);
        now_ms = live_clock_now(&clock, ms * NS_PER_MS);
    }
    assert_true(fabs(now_ms - (double)(EPOCH_MS + 96000)) < 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_shown_before_the_first_event),
        cmocka_unit_test(time_runs_evenly_although_events_are_late_by_chance),
        cmocka_unit_test(time_never_goes_back_and_leaps_only_over_history),
        cmocka_unit_test(a_recording_runs_at_its_rate),
    };
    return cmocka_run_group_tests_name("live_clock", tests, NULL, NULL);
}
