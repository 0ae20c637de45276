#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "panel/console.h"

/* What the console offers for what was typed, and what it runs. */

static struct panel_model model;
static struct console console;
static struct action_queue queue;
static struct console_entry found[CONSOLE_SHOWN_MAX];
static const struct action_call grid_call = {.action = ACTION_PART_GRID};

static int begin(void **state) {
    (void)state;
    memset(&model, 0, sizeof model);
    memset(&console, 0, sizeof console);
    memset(&queue, 0, sizeof queue);
    (void)str_copy(model.option_values[OPT_palette], PANEL_VALUE_BYTES, "viridis");
    model.keys[model.key_count++] = (struct panel_key){"Shift+g", &grid_call};
    console_open(&console);
    return 0;
}

static void an_empty_line_offers_the_first_actions(void **state) {
    (void)state;
    int count = console_find(&model, "", found);
    assert_int_equal(count, CONSOLE_SHOWN_MAX);
    assert_string_equal(found[0].line, action_row((enum action)(ACTION_NONE + 1))->name);
}

static void an_action_comes_with_its_key_and_help(void **state) {
    (void)state;
    int count = console_find(&model, "toggle-grid", found);
    assert_true(count >= 1);
    assert_string_equal(found[0].line, "toggle-grid");
    assert_string_equal(found[0].key, "Shift+g");
    assert_string_equal(found[0].help, action_row(ACTION_PART_GRID)->help);
    assert_string_equal(found[0].takes, "");
}

static void an_option_comes_with_its_value(void **state) {
    (void)state;
    int count = console_find(&model, "set palette", found);
    assert_true(count >= 1);
    assert_string_equal(found[0].line, "set palette");
    assert_string_equal(found[0].value, "viridis");
    assert_string_equal(found[0].takes, "VALUE");
}

static void options_that_cannot_change_are_not_offered(void **state) {
    (void)state;
    assert_false(option_row(OPT_shader_dir)->live);
    int count = console_find(&model, "set shader-dir", found);
    for (int i = 0; i < count; i++) {
        assert_string_not_equal(found[i].line, "set shader-dir");
    }
}

static void the_choices_of_an_option_are_offered(void **state) {
    (void)state;
    int count = console_find(&model, "set palette v", found);
    assert_true(count >= 1);
    assert_string_equal(found[0].line, "set palette viridis");
    assert_string_equal(found[0].value, "now");
    count = console_find(&model, "set split ", found);
    assert_true(count >= 2);
    assert_string_equal(found[0].line, "set split yes");
    assert_string_equal(found[1].line, "set split no");
}

static int place_of(const char *line, int count) {
    int at = 0;
    while (at < count && strcmp(found[at].line, line) != 0) {
        at++;
    }
    return at; /* count: it is not offered */
}

static void first_letters_come_before_scattered_ones(void **state) {
    (void)state;
    static const struct {
        const char *text, *first, *then;
    } rows[] = {
        {"pal", "palette-next", "pan-left"},
        {"PAL", "palette-next", "set palette"},
        {"palette", "palette-next", "set palette"},
        {"set pal", "set palette", "set panels"},
        {"grid", "toggle-grid", "keys"},
        {"pan", "pan-left", "set panels"},
        {"toggle grid", "toggle-grid", "toggle-legend"},
        {"new", "window-new", "palette-next"},
        {"scale l", "set scale-lock", "set scale-factor"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        int count = console_find(&model, rows[i].text, found);
        int first = place_of(rows[i].first, count);
        if (first == count || first >= place_of(rows[i].then, count)) {
            fail_msg("\"%s\": %s at %d, %s at %d of %d", rows[i].text, rows[i].first, first,
                     rows[i].then, place_of(rows[i].then, count), count);
        }
    }
    (void)console_find(&model, "pal", found);
    assert_memory_equal(found[0].line, "palette", strlen("palette"));
}

static void letters_of_nothing_offer_nothing(void **state) {
    (void)state;
    assert_int_equal(console_find(&model, "zzqqxxjj", found), 0);
}

static void a_line_runs_as_it_is_written(void **state) {
    (void)state;
    assert_true(console_run(&console, "set palette deep-red", &queue));
    assert_int_equal(queue.count, 1);
    assert_int_equal(queue.items[0].action, ACTION_SET);
    assert_int_equal(queue.items[0].pane, ACTION_PANE_FOCUSED);
    assert_string_equal(queue.items[0].text, "palette deep-red");
    assert_string_equal(console.error, "");
}

static void a_wrong_line_says_what_is_wrong(void **state) {
    (void)state;
    static const struct {
        const char *line, *says;
    } rows[] = {
        {"nonsense", "no action is called so"},
        {"set", "takes NAME VALUE"},
        {"quit now", "takes nothing"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_false(console_run(&console, rows[i].line, &queue));
        if (strstr(console.error, rows[i].says) == NULL) {
            fail_msg("%s: %s, not %s", rows[i].line, console.error, rows[i].says);
        }
    }
    assert_int_equal(queue.count, 0);
    assert_int_equal(console.history_count, 0);
}

static void history_keeps_the_newest_and_no_repeats(void **state) {
    (void)state;
    char line[64];
    for (int i = 0; i < CONSOLE_HISTORY_MAX + 5; i++) {
        str_format(line, sizeof line, "set least %d", i);
        queue.count = 0;
        assert_true(console_run(&console, line, &queue));
        assert_true(console_run(&console, line, &queue));
    }
    assert_int_equal(console.history_count, CONSOLE_HISTORY_MAX);
    assert_string_equal(console.history[0], "set least 5");
    assert_string_equal(console.history[CONSOLE_HISTORY_MAX - 1], line);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_empty_line_offers_the_first_actions, begin),
        cmocka_unit_test_setup(an_action_comes_with_its_key_and_help, begin),
        cmocka_unit_test_setup(an_option_comes_with_its_value, begin),
        cmocka_unit_test_setup(options_that_cannot_change_are_not_offered, begin),
        cmocka_unit_test_setup(the_choices_of_an_option_are_offered, begin),
        cmocka_unit_test_setup(first_letters_come_before_scattered_ones, begin),
        cmocka_unit_test_setup(letters_of_nothing_offer_nothing, begin),
        cmocka_unit_test_setup(a_line_runs_as_it_is_written, begin),
        cmocka_unit_test_setup(a_wrong_line_says_what_is_wrong, begin),
        cmocka_unit_test_setup(history_keeps_the_newest_and_no_repeats, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
