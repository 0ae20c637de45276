#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "config/desk_layout.h"

/* Layouts as files and as a command line's text: what is read, what is refused and how, and back.
 */

static struct desk_layout layout;
static char errors[4096];

static int empty(void **state) {
    (void)state;
    memset(&layout, 0, sizeof layout);
    errors[0] = '\0';
    return 0;
}

static void keep_error(void *user, const char *line) {
    (void)user;
    str_append(errors, sizeof errors, "%s\n", line);
}

static bool take(void *user, const struct config_entry *entry, char error[OPTION_ERROR_BYTES]) {
    (void)user;
    return desk_layout_take(&layout, entry, error);
}

static int parse(const char *text) {
    static struct option_table table;
    const struct config_report report = {.on_error = keep_error, .on_entry = take};
    option_table_init(&table);
    return config_file_parse("wall.conf", text, strlen(text), &table, &report);
}

static void check_item(const struct desk_layout_items *items, int i, enum option_id id,
                       const char *text) {
    assert_true(i < items->count);
    assert_int_equal(items->items[i].id, id);
    assert_string_equal(items->items[i].text, text);
}

static void a_file_says_which_windows_and_panes_there_are(void **state) {
    (void)state;
    assert_int_equal(parse("# a wall\n"
                           "[window 1]\n"
                           "fs-screen-name = DP-1\n"
                           "size = 1920x1080\n"
                           "[pane 1.1]\n"
                           "window = 4h\n"
                           "show = \"+book -legend\"\n"
                           "[pane 1.2]\n"
                           "instrument = binance_usdm:ETHUSDT\n"
                           "[window 2]\n"
                           "fullscreen = yes\n"
                           "fullscreen = no\n"),
                     0);
    assert_string_equal(errors, "");
    assert_int_equal(layout.window_count, 2);
    assert_int_equal(layout.windows[0].pane_count, 2);
    check_item(&layout.windows[0].own, 0, OPT_fs_screen_name, "DP-1");
    check_item(&layout.windows[0].own, 1, OPT_size, "1920x1080");
    check_item(&layout.windows[0].panes[0], 0, OPT_window, "4h");
    check_item(&layout.windows[0].panes[0], 1, OPT_show, "+book -legend");
    check_item(&layout.windows[0].panes[1], 0, OPT_instrument, "binance_usdm:ETHUSDT");
    assert_int_equal(layout.windows[1].pane_count, 0);
    assert_int_equal(layout.windows[1].own.count, 1);
    check_item(&layout.windows[1].own, 0, OPT_fullscreen, "no"); /* the last one counts */
}

static void mistakes_name_file_line_and_what_was_expected(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"[window 2]\nsize = 10x10\n", "wall.conf:2: [window 2].size: window 2; expected 1, the "
                                       "next one\n"},
        {"[window x]\nsize = 800x600\n",
         "wall.conf:2: [window x].size: [window x]: expected its number, [window 1] to [window "
         "8]\n"},
        {"[window 1]\nsize = 800x600\n[pane 1.2]\nwindow = 4h\n",
         "wall.conf:4: [pane 1.2].window: pane 1.2; expected 1.1, the next one\n"},
        {"[pane 1.7]\nwindow = 4h\n", "wall.conf:2: [pane 1.7].window: [pane 1.7]: expected the "
                                      "window's number and the pane's, [pane 1.1] to [pane 8.4]\n"},
        {"[pane 1.1]\nwindow = soon\n",
         "wall.conf:2: [pane 1.1].window: \"soon\": not a length of time such as 90s 30m 4h 3d 1w "
         "1mo 1y\n"},
        {"[pane 1.1]\npalete = paper\n",
         "wall.conf:2: [pane 1.1].palete: unknown option; did you mean palette?\n"},
        {"[pane 1.1]\nsize = 800x600\n", "wall.conf:2: [pane 1.1].size: is no option of a pane\n"},
        {"[window 1]\npalette = paper\n",
         "wall.conf:2: [window 1].palette: is no option of a window\n"},
        {"[window 1]\nca-file = /x\n", "wall.conf:2: [window 1].ca-file: is no option of a "
                                       "window\n"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        empty(NULL);
        assert_int_equal(parse(rows[i].text), 1);
        assert_string_equal(errors, rows[i].want);
    }
}

static void a_command_line_adds_windows(void **state) {
    (void)state;
    char error[OPTION_ERROR_BYTES] = "";
    assert_true(desk_layout_add_text(
        &layout, " screen=2 window=4h fullscreen show=\"+book -legend\"|window=3d;palette=paper",
        error));
    assert_int_equal(layout.window_count, 2);
    assert_int_equal(layout.windows[0].pane_count, 2);
    check_item(&layout.windows[0].own, 0, OPT_screen, "2");
    check_item(&layout.windows[0].own, 1, OPT_fullscreen, "yes");
    check_item(&layout.windows[0].panes[0], 0, OPT_window, "4h");
    check_item(&layout.windows[0].panes[0], 1, OPT_show, "+book -legend");
    check_item(&layout.windows[0].panes[1], 0, OPT_window, "3d");
    assert_int_equal(layout.windows[1].pane_count, 1);
    check_item(&layout.windows[1].panes[0], 0, OPT_palette, "paper");
    assert_true(desk_layout_add_text(&layout, "", error)); /* one as the options have it */
    assert_int_equal(layout.window_count, 3);
}

static void a_command_line_is_answered_completely(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"windw=4h", "windw: unknown option; did you mean window?"},
        {"window=4x", "window: \"4x\": not a length of time such as 90s 30m 4h 3d 1w 1mo 1y"},
        {"show=\"+book", "show: closing quotation mark is missing"},
        {"window=4h|||||", "more than 4 panes"},
        {";;;;;;;;", "more than 8 windows"},
        {"seed=3", "seed: is no option of a window or a pane"},
        {"=3", ": unknown option"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char error[OPTION_ERROR_BYTES] = "";
        empty(NULL);
        assert_false(desk_layout_add_text(&layout, rows[i].text, error));
        assert_string_equal(error, rows[i].want);
    }
}

static void what_is_written_is_read_back(void **state) {
    (void)state;
    static char text[LAYOUT_FILE_BYTES], again[LAYOUT_FILE_BYTES];
    char error[OPTION_ERROR_BYTES] = "";
    assert_true(desk_layout_add_text(
        &layout,
        "screen=2 size=800x600 panels='shown pin tape-folded' show='-legend' | window=3d ; "
        "instrument=bybit:BTCUSDT bands='<5 100+'",
        error));
    assert_true(desk_layout_write(&layout, text, sizeof text) > 0);
    memset(&layout, 0, sizeof layout);
    assert_int_equal(parse(text), 0);
    assert_int_equal(layout.window_count, 2);
    check_item(&layout.windows[0].own, 2, OPT_panels, "shown pin tape-folded");
    assert_true(desk_layout_write(&layout, again, sizeof again) > 0);
    assert_string_equal(text, again);
    assert_int_equal(desk_layout_write(&layout, again, 40), 0); /* no room: told */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_file_says_which_windows_and_panes_there_are, empty),
        cmocka_unit_test_setup(mistakes_name_file_line_and_what_was_expected, empty),
        cmocka_unit_test_setup(a_command_line_adds_windows, empty),
        cmocka_unit_test_setup(a_command_line_is_answered_completely, empty),
        cmocka_unit_test_setup(what_is_written_is_read_back, empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
