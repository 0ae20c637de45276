/* Windows and panes as text: what is written is read back as it was, whatever the options are
 * then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "app/desk_spec.h"

static struct option_table defaults, others;
static struct desk_layout layout;
static char error[OPTION_ERROR_BYTES];

static void put(struct option_table *table, enum option_id id, const char *text) {
    if (!option_set(table, id, text, strlen(text), error)) {
        fail_msg("%s", error);
    }
}

static int set_up(void **state) {
    (void)state;
    option_table_init(&defaults);
    option_table_init(&others);
    put(&others, OPT_window, "1w");
    put(&others, OPT_palette, "paper");
    put(&others, OPT_show, "none +field");
    put(&others, OPT_split, "yes");
    put(&others, OPT_fullscreen, "yes");
    put(&others, OPT_size, "777x555");
    put(&others, OPT_instrument, "demo:ETHUSDT");
    return 0;
}

static void read_text(const char *text, const struct option_table *table, struct desk_spec *out) {
    memset(&layout, 0, sizeof layout);
    memset(out, 0, sizeof *out);
    if (!desk_layout_add_text(&layout, text, error) || !desk_spec_add(out, &layout, table, error)) {
        fail_msg("%s: %s", text, error);
    }
}

static void write_file(const struct desk_spec *spec, char *out, size_t size) {
    desk_spec_write(spec, &layout);
    assert_true(desk_layout_write(&layout, out, size) > 0);
}

static void fail_at(void *user, const char *line) {
    (void)user;
    fail_msg("%s", line);
}

static bool take(void *user, const struct config_entry *entry, char why[OPTION_ERROR_BYTES]) {
    return desk_layout_take(user, entry, why);
}

static void read_file(const char *file, const struct option_table *table, struct desk_spec *out) {
    static struct option_table unused;
    const struct config_report report = {.on_error = fail_at, .on_entry = take, .user = &layout};
    memset(&layout, 0, sizeof layout);
    memset(out, 0, sizeof *out);
    option_table_init(&unused);
    assert_int_equal(config_file_parse("desk.conf", file, strlen(file), &unused, &report), 0);
    if (!desk_spec_add(out, &layout, table, error)) {
        fail_msg("%s", error);
    }
}

static void what_is_written_is_read_back_under_any_options(void **state) {
    (void)state;
    static const char *const desks[] = {
        "size=640x360",
        "size=900x500 position=10,-20 arrange=rows panels=feeds window=4h | window=90s split "
        "palette=viridis show=\"none +field +price\" instrument=demo:ETHUSDT",
        "fs-screen-name=\"DP 1\" fullscreen window=3d side=net bands=\"5-10 100+\" curve=linear | "
        "opened-within-window | window=1mo local-time | least=2500",
        "clean clean-background=magenta size=1920x1080 palette=viridis ; size=640x360",
        "screen=2 borderless on-top ; window=1h ; window=5m | window=1y certainty=hatch",
    };
    static struct desk_spec first, again;
    static char file[LAYOUT_FILE_BYTES], twice[LAYOUT_FILE_BYTES];
    for (size_t i = 0; i < sizeof desks / sizeof desks[0]; i++) {
        read_text(desks[i], &defaults, &first);
        write_file(&first, file, sizeof file);
        read_file(file, &others, &again);
        write_file(&again, twice, sizeof twice);
        assert_string_equal(file, twice);
    }
}

static void a_file_says_what_was_asked(void **state) {
    (void)state;
    static struct desk_spec spec, again;
    static char file[LAYOUT_FILE_BYTES];
    read_text("size=900x500 position=10,-20 arrange=rows | window=90s split ; on-top clean "
              "clean-background=green",
              &defaults, &spec);
    write_file(&spec, file, sizeof file);
    read_file(file, &others, &again);
    assert_int_equal(again.window_count, 2);
    const struct desk_spec_window *window = &again.windows[0];
    assert_int_equal(window->pane_count, 2);
    assert_int_equal(window->arrange, spec.windows[0].arrange);
    assert_true(window->place.placed);
    assert_int_equal(window->place.rect.x, 10);
    assert_int_equal(window->place.rect.y, -20);
    assert_int_equal(window->place.rect.w, 900);
    assert_int_equal(window->place.rect.h, 500);
    assert_false(window->place.fullscreen);
    assert_true(window->panes[1].span_ms == 90000);
    assert_true(window->panes[1].settings.split);
    assert_false(window->panes[0].settings.split);
    assert_int_equal(window->panes[0].settings.parts, settings_default().parts);
    assert_string_equal(window->panes[0].instrument, "");
    assert_true(again.windows[1].place.on_top);
    assert_true(again.windows[1].place.clean);
    assert_int_equal(again.windows[1].background, BACKDROP_GREEN);
    assert_false(window->place.clean);
    assert_false(again.windows[1].place.placed);
}

static void a_value_that_is_no_place_is_told_by_its_section(void **state) {
    (void)state;
    static struct desk_spec spec;
    memset(&layout, 0, sizeof layout);
    assert_true(desk_layout_add_text(&layout, "size=640x360 ; position=left", error));
    assert_false(desk_spec_add(&spec, &layout, &defaults, error));
    assert_string_equal(error,
                        "[window 2].position: \"left\": not a place; expected X,Y such as 1920,0");
    assert_int_equal(spec.window_count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_written_is_read_back_under_any_options, set_up),
        cmocka_unit_test_setup(a_file_says_what_was_asked, set_up),
        cmocka_unit_test_setup(a_value_that_is_no_place_is_told_by_its_section, set_up),
    };
    return cmocka_run_group_tests_name("desk_spec", tests, NULL, NULL);
}
