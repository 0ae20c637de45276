#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "app/picture_zone.h"

#define SPRING_MS INT64_C(1774746000000) /* 2026-03-29T01:00:00Z */
#define AUTUMN_MS INT64_C(1792890000000) /* 2026-10-25T01:00:00Z */

static struct camera camera_over(int64_t left_ms, int64_t right_ms) {
    return (struct camera){.time_left_ms = (double)left_ms, .time_right_ms = (double)right_ms};
}

/* A rule in POSIX form: no zone files are needed. */
static int use_berlin(void **state) {
    (void)state;
    return setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
}

static void both_changes_of_a_year_are_found_to_the_second(void **state) {
    (void)state;
    struct picture_zone kept = {0};
    struct camera camera = camera_over(SPRING_MS - INT64_C(30) * 86400000, AUTUMN_MS + 86400000);
    const struct zone *zone = picture_zone_get(&kept, &camera, true);
    assert_non_null(zone);
    assert_int_equal(zone_offset_min(zone, SPRING_MS - 1), 60);
    assert_int_equal(zone_offset_min(zone, SPRING_MS), 120);
    assert_string_equal(zone_name(zone, SPRING_MS - 1), "CET");
    assert_string_equal(zone_name(zone, SPRING_MS), "CEST");
    assert_int_equal(zone_offset_min(zone, AUTUMN_MS - 1), 120);
    assert_int_equal(zone_offset_min(zone, AUTUMN_MS), 60);
    assert_int_equal(zone_even_until_ms(zone, SPRING_MS), AUTUMN_MS);
}

static void what_was_found_serves_while_the_camera_stays_near(void **state) {
    (void)state;
    struct picture_zone kept = {0};
    struct camera camera = camera_over(SPRING_MS, SPRING_MS + 86400000);
    picture_zone_get(&kept, &camera, true);
    int64_t from_ms = kept.from_ms;
    camera = camera_over(SPRING_MS + 3600000, SPRING_MS + 90000000);
    picture_zone_get(&kept, &camera, true);
    assert_int_equal(kept.from_ms, from_ms);
    camera = camera_over(AUTUMN_MS, AUTUMN_MS + 86400000);
    assert_int_equal(zone_offset_min(picture_zone_get(&kept, &camera, true), AUTUMN_MS), 60);
    assert_true(kept.from_ms > from_ms);
}

static void utc_is_no_zone_at_all(void **state) {
    (void)state;
    struct picture_zone kept = {0};
    struct camera camera = camera_over(0, 86400000);
    assert_null(picture_zone_get(&kept, &camera, false));
    assert_int_equal(zone_offset_min(NULL, SPRING_MS), 0);
    assert_string_equal(zone_name(NULL, SPRING_MS), "UTC");
    assert_non_null(picture_zone_get(&kept, &camera, true)); /* 1970: from 0 on */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_changes_of_a_year_are_found_to_the_second),
        cmocka_unit_test(what_was_found_serves_while_the_camera_stays_near),
        cmocka_unit_test(utc_is_no_zone_at_all),
    };
    return cmocka_run_group_tests_name("picture_zone", tests, use_berlin, NULL);
}
