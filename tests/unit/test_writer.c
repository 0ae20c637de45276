#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/random.h"
#include "base/str.h"
#include "json/tree.h"
#include "json/writer.h"

static char out[512];

static void members_and_elements_are_parted_by_commas(void **state) {
    (void)state;
    struct writer writer;
    writer_begin(&writer, out, sizeof out);
    writer_open_object(&writer, NULL);
    writer_text(&writer, "a", "x");
    writer_open_array(&writer, "list");
    writer_close_array(&writer);
    writer_open_array(&writer, "rows");
    writer_integer(&writer, NULL, -9223372036854775807LL);
    writer_open_object(&writer, NULL);
    writer_close_object(&writer);
    writer_flag(&writer, NULL, true);
    writer_close_array(&writer);
    writer_null(&writer, "none");
    writer_json(&writer, "whole", "{\"b\":1}");
    writer_close_object(&writer);
    assert_false(writer.cut);
    assert_string_equal(out, "{\"a\":\"x\",\"list\":[],\"rows\":[-9223372036854775807,{},true],"
                             "\"none\":null,\"whole\":{\"b\":1}}");
    assert_int_equal(writer.len, strlen(out));
}

static void numbers_come_back_exactly_and_others_are_null(void **state) {
    (void)state;
    static const struct {
        double number;
        const char *text;
    } rows[] = {{0.1, "0.1"},          {61800, "61800"}, {1.0 / 3, "0.33333333333333331"},
                {-2.5e-9, "-2.5e-09"}, {NAN, "null"},    {INFINITY, "null"}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct writer writer;
        writer_begin(&writer, out, sizeof out);
        writer_number(&writer, NULL, rows[i].number);
        assert_string_equal(out, rows[i].text);
    }
}

static void strangers_texts_are_made_harmless(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"say \"no\" \\ ", "\"say \\\"no\\\" \\\\ \""},
        {"a\nb\x01\x7f", "\"a\\u000ab\\u0001\\u007f\""},
        {"\xe2\x82\xac 5 \xf0\x9f\x94\xa5", "\"\xe2\x82\xac 5 \xf0\x9f\x94\xa5\""},
        {"\xff", "\"\\ufffd\""},
        {"a\xc3", "\"a\\ufffd\""},                     /* cut off */
        {"\xc0\xaf", "\"\\ufffd\\ufffd\""},            /* overlong */
        {"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""}, /* a surrogate */
        {"\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct writer writer;
        writer_begin(&writer, out, sizeof out);
        writer_text(&writer, NULL, rows[i].text);
        assert_string_equal(out, rows[i].want);
    }
}

static void any_bytes_give_a_text_that_the_parser_takes(void **state) {
    (void)state;
    struct random random;
    random_init(&random, 3);
    for (int round = 0; round < 3000; round++) {
        char text[24] = "";
        for (size_t i = 0; i + 1 < sizeof text; i++) {
            text[i] = (char)(random_u64(&random) % 4 == 0 ? random_u64(&random) % 256 : 'a');
        }
        struct writer writer;
        enum status why = STATUS_OK;
        writer_begin(&writer, out, sizeof out);
        writer_open_object(&writer, NULL);
        writer_text(&writer, text, text);
        writer_close_object(&writer);
        struct tree *tree = tree_parse(out, writer.len, &why);
        if (tree == NULL) {
            fail_msg("round %d: refused: %s", round, out);
        }
        tree_destroy(tree);
    }
}

static void what_does_not_fit_is_told_and_stays_inside(void **state) {
    (void)state;
    for (size_t capacity = 1; capacity < 24; capacity++) {
        char small[32];
        struct writer writer;
        memset(small, 'z', sizeof small);
        writer_begin(&writer, small, capacity);
        writer_open_object(&writer, NULL);
        writer_text(&writer, "key", "value");
        writer_close_object(&writer);
        assert_int_equal(writer.cut, capacity < sizeof "{\"key\":\"value\"}");
        assert_int_equal(small[writer.len], '\0');
        assert_true(writer.len < capacity);
        assert_int_equal(small[capacity], 'z');
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_and_elements_are_parted_by_commas),
        cmocka_unit_test(numbers_come_back_exactly_and_others_are_null),
        cmocka_unit_test(strangers_texts_are_made_harmless),
        cmocka_unit_test(any_bytes_give_a_text_that_the_parser_takes),
        cmocka_unit_test(what_does_not_fit_is_told_and_stays_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
