#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/status.h"
#include "base/str.h"

static void copies_are_terminated_and_cuts_are_said(void **state) {
    (void)state;
    char out[5] = "zzzz";
    assert_true(str_copy(out, sizeof out, "abcd"));
    assert_string_equal(out, "abcd");
    assert_false(str_copy(out, sizeof out, "vwxyz"));
    assert_string_equal(out, "vwxy");
    assert_false(str_copy(out, 1, "a"));
    assert_string_equal(out, "");
    assert_false(str_copy(out, 0, "a"));
    assert_true(str_copy_span(out, sizeof out, (struct span){"abcdef", 3}));
    assert_string_equal(out, "abc");
    assert_true(str_copy_span(out, sizeof out, (struct span){NULL, 0}));
    assert_string_equal(out, "");
}

static void formats_are_cut_at_the_edge_and_append_goes_on(void **state) {
    (void)state;
    char out[8] = "";
    assert_true(str_format(out, sizeof out, "%d-%s", 12, "ab"));
    assert_true(str_append(out, sizeof out, "%s", "cd"));
    assert_string_equal(out, "12-abcd");
    assert_false(str_append(out, sizeof out, "%s", "e"));
    assert_string_equal(out, "12-abcd");
    assert_false(str_format(out, sizeof out, "%s", "12345678"));
    assert_string_equal(out, "1234567");
    assert_false(str_format(out, 0, "x"));
    memset(out, 'x', sizeof out); /* no terminator: append must not look beyond */
    assert_false(str_append(out, sizeof out, "y"));
}

static void spans_compare_by_length_and_bytes(void **state) {
    (void)state;
    assert_true(span_equal_text(span_from_text("mark"), "mark"));
    assert_false(span_equal_text(span_from_text("mark"), "markP"));
    assert_false(span_equal_text(span_from_text("markP"), "mark"));
    assert_false(span_equal_text((struct span){"ma\0k", 4}, "ma"));
    assert_true(span_equal_text((struct span){NULL, 0}, ""));
}

static void case_is_ascii_only(void **state) {
    (void)state;
    char text[] = "BTC-Usdt\xc3\x84";
    str_lower(text);
    assert_string_equal(text, "btc-usdt\xc3\x84");
    assert_true(str_equal_nocase("BtC", "bTc"));
    assert_false(str_equal_nocase("BTC", "BTCU"));
    assert_false(str_equal_nocase("BTCU", "BTC"));
    assert_false(str_equal_nocase("[", "{"));
    assert_true(str_equal_nocase("", ""));
}

static void suffixes_are_found_at_the_end_only(void **state) {
    (void)state;
    assert_true(str_ends_with("a.jsonl.gz", ".gz"));
    assert_true(str_ends_with(".gz", ".gz"));
    assert_true(str_ends_with("a", ""));
    assert_false(str_ends_with("gz", ".gz"));
    assert_false(str_ends_with("a.gz.zst", ".gz"));
}

static void every_status_has_a_text_and_others_say_so(void **state) {
    (void)state;
    for (int i = 0; i < STATUS_COUNT; i++) {
        assert_true(strlen(status_text((enum status)i)) > 1);
    }
    assert_string_equal(status_text(STATUS_GAP), "sequence gap");
    assert_string_equal(status_text(STATUS_COUNT), "invalid status");
    assert_string_equal(status_text((enum status) - 1), "invalid status");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_are_terminated_and_cuts_are_said),
        cmocka_unit_test(formats_are_cut_at_the_edge_and_append_goes_on),
        cmocka_unit_test(spans_compare_by_length_and_bytes),
        cmocka_unit_test(case_is_ascii_only),
        cmocka_unit_test(suffixes_are_found_at_the_end_only),
        cmocka_unit_test(every_status_has_a_text_and_others_say_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
