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
#include "view/colormap.h"
#include "view/scale.h"
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
        {1.0 / 60, "60 s"},
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
            assert_true(count <= wanted + 1);
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

static void scale_and_its_numbers_are_inverse(void **state) {
    (void)state;
    struct scale scale = {0};
    scale_pin(&scale, 20000, 3e6);
    assert_true(scale.valid);
    for (double gamma = 0.5; gamma < 2.5; gamma += 0.5) {
        for (double b = 0.05; b < 1; b += 0.05) {
            assert_near(scale_brightness(&scale, gamma, scale_usd_at(&scale, gamma, b)), b, 1e-9);
        }
    }
    assert_near(scale_usd_at(&scale, 1, 0), 20000, 1e-6);
    assert_near(scale_usd_at(&scale, 1, 1), 3e6, 1e-3);
    assert_near(scale_brightness(&scale, 1, 1e12), 1, 0);
    assert_near(scale_brightness(&scale, 1, 0), 0, 0);
}

static void automatic_scale_jumps_once_then_glides(void **state) {
    (void)state;
    struct scale_histogram histogram = {0};
    struct scale scale = {0};
    scale_update_auto(&scale, &histogram, 0.1);
    assert_false(scale.valid);
    for (int i = 0; i < 1000; i++) {
        scale_histogram_add(&histogram, i * 0.01);
    }
    scale_histogram_add(&histogram, NAN);
    assert_int_equal(histogram.total, 999); /* empty cells and what is no number are left out */
    scale_update_auto(&scale, &histogram, 0.1);
    assert_true(scale.valid);
    double white = scale.white_log2;
    assert_near(white, 9.96, 0.15);
    assert_true(scale.black_log2 > 0 && scale.black_log2 < white - 1);
    struct scale_histogram brighter = {0};
    for (int i = 0; i < 1000; i++) {
        scale_histogram_add(&brighter, 10 + i * 0.01);
    }
    scale_update_auto(&scale, &brighter, 0.1);
    assert_true(scale.white_log2 > white + 0.5 && scale.white_log2 < white + 1.5);
}

static void flat_field_does_not_become_noise(void **state) {
    (void)state;
    struct scale_histogram histogram = {0};
    struct scale scale = {0};
    for (int i = 0; i < 100; i++) {
        scale_histogram_add(&histogram, 5.0 + i * 1e-4);
    }
    scale_update_auto(&scale, &histogram, 1);
    assert_true(scale.white_log2 - scale.black_log2 >= 1.5);
}

static void white_stays_above_black(void **state) {
    (void)state;
    struct scale scale = {0};
    scale_pin(&scale, 5e6, 1e6);
    assert_true(scale.white_log2 > scale.black_log2);
}

static double lightness(const float rgb[3]) {
    double sum = 0;
    static const double weights[3] = {0.2126, 0.7152, 0.0722};
    for (int i = 0; i < 3; i++) {
        double c = (double)rgb[i];
        sum += weights[i] * (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static void every_palette_grows_lighter_all_the_way(void **state) {
    (void)state;
    for (int id = 0; id < COLORMAP_COUNT; id++) {
        for (int side = 0; side < COLORMAP_SIDE_COUNT; side++) {
            double before = -1;
            for (int i = 0; i <= 100; i++) {
                float rgb[3];
                colormap_sample((enum colormap_id)id, side, i / 100.0, rgb);
                double now = lightness(rgb);
                if (now < before) {
                    fail_msg("%s side %d: darker at %d %%: %g after %g",
                             colormap_key((enum colormap_id)id), side, i, now, before);
                }
                before = now;
            }
        }
    }
}

static void palettes_are_found_by_key_and_only_so(void **state) {
    (void)state;
    enum colormap_id id = COLORMAP_PERCEPTUAL;
    assert_int_equal(colormap_from_key("hot-cold", &id), STATUS_OK);
    assert_int_equal(id, COLORMAP_HOT_COLD);
    assert_int_equal(colormap_from_key("magna", &id), STATUS_NOT_FOUND);
    assert_int_equal(id, COLORMAP_HOT_COLD);
    for (int i = 0; i < COLORMAP_COUNT; i++) {
        assert_int_equal(colormap_from_key(colormap_key((enum colormap_id)i), &id), STATUS_OK);
        assert_int_equal(id, i);
    }
}

/* OKLab of an sRGB colour: lightness, and how far it is from grey. */
struct seen {
    double light, chroma;
};

static struct seen seen_from_rgb(const float rgb[3]) {
    float linear[3];
    for (int i = 0; i < 3; i++) {
        linear[i] = rgb[i] <= 0.04045f ? rgb[i] / 12.92f : powf((rgb[i] + 0.055f) / 1.055f, 2.4f);
    }
    float l = cbrtf(0.4122215f * linear[0] + 0.5363325f * linear[1] + 0.0514460f * linear[2]);
    float m = cbrtf(0.2119035f * linear[0] + 0.6806995f * linear[1] + 0.1073970f * linear[2]);
    float s = cbrtf(0.0883025f * linear[0] + 0.2817188f * linear[1] + 0.6299787f * linear[2]);
    double a = 1.9779985 * (double)l - 2.4285922 * (double)m + 0.4505937 * (double)s;
    double b = 0.0259040 * (double)l + 0.7827718 * (double)m - 0.8086758 * (double)s;
    double light = 0.2104543 * (double)l + 0.7936178 * (double)m - 0.0040720 * (double)s;
    return (struct seen){light, hypot(a, b)};
}

static void less_certain_is_greyer_but_as_light(void **state) {
    (void)state;
    for (int id = 0; id < COLORMAP_COUNT; id++) {
        for (int side = 0; side < COLORMAP_SIDE_COUNT; side++) {
            for (int i = 10; i <= 100; i += 5) {
                struct colormap_look look = {.id = (enum colormap_id)id};
                float full[3];
                float half[3];
                float grey[3];
                colormap_sample(look.id, side, i / 100.0, full);
                colormap_look_sample(&look, side, i / 100.0, 0.5, half);
                colormap_look_sample(&look, side, i / 100.0, 0, grey);
                struct seen of_full = seen_from_rgb(full);
                struct seen of_half = seen_from_rgb(half);
                struct seen of_grey = seen_from_rgb(grey);
                if (of_full.chroma > 0.03) {
                    assert_true(of_half.chroma < of_full.chroma * 0.7);
                    assert_true(of_grey.chroma < of_full.chroma * 0.35);
                    assert_true(of_grey.chroma > of_full.chroma * 0.1); /* sides stay apart */
                }
                assert_near(of_half.light, of_full.light, 0.02);
                assert_near(of_grey.light, of_full.light, 0.02);
            }
        }
    }
}

static void looks_differ_only_where_they_must(void **state) {
    (void)state;
    float full[3];
    float got[3];
    struct colormap_look look = {.certainty = COLORMAP_CERTAINTY_OFF};
    colormap_sample(look.id, 1, 0.6, full);
    colormap_look_sample(&look, 1, 0.6, 0, got);
    assert_memory_equal(got, full, sizeof full);
    look.certainty = COLORMAP_CERTAINTY_SATURATION;
    colormap_look_sample(&look, 1, 0.6, 7, got);
    assert_memory_equal(got, full, sizeof full);
    assert_near(colormap_shown_certainty(-1), 0, 0);
    assert_near(colormap_shown_certainty(0.1), 0, 1e-12);
    assert_near(colormap_shown_certainty(0.4), 0.5, 1e-12);
    assert_near(colormap_shown_certainty(0.7), 1, 1e-12);
    assert_near(colormap_shown_certainty(2), 1, 0);
    look.dimmed = true;
    colormap_look_sample(&look, 1, 0.6, 1, got);
    assert_true(seen_from_rgb(got).light < seen_from_rgb(full).light * 0.8);
    assert_true(seen_from_rgb(got).light > seen_from_rgb(full).light * 0.5);
    colormap_sample(look.id, 1, 0, full);
    colormap_look_sample(&look, 1, 0, 0, got);
    assert_near((double)got[2], (double)full[2], 1e-6); /* black is black in every look */
    enum colormap_certainty certainty = COLORMAP_CERTAINTY_OFF;
    assert_int_equal(colormap_certainty_from_key("hatch", &certainty), STATUS_OK);
    assert_int_equal(certainty, COLORMAP_CERTAINTY_HATCH);
    assert_int_equal(colormap_certainty_from_key("grey", &certainty), STATUS_NOT_FOUND);
    assert_int_equal(certainty, COLORMAP_CERTAINTY_HATCH);
}

static void table_and_sample_agree(void **state) {
    (void)state;
    static uint8_t table[COLORMAP_SIDE_COUNT][COLORMAP_LEVEL_COUNT][COLORMAP_ENTRY_COUNT][4];
    const struct colormap_look look = {.id = COLORMAP_PERCEPTUAL};
    colormap_look_fill(&look, 2, table);
    float rgb[3];
    colormap_look_sample(&look, 1, 1, 0, rgb);
    assert_near((double)rgb[0] * 255, table[1][0][COLORMAP_ENTRY_COUNT - 1][0], 0.51);
    assert_int_equal(table[0][0][0][3], 255);
    colormap_look_sample(&look, 0, -3, 1, rgb);
    assert_near((double)rgb[2] * 255, table[0][COLORMAP_LEVEL_COUNT - 1][0][2], 0.51);
    colormap_look_sample(&look, 0, 0.25, 1, rgb); /* 512 / 1,023 squared: gamma is in it */
    assert_near((double)rgb[2] * 255, table[0][COLORMAP_LEVEL_COUNT - 1][512][2], 1.01);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usd_has_three_figures_and_a_suffix),
        cmocka_unit_test(prices_are_separated_and_have_their_decimals),
        cmocka_unit_test(decimals_come_from_the_tick_or_else_the_size),
        cmocka_unit_test(spans_and_ages_pick_their_unit),
        cmocka_unit_test(price_ticks_are_round_even_and_inside),
        cmocka_unit_test(time_ticks_are_round_in_local_time),
        cmocka_unit_test(scale_and_its_numbers_are_inverse),
        cmocka_unit_test(automatic_scale_jumps_once_then_glides),
        cmocka_unit_test(flat_field_does_not_become_noise),
        cmocka_unit_test(white_stays_above_black),
        cmocka_unit_test(every_palette_grows_lighter_all_the_way),
        cmocka_unit_test(palettes_are_found_by_key_and_only_so),
        cmocka_unit_test(less_certain_is_greyer_but_as_light),
        cmocka_unit_test(looks_differ_only_where_they_must),
        cmocka_unit_test(table_and_sample_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
