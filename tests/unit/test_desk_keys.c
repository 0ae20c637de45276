#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "app/desk_keys.h"
#include "base/str.h"

static struct keymap keymap;

/* Through the file's own parser, as a user writes them. */
static bool take(void *user, const struct config_entry *entry, char error[OPTION_ERROR_BYTES]) {
    (void)user;
    return strcmp(entry->section, "keys") != 0 || desk_keys_bind(&keymap, entry, error);
}

static char told[16][512];
static int told_count;

static void tell(void *user, const char *line) {
    (void)user;
    if (told_count < (int)ARRAY_COUNT(told)) {
        str_copy(told[told_count], sizeof told[0], line);
    }
    told_count++;
}

static int read_keys(const char *text) {
    static struct option_table table;
    const struct config_report report = {.on_error = tell, .on_entry = take};
    told_count = 0;
    keymap_init(&keymap);
    option_table_init(&table);
    return config_file_parse("k.conf", text, strlen(text), &table, &report);
}

static const struct action_call *run_by(int32_t code, unsigned mods) {
    return keymap_find(&keymap, code, mods);
}

static void keys_run_commands_with_what_they_take(void **state) {
    (void)state;
    assert_int_equal(read_keys("[keys]\n"
                               "Shift+s = set side short\n"
                               "d =\n"
                               "Ctrl+Alt+k = show-price 61800\n"
                               "Equals = zoom-out\n"
                               "LeftBracket = span-longer\n"
                               "hash = quit\n"),
                     0);
    assert_int_equal(run_by('s', KEYMAP_SHIFT)->action, ACTION_SET);
    assert_string_equal(run_by('s', KEYMAP_SHIFT)->text, "side short");
    assert_null(run_by('d', 0));
    assert_int_equal(run_by('k', KEYMAP_CTRL | KEYMAP_ALT)->action, ACTION_SHOW_PRICE);
    assert_int_equal(run_by('=', 0)->action, ACTION_ZOOM_OUT);
    assert_int_equal(run_by('[', 0)->action, ACTION_SPAN_LONGER);
    assert_int_equal(run_by('#', 0)->action, ACTION_QUIT);
    assert_int_equal(run_by('q', 0)->action, ACTION_QUIT); /* the rest is as it was */
}

static void mistakes_name_file_line_and_what_was_expected(void **state) {
    (void)state;
    static const struct {
        const char *line, *want;
    } rows[] = {
        {"Shfit+s = quit", "k.conf:2: [keys].Shfit+s: not a key; expected one such as s, "},
        {"s = qiut", "k.conf:2: [keys].s: \"qiut\": unknown action; did you mean quit?"},
        {"s = xyzzy", "\"xyzzy\": unknown action; liqscope help view lists them"},
        {"s = set", "\"set\": not whole; expected set NAME VALUE"},
        {"s = quit now", "\"quit now\": takes nothing; expected quit"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char text[256];
        str_format(text, sizeof text, "[keys]\n%s\n", rows[i].line);
        assert_int_equal(read_keys(text), 1);
        assert_int_equal(told_count, 1);
        if (strstr(told[0], rows[i].want) == NULL) {
            fail_msg("%s: got \"%s\", want \"%s\"", rows[i].line, told[0], rows[i].want);
        }
    }
    char text[1024];
    str_format(text, sizeof text, "[keys]\ns = line-add 1 %0600d\n", 1);
    assert_int_equal(read_keys(text), 1);
    assert_non_null(strstr(told[0], "too long a command"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_run_commands_with_what_they_take),
        cmocka_unit_test(mistakes_name_file_line_and_what_was_expected),
    };
    return cmocka_run_group_tests_name("desk_keys", tests, NULL, NULL);
}
