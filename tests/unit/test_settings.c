#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/str.h"
#include "view/settings.h"

static void lists_of_parts_add_and_take_away(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint32_t from, to;
    } rows[] = {
        {"", SETTINGS_BIT(FIELD), SETTINGS_BIT(FIELD)},
        {"+book -field", SETTINGS_BIT(FIELD), SETTINGS_BIT(BOOK)},
        {"none,price, rsi", SETTINGS_BIT(BOOK), SETTINGS_BIT(PRICE) | SETTINGS_BIT(RSI)},
        {"all -open-interest", 0,
         ((UINT32_C(1) << SETTINGS_PART_COUNT) - 1) & ~SETTINGS_BIT(OPEN_INTEREST)},
        {"  ma  ,, -ma ", 0, 0},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        uint32_t parts = rows[i].from;
        const char *wrong = NULL;
        assert_int_equal(settings_parse_parts(rows[i].text, &parts, &wrong), STATUS_OK);
        assert_int_equal(parts, rows[i].to);
    }
    for (int i = 0; i < SETTINGS_PART_COUNT; i++) {
        uint32_t parts = 0;
        const char *wrong = NULL;
        const char *key = settings_part_key((enum settings_part)i);
        assert_int_equal(settings_parse_parts(key, &parts, &wrong), STATUS_OK);
        assert_int_equal(parts, UINT32_C(1) << i);
        assert_true(settings_part_help((enum settings_part)i)[0] != '\0');
    }
}

static void unknown_words_change_nothing_and_are_pointed_at(void **state) {
    (void)state;
    static const char *const texts[] = {"book prize", "-", "+", "boo", "bookx", "-none", "Field"};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        uint32_t parts = SETTINGS_BIT(GRID);
        const char *wrong = NULL;
        assert_int_equal(settings_parse_parts(texts[i], &parts, &wrong), STATUS_NOT_FOUND);
        assert_int_equal(parts, SETTINGS_BIT(GRID));
        assert_ptr_equal(wrong, i == 0 ? texts[0] + 5 : texts[i]);
    }
}

static void bands_are_those_that_are_named(void **state) {
    (void)state;
    uint32_t hidden = 9;
    const char *wrong = NULL;
    assert_int_equal(settings_parse_bands("all", &hidden, &wrong), STATUS_OK);
    assert_int_equal(hidden, 0);
    assert_int_equal(settings_parse_bands("25-50 100+", &hidden, &wrong), STATUS_OK);
    assert_int_equal(hidden, 63 & ~(8 | 32));
    assert_int_equal(settings_parse_bands("<5", &hidden, &wrong), STATUS_OK);
    assert_int_equal(hidden, 62);
    assert_int_equal(settings_parse_bands("5-10 20x", &hidden, &wrong), STATUS_NOT_FOUND);
    assert_string_equal(wrong, "20x");
    assert_int_equal(hidden, 62);
}

static void lists_are_written_as_short_as_they_can_be(void **state) {
    (void)state;
    char text[SETTINGS_TEXT_BYTES];
    uint32_t usual = settings_default().parts;
    assert_string_equal(settings_format_parts(usual, text), "");
    assert_string_equal(
        settings_format_parts(usual ^ SETTINGS_BIT(BOOK) ^ SETTINGS_BIT(STATUS), text),
        "+book -status");
    assert_string_equal(settings_format_bands(0, text), "all");
    assert_string_equal(settings_format_bands(63 & ~(1 | 32), text), "<5 100+");
    assert_string_equal(settings_format_bands(63, text), "");
    const char *wrong = NULL;
    uint32_t parts = usual;
    uint32_t others = ~usual & ((UINT32_C(1) << SETTINGS_PART_COUNT) - 1);
    settings_format_parts(others, text); /* the longest text there is */
    assert_int_equal(settings_parse_parts(text, &parts, &wrong), STATUS_OK);
    assert_int_equal(parts, others);
}

static void sides_are_found_by_key(void **state) {
    (void)state;
    for (int i = 0; i < SETTINGS_SIDE_COUNT; i++) {
        enum settings_side side = SETTINGS_SIDE_COUNT;
        const char *key = settings_side_key((enum settings_side)i);
        assert_int_equal(settings_side_from_key(key, &side), STATUS_OK);
        assert_int_equal(side, i);
    }
    enum settings_side side = SETTINGS_SIDE_NET;
    assert_int_equal(settings_side_from_key("longs", &side), STATUS_NOT_FOUND);
    assert_int_equal(side, SETTINGS_SIDE_NET);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_of_parts_add_and_take_away),
        cmocka_unit_test(unknown_words_change_nothing_and_are_pointed_at),
        cmocka_unit_test(bands_are_those_that_are_named),
        cmocka_unit_test(lists_are_written_as_short_as_they_can_be),
        cmocka_unit_test(sides_are_found_by_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
