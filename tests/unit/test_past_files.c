/* Of a recording in several files those that hold a moment are chosen by their names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/past_files.h"
#include "base/clock.h"

static const char *const days[] = {"01T000000Z",   "02T000000Z", "03T000000Z", "03T000000Z_2",
                                   "04T120000Z_x", "05T000000Z", "06T000000Z", "other"};
enum { NAMES = sizeof days / sizeof days[0], HOUR_MS = 3600000 };

static char folder[] = "/tmp/past-files-XXXXXX";
static char name[64];

static void make_path(int day, char out[128]) {
    (void)snprintf(out, 128, "%s/wall-202611%s.liq", folder, days[day]);
}

static int64_t at(const char *text) {
    int64_t ts_ms = 0;
    assert_true(clock_parse_utc(text, &ts_ms));
    return ts_ms;
}

/* The days of what was chosen: "01 02". */
static const char *chosen(const char *text, int64_t before_ms, struct past_files *files) {
    static char list[64];
    past_files_choose(name, at(text), before_ms, files);
    list[0] = '\0';
    for (int i = 0; i < files->count; i++) {
        char path[128];
        for (int day = 0; day < NAMES; day++) {
            make_path(day, path);
            if (strcmp(path, files->paths[i]) == 0) {
                (void)snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%d",
                               i > 0 ? " " : "", day);
            }
        }
    }
    return list;
}

static void the_file_of_a_moment_and_those_around_it(void **state) {
    (void)state;
    struct past_files files;
    assert_string_equal(chosen("2026-11-02T12:00", HOUR_MS, &files), "1 2 3 5");
    assert_int_equal(files.from_ms, at("2026-11-02T00:00"));
    assert_int_equal(files.until_ms, at("2026-11-06T00:00"));
    /* Near its begin the one before it, too. */
    assert_string_equal(chosen("2026-11-05T00:30", HOUR_MS, &files), "3 5 6");
    assert_int_equal(files.from_ms, at("2026-11-03T00:00"));
    assert_true(files.until_ms == INT64_MAX);
    /* Before all of them the oldest, after all of them the newest. */
    assert_string_equal(chosen("2026-10-02T12:00", HOUR_MS, &files), "0 1 2 3");
    assert_true(files.from_ms == INT64_MIN);
    assert_string_equal(chosen("2026-12-02T12:00", HOUR_MS, &files), "6");
    assert_int_equal(files.from_ms, at("2026-11-06T00:00"));
    assert_int_equal(past_files_begin_ms(name), at("2026-11-01T00:00"));
}

static void names_that_are_no_times_are_none(void **state) {
    (void)state;
    struct past_files files;
    char path[128];
    make_path(3, path);
    assert_true(past_files_has(name, path));
    make_path(4, path);
    assert_false(past_files_has(name, path));
    assert_false(past_files_has(name, name));
    past_files_choose("/nowhere/wall.liq", 0, 0, &files);
    assert_int_equal(files.count, 0);
    past_files_choose("wall", 0, 0, &files);
    assert_int_equal(files.count, 0);
    assert_true(past_files_begin_ms("wall") == INT64_MAX);
    past_files_only(path, &files);
    assert_int_equal(files.count, 1);
    assert_string_equal(files.paths[0], path);
}

static int set_up(void **state) {
    (void)state;
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    (void)snprintf(name, sizeof(name), "%s/wall.liq", folder);
    for (int i = 0; i < NAMES; i++) {
        char path[128];
        make_path(i, path);
        FILE *file = fopen(path, "w");
        if (file == NULL) {
            return -1;
        }
        fclose(file);
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    for (int i = 0; i < NAMES; i++) {
        char path[128];
        make_path(i, path);
        unlink(path);
    }
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_of_a_moment_and_those_around_it),
        cmocka_unit_test(names_that_are_no_times_are_none),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
