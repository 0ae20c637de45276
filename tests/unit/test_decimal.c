#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "base/random.h"
#include "base/str.h"
#include "market/decimal.h"

static const struct {
    const char *text;
    bool ok;
    int64_t mantissa;
    int exponent;
    const char *plain; /* as it is written again */
} texts[] = {
    {"61800.20", true, 618002, -1, "61800.2"},
    {"0.0024", true, 24, -4, "0.0024"},
    {"100", true, 100, 0, "100"},
    {"100.000", true, 100, 0, "100"},
    {"1000.05", true, 100005, -2, "1000.05"},
    {"-6.2e-11", true, -62, -12, "-0.000000000062"},
    {"1E3", true, 1, 3, "1000"},
    {"1.5e+2", true, 15, 1, "150"},
    {"12300e-2", true, 123, 0, "123"},
    {"12300e-3", true, 123, -1, "12.3"},
    {"0", true, 0, 0, "0"},
    {"-0.0", true, 0, 0, "0"},
    {"0.000e9", true, 0, 0, "0"},
    {"999999999999999999", true, INT64_C(999999999999999999), 0, "999999999999999999"},
    {"-999999999999999999", true, INT64_C(-999999999999999999), 0, "-999999999999999999"},
    {"0.123456789012345678", true, INT64_C(123456789012345678), -18, "0.123456789012345678"},
    {"100000000000000000", true, INT64_C(100000000000000000), 0, "100000000000000000"},
    {"1.0000000000000000000000000000", true, 1, 0, "1"},
    {"0.00000000000000000000000000001", true, 1, -29, "0.00000000000000000000000000001"},
    {"1e60", true, 1, 60, "1000000000000000000000000000000000000000000000000000000000000"},
    {"1e-60", true, 1, -60, "0.000000000000000000000000000000000000000000000000000000000001"},
    {"", .ok = false},
    {"-", .ok = false},
    {"+1", .ok = false},
    {".5", .ok = false},
    {"-.5", .ok = false},
    {"1.", .ok = false},
    {"1.e5", .ok = false},
    {"1,5", .ok = false},
    {"01", .ok = false},
    {"-01.5", .ok = false},
    {"00", .ok = false},
    {"1e", .ok = false},
    {"1e+", .ok = false},
    {"1e1.5", .ok = false},
    {"1e999", .ok = false},
    {"1e-999", .ok = false},
    {"1e61", .ok = false},
    {"1e99999999999999999999", .ok = false},
    {"1000000000000000000", true, 1, 18, "1000000000000000000"},
    {"1000000000000000001", .ok = false},
    {"35e19", true, 35, 19, "350000000000000000000"},
    {"350000000000000000000", true, 35, 19, "350000000000000000000"},
    {"-123456789012345678000", true, -123456789012345678, 3, "-123456789012345678000"},
    {"1234567890.1234567891", .ok = false},
    {"1234567890123456789012345678901234567890", .ok = false},
    {"0.1234567890123456789012345678901234567890", .ok = false},
    {"NaN", .ok = false},
    {"Infinity", .ok = false},
    {"-inf", .ok = false},
    {"0x10", .ok = false},
    {"1_000", .ok = false},
    {" 1", .ok = false},
    {"1 ", .ok = false},
    {"--1", .ok = false},
    {"1-1", .ok = false},
    {"1.2.3", .ok = false},
    {"\xd9\xa1", .ok = false}, /* a digit, but not of ours */
    {"1\n", .ok = false},
};

static void hostile_and_decent_texts_are_told_apart(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct decimal value = {.mantissa = 77, .exponent = 7};
        const bool ok = decimal_parse(texts[i].text, strlen(texts[i].text), &value);
        if (ok != texts[i].ok) {
            fail_msg("\"%s\": read %d, want %d", texts[i].text, ok, texts[i].ok);
        }
        if (!ok) {
            continue;
        }
        char plain[DECIMAL_TEXT_BYTES] = "";
        const size_t len = decimal_format(value, plain);
        if (value.mantissa != texts[i].mantissa || value.exponent != texts[i].exponent ||
            strcmp(plain, texts[i].plain) != 0 || len != strlen(plain)) {
            fail_msg("\"%s\": got %lld e%d \"%s\"", texts[i].text, (long long)value.mantissa,
                     value.exponent, plain);
        }
    }
}

static void parser_stops_at_the_length_and_survives_nul(void **state) {
    (void)state;
    struct decimal value = {0};
    assert_true(decimal_parse("12345", 3, &value));
    assert_int_equal(value.mantissa, 123);
    assert_false(decimal_parse("1\0", 2, &value));
    assert_false(decimal_parse("5", 0, &value));
    static char long_text[5000];
    memset(long_text, '0', sizeof long_text);
    long_text[1] = '.';
    assert_false(decimal_parse(long_text, sizeof long_text, &value));
    memset(long_text, '9', sizeof long_text);
    assert_false(decimal_parse(long_text, sizeof long_text, &value));
}

static struct decimal random_decimal(struct random *random) {
    const int digits = 1 + (int)(random_u64(random) % 18);
    int64_t mantissa = 0;
    for (int i = 0; i < digits; i++) {
        mantissa = mantissa * 10 + (int64_t)(random_u64(random) % 10);
    }
    return decimal_from_i64(random_u64(random) % 2 != 0 ? -mantissa : mantissa,
                            (int)(random_u64(random) % 121) - 60);
}

static void what_is_written_reads_back_equal(void **state) {
    (void)state;
    struct random random;
    random_init(&random, 11);
    for (int i = 0; i < 50000; i++) {
        const struct decimal value = random_decimal(&random);
        char text[DECIMAL_TEXT_BYTES] = "";
        struct decimal back = {0};
        const size_t len = decimal_format(value, text);
        assert_int_equal(len, strlen(text));
        if (len - (text[0] == '-') > 18 && strchr(text, '.') == NULL) {
            continue; /* a long integer: more digits than the parser takes, by its limit */
        }
        if (!decimal_parse(text, len, &back) || decimal_compare(value, back) != 0) {
            fail_msg("%lld e%d wrote \"%s\", seed 11, turn %d", (long long)value.mantissa,
                     value.exponent, text, i);
        }
        /* Reading is canonical: the same text comes out again, and the same bits. */
        char again[DECIMAL_TEXT_BYTES] = "";
        decimal_format(back, again);
        assert_string_equal(text, again);
    }
}

static void doubles_are_the_c_librarys_where_exact_is_promised(void **state) {
    (void)state;
    struct random random;
    random_init(&random, 12);
    for (int i = 0; i < 50000; i++) {
        struct decimal value = random_decimal(&random);
        value.mantissa %= INT64_C(1) << 53;
        value.exponent = (int8_t)(value.exponent % 23);
        char text[64] = "";
        str_format(text, sizeof text, "%llde%d", (long long)value.mantissa, value.exponent);
        assert_true(decimal_to_double(value) == strtod(text, NULL));
    }
    /* Beyond that, within a few units of the last place. */
    for (int i = 0; i < 50000; i++) {
        const struct decimal value = random_decimal(&random);
        char text[64] = "";
        str_format(text, sizeof text, "%llde%d", (long long)value.mantissa, value.exponent);
        const double want = strtod(text, NULL);
        assert_true(fabs(decimal_to_double(value) - want) <= 1e-15 * fabs(want));
    }
}

static void compare_orders_like_numbers(void **state) {
    (void)state;
    static const char *const ascending[] = {"-1e60",
                                            "-999999999999999999",
                                            "-10.1",
                                            "-10",
                                            "-1e-60",
                                            "0",
                                            "1e-60",
                                            "0.09",
                                            "0.1",
                                            "9.9",
                                            "9.99999999999999999",
                                            "10",
                                            "10.01",
                                            "999999999999999999",
                                            "1e18",
                                            "1e60"};
    for (size_t i = 0; i < ARRAY_COUNT(ascending); i++) {
        for (size_t k = 0; k < ARRAY_COUNT(ascending); k++) {
            struct decimal a = {0};
            struct decimal b = {0};
            assert_true(decimal_parse(ascending[i], strlen(ascending[i]), &a));
            assert_true(decimal_parse(ascending[k], strlen(ascending[k]), &b));
            const int got = decimal_compare(a, b);
            assert_int_equal((got > 0) - (got < 0), (i > k) - (i < k));
        }
    }
    assert_int_equal(decimal_compare(decimal_from_i64(1000, -3), decimal_from_i64(1, 0)), 0);
    assert_int_equal(decimal_compare(decimal_from_i64(0, 5), decimal_from_i64(0, -5)), 0);
}

static const struct {
    const char *a, *b, *product; /* NULL: too long */
} products[] = {
    {"61800.2", "0.01", "618.002"},
    {"0.1", "0.1", "0.01"},
    {"-3", "7", "-21"},
    {"-3", "-7", "21"},
    {"0", "1e60", "0"},
    {"1e40", "1e20", "1000000000000000000000000000000000000000000000000000000000000"},
    {"1e40", "1e21", NULL},
    {"1e-40", "1e-21", NULL},
    {"999999999999999999", "1", "999999999999999999"},
    {"999999999999999999", "999999999999999999", NULL},
    {"500000000000000000", "2", "1000000000000000000"},
    {"152587890625", "65536", "10000000000000000"}, /* 5^16 x 2^16 */
    {"15258789062500000", "655360000", "10000000000000000000000000"},
    {"333333333333333333", "3.3", NULL},
};

static void products_are_exact_or_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(products); i++) {
        struct decimal a = {0};
        struct decimal b = {0};
        struct decimal got = {0};
        char text[DECIMAL_TEXT_BYTES] = "";
        assert_true(decimal_parse(products[i].a, strlen(products[i].a), &a));
        assert_true(decimal_parse(products[i].b, strlen(products[i].b), &b));
        const bool ok = decimal_multiply(a, b, &got);
        decimal_format(got, text);
        if (ok != (products[i].product != NULL) || (ok && strcmp(text, products[i].product) != 0)) {
            fail_msg("%s x %s: %d \"%s\"", products[i].a, products[i].b, ok, text);
        }
    }
}

static const struct {
    const char *value, *tick;
    bool ok;
    int64_t ticks;
} tick_rows[] = {
    {"61800.2", "0.1", true, 618002},
    {"61800", "0.10", true, 618000},
    {"-0.5", "0.25", true, -2},
    {"0", "0.1", true, 0},
    {"1e18", "1e10", true, 100000000},
    {"1e60", "1e50", true, INT64_C(10000000000)},
    {"1e60", "2e50", true, INT64_C(5000000000)},
    {"9e18", "1", true, INT64_C(9000000000000000000)},
    {"1e19", "1", .ok = false},
    {"61800.25", "0.1", .ok = false},
    {"61800.2", "0.5", .ok = false},
    {"1", "3", .ok = false},
    {"1e-60", "1e60", .ok = false},
    {"1", "0", .ok = false},
    {"1", "-0.1", .ok = false},
};

static void ticks_are_whole_or_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(tick_rows); i++) {
        struct decimal value = {0};
        struct decimal tick = {0};
        int64_t ticks = 0;
        assert_true(decimal_parse(tick_rows[i].value, strlen(tick_rows[i].value), &value));
        assert_true(decimal_parse(tick_rows[i].tick, strlen(tick_rows[i].tick), &tick));
        const bool ok = decimal_to_ticks(value, tick, &ticks);
        if (ok != tick_rows[i].ok || (ok && ticks != tick_rows[i].ticks)) {
            fail_msg("%s / %s: %d, %lld", tick_rows[i].value, tick_rows[i].tick, ok,
                     (long long)ticks);
        }
    }
}

static void doubles_become_the_nearest_decimal(void **state) {
    (void)state;
    static const struct {
        double value;
        int places;
        const char *text; /* NULL: refused */
    } rows[] = {
        {61800.2, 2, "61800.2"}, {0.145, 2, "0.14"}, /* the double is a little below 0.145 */
        {0.165, 2, "0.17"},      {-0.004, 2, "0"},
        {1e-20, 15, "0"},        {123456.7890625, 7, "123456.7890625"},
        {0.1, 15, "0.1"},        {2.5, 0, "2"},
        {3.5, 0, "4"},           {-1e17, 0, "-100000000000000000"},
        {1e18, 0, NULL},         {1e10, 15, NULL},
        {(double)NAN, 2, NULL},  {(double)INFINITY, 2, NULL},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct decimal got = {0};
        char text[DECIMAL_TEXT_BYTES] = "";
        const bool ok = decimal_from_double(rows[i].value, rows[i].places, &got);
        decimal_format(got, text);
        if (ok != (rows[i].text != NULL) || (ok && strcmp(text, rows[i].text) != 0)) {
            fail_msg("%.17g to %d places: %d \"%s\"", rows[i].value, rows[i].places, ok, text);
        }
    }
    struct random random;
    random_init(&random, 13);
    for (int i = 0; i < 50000; i++) {
        struct decimal want = {0};
        struct decimal got = {0};
        char text[64] = "";
        const double value = (random_uniform(&random) - 0.5) * 2e6;
        str_format(text, sizeof text, "%.6f", value); /* the C library rounds exactly */
        assert_true(decimal_from_double(value, 6, &got));
        if (strcmp(text, "-0.000000") != 0) {
            assert_true(decimal_parse(text, strlen(text), &want));
        }
        assert_int_equal(decimal_compare(want, got), 0);
    }
}

static void scaling_up_is_exact_or_refused(void **state) {
    (void)state;
    static const struct {
        int64_t mantissa;
        int places;
        bool ok;
        int64_t want;
    } rows[] = {
        {618002, 2, true, 61800200},
        {-5, 3, true, -5000},
        {0, 1000, true, 0},
        {1, 17, true, INT64_C(100000000000000000)},
        {1, 18, false, 0},
        {1, 19, false, 0},
        {DECIMAL_MANTISSA_MAX, 0, true, DECIMAL_MANTISSA_MAX},
        {DECIMAL_MANTISSA_MAX, 1, false, 0},
        {-DECIMAL_MANTISSA_MAX, 1, false, 0},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        int64_t got = -1;
        assert_int_equal(decimal_scale_up(rows[i].mantissa, rows[i].places, &got), rows[i].ok);
        assert_int_equal(got, rows[i].ok ? rows[i].want : -1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_and_decent_texts_are_told_apart),
        cmocka_unit_test(parser_stops_at_the_length_and_survives_nul),
        cmocka_unit_test(what_is_written_reads_back_equal),
        cmocka_unit_test(doubles_are_the_c_librarys_where_exact_is_promised),
        cmocka_unit_test(compare_orders_like_numbers),
        cmocka_unit_test(products_are_exact_or_refused),
        cmocka_unit_test(ticks_are_whole_or_refused),
        cmocka_unit_test(scaling_up_is_exact_or_refused),
        cmocka_unit_test(doubles_become_the_nearest_decimal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
