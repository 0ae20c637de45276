#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/stat.h"
#include "base/thread.h"

enum { ADD_COUNT = 20000 };

static void every_counter_has_name_unit_and_text(void **state) {
    (void)state;
    for (int i = 0; i < STAT_COUNT; i++) {
        assert_true(strlen(stat_name((enum stat_id)i)) > 3);
        assert_true(strlen(stat_unit((enum stat_id)i)) > 3);
        assert_true(strlen(stat_text((enum stat_id)i)) > 3);
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(stat_name((enum stat_id)i), stat_name((enum stat_id)k));
        }
    }
    assert_string_equal(stat_name(STAT_events_lost), "events_lost");
    assert_string_equal(stat_unit(STAT_events_lost), "slots");
}

static void count_up(void *user) {
    (void)user;
    for (int i = 0; i < ADD_COUNT; i++) {
        stat_add(STAT_events_pushed, 1);
    }
}

static void threads_count_together_and_counters_stay_apart(void **state) {
    (void)state;
    struct thread a = {0};
    struct thread b = {0};
    stat_reset_all();
    assert_true(thread_start(&a, THREAD_ANY, count_up, NULL));
    assert_true(thread_start(&b, THREAD_ANY, count_up, NULL));
    stat_add(STAT_bytes_received, 12345);
    thread_join(&a);
    thread_join(&b);
    assert_int_equal(stat_get(STAT_events_pushed), 2 * ADD_COUNT);
    assert_int_equal(stat_get(STAT_bytes_received), 12345);
    assert_int_equal(stat_get(STAT_events_lost), 0);
    stat_reset_all();
    assert_int_equal(stat_get(STAT_events_pushed), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_counter_has_name_unit_and_text),
        cmocka_unit_test(threads_count_together_and_counters_stay_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
