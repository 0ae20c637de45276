/* Frames at the display's rate, and at another one after it changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "window/pacer.h"

#define MS INT64_C(1000000)

static void frames_are_due_at_the_rate(void **state) {
    (void)state;
    struct pacer pacer;
    pacer_init(&pacer, 100, 0);
    assert_int_equal(pacer_frame_done(&pacer, 2 * MS), 10 * MS);
    assert_int_equal(pacer_frame_done(&pacer, 12 * MS), 20 * MS);
    assert_int_equal(pacer.late_count, 0);
    assert_int_equal(pacer_frame_done(&pacer, 47 * MS), 47 * MS); /* late: no burst after it */
    assert_int_equal(pacer_frame_done(&pacer, 48 * MS), 57 * MS);
    assert_int_equal(pacer.late_count, 1);
}

static void another_rate_counts_from_the_next_frame(void **state) {
    (void)state;
    struct pacer pacer;
    pacer_init(&pacer, 100, 0);
    assert_int_equal(pacer_frame_done(&pacer, 2 * MS), 10 * MS);
    pacer_set_rate(&pacer, 50);
    assert_int_equal(pacer_frame_done(&pacer, 12 * MS), 30 * MS);
    pacer_set_rate(&pacer, 50); /* the same again does nothing */
    assert_int_equal(pacer_frame_done(&pacer, 32 * MS), 50 * MS);
    pacer_set_rate(&pacer, 0); /* not known: 60 */
    assert_int_equal(pacer.period_ns, 16666666);
    assert_int_equal(pacer.late_count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_due_at_the_rate),
        cmocka_unit_test(another_rate_counts_from_the_next_frame),
    };
    return cmocka_run_group_tests_name("pacer", tests, NULL, NULL);
}
