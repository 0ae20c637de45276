#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/str.h"
#include "config/option_table.h"

static struct option_table table;
static char error[OPTION_ERROR_BYTES];

static bool set(enum option_id id, const char *text) {
    error[0] = '\0';
    return option_set(&table, id, text, strlen(text), error);
}

static void every_row_is_complete_and_its_default_is_valid(void **state) {
    (void)state;
    option_table_init(&table);
    for (int i = 0; i < OPT_COUNT; i++) {
        const struct option_row *row = option_row((enum option_id)i);
        char name[OPTION_NAME_BYTES];
        option_name((enum option_id)i, name);
        assert_non_null(row->help);
        assert_true(strlen(row->help) > 0);
        assert_true(row->commands != 0);
        assert_true(strlen(row->id) < OPTION_NAME_BYTES);
        assert_null(strchr(name, '_'));
        assert_int_equal(option_find(name, strlen(name)), i);
        assert_false(option_given(&table, (enum option_id)i));
        if (row->def[0] != '\0') {
            assert_true(set((enum option_id)i, row->def));
        }
        if (row->kind == OPTION_INT || row->kind == OPTION_FLOAT || row->kind == OPTION_SPAN ||
            row->kind == OPTION_SIZE) {
            assert_true(row->max > row->min);
        }
    }
}

#define PALETTES                                                                                   \
    "perceptual, blue-orange, hot-cold, dark-yellow, deep-red, red-short, red-long, viridis, "     \
    "paper, paper-red"

static const struct {
    enum option_id id;
    const char *text;
    bool ok;
    double value; /* what is expected of .integer, .number or width x 1e5 + height */
    const char *error;
} value_cases[] = {
    {OPT_window, "24h", true, 86400e3, ""},
    {OPT_window, "1.5h", true, 5400e3, ""},
    {OPT_window, "3d", true, 3 * 86400e3, ""},
    {OPT_window, "1w", true, 7 * 86400e3, ""},
    {OPT_window, "90s", true, 90e3, ""},
    {OPT_window, "1s", false, 0, "\"1s\": not between 5s and 400d"},
    {OPT_window, "h", false, 0, "\"h\": not a length of time such as 90s 30m 4h 3d 1w 1mo 1y"},
    {OPT_window, "-4h", false, 0, "\"-4h\": not a length of time such as 90s 30m 4h 3d 1w 1mo 1y"},
    {OPT_window, "1m", true, 60e3, ""},
    {OPT_window, "1mo", true, 30 * 86400e3, ""},
    {OPT_window, "1.5mo", true, 45 * 86400e3, ""},
    {OPT_window, "1y", true, 365 * 86400e3, ""},
    {OPT_window, "2y", false, 0, "\"2y\": not between 5s and 400d"},
    {OPT_window, "1o", false, 0, "\"1o\": not a length of time such as 90s 30m 4h 3d 1w 1mo 1y"},
    {OPT_window, "mo", false, 0, "\"mo\": not a length of time such as 90s 30m 4h 3d 1w 1mo 1y"},
    {OPT_window, "1mon", false, 0,
     "\"1mon\": not a length of time such as 90s 30m 4h 3d 1w 1mo 1y"},
    {OPT_window, "1M", false, 0, "\"1M\": not a length of time such as 90s 30m 4h 3d 1w 1mo 1y"},
    {OPT_window, "1e9w", false, 0,
     "\"1e9w\": not a length of time such as 90s 30m 4h 3d 1w 1mo 1y"},
    {OPT_speed, "2.5", true, 2.5, ""},
    {OPT_speed, "1e2", true, 100, ""},
    {OPT_speed, "inf", false, 0, "\"inf\": not a number from 0 to 100000 x"},
    {OPT_speed, "nan", false, 0, "\"nan\": not a number from 0 to 100000 x"},
    {OPT_speed, "-1", false, 0, "\"-1\": not a number from 0 to 100000 x"},
    {OPT_speed, "0x10", false, 0, "\"0x10\": not a number from 0 to 100000 x"},
    {OPT_speed, "1,5", false, 0, "\"1,5\": not a number from 0 to 100000 x"},
    {OPT_speed, "", false, 0, "\"\": not a number from 0 to 100000 x"},
    {OPT_fps, "60", true, 60, ""},
    {OPT_fps, "60.0", false, 0, "\"60.0\": not a whole number from 1 to 240"},
    {OPT_fps, "0", false, 0, "\"0\": not a number from 1 to 240"},
    {OPT_fps, "99999999999999999999", false, 0,
     "\"99999999999999999999\": not a whole number from 1 to 240"},
    {OPT_seed, "9007199254740991", true, 9007199254740991.0, ""},
    {OPT_size, "1920x1080", true, 1920e5 + 1080, ""},
    {OPT_size, "1920", false, 0, "\"1920\": not WIDTHxHEIGHT, each from 64 to 16384 pixels"},
    {OPT_size, "1920x", false, 0, "\"1920x\": not WIDTHxHEIGHT, each from 64 to 16384 pixels"},
    {OPT_size, "1x1", false, 0, "\"1x1\": not WIDTHxHEIGHT, each from 64 to 16384 pixels"},
    {OPT_size, "800x600x2", false, 0,
     "\"800x600x2\": not WIDTHxHEIGHT, each from 64 to 16384 pixels"},
    {OPT_palette, "viridis", true, 7, ""},
    {OPT_palette, "magna", false, 0, "\"magna\": unknown; one of " PALETTES},
    {OPT_palette, "", false, 0, "\"\": unknown; one of " PALETTES},
    {OPT_fullscreen, "yes", true, 1, ""},
    {OPT_fullscreen, "OFF", true, 0, ""},
    {OPT_fullscreen, "2", false, 0, "\"2\": neither yes nor no"},
    {OPT_at, "2026-06-17T08:30:00Z", true, 1781685000000.0, ""},
    {OPT_at, "1781685000000", true, 1781685000000.0, ""},
    {OPT_at, "yesterday", false, 0,
     "\"yesterday\": not a time; 2026-06-17T08:30:00Z (UTC) or epoch milliseconds"},
    {OPT_palette, "a\033[31mb", false, 0, "\"a?[31mb\": unknown; one of " PALETTES},
};

static void values_are_read_and_wrong_ones_answered(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(value_cases); i++) {
        option_table_init(&table);
        bool ok = set(value_cases[i].id, value_cases[i].text);
        const struct option_value *value = &table.values[value_cases[i].id];
        if (ok != value_cases[i].ok) {
            fail_msg("%s: \"%s\": got %d (%s)", option_row(value_cases[i].id)->id,
                     value_cases[i].text, ok, error);
        }
        if (!ok) {
            assert_string_equal(error, value_cases[i].error);
            assert_false(value->given);
            assert_string_equal(value->text, option_row(value_cases[i].id)->def);
            continue;
        }
        double got = 0;
        switch (option_row(value_cases[i].id)->kind) {
        case OPTION_FLOAT:
            got = value->number;
            break;
        case OPTION_SIZE:
            got = value->width * 1e5 + value->height;
            break;
        case OPTION_FLAG:
            got = value->flag;
            break;
        default:
            got = (double)value->integer;
        }
        if (got != value_cases[i].value) {
            fail_msg("\"%s\": got %.17g, want %.17g", value_cases[i].text, got,
                     value_cases[i].value);
        }
        assert_true(value->given);
    }
}

static void a_span_comes_back_from_its_text(void **state) {
    (void)state;
    static const struct {
        int64_t ms;
        const char *text;
    } rows[] = {
        {5000, "5s"},
        {90000, "90s"},
        {90501, "90.501s"},
        {60000, "1m"},
        {1800000, "30m"},
        {3600000, "1h"},
        {86400000, "24h"},
        {172800000, "48h"},
        {3 * 86400000LL, "3d"},
        {7 * 86400000LL, "1w"},
        {30 * 86400000LL, "1mo"},
        {365 * 86400000LL, "1y"},
        {400 * 86400000LL, "400d"},
        {86400001, "86400.001s"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char text[OPTION_NAME_BYTES];
        int64_t ms = 0;
        assert_string_equal(option_format_span(rows[i].ms, text), rows[i].text);
        assert_true(option_parse_span(text, strlen(text), &ms));
        assert_int_equal(ms, rows[i].ms);
    }
}

static void text_longer_than_a_value_is_refused(void **state) {
    (void)state;
    static char text[OPTION_TEXT_BYTES + 1];
    memset(text, 'a', sizeof text);
    option_table_init(&table);
    assert_true(option_set(&table, OPT_ca_file, text, OPTION_TEXT_BYTES - 1, error));
    assert_false(option_set(&table, OPT_ca_file, text, OPTION_TEXT_BYTES, error));
    assert_int_equal(strlen(option_text(&table, OPT_ca_file)), OPTION_TEXT_BYTES - 1);
    assert_false(option_set(&table, OPT_ca_file, "a\0b", 3, error));
}

static void near_names_are_found_and_far_ones_are_not(void **state) {
    (void)state;
    static const struct {
        const char *name;
        enum option_id want;
    } cases[] = {
        {"pallete", OPT_palette},      {"plaette", OPT_palette}, {"widnow", OPT_window},
        {"fullscren", OPT_fullscreen}, {"zzzzzz", OPT_COUNT},    {"", OPT_COUNT},
        {"dnace", OPT_COUNT},          {"sze", OPT_size},        {"xy", OPT_COUNT},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        enum option_id got = option_find_near(cases[i].name, strlen(cases[i].name), ~0U);
        if (got != cases[i].want) {
            fail_msg("\"%s\": got %d, want %d", cases[i].name, got, cases[i].want);
        }
    }
    assert_int_equal(option_name_distance("ab", 2, "ba", 2, 9), 1);
    assert_int_equal(option_name_distance("", 0, "abc", 3, 9), 3);
    assert_int_equal(option_name_distance("abc", 3, "abd", 3, 9), 1);
    assert_int_equal(option_name_distance("abcdef", 6, "xyz", 3, 3), 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_complete_and_its_default_is_valid),
        cmocka_unit_test(values_are_read_and_wrong_ones_answered),
        cmocka_unit_test(a_span_comes_back_from_its_text),
        cmocka_unit_test(text_longer_than_a_value_is_refused),
        cmocka_unit_test(near_names_are_found_and_far_ones_are_not),
    };
    return cmocka_run_group_tests_name("option_table", tests, NULL, NULL);
}
