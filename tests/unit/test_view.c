#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/str.h"
#include "support/near.h"
#include "view/ticks.h"

static void usd_has_three_figures_and_a_suffix(void **state) {
    (void)state;
    static const struct {
        double usd;
        const char *want;
    } rows[] = {{0, "$0"},
                {12.3456e6, "$12.3M"},
                {999.6e3, "$1.00M"},
                {1e9, "$1.00B"},
                {99.96e6, "$100M"},
                {1234, "$1.23k"},
                {-5.5e6, "-$5.50M"},
                {0.25, "$0.25"},
                {7.4e12, "$7.40T"},
                {999.4, "$999"},
                {9.996, "$10.0"},
                {NAN, "\xe2\x80\x93"},
                {INFINITY, "\xe2\x80\x93"}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char out[NUMBER_TEXT_BYTES];
        assert_string_equal(number_format_usd(rows[i].usd, out), rows[i].want);
    }
}

static void round_amounts_have_no_zeros(void **state) {
    (void)state;
    static const struct {
        double usd;
        const char *want;
    } rows[] = {{50e3, "$50k"}, {1e6, "$1M"},  {2.5e6, "$2.5M"},   {100e3, "$100k"},
                {0, "$0"},      {1e9, "$1B"},  {12.3e6, "$12.3M"}, {20, "$20"},
                {0.5, "$0.5"},  {-2e3, "-$2k"}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char out[NUMBER_TEXT_BYTES];
        assert_string_equal(number_format_usd_round(rows[i].usd, out), rows[i].want);
    }
}

static void prices_are_separated_and_have_their_decimals(void **state) {
    (void)state;
    static const struct {
        double price;
        int decimals;
        const char *want;
    } rows[] = {{61800.2, 2, "61,800.20"},
                {999, 0, "999"},
                {1000, 0, "1,000"},
                {1234567.5, 1, "1,234,567.5"},
                {0.00001234, 8, "0.00001234"},
                {NAN, 2, "\xe2\x80\x93"},
                {-1234.5, 1, "-1,234.5"}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char out[NUMBER_TEXT_BYTES];
        assert_string_equal(number_format_price(rows[i].price, rows[i].decimals, out),
                            rows[i].want);
    }
}

static void decimals_come_from_the_tick_or_else_the_size(void **state) {
    (void)state;
    assert_int_equal(number_decimals_of_tick(1, -1, 64000), 1);
    assert_int_equal(number_decimals_of_tick(10, -2, 64000), 1);
    assert_int_equal(number_decimals_of_tick(5, 0, 64000), 0);
    assert_int_equal(number_decimals_of_tick(1, 2, 64000), 0);
    assert_int_equal(number_decimals_of_tick(0, 0, 64000), 0);
    assert_int_equal(number_decimals_of_tick(0, 0, 1.5), 4);
    assert_int_equal(number_decimals_of_tick(0, 0, 0), 0);
    assert_int_equal(number_decimals_of_tick(1, -60, 1), 12);
}

static void spans_and_ages_pick_their_unit(void **state) {
    (void)state;
    char out[NUMBER_TEXT_BYTES];
    assert_string_equal(number_format_age(430, out), "0.4 s");
    assert_string_equal(number_format_age(-5, out), "0.0 s");
    assert_string_equal(number_format_age(45000, out), "45 s");
    assert_string_equal(number_format_span(5400000, out), "90 min");
    assert_string_equal(number_format_span(86400000, out), "24 h");
    static const struct {
        double hours;
        const char *text;
    } spans[] = {
        {45.0 / 3600, "45 s"},
        {1.0 / 60, "1 min"},
        {90.0 / 3600, "90 s"},
        {2.0 / 60, "2 min"},
        {10.0 / 60, "10 min"},
        {0.25, "15 min"},
        {1, "1 h"},
        {1.0005, "1 h"},
        {1.01, "61 min"},
        {4, "4 h"},
        {24, "24 h"},
        {48, "48 h"},
        {72, "3 d"},
        {24 * 7, "1 week"},
        {24 * 14, "2 weeks"},
        {24 * 30, "1 month"},
        {24 * 90, "3 months"},
        {24 * 180, "6 months"},
        {24 * 365, "1 year"},
        {24 * 41.2, "41 d"},
        {24 * 100, "100 d"},
        {26.4, "26 h"},
        {0, "0 s"},
        {24 * 6, "6 d"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(spans); i++) {
        assert_string_equal(number_format_span((int64_t)(spans[i].hours * 3600e3), out),
                            spans[i].text);
    }
    assert_string_equal(number_format_rate(0.0001, out), "+0.0100 %");
    assert_string_equal(number_format_rate(NAN, out), "\xe2\x80\x93");
    assert_string_equal(number_format_count(1234567, out), "1,234,567");
}

static void price_ticks_are_round_even_and_inside(void **state) {
    (void)state;
    static const double lows[] = {61234.5, 0.000123, 1.01, 99.9};
    for (size_t i = 0; i < ARRAY_COUNT(lows); i++) {
        for (int wanted = 1; wanted <= 20; wanted++) {
            struct ticks_price out[TICKS_COUNT_MAX];
            double low = lows[i];
            double high = low * 1.13;
            int count = ticks_make_price(low, high, wanted, out);
            assert_true(count <= wanted * 5 / 4 + 1);
            for (int n = 0; n < count; n++) {
                assert_true(out[n].price >= low * (1 - 1e-12) && out[n].price <= high);
                double scaled = out[n].price * pow(10, out[n].decimals);
                assert_near(scaled, round(scaled), 1e-6 * fmax(1, scaled));
            }
            for (int n = 2; n < count; n++) {
                assert_near(out[n].price - out[n - 1].price, out[n - 1].price - out[n - 2].price,
                            1e-9 * high);
            }
        }
    }
}

static void time_ticks_are_round_in_local_time(void **state) {
    (void)state;
    struct ticks_time out[TICKS_COUNT_MAX];
    int64_t left = INT64_C(1781680320000); /* 2026-06-17T07:12:00Z */
    int count = ticks_make_time(left, left + 86400000, 8, NULL, out);
    assert_int_equal(count, 8);
    assert_string_equal(out[0].label, "09:00");
    assert_int_equal(out[0].time_ms % 10800000, 0);
    int midnight = 0;
    for (int i = 0; i < count; i++) {
        midnight += out[i].major;
        if (out[i].major) {
            assert_string_equal(out[i].label, "18 Jun");
        }
    }
    assert_int_equal(midnight, 1);
    struct zone india = {0};
    zone_add(&india, 0, 330, "IST");
    count = ticks_make_time(left, left + 86400000, 8, &india, out); /* +05:30: half hours of UTC */
    assert_true(count >= 7);
    assert_int_equal((out[0].time_ms + 330 * 60000) % 10800000, 0);
    count = ticks_make_time(left, left + 20000, 4, NULL, out);
    assert_string_equal(out[0].label, "07:12:00");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usd_has_three_figures_and_a_suffix),
        cmocka_unit_test(round_amounts_have_no_zeros),
        cmocka_unit_test(prices_are_separated_and_have_their_decimals),
        cmocka_unit_test(decimals_come_from_the_tick_or_else_the_size),
        cmocka_unit_test(spans_and_ages_pick_their_unit),
        cmocka_unit_test(price_ticks_are_round_even_and_inside),
        cmocka_unit_test(time_ticks_are_round_in_local_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
