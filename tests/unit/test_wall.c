#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "view/wall.h"

/* What a wall does by the clock. */

static void hours_are_read_or_refused(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool good;
        int from, to;
    } rows[] = {
        {"22:00-07:00", true, 1320, 420},
        {"9:30-18:05", true, 570, 1085},
        {"", true, 0, 0},
        {"00:00-23:59", true, 0, 1439},
        {"24:00-07:00", false, 0, 0},
        {"22:60-07:00", false, 0, 0},
        {"22-7", false, 0, 0},
        {"22:00", false, 0, 0},
        {"22:00-07:00x", false, 0, 0},
        {"122:00-07:00", false, 0, 0},
        {":00-07:00", false, 0, 0},
        {"22:0-07:00", false, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct wall_hours hours = {-1, -1};
        bool good = wall_hours_parse(rows[i].text, &hours);
        int from = rows[i].good ? rows[i].from : -1;
        int to = rows[i].good ? rows[i].to : -1;
        if (good != rows[i].good || hours.from_minute != from || hours.to_minute != to) {
            fail_msg("\"%s\": %d, %d-%d", rows[i].text, good, hours.from_minute, hours.to_minute);
        }
    }
}

static void check_light(struct wall_hours hours, int hour, int minute, double want) {
    double got = wall_light(&hours, 0.4, (hour * 60 + minute) * 60);
    if (fabs(got - want) > 1e-9) {
        fail_msg("%02d:%02d: light %g, expected %g", hour, minute, got, want);
    }
}

static void light_fades_into_the_night_and_out_of_it(void **state) {
    (void)state;
    const struct wall_hours night = {22 * 60, 7 * 60};
    check_light(night, 21, 59, 1);
    check_light(night, 22, 0, 1);
    check_light(night, 22, 5, 0.7);
    check_light(night, 22, 10, 0.4);
    check_light(night, 0, 0, 0.4);
    check_light(night, 6, 59, 0.4);
    check_light(night, 7, 5, 0.7);
    check_light(night, 7, 10, 1);
    check_light(night, 12, 0, 1);
    check_light((struct wall_hours){13 * 60, 14 * 60}, 13, 30, 0.4);
    check_light((struct wall_hours){13 * 60, 14 * 60}, 12, 30, 1);
    check_light((struct wall_hours){0, 0}, 3, 0, 1);
}

static void the_picture_visits_every_place_and_never_jumps(void **state) {
    (void)state;
    enum { BY = 2, SIDE = 2 * BY + 1 };
    int visits[SIDE][SIDE] = {0};
    struct wall_shift last = wall_shift_at(BY, 0);
    for (int step = 0; step < 2 * (SIDE * SIDE - 1); step++) {
        struct wall_shift at = wall_shift_at(BY, (int64_t)step * WALL_SHIFT_EVERY_S + 7);
        assert_true(at.x_px >= 0 && at.x_px < SIDE && at.y_px >= 0 && at.y_px < SIDE);
        assert_true(abs(at.x_px - last.x_px) + abs(at.y_px - last.y_px) == (step > 0));
        visits[at.y_px][at.x_px]++;
        last = at;
    }
    for (int i = 0; i < SIDE * SIDE; i++) {
        assert_true(visits[i / SIDE][i % SIDE] >= 1);
    }
    assert_int_equal(wall_shift_at(0, 123456).x_px, 0);
    assert_int_equal(wall_shift_at(0, 123456).y_px, 0);
}

static void turns_go_round(void **state) {
    (void)state;
    assert_int_equal(wall_turn(0, 30, 3), 0);
    assert_int_equal(wall_turn(29.9, 30, 3), 0);
    assert_int_equal(wall_turn(30, 30, 3), 1);
    assert_int_equal(wall_turn(95, 30, 3), 0);
    assert_int_equal(wall_turn(-5, 30, 3), 0);
    assert_int_equal(wall_turn(1e9, 0.5, 7), (int)fmod(2e9, 7));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_are_read_or_refused),
        cmocka_unit_test(light_fades_into_the_night_and_out_of_it),
        cmocka_unit_test(the_picture_visits_every_place_and_never_jumps),
        cmocka_unit_test(turns_go_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
