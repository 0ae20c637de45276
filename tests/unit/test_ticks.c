#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/str.h"
#include "view/ticks.h"

#define DAY_MS    INT64_C(86400000)
#define JUNE_17   INT64_C(1781654400000) /* 2026-06-17T00:00:00Z */
#define SPRING_MS INT64_C(1774746000000) /* 2026-03-29T01:00:00Z: +1 h becomes +2 h */
#define AUTUMN_MS INT64_C(1792890000000) /* 2026-10-25T01:00:00Z: back again */

static struct zone berlin(void) {
    struct zone zone = {0};
    zone_add(&zone, 0, 60, "CET");
    zone_add(&zone, SPRING_MS, 120, "CEST");
    zone_add(&zone, AUTUMN_MS, 60, "CET");
    return zone;
}

static bool has_label(int count, const struct ticks_time *ticks, const char *label) {
    for (int i = 0; i < count; i++) {
        if (strcmp(ticks[i].label, label) == 0) {
            return true;
        }
    }
    return false;
}

/* From five seconds to 400 days, wherever the window begins, in any zone. */
static void ticks_are_inside_in_order_and_about_as_many_as_wanted(void **state) {
    (void)state;
    static const double spans_ms[] = {5e3,   60e3,  300e3,  3600e3, 4 * 3600e3, 86400e3,
                                      259e6, 605e6, 2592e6, 7776e6, 15552e6,    34560e6};
    struct zone zone = berlin();
    for (size_t s = 0; s < ARRAY_COUNT(spans_ms); s++) {
        for (int wanted = 2; wanted <= 14; wanted += 3) {
            for (int64_t shift = 0; shift < 5; shift++) {
                struct ticks_time out[TICKS_COUNT_MAX];
                int64_t left = JUNE_17 - shift * 7777777777;
                int64_t right = left + (int64_t)spans_ms[s];
                int count = ticks_make_time(left, right, wanted, shift % 2 ? &zone : NULL, out);
                /* A year of whole years may have but one New Year's Day. */
                assert_true(count >= (wanted < 4 ? 0 : 1));
                assert_true(count <= wanted * 5 / 4 + 2);
                for (int i = 0; i < count; i++) {
                    assert_in_range(out[i].time_ms, left, right);
                    assert_true(i == 0 || out[i].time_ms > out[i - 1].time_ms);
                    assert_true(out[i].label[0] != '\0');
                }
            }
        }
    }
}

static void long_spans_tell_months_and_years(void **state) {
    (void)state;
    struct ticks_time out[TICKS_COUNT_MAX];
    int64_t left = JUNE_17 - 300 * DAY_MS; /* 2025-08-21 */
    int count = ticks_make_time(left, left + 365 * DAY_MS, 12, NULL, out);
    assert_in_range(count, 11, 13);
    assert_string_equal(out[0].label, "Sep");
    for (int i = 0; i < count; i++) {
        assert_int_equal(out[i].major, strcmp(out[i].label, "2026") == 0);
        assert_int_equal(out[i].time_ms % DAY_MS, 0);
    }
    assert_true(has_label(count, out, "2026"));
    count = ticks_make_time(left, left + 365 * DAY_MS, 4, NULL, out);
    assert_in_range(count, 3, 5);
    assert_true(has_label(count, out, "Oct") && has_label(count, out, "Jul"));
    count = ticks_make_time(JUNE_17 - 20 * DAY_MS, JUNE_17 + 20 * DAY_MS, 9, NULL, out);
    assert_true(has_label(count, out, "Jun") && has_label(count, out, "Jul"));
    assert_true(has_label(count, out, "6 Jun") && has_label(count, out, "26 Jun"));
    assert_false(has_label(count, out, "31 May")); /* too near to the first of June */
}

static void clocks_put_forward_skip_an_hour_and_put_back_repeat_one(void **state) {
    (void)state;
    struct zone zone = berlin();
    struct ticks_time out[TICKS_COUNT_MAX];
    int count = ticks_make_time(SPRING_MS - 3 * 3600000, SPRING_MS + 3 * 3600000, 6, &zone, out);
    assert_false(has_label(count, out, "02:00"));
    assert_true(has_label(count, out, "01:00") && has_label(count, out, "03:00"));
    count = ticks_make_time(AUTUMN_MS - 3 * 3600000, AUTUMN_MS + 3 * 3600000, 6, &zone, out);
    int twice = 0;
    for (int i = 0; i < count; i++) {
        twice += strcmp(out[i].label, "02:00") == 0;
    }
    assert_int_equal(twice, 2);
    /* Midnights of both sides of the change are midnights. */
    count = ticks_make_time(SPRING_MS - 3 * DAY_MS, SPRING_MS + 3 * DAY_MS, 6, &zone, out);
    for (int i = 0; i < count; i++) {
        assert_int_equal(zone_local_ms(&zone, out[i].time_ms) % DAY_MS, 0);
    }
    assert_true(has_label(count, out, "29 Mar") && has_label(count, out, "30 Mar"));
}

static void a_zone_out_of_room_gives_up_its_oldest_rule(void **state) {
    (void)state;
    struct zone zone = {0};
    for (int i = 0; i < ZONE_CHANGE_MAX; i++) {
        assert_true(zone_add(&zone, i * 1000, i, "ABC"));
    }
    assert_false(zone_add(&zone, ZONE_CHANGE_MAX * 1000, 99, "longer name"));
    assert_int_equal(zone.change_count, ZONE_CHANGE_MAX);
    assert_int_equal(zone_offset_min(&zone, INT64_MAX), 99);
    assert_int_equal(zone_offset_min(&zone, 500), 1); /* the oldest that is left */
    assert_int_equal(zone_even_until_ms(&zone, ZONE_CHANGE_MAX * 1000), INT64_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_are_inside_in_order_and_about_as_many_as_wanted),
        cmocka_unit_test(long_spans_tell_months_and_years),
        cmocka_unit_test(clocks_put_forward_skip_an_hour_and_put_back_repeat_one),
        cmocka_unit_test(a_zone_out_of_room_gives_up_its_oldest_rule),
    };
    return cmocka_run_group_tests_name("ticks", tests, NULL, NULL);
}
