/* A screenshot's name is what the template says; no file is ever written over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "record/screenshot_name.h"

static char folder[64];
static const struct screenshot_fields fields = {.instrument = "BTCUSDT",
                                                .venue = "binance_usdm",
                                                .window = "24h",
                                                .date = "2026-11-22",
                                                .time = "07-20-52"};

static int set_up(void **state) {
    (void)state;
    str_copy(folder, sizeof folder, "/tmp/liqscope_shot_XXXXXX");
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_PICTURES_DIR");
    return mkdtemp(folder) != NULL && setenv("HOME", folder, 1) == 0 ? 0 : -1;
}

static const char *inside(const char *name) {
    static char path[4][SCREENSHOT_PATH_BYTES];
    static int turn;
    char *out = path[turn++ % 4];
    str_format(out, SCREENSHOT_PATH_BYTES, "%s/%s", folder, name);
    return out;
}

static int tear_down(void **state) {
    (void)state;
    static const char *const left[] = {"Pictures", "Bilder",  ".config/user-dirs.dirs",
                                       ".config",  "a%b.png", "kept.png"};
    for (size_t i = 0; i < ARRAY_COUNT(left); i++) {
        (void)remove(inside(left[i]));
    }
    return rmdir(folder);
}

static void templates_are_filled_in(void **state) {
    (void)state;
    static const struct {
        const char *name, *folder;
        int number;
        const char *path;
    } rows[] = {
        {"liqscope-%I-%d-%n", "/p", 1, "/p/liqscope-BTCUSDT-2026-11-22-001.png"},
        {"liqscope-%I-%d-%n", "/p", 4711, "/p/liqscope-BTCUSDT-2026-11-22-4711.png"},
        {"%V/%I %w/%t%%.png", "", 1, "binance_usdm/BTCUSDT 24h/07-20-52%.png"},
        {"one", ".", 1, "one.png"},
        {"one", ".", 2, "one-2.png"},
        {"one.png", "/p", 3, "/p/one-3.png"},
        {"/abs/%n", "/p", 7, "/abs/007.png"},
        {"%n.png", "/with%n", 1, "/with%n/001.png"}, /* a folder is never a template */
    };
    char pattern[SCREENSHOT_PATH_BYTES];
    char path[SCREENSHOT_PATH_BYTES];
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const char *wrong = NULL;
        assert_true(screenshot_template_check(rows[i].name, &wrong));
        assert_null(wrong);
        assert_true(screenshot_pattern_make(rows[i].name, &fields, rows[i].folder, pattern));
        assert_true(screenshot_pattern_path(pattern, rows[i].number, path));
        assert_string_equal(path, rows[i].path);
    }
    assert_true(screenshot_pattern_make("~/x", &fields, "/p", pattern));
    assert_true(screenshot_pattern_path(pattern, 1, path));
    assert_string_equal(path, inside("x.png"));
}

static void mistakes_are_pointed_at(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int at;
    } rows[] = {{"", 0}, {"a%q", 1}, {"%n-%", 3}, {"%%%", 2}, {"folder/", 0}, {"%N", 0}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const char *wrong = NULL;
        assert_false(screenshot_template_check(rows[i].name, &wrong));
        assert_ptr_equal(wrong, rows[i].name + rows[i].at);
    }
}

static void what_a_file_name_must_not_have_is_replaced(void **state) {
    (void)state;
    const struct screenshot_fields odd = {.instrument = "../a b:%n\n", .venue = NULL};
    char pattern[SCREENSHOT_PATH_BYTES];
    char path[SCREENSHOT_PATH_BYTES];
    assert_true(screenshot_pattern_make("%I%V", &odd, "/p", pattern));
    assert_true(screenshot_pattern_path(pattern, 1, path));
    assert_string_equal(path, "/p/..-a-b-%n-.png");
}

static void a_name_too_long_is_refused(void **state) {
    (void)state;
    static char name[SCREENSHOT_PATH_BYTES * 2];
    char pattern[SCREENSHOT_PATH_BYTES];
    char path[SCREENSHOT_PATH_BYTES];
    memset(name, 'a', SCREENSHOT_PATH_BYTES - 1);
    assert_true(screenshot_pattern_make(name, &fields, "", pattern));
    assert_false(screenshot_pattern_path(pattern, 1, path)); /* no room for .png */
    memset(name, 'a', sizeof name - 1);
    assert_false(screenshot_pattern_make(name, &fields, "", pattern));
    assert_false(screenshot_pattern_make_plain(name, pattern));
}

static void create(const char *pattern, const char *expected) {
    char path[SCREENSHOT_PATH_BYTES];
    int fd = -1;
    assert_int_equal(screenshot_pattern_create(pattern, path, &fd), STATUS_OK);
    assert_string_equal(path, expected);
    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
}

static void no_file_is_written_over(void **state) {
    (void)state;
    char pattern[SCREENSHOT_PATH_BYTES];
    char path[SCREENSHOT_PATH_BYTES];
    int fd = -1;
    struct stat what;
    assert_true(screenshot_pattern_make("d/%I/%n", &fields, folder, pattern));
    create(pattern, inside("d/BTCUSDT/001.png"));
    create(pattern, inside("d/BTCUSDT/002.png"));
    /* A link counts as a file, wherever it leads: what it names is left alone. */
    assert_int_equal(symlink(inside("kept.png"), inside("d/BTCUSDT/003.png")), 0);
    create(pattern, inside("d/BTCUSDT/004.png"));
    assert_int_equal(stat(inside("kept.png"), &what), -1);
    unlink(inside("d/BTCUSDT/001.png")); /* a hole is filled */
    create(pattern, inside("d/BTCUSDT/001.png"));
    for (int i = 1; i <= 4; i++) {
        char name[32];
        str_format(name, sizeof name, "d/BTCUSDT/%03d.png", i);
        assert_int_equal(unlink(inside(name)), 0);
    }
    rmdir(inside("d/BTCUSDT"));
    rmdir(inside("d"));

    assert_true(screenshot_pattern_make_plain(inside("a%b.png"), pattern));
    create(pattern, inside("a%b.png"));
    create(pattern, inside("a%b-2.png"));
    unlink(inside("a%b-2.png"));

    assert_true(screenshot_pattern_make("a%%b.png/under", &fields, folder, pattern));
    assert_int_equal(screenshot_pattern_create(pattern, path, &fd), STATUS_IO);
    assert_int_equal(errno, ENOTDIR);
    assert_int_equal(fd, -1);
}

static void put(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void pictures_go_where_the_desktop_keeps_them(void **state) {
    (void)state;
    char out[SCREENSHOT_PATH_BYTES];
    screenshot_folder(out);
    assert_string_equal(out, "."); /* no such folder at all */
    assert_int_equal(mkdir(inside("Pictures"), 0700), 0);
    screenshot_folder(out);
    assert_string_equal(out, inside("Pictures"));
    assert_int_equal(mkdir(inside(".config"), 0700), 0);
    put(inside(".config/user-dirs.dirs"),
        "# XDG_PICTURES_DIR=\"$HOME/no\"\nXDG_PICTURES_DIR=\"$HOME/Bilder\"\n");
    screenshot_folder(out);
    assert_string_equal(out, inside("Pictures")); /* Bilder is not there */
    assert_int_equal(mkdir(inside("Bilder"), 0700), 0);
    screenshot_folder(out);
    assert_string_equal(out, inside("Bilder"));
    put(inside(".config/user-dirs.dirs"), "XDG_PICTURES_DIR=\"$HOME/Bilder\nXDG_PICTURES_DIR");
    screenshot_folder(out);
    assert_string_equal(out, inside("Pictures"));
    setenv("XDG_PICTURES_DIR", "/", 1);
    screenshot_folder(out);
    assert_string_equal(out, "/");
    setenv("XDG_PICTURES_DIR", "relative", 1);
    screenshot_folder(out);
    assert_string_equal(out, inside("Pictures"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(templates_are_filled_in),
        cmocka_unit_test(mistakes_are_pointed_at),
        cmocka_unit_test(what_a_file_name_must_not_have_is_replaced),
        cmocka_unit_test(a_name_too_long_is_refused),
        cmocka_unit_test(no_file_is_written_over),
        cmocka_unit_test(pictures_go_where_the_desktop_keeps_them),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
