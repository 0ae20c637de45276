#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdatomic.h>
#include <stdlib.h>

#include "app/paced_source.h"
#include "base/clock.h"

/* A recording of COUNT trades, one each 10 ms. */
enum { COUNT = 20, STEP_MS = 10 };

struct made_up {
    int next;
    int *destroyed_count;
};

static void made_up_destroy(void *self) {
    struct made_up *made_up = self;
    (*made_up->destroyed_count)++;
    free(made_up);
}

static enum status made_up_read(void *self, struct event *out, size_t count_max, size_t *count) {
    struct made_up *made_up = self;
    (void)count_max;
    if (made_up->next == COUNT) {
        return STATUS_END;
    }
    out[0] = (struct event){.kind = EVENT_TRADE,
                            .flags = EVENT_FLAG_BEGIN | EVENT_FLAG_END,
                            .ts_ms = 1000 + made_up->next * STEP_MS};
    made_up->next++;
    *count = 1;
    return STATUS_OK;
}

struct seen {
    atomic_int count;
    int64_t first_ns, last_ns;
};

static bool keep(void *self, const struct event *slots, size_t count) {
    struct seen *seen = self;
    (void)slots;
    assert(count == 1);
    seen->last_ns = clock_mono_ns();
    if (atomic_load_explicit(&seen->count, memory_order_relaxed) == 0) {
        seen->first_ns = seen->last_ns;
    }
    /* release: the times are complete before the count says so */
    atomic_fetch_add_explicit(&seen->count, 1, memory_order_release);
    return true;
}

static struct paced_source *control; /* of the source opened last */

static struct event_source open_paced(double speed, int *destroyed_count) {
    static const struct event_source_ops ops = {
        .name = "made up", .destroy = made_up_destroy, .read = made_up_read};
    struct made_up *made_up = calloc(1, sizeof *made_up);
    struct event_source paced = {0};
    assert_non_null(made_up);
    made_up->destroyed_count = destroyed_count;
    struct event_source inner = {.ops = &ops, .self = made_up};
    assert_int_equal(paced_source_open(inner, speed, &paced, &control), STATUS_OK);
    return paced;
}

static void wait_for_count(struct seen *seen, int count) {
    while (atomic_load_explicit(&seen->count, memory_order_acquire) < count) {
        clock_sleep_until_ns(clock_mono_ns() + 1000000);
    }
}

static void messages_come_when_they_are_due(void **state) {
    (void)state;
    int destroyed_count = 0;
    struct seen seen = {0};
    struct event_sink sink = {.self = &seen, .push = keep};
    struct event_source paced = open_paced(2, &destroyed_count);
    assert_int_equal(paced.ops->start(paced.self, &sink), STATUS_OK);
    wait_for_count(&seen, COUNT);
    /* 190 ms of events at twice their speed, never early. */
    assert_true(seen.last_ns - seen.first_ns >= 90 * INT64_C(1000000));
    event_source_destroy(&paced);
    assert_int_equal(destroyed_count, 1);
}

static void speed_zero_does_not_wait(void **state) {
    (void)state;
    int destroyed_count = 0;
    struct seen seen = {0};
    struct event_sink sink = {.self = &seen, .push = keep};
    struct event_source paced = open_paced(0, &destroyed_count);
    assert_int_equal(paced.ops->start(paced.self, &sink), STATUS_OK);
    wait_for_count(&seen, COUNT);
    event_source_destroy(&paced);
    assert_int_equal(destroyed_count, 1);
}

static void a_long_sleep_ends_at_once_when_stopped(void **state) {
    (void)state;
    int destroyed_count = 0;
    struct seen seen = {0};
    struct event_sink sink = {.self = &seen, .push = keep};
    struct event_source paced = open_paced(1e-6, &destroyed_count); /* hours between messages */
    int64_t begin_ns = clock_mono_ns();
    assert_int_equal(paced.ops->start(paced.self, &sink), STATUS_OK);
    wait_for_count(&seen, 1);
    paced.ops->stop(paced.self);
    assert_int_equal(atomic_load(&seen.count), 1);
    assert_true(clock_mono_ns() - begin_ns < 900 * INT64_C(1000000));
    event_source_destroy(&paced);
    assert_int_equal(destroyed_count, 1);
}

static int count_of(struct seen *seen) {
    return atomic_load_explicit(&seen->count, memory_order_acquire);
}

/* Paused nothing comes; a leap brings what lies before it and no more; then it goes on from there.
 */
static void the_pace_can_be_changed(void **state) {
    (void)state;
    int destroyed_count = 0;
    struct seen seen = {0};
    struct event_sink sink = {.self = &seen, .push = keep};
    struct event_source paced = open_paced(1e-6, &destroyed_count);
    struct pace pace = {.speed = 1e-6, .paused = true};
    assert_int_equal(paced_source_now_ms(control), 0);
    assert_int_equal(paced.ops->start(paced.self, &sink), STATUS_OK);
    wait_for_count(&seen, 1);
    paced_source_set(control, &pace);
    pace.skip_to_ms = 1000 + 4 * STEP_MS;
    paced_source_set(control, &pace);
    wait_for_count(&seen, 5);
    clock_sleep_until_ns(clock_mono_ns() + 30 * INT64_C(1000000));
    assert_int_equal(count_of(&seen), 5);
    assert_int_equal(paced_source_now_ms(control), pace.skip_to_ms);
    pace = (struct pace){.speed = 0};
    paced_source_set(control, &pace);
    wait_for_count(&seen, COUNT);
    assert_true(paced_source_get(control).speed == 0);
    event_source_destroy(&paced);
    assert_int_equal(destroyed_count, 1);
}

/* A thousand times as fast or as fast as it goes: nothing comes of what lies behind the end, and
 * the clock stands there until another end is set. */
static void it_ends_where_it_is_to(void **state) {
    static const double speeds[] = {1000, 0};
    (void)state;
    for (size_t i = 0; i < sizeof speeds / sizeof speeds[0]; i++) {
        int destroyed_count = 0;
        struct seen seen = {0};
        struct event_sink sink = {.self = &seen, .push = keep};
        struct event_source paced = open_paced(speeds[i], &destroyed_count);
        struct pace pace = {.speed = speeds[i], .until_ms = 1000 + 4 * STEP_MS + 1};
        paced_source_set(control, &pace);
        assert_int_equal(paced.ops->start(paced.self, &sink), STATUS_OK);
        while (paced_source_now_ms(control) < pace.until_ms) {
            clock_sleep_until_ns(clock_mono_ns() + 1000000);
        }
        wait_for_count(&seen, 5);
        clock_sleep_until_ns(clock_mono_ns() + 30 * INT64_C(1000000));
        assert_int_equal(count_of(&seen), 5);
        assert_int_equal(paced_source_now_ms(control), pace.until_ms);
        pace.until_ms = 0;
        paced_source_set(control, &pace);
        wait_for_count(&seen, COUNT);
        event_source_destroy(&paced);
        assert_int_equal(destroyed_count, 1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_come_when_they_are_due),
        cmocka_unit_test(speed_zero_does_not_wait),
        cmocka_unit_test(the_pace_can_be_changed),
        cmocka_unit_test(it_ends_where_it_is_to),
        cmocka_unit_test(a_long_sleep_ends_at_once_when_stopped),
    };
    return cmocka_run_group_tests_name("paced_source", tests, NULL, NULL);
}
