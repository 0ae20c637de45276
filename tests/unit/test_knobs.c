#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/str.h"
#include "support/near.h"
#include "window/knobs.h"

static struct knobs knobs;
static struct settings settings;

static int start(void **state) {
    (void)state;
    knobs = (struct knobs){.black_usd_per_bp = 21800, .white_usd_per_bp = 655000};
    settings = settings_default();
    return 0;
}

static void turn(enum action action) {
    assert_true(knobs_turn(&knobs, &settings, action));
}

static void switches_turn_on_and_off_again(void **state) {
    (void)state;
    turn(ACTION_OPENED_WITHIN);
    assert_true(settings.opened_within_window);
    turn(ACTION_OPENED_WITHIN);
    assert_false(settings.opened_within_window);
    settings.venue_hidden = 4;
    turn(ACTION_VENUES);
    assert_int_equal(settings.venue_hidden, 0);
    turn(ACTION_VENUES);
    assert_int_equal(settings.venue_hidden, UINT32_MAX);
    turn(ACTION_SPLIT);
    turn(ACTION_LOCAL_TIME);
    assert_true(settings.split && settings.local_time);
    for (int part = 0; part < SETTINGS_PART_COUNT; part++) {
        uint32_t before = settings.parts;
        turn((enum action)(ACTION_PART_FIRST + part));
        assert_int_equal(settings.parts ^ before, UINT32_C(1) << part);
        turn((enum action)(ACTION_PART_FIRST + part));
        assert_int_equal(settings.parts, before);
    }
    assert_int_equal(ACTION_PART(CANDLES) - ACTION_PART_FIRST, SETTINGS_PART_CANDLES);
}

static void bands_are_taken_out_one_by_one_or_stand_alone(void **state) {
    (void)state;
    turn(ACTION_BAND(1));
    turn(ACTION_BAND(6));
    assert_int_equal(settings.band_hidden, 1 | 32);
    turn(ACTION_BAND(1));
    assert_int_equal(settings.band_hidden, 32);
    turn(ACTION_BAND_1_ALONE + 3);
    assert_int_equal(settings.band_hidden, 63 & ~8); /* 25 to 50 alone */
    turn(ACTION_BAND_6_ALONE);
    assert_int_equal(settings.band_hidden, 31);
    turn(ACTION_BAND_6_ALONE);
    assert_int_equal(settings.band_hidden, 0);
    turn(ACTION_BAND(2));
    turn(ACTION_BANDS_ALL);
    assert_int_equal(settings.band_hidden, 0);
}

static void sides_stand_alone_until_pressed_again(void **state) {
    (void)state;
    turn(ACTION_SIDE_LONG);
    assert_int_equal(settings.side, SETTINGS_SIDE_LONG);
    turn(ACTION_SIDE_SHORT);
    assert_int_equal(settings.side, SETTINGS_SIDE_SHORT);
    turn(ACTION_SIDE_NET);
    assert_int_equal(settings.side, SETTINGS_SIDE_NET);
    turn(ACTION_SIDE_NET);
    assert_int_equal(settings.side, SETTINGS_SIDE_BOTH);
}

static void colours_go_round(void **state) {
    (void)state;
    turn(ACTION_PALETTE_BEFORE);
    assert_int_equal(settings.palette, COLORMAP_COUNT - 1);
    for (int i = 0; i <= COLORMAP_COUNT; i++) {
        turn(ACTION_PALETTE_NEXT);
    }
    assert_int_equal(settings.palette, COLORMAP_PERCEPTUAL);
    turn(ACTION_CERTAINTY_NEXT);
    assert_int_equal(settings.certainty, COLORMAP_CERTAINTY_HATCH);
    turn(ACTION_CERTAINTY_NEXT);
    turn(ACTION_CERTAINTY_NEXT);
    assert_int_equal(settings.certainty, COLORMAP_CERTAINTY_SATURATION);
    turn(ACTION_CURVE_NEXT);
    assert_int_equal(settings.curve, SCALE_CURVE_SQRT);
    turn(ACTION_CURVE_NEXT);
    turn(ACTION_CURVE_NEXT);
    assert_int_equal(settings.curve, SCALE_CURVE_LOG);
}

/* The first turn takes up the scale that is on screen, so that nothing leaps. */
static void points_are_pinned_where_they_were(void **state) {
    (void)state;
    turn(ACTION_BLACK_UP);
    assert_near(settings.black_usd_per_bp, 30000, 1e-6);
    assert_near(settings.white_usd_per_bp, 655000, 0);
    turn(ACTION_WHITE_DOWN);
    assert_near(settings.white_usd_per_bp, 500000, 1e-6);
    turn(ACTION_BLACK_DOWN);
    assert_near(settings.black_usd_per_bp, 20000, 1e-6);
    turn(ACTION_SCALE_AUTO);
    assert_near(settings.black_usd_per_bp + settings.white_usd_per_bp, 0, 0);
    for (int i = 0; i < 40; i++) {
        turn(ACTION_BLACK_UP);
        assert_true(settings.white_usd_per_bp > settings.black_usd_per_bp);
    }
    for (int i = 0; i < 40; i++) {
        turn(ACTION_WHITE_DOWN);
        assert_true(settings.white_usd_per_bp > settings.black_usd_per_bp);
    }
    knobs = (struct knobs){0}; /* nothing was drawn yet */
    settings = settings_default();
    turn(ACTION_WHITE_UP);
    assert_near(settings.white_usd_per_bp, 1.5e5, 1e-6);
}

static void threshold_begins_above_black_and_ends_below_it(void **state) {
    (void)state;
    turn(ACTION_LEAST_DOWN);
    assert_near(settings.least_usd_per_bp, 0, 0);
    turn(ACTION_LEAST_UP);
    assert_near(settings.least_usd_per_bp, 30000, 1e-6);
    turn(ACTION_LEAST_UP);
    assert_near(settings.least_usd_per_bp, 50000, 1e-6);
    turn(ACTION_LEAST_NONE);
    assert_near(settings.least_usd_per_bp, 0, 0);
    turn(ACTION_LEAST_UP);
    int steps = 0;
    while (settings.least_usd_per_bp > 0 && steps++ < 20) {
        turn(ACTION_LEAST_DOWN);
    }
    assert_in_range(steps, 4, 10);
}

static void amounts_go_by_round_steps_both_ways(void **state) {
    (void)state;
    static const double amounts[] = {7e3, 1e4, 1.5e4, 2e4, 3e4, 5e4, 7e4, 1e5, 1.5e5};
    for (size_t i = 0; i + 1 < ARRAY_COUNT(amounts); i++) {
        assert_near(knobs_next_amount(amounts[i], +1), amounts[i + 1], 1e-6);
        assert_near(knobs_next_amount(amounts[i + 1], -1), amounts[i], 1e-6);
    }
    assert_near(knobs_next_amount(21800, -1), 2e4, 1e-6);
    assert_near(knobs_next_amount(99999.99999, +1), 1.5e5, 1e-6); /* that was a rounded 100,000 */
    assert_near(knobs_next_amount(0.013, +1), 0.015, 1e-12);
}

static void strips_go_and_come_together(void **state) {
    (void)state;
    uint32_t usual = settings.parts;
    settings.parts |= SETTINGS_BIT(RSI);
    settings.parts &= ~SETTINGS_BIT(VOLUME);
    uint32_t chosen = settings.parts;
    turn(ACTION_STRIPS);
    assert_int_equal(settings.parts & (SETTINGS_BIT(RSI) | SETTINGS_BIT(FUNDING)), 0);
    assert_true(settings_shows(&settings, SETTINGS_PART_PROFILE));
    turn(ACTION_STRIPS);
    assert_int_equal(settings.parts, chosen);
    knobs.strips_hidden = 0; /* they were never on */
    settings.parts = usual & SETTINGS_BIT(FIELD);
    turn(ACTION_STRIPS);
    assert_true(settings_shows(&settings, SETTINGS_PART_FUNDING));
    assert_false(settings_shows(&settings, SETTINGS_PART_RSI));
}

static void texts_grow_and_shrink_within_limits(void **state) {
    (void)state;
    turn(ACTION_TEXT_LARGER);
    assert_near(settings.scale_factor, 1.1, 1e-9);
    turn(ACTION_TEXT_FITTING);
    knobs.scale_factor = 2; /* a wall: what it asks for is where it starts */
    turn(ACTION_TEXT_SMALLER);
    assert_near(settings.scale_factor, 2 / 1.1, 1e-9);
    for (int i = 0; i < 40; i++) {
        turn(ACTION_TEXT_LARGER);
    }
    assert_near(settings.scale_factor, 8, 0);
    for (int i = 0; i < 60; i++) {
        turn(ACTION_TEXT_SMALLER);
    }
    assert_near(settings.scale_factor, 0.5, 0);
    turn(ACTION_TEXT_FITTING);
    assert_near(settings.scale_factor, 0, 0);
}

static void what_is_no_knob_changes_nothing(void **state) {
    (void)state;
    static const enum action others[] = {ACTION_NONE, ACTION_QUIT, ACTION_ZOOM_IN,
                                         ACTION_INSTRUMENT_NEXT, ACTION_COUNT};
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        struct settings before = settings;
        assert_false(knobs_turn(&knobs, &settings, others[i]));
        assert_memory_equal(&before, &settings, sizeof settings);
    }
}

int main(void) {
#define KNOB_TEST(f) cmocka_unit_test_setup(f, start)
    const struct CMUnitTest tests[] = {
        KNOB_TEST(switches_turn_on_and_off_again),
        KNOB_TEST(bands_are_taken_out_one_by_one_or_stand_alone),
        KNOB_TEST(sides_stand_alone_until_pressed_again),
        KNOB_TEST(colours_go_round),
        KNOB_TEST(points_are_pinned_where_they_were),
        KNOB_TEST(threshold_begins_above_black_and_ends_below_it),
        KNOB_TEST(amounts_go_by_round_steps_both_ways),
        KNOB_TEST(strips_go_and_come_together),
        KNOB_TEST(texts_grow_and_shrink_within_limits),
        KNOB_TEST(what_is_no_knob_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
