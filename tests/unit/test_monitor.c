#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "window/monitor.h"

/* Which screen a window goes to, and where on it. */

static const struct monitor_list desk = {
    .count = 4,
    .items = {
        {.name = "eDP-1", .bounds = {0, 0, 1920, 1080}},
        {.name = "DELL U2720Q", .bounds = {1920, 0, 3840, 2160}},
        {.name = "DELL U2720Q", .bounds = {5760, 0, 3840, 2160}},
        {.name = "DELL U2720Q", .bounds = {9600, 0, 2560, 1440}},
    }};

static void a_window_goes_to_its_own_screen_or_to_one_instead(void **state) {
    (void)state;
    static const struct {
        const char *what;
        struct monitor_wish wish;
        int index;
        enum monitor_match match;
    } rows[] = {
        {"nothing is known", {.number = 0}, 0, MONITOR_ANY},
        {"by number", {.number = 2}, 1, MONITOR_ITS_OWN},
        {"a number that is not there", {.number = 5}, 0, MONITOR_INSTEAD},
        {"by name", {.name = "eDP-1"}, 0, MONITOR_ITS_OWN},
        {"one of several alike", {.name = "DELL U2720Q"}, 1, MONITOR_ITS_OWN},
        {"the one that lies where it lay",
         {.name = "DELL U2720Q", .bounds = {5760, 0, 1024, 768}},
         2,
         MONITOR_ITS_OWN},
        {"the one of its size",
         {.name = "DELL U2720Q", .bounds = {0, 0, 2560, 1440}},
         3,
         MONITOR_ITS_OWN},
        {"the name goes before the number", {.name = "eDP-1", .number = 3}, 0, MONITOR_ITS_OWN},
        {"unplugged: by its number", {.name = "HDMI-1", .number = 3}, 2, MONITOR_INSTEAD},
        {"unplugged: the first", {.name = "HDMI-1"}, 0, MONITOR_INSTEAD},
        {"unplugged: the number, too", {.name = "HDMI-1", .number = 9}, 0, MONITOR_INSTEAD},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum monitor_match match = MONITOR_ANY;
        int index = monitor_find(&desk, &rows[i].wish, &match);
        if (index != rows[i].index || match != rows[i].match) {
            fail_msg("%s: screen %d, match %d; expected %d, %d", rows[i].what, index, (int)match,
                     rows[i].index, (int)rows[i].match);
        }
    }
}

static void a_rectangle_is_on_the_screen_that_holds_most_of_it(void **state) {
    (void)state;
    assert_int_equal(monitor_of_rect(&desk, (struct monitor_rect){10, 10, 100, 100}), 0);
    assert_int_equal(monitor_of_rect(&desk, (struct monitor_rect){1900, 10, 100, 100}), 1);
    assert_int_equal(monitor_of_rect(&desk, (struct monitor_rect){1850, 10, 100, 100}), 0);
    assert_int_equal(monitor_of_rect(&desk, (struct monitor_rect){9700, 500, 800, 600}), 3);
    assert_int_equal(monitor_of_rect(&desk, (struct monitor_rect){-500, -500, 100, 100}), 0);
}

static void a_window_lies_inside_its_screen(void **state) {
    (void)state;
    static const struct {
        struct monitor_rect rect, want;
    } rows[] = {
        {{100, 50, 1280, 720}, {2020, 50, 1280, 720}},
        {{3000, 2000, 1280, 720}, {4480, 1440, 1280, 720}}, /* moved */
        {{-40, -1, 800, 600}, {1920, 0, 800, 600}},
        {{0, 0, 9000, 9000}, {1920, 0, 3840, 2160}}, /* smaller */
        {{10, 10, 0, -5}, {1930, 10, 64, 64}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct monitor_rect got = monitor_place(desk.items[1].bounds, rows[i].rect);
        assert_memory_equal(&got, &rows[i].want, sizeof got);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_goes_to_its_own_screen_or_to_one_instead),
        cmocka_unit_test(a_rectangle_is_on_the_screen_that_holds_most_of_it),
        cmocka_unit_test(a_window_lies_inside_its_screen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
