/* Options by name while the program runs: what is set is what is got, of the pane that it was set
 * in. No window is opened: options of windows are tested by tests/desk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/desk_properties.h"
#include "app/picture_options.h"
#include "json/tree.h"

/* Of main.c, which is in no library. */
int app_fail(enum exit_status status, const char *command, const char *format, ...) {
    (void)command;
    fail_msg("%s", format);
    return status;
}

static struct desk desk; /* large */
static char error[OPTION_ERROR_BYTES];

static int set_up(void **state) {
    (void)state;
    memset(&desk, 0, sizeof desk);
    option_table_init(&desk.options);
    desk.pipeline = &desk.source;
    desk.window_count = 1;
    desk.windows[0] = calloc(1, sizeof *desk.windows[0]);
    assert_non_null(desk.windows[0]);
    for (int i = 0; i < 2; i++) {
        struct pane *pane = calloc(1, sizeof *pane);
        assert_non_null(pane);
        navigator_init(&pane->nav, &(struct navigator_desc){.span_ms = 3600000,
                                                            .settings = settings_default()});
        pane->target = (struct target){.width_px = 1280, .height_px = 720};
        assert_true(desk_window_add(desk.windows[0], pane));
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        free(desk.windows[0]->panes[i]);
    }
    free(desk.windows[0]);
    return 0;
}

/* As the control socket gives it. */
static const char *get(const char *name, int pane, char *out, size_t size) {
    struct writer writer;
    writer_begin(&writer, out, size);
    if (!desk_property_get(&desk, name, pane, &writer, NULL, error)) {
        fail_msg("%s: %s", name, error);
    }
    assert_false(writer.cut);
    return out;
}

static void set(const char *name, int pane, const char *value) {
    if (!desk_property_set(&desk, name, pane, value, error)) {
        fail_msg("%s = %s: %s", name, value, error);
    }
}

static void what_is_set_in_a_pane_is_got_from_it_alone(void **state) {
    (void)state;
    static const struct {
        const char *name, *value, *json;
    } cases[] = {
        {"window", "4h", "\"4h\""},
        {"palette", "viridis", "\"viridis\""},
        {"side", "net", "\"net\""},
        {"split", "yes", "true"},
        {"least", "2500", "2500"},
        {"curve", "linear", "\"linear\""},
        {"certainty", "hatch", "\"hatch\""},
        {"opened-within-window", "yes", "true"},
        {"show", "+rsi -legend", "\"-legend +rsi\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char before[OPTION_TEXT_BYTES];
        char now[OPTION_TEXT_BYTES];
        get(cases[i].name, 0, before, sizeof before);
        set(cases[i].name, 1, cases[i].value);
        assert_string_equal(get(cases[i].name, 1, now, sizeof now), cases[i].json);
        assert_string_equal(get(cases[i].name, 0, now, sizeof now), before);
        assert_string_not_equal(before, cases[i].json);
    }
}

/* The text that a value is told by is taken as that value. */
static void every_option_of_a_picture_takes_back_what_it_told(void **state) {
    (void)state;
    int count = 0;
    for (int i = 0; i < OPT_COUNT; i++) {
        char name[OPTION_NAME_BYTES];
        char told[OPTION_TEXT_BYTES];
        char again[OPTION_TEXT_BYTES];
        if (!picture_options_has((enum option_id)i)) {
            continue;
        }
        option_name((enum option_id)i, name);
        get(name, 0, told, sizeof told);
        enum status status = STATUS_OK;
        struct tree *tree = tree_parse(told, strlen(told), &status);
        const char *text = tree_text(tree);
        set(name, 0,
            text != NULL                 ? text
            : strcmp(told, "true") == 0  ? "yes"
            : strcmp(told, "false") == 0 ? "no"
                                         : told);
        assert_string_equal(get(name, 0, again, sizeof again), told);
        tree_destroy(tree);
        count++;
    }
    assert_true(count >= 15);
}

static void options_of_the_program_are_set_too(void **state) {
    (void)state;
    char text[OPTION_TEXT_BYTES];
    set("quiet-hours", ACTION_PANE_FOCUSED, "22:00-07:00");
    assert_string_equal(get("quiet-hours", 0, text, sizeof text), "\"22:00-07:00\"");
    set("link", ACTION_PANE_FOCUSED, "time");
    assert_string_equal(get("link", 0, text, sizeof text), "\"time\"");
}

static void what_is_refused_changes_nothing_and_says_why(void **state) {
    (void)state;
    static const struct {
        const char *name, *value, *error;
    } cases[] = {
        {"palete", "viridis", "\"palete\": unknown property; did you mean palette?"},
        {"zzzz", "1", "\"zzzz\": unknown property"},
        {"palette", "magna", NULL},
        {"quiet-hours", "late", NULL},
        {"seed", "7", "seed: needs a restart to change"},
        {"counters", "0", "counters: can only be read"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        error[0] = '\0';
        assert_false(desk_property_set(&desk, cases[i].name, 0, cases[i].value, error));
        assert_true(error[0] != '\0');
        if (cases[i].error != NULL) {
            assert_string_equal(error, cases[i].error);
        }
    }
    assert_false(desk_property_set(&desk, "palette", 7, "viridis", error));
    char text[OPTION_TEXT_BYTES];
    assert_string_equal(get("quiet-hours", 0, text, sizeof text), "\"\"");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_set_in_a_pane_is_got_from_it_alone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(every_option_of_a_picture_takes_back_what_it_told, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(options_of_the_program_are_set_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_refused_changes_nothing_and_says_why, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests_name("desk_properties", tests, NULL, NULL);
}
