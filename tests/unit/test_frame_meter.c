#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "app/frame_meter.h"

#define MS_NS    INT64_C(1000000)
#define FRAME_NS (10 * MS_NS)

static void nothing_was_drawn_yet(void **state) {
    (void)state;
    static struct frame_meter meter;
    struct frame_figures figures = frame_meter_read(&meter, 5);
    assert_true(figures.per_s == 0 && figures.p50_ms == 0 && figures.max_ms == 0);
}

static void one_slow_frame_in_a_hundred_is_the_worst_and_no_median(void **state) {
    (void)state;
    static struct frame_meter meter;
    int64_t now_ns = 0;
    for (int i = 0; i < 200; i++) {
        now_ns += FRAME_NS;
        frame_meter_add(&meter, now_ns - (i == 150 ? 9 : 2) * MS_NS, now_ns);
    }
    struct frame_figures figures = frame_meter_read(&meter, now_ns);
    assert_true(figures.per_s == 100);
    assert_true(figures.p50_ms == 2);
    assert_true(figures.p99_ms == 2);
    assert_true(figures.max_ms == 9);
    assert_true(frame_meter_read(&meter, now_ns + 500 * MS_NS).per_s == 50);
    assert_true(frame_meter_read(&meter, now_ns + 5000 * MS_NS).per_s == 0);
}

static void old_frames_are_forgotten(void **state) {
    (void)state;
    static struct frame_meter meter;
    frame_meter_add(&meter, 0, 80 * MS_NS);
    for (int i = 1; i <= FRAME_METER_MAX; i++) {
        frame_meter_add(&meter, i * FRAME_NS, i * FRAME_NS + MS_NS);
    }
    assert_int_equal(meter.count, FRAME_METER_MAX);
    assert_true(frame_meter_read(&meter, 0).max_ms == 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_was_drawn_yet),
        cmocka_unit_test(one_slow_frame_in_a_hundred_is_the_worst_and_no_median),
        cmocka_unit_test(old_frames_are_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
