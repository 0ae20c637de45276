/* The one-pass scanner: what is JSON and what is not, exact numbers, escapes, depth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "json/scan.h"

static bool accepts(const char *text) {
    struct scan scan;
    scan_init(&scan, text, strlen(text));
    return scan_skip(&scan) && scan_end(&scan);
}

static void whole_texts_are_judged(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool ok;
    } rows[] = {
        {"{}", true},
        {" [1 , 2.5e-3,\t-0 ] \r\n", true},
        {"\"\"", true},
        {"null", true},
        {"{\"a\":{\"b\":[[],{}]},\"a\":1}", true},
        {"\xef\xbb\xbf{\"a\":1}", true},
        {"\"\\ud83d\\ude00\\u20ac\\n\\/\"", true},
        {"\"0123456789 longer than a word of eight\"", true},
        {"", false},
        {"{", false},
        {"{\"a\"}", false},
        {"{\"a\":}", false},
        {"{\"a\":1,}", false},
        {"[1,]", false},
        {"[,1]", false},
        {"[1 2]", false},
        {"{\"a\":1 \"b\":2}", false},
        {"{a:1}", false},
        {"[1}", false},
        {"{\"a\":1]", false},
        {"01", false},
        {"1.", false},
        {".5", false},
        {"+1", false},
        {"1e", false},
        {"-", false},
        {"NaN", false},
        {"Infinity", false},
        {"nul", false},
        {"\"a", false},
        {"\"a\nb\"", false},
        {"\"\\x\"", false},
        {"\"\\u12g4\"", false},
        {"\"\\ud800\"", false},
        {"\"\\udc00\\ud800\"", false},
        {"\"\\", false},
        {"1 2", false},
        {"{}{}", false},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        if (accepts(rows[i].text) != rows[i].ok) {
            fail_msg("%s: want %s", rows[i].text, rows[i].ok ? "accepted" : "refused");
        }
    }
}

static void depth_is_limited(void **state) {
    (void)state;
    char text[2 * (SCAN_DEPTH_MAX + 1) + 1] = "";
    for (int depth = SCAN_DEPTH_MAX; depth <= SCAN_DEPTH_MAX + 1; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        text[2 * depth] = '\0';
        assert_int_equal(accepts(text), depth == SCAN_DEPTH_MAX);
    }
}

static void every_cut_of_a_text_is_refused(void **state) {
    (void)state;
    static const char text[] = "{\"e\":\"x\\u00e9\",\"b\":[[\"1.5\",2e3]],\"n\":null,\"t\":true}";
    for (size_t len = 0; len < sizeof text - 1; len++) {
        struct scan scan;
        char *copy = malloc(len + 1); /* exact, so that a read beyond it is seen */
        memcpy(copy, text, len);
        scan_init(&scan, copy, len);
        assert_false(scan_skip(&scan) && scan_end(&scan));
        free(copy);
    }
}

static void members_come_in_order_with_their_text(void **state) {
    (void)state;
    static const char text[] =
        "{\"id\":9223372036854775807,\"\\u0065\":\"a\\\"b\",\"x\":[1,{\"y\":2}],"
        "\"id\":-1.50E+2}";
    static const char *const keys[] = {"id", "e", "x", "id"};
    static const enum scan_type types[] = {SCAN_NUMBER, SCAN_STRING, SCAN_ARRAY, SCAN_NUMBER};
    struct scan scan;
    struct scan_value value;
    struct span key;
    int count = 0;
    int64_t id = 0;
    scan_init(&scan, text, sizeof text - 1);
    assert_int_equal(scan_read(&scan, &value), SCAN_OBJECT);
    while (scan_next_member(&scan, &key)) {
        const int depth = scan.depth;
        assert_true(span_equal_text(key, keys[count]));
        assert_int_equal(scan_read(&scan, &value), types[count]);
        if (count == 0) {
            assert_true(scan_integer(&value, &id));
            assert_int_equal(id, INT64_MAX);
        }
        if (count == 1) {
            char decoded[8];
            size_t len = 0;
            assert_true(value.escaped);
            assert_true(scan_decode(&value, decoded, sizeof decoded, &len));
            assert_int_equal(len, 3);
            assert_memory_equal(decoded, "a\"b", 3);
            assert_false(scan_decode(&value, decoded, 2, &len));
        }
        if (count == 3) {
            assert_true(span_equal_text(value.text, "-1.50E+2"));
            assert_false(scan_integer(&value, &id));
        }
        assert_true(scan_leave(&scan, depth));
        count++;
    }
    assert_int_equal(count, 4);
    assert_true(scan_end(&scan));
}

static void integers_are_exact_or_refused(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } rows[] = {
        {"0", true, 0},
        {"-5", true, -5},
        {"9007199254740993", true, 9007199254740993},
        {"9223372036854775807", true, INT64_MAX},
        {"9223372036854775808", false, 0},
        {"18446744073709551617", false, 0},
        {"1.0", false, 0},
        {"1e3", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"12a", false, 0},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct scan_value value = {.type = SCAN_STRING, .text = span_from_text(rows[i].text)};
        int64_t got = 0;
        if (scan_integer(&value, &got) != rows[i].ok || got != rows[i].value) {
            fail_msg("%s: got %lld", rows[i].text, (long long)got);
        }
    }
}

static void utf8_is_told_from_other_bytes(void **state) {
    (void)state;
    static const char *const good[] = {"", "BTC", "\xc2\x80", "\xe5\xb8\x81", "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\x80",
                                      "\xc0\xaf",
                                      "\xe0\x80\x80",
                                      "\xed\xa0\x80",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xe5\xb8",
                                      "\xc2"
                                      "A"};
    for (size_t i = 0; i < ARRAY_COUNT(good); i++) {
        assert_true(scan_is_utf8(good[i], strlen(good[i])));
    }
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        assert_false(scan_is_utf8(bad[i], strlen(bad[i])));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_texts_are_judged),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(every_cut_of_a_text_is_refused),
        cmocka_unit_test(members_come_in_order_with_their_text),
        cmocka_unit_test(integers_are_exact_or_refused),
        cmocka_unit_test(utf8_is_told_from_other_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
