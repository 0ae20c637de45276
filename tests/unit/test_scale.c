#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "support/near.h"
#include "view/scale.h"

static void curves_and_their_numbers_are_inverse(void **state) {
    (void)state;
    for (int curve = 0; curve < SCALE_CURVE_COUNT; curve++) {
        struct scale scale = {.curve = (enum scale_curve)curve};
        scale_pin(&scale, 20000, 3e6);
        assert_true(scale.valid);
        for (scale.gamma = 0.5; scale.gamma < 2.5; scale.gamma += 0.5) {
            for (double b = 0.05; b < 1; b += 0.05) {
                assert_near(scale_brightness(&scale, scale_usd_at(&scale, b)), b, 1e-9);
            }
            assert_near(scale_usd_at(&scale, 0), 20000, 1e-6);
            assert_near(scale_usd_at(&scale, 1), 3e6, 1e-3);
            assert_near(scale_brightness(&scale, 1e12), 1, 0);
            assert_near(scale_brightness(&scale, 0), 0, 0);
        }
    }
}

static void curves_are_what_their_names_say(void **state) {
    (void)state;
    static const struct {
        enum scale_curve curve;
        const char *key;
        double usd, want; /* between black 1,000 and white 1,001,000 */
    } rows[] = {{SCALE_CURVE_LINEAR, "linear", 251000, 0.25},
                {SCALE_CURVE_LINEAR, "linear", 501000, 0.5},
                {SCALE_CURVE_SQRT, "sqrt", 267162, 0.5}, /* ((31.62 + 1000.5) / 2) squared */
                {SCALE_CURVE_LOG, "log", 43771.5, 0.5},  /* sqrt(2 x 1,002) units less one */
                {SCALE_CURVE_LOG, "log", 1e3, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct scale scale = {.curve = rows[i].curve};
        scale_pin(&scale, 1000, 1001000);
        scale.gamma = 1;
        assert_near(scale_brightness(&scale, rows[i].usd), rows[i].want, 0.0025);
        assert_string_equal(scale_curve_key(rows[i].curve), rows[i].key);
    }
}

/* Gamma bends the logarithm alone: a linear scale stays linear. */
static void gamma_belongs_to_the_logarithm(void **state) {
    (void)state;
    struct scale scale = {0};
    scale_pin(&scale, 1e4, 1e6);
    scale.gamma = 2;
    assert_near(
        scale_brightness(&scale, scale_usd_from_log2((scale.black_log2 + scale.white_log2) / 2)),
        0.25, 1e-9);
    scale.curve = SCALE_CURVE_LINEAR;
    assert_near(scale_brightness(&scale, (1e4 + 1e6) / 2), 0.5, 1e-9);
}

static void below_the_least_nothing_is_shown(void **state) {
    (void)state;
    for (int curve = 0; curve < SCALE_CURVE_COUNT; curve++) {
        struct scale scale = {.curve = (enum scale_curve)curve,
                              .least_log2 = scale_log2_from_usd(1e5)};
        scale_pin(&scale, 1e4, 1e6);
        assert_near(scale_brightness(&scale, 0.999e5), 0, 0);
        assert_true(scale_brightness(&scale, 1.001e5) > 0.05);
        uint16_t table[COLORMAP_ENTRY_COUNT];
        scale_fill_table(&scale, table);
        double per_entry = (scale_top_log2(&scale) - scale.black_log2) / (COLORMAP_ENTRY_COUNT - 1);
        for (int i = 0; i < COLORMAP_ENTRY_COUNT; i++) {
            double value = scale.black_log2 + per_entry * i;
            assert_int_equal(table[i] > 0, value >= scale.least_log2);
        }
    }
    /* More than white: the table reaches up to it, and what is shown is white. */
    struct scale scale = {.least_log2 = scale_log2_from_usd(8e6)};
    scale_pin(&scale, 1e4, 1e6);
    assert_near(scale_top_log2(&scale), scale.least_log2, 0);
    uint16_t table[COLORMAP_ENTRY_COUNT];
    scale_fill_table(&scale, table);
    assert_int_equal(table[COLORMAP_ENTRY_COUNT - 2], 0);
    assert_int_equal(table[COLORMAP_ENTRY_COUNT - 1], COLORMAP_ENTRY_COUNT - 1);
}

/* The look-up table is no further from the curve than half its own step, and 1,024 entries are
 * enough for each: no step that would show as a band (2.5 of 255). */
static void tables_follow_their_curves_without_bands(void **state) {
    (void)state;
    static const double whites[] = {1e5, 1e6, 1e7};
    for (int n = 0; n < SCALE_CURVE_COUNT * 3; n++) {
        struct scale scale = {.curve = (enum scale_curve)(n / 3), .gamma = 1.4};
        scale_pin(&scale, 1e3, whites[n % 3]);
        uint16_t table[COLORMAP_ENTRY_COUNT];
        scale_fill_table(&scale, table);
        assert_int_equal(table[0], 0);
        assert_int_equal(table[COLORMAP_ENTRY_COUNT - 1], COLORMAP_ENTRY_COUNT - 1);
        int step_most = 0;
        for (int i = 0; i < COLORMAP_ENTRY_COUNT; i++) {
            double usd =
                scale_usd_from_log2(scale.black_log2 + (scale.white_log2 - scale.black_log2) * i /
                                                           (COLORMAP_ENTRY_COUNT - 1));
            assert_near(table[i], scale_brightness(&scale, usd) * (COLORMAP_ENTRY_COUNT - 1), 0.51);
            int step = i > 0 ? table[i] - table[i - 1] : 0;
            assert_true(step >= 0);
            step_most = step > step_most ? step : step_most;
        }
        assert_true(step_most * 255.0 / (COLORMAP_ENTRY_COUNT - 1) < 2.5);
    }
}

/* Pinned, a USD value has one brightness wherever it is seen, whatever else is visible there. */
static void pinned_scales_do_not_depend_on_what_is_visible(void **state) {
    (void)state;
    struct scale quiet = {0};
    struct scale busy = {0};
    struct scale_histogram low = {0};
    struct scale_histogram high = {0};
    for (int i = 0; i < 1000; i++) {
        scale_histogram_add(&low, i * 0.005);
        scale_histogram_add(&high, 5 + i * 0.01);
    }
    scale_update_auto(&quiet, &low, 0.3);
    scale_update_auto(&busy, &high, 0.3);
    assert_true(fabs(scale_brightness(&quiet, 5e4) - scale_brightness(&busy, 5e4)) > 0.1);
    for (int i = 0; i < 5; i++) {
        scale_pin(&quiet, 2e4, 3e6);
        scale_pin(&busy, 2e4, 3e6);
        scale_update_auto(&quiet, &low, 0.3);
        scale_update_auto(&busy, &high, i == 3 ? 1 : 0.3);
        assert_true(scale_is_same(&quiet, &busy));
        for (double usd = 1e3; usd < 1e8; usd *= 3) {
            assert_near(scale_brightness(&quiet, usd), scale_brightness(&busy, usd), 0);
        }
    }
}

static struct scale_histogram histogram_of(double first, double step) {
    struct scale_histogram histogram = {0};
    for (int i = 0; i < 1000; i++) {
        scale_histogram_add(&histogram, first + i * step);
    }
    return histogram;
}

static void automatic_scale_jumps_once_then_glides(void **state) {
    (void)state;
    struct scale_histogram histogram = {0};
    struct scale scale = {0};
    scale_update_auto(&scale, &histogram, 0.3);
    assert_false(scale.valid);
    histogram = histogram_of(0, 0.01);
    scale_histogram_add(&histogram, NAN);
    assert_int_equal(histogram.total, 999); /* empty cells and what is no number are left out */
    scale_update_auto(&scale, &histogram, 0.3);
    assert_true(scale.valid);
    double white = scale.white_log2;
    assert_near(white, 9.96, 0.15);
    assert_true(scale.black_log2 > 0 && scale.black_log2 < white - 1);
    histogram = histogram_of(10, 0.01);
    scale_update_auto(&scale, &histogram, 0.3);
    assert_true(scale.gliding);
    assert_true(scale.white_log2 > white + 2 && scale.white_log2 < white + 4);
    int steps = 1;
    while (scale.gliding && steps < 100) {
        scale_update_auto(&scale, &histogram, 0.3);
        steps++;
    }
    assert_in_range(steps, 4, 20); /* each draws the whole field anew */
    assert_near(scale.white_log2, 19.96, 0.15);
}

/* A quiet picture stands still: little changes of what is visible do not move the scale. */
static void little_changes_leave_the_scale_at_rest(void **state) {
    (void)state;
    struct scale scale = {0};
    struct scale_histogram histogram = histogram_of(2, 0.01);
    scale_update_auto(&scale, &histogram, 0.3);
    struct scale before = scale;
    histogram = histogram_of(2.1, 0.01);
    for (int i = 0; i < 10; i++) {
        scale_update_auto(&scale, &histogram, 0.3);
        assert_true(scale_is_same(&scale, &before));
    }
    scale_update_auto(&scale, &histogram, 1); /* a still picture has what it wants */
    assert_near(scale.white_log2, before.white_log2 + 0.1, 0.02);
}

/* What the threshold hides has no say in the scale of what is left. */
static void automatic_scale_is_that_of_what_is_shown(void **state) {
    (void)state;
    struct scale all = {0};
    struct scale some = {.least_log2 = 8};
    struct scale_histogram histogram = histogram_of(0, 0.012);
    scale_update_auto(&all, &histogram, 1);
    scale_update_auto(&some, &histogram, 1);
    assert_true(some.black_log2 > all.black_log2 + 2 && some.black_log2 >= 8);
    assert_near(some.white_log2, all.white_log2, 0.1);
    struct scale none = {.least_log2 = 23}; /* nothing is left: the legend shows why */
    scale_update_auto(&none, &histogram, 1);
    assert_near(none.white_log2, all.white_log2, 1e-9);
}

/* Along a linear scale most of the ramp is for the top: more of the field may be white. */
static void linear_scales_reach_white_earlier(void **state) {
    (void)state;
    struct scale_histogram histogram = histogram_of(4, 0.01);
    double before = 1e9;
    for (int curve = 0; curve < SCALE_CURVE_COUNT; curve++) {
        struct scale scale = {.curve = (enum scale_curve)curve};
        scale_update_auto(&scale, &histogram, 1);
        assert_true(scale.white_log2 < before);
        assert_true(scale.black_log2 > 4 && scale.black_log2 < scale.white_log2 - 3);
        before = scale.white_log2;
    }
}

static void flat_field_does_not_become_noise(void **state) {
    (void)state;
    struct scale scale = {0};
    struct scale_histogram histogram = histogram_of(5, 1e-4);
    scale_update_auto(&scale, &histogram, 1);
    assert_true(scale.white_log2 - scale.black_log2 >= 1.5);
}

static void white_stays_above_black(void **state) {
    (void)state;
    struct scale scale = {0};
    scale_pin(&scale, 5e6, 1e6);
    assert_true(scale.white_log2 > scale.black_log2);
    struct scale_histogram histogram = histogram_of(2, 0.005); /* far below the held black */
    scale_pin(&scale, 1e9, 0);
    scale_update_auto(&scale, &histogram, 1);
    assert_true(scale.white_log2 > scale.black_log2 + 1);
    scale_pin(&scale, 0, 5e3); /* below what black would be */
    scale_update_auto(&scale, &histogram, 1);
    assert_true(scale.black_log2 < scale.white_log2 - 1);
    assert_near(scale_usd_at(&scale, 1), 5e3, 1e-6);
}

/* One end held, the other finds its place and rests there: nothing is drawn anew for ever. */
static void free_end_comes_to_rest_beside_a_held_one(void **state) {
    (void)state;
    struct scale scale = {0};
    struct scale_histogram histogram = histogram_of(2, 0.01);
    scale_update_auto(&scale, &histogram, 1);
    scale_pin(&scale, 0, 1e8);
    histogram = histogram_of(3, 0.01);
    for (int i = 0; i < 30; i++) {
        scale_update_auto(&scale, &histogram, 0.3);
    }
    assert_false(scale.gliding);
    struct scale before = scale;
    histogram = histogram_of(3.05, 0.01);
    for (int i = 0; i < 10; i++) {
        scale_update_auto(&scale, &histogram, 0.3);
        assert_true(scale_is_same(&scale, &before));
    }
    assert_near(scale_usd_at(&scale, 1), 1e8, 1);
}

/* However much of the picture is filled, most of it is not bright. */
static void gamma_keeps_the_middle_calm(void **state) {
    (void)state;
    for (double filled = 0.1; filled < 1; filled += 0.2) {
        struct scale_histogram histogram = {0};
        for (int i = 0; i < 1000; i++) {
            bool bright = i < filled * 1000;
            scale_histogram_add(&histogram, bright ? 9 + i % 100 * 0.02 : 5 + i % 100 * 0.02);
        }
        struct scale scale = {0};
        scale_update_auto(&scale, &histogram, 1);
        int bright = 0;
        for (int i = 0; i < 1000; i++) {
            double value = i < filled * 1000 ? 9 + i % 100 * 0.02 : 5 + i % 100 * 0.02;
            bright += scale_brightness(&scale, scale_usd_from_log2(value)) > 0.62;
        }
        assert_true(bright <= 330);
        assert_true(scale.gamma >= 1.2 && scale.gamma <= 2.6);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(curves_and_their_numbers_are_inverse),
        cmocka_unit_test(curves_are_what_their_names_say),
        cmocka_unit_test(gamma_belongs_to_the_logarithm),
        cmocka_unit_test(below_the_least_nothing_is_shown),
        cmocka_unit_test(tables_follow_their_curves_without_bands),
        cmocka_unit_test(pinned_scales_do_not_depend_on_what_is_visible),
        cmocka_unit_test(automatic_scale_jumps_once_then_glides),
        cmocka_unit_test(little_changes_leave_the_scale_at_rest),
        cmocka_unit_test(automatic_scale_is_that_of_what_is_shown),
        cmocka_unit_test(linear_scales_reach_white_earlier),
        cmocka_unit_test(flat_field_does_not_become_noise),
        cmocka_unit_test(white_stays_above_black),
        cmocka_unit_test(free_end_comes_to_rest_beside_a_held_one),
        cmocka_unit_test(gamma_keeps_the_middle_calm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
