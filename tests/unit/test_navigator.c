#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "layer/picture.h"
#include "window/navigator.h"
#include "window/pacer.h"

#define HOUR_MS 3600e3
#define NOW_MS  1781685000000.0

/* cmocka's own compares single floats; times need doubles. */
#define assert_near(got, want, tolerance)                                                          \
    do {                                                                                           \
        double got_ = (got), want_ = (want);                                                       \
        if (!(fabs(got_ - want_) <= (tolerance))) {                                                \
            fail_msg("%s: got %.17g, want %.17g +- %g", #got, got_, want_, (double)(tolerance));   \
        }                                                                                          \
    } while (0)

static struct navigator nav;
static const struct camera_rect plot = {100, 50, 1000, 600};

static void start(void) {
    navigator_init(
        &nav, &(struct navigator_desc){.span_ms = 24 * HOUR_MS, .settings = settings_default()});
    camera_set_plot(&nav.camera, plot);
    navigator_advance(&nav, NOW_MS, 60000);
    navigator_fit(&nav, 0, 0, 60000);
}

static void press(enum action action) {
    assert_true(navigator_run(&nav, action, false));
}

static double span(void) {
    return nav.camera.time_right_ms - nav.camera.time_left_ms;
}

static double ln_mid(void) {
    return (nav.camera.ln_top + nav.camera.ln_bottom) / 2;
}

static void first_price_places_the_camera_and_now_is_near_the_right_edge(void **state) {
    (void)state;
    navigator_init(
        &nav, &(struct navigator_desc){.span_ms = 24 * HOUR_MS, .settings = settings_default()});
    camera_set_plot(&nav.camera, plot);
    navigator_advance(&nav, NOW_MS, 0);
    assert_false(nav.placed);
    navigator_advance(&nav, NOW_MS, 60000);
    assert_true(nav.placed);
    assert_true(nav.wants_range);
    navigator_fit(&nav, 0, 0, 60000);
    assert_false(nav.wants_range);
    assert_near(ln_mid(), log(60000), 1e-9);
    assert_near(span(), 24 * HOUR_MS, 1);
    assert_near(camera_px_from_time(&nav.camera, NOW_MS), 100 + 1000 * CAMERA_LIVE_FRACTION, 0.01);
    navigator_advance(&nav, NOW_MS + HOUR_MS, 60000);
    assert_near(camera_px_from_time(&nav.camera, NOW_MS + HOUR_MS),
                100 + 1000 * CAMERA_LIVE_FRACTION, 0.01);
}

static void a_drag_in_time_ends_following_and_end_takes_it_up_again(void **state) {
    (void)state;
    start();
    double left = nav.camera.time_left_ms;
    navigator_pan_px(&nav, 100, 0);
    assert_false(nav.camera.following);
    assert_near(nav.camera.time_left_ms, left - 2.4 * HOUR_MS, 1);
    navigator_advance(&nav, NOW_MS + HOUR_MS, 60000);
    assert_near(nav.camera.time_left_ms, left - 2.4 * HOUR_MS, 1);
    press(ACTION_FOLLOW);
    navigator_advance(&nav, NOW_MS + HOUR_MS, 60000);
    assert_near(nav.camera.time_left_ms, left + HOUR_MS, 1);
}

static void prices_slide_along_until_the_user_takes_them(void **state) {
    (void)state;
    start();
    for (int i = 0; i < 200; i++) {
        navigator_advance(&nav, NOW_MS, 60000 * exp(0.06));
    }
    assert_true(nav.camera.ln_top > log(60000) + 0.06);
    start();
    navigator_pan_px(&nav, 0, 30);
    double mid = ln_mid();
    for (int i = 0; i < 200; i++) {
        navigator_advance(&nav, NOW_MS, 60000 * exp(0.3));
    }
    assert_near(ln_mid(), mid, 1e-12);
}

static void a_leap_of_time_asks_for_a_fit_and_a_step_does_not(void **state) {
    (void)state;
    start();
    navigator_advance(&nav, NOW_MS + 1000, 60000);
    assert_false(nav.wants_range);
    navigator_advance(&nav, NOW_MS + 24 * HOUR_MS, 70000);
    assert_true(nav.wants_range);
    navigator_fit(&nav, log(69000), log(70000), 70000);
    assert_false(nav.wants_range);
    nav.price_free = true;
    navigator_advance(&nav, NOW_MS + 72 * HOUR_MS, 70000);
    assert_false(nav.wants_range);
}

static double ln_high(void) {
    return nav.camera.ln_top - nav.camera.ln_bottom;
}

/* A book reaches basis points only: without the field, prices are fitted to what is known of it. */
static void the_order_book_alone_is_looked_at_from_near(void **state) {
    (void)state;
    start();
    double wide = ln_high();
    nav.settings.parts |= SETTINGS_BIT(BOOK);
    navigator_advance(&nav, NOW_MS + 1000, 60000);
    assert_false(nav.wants_range); /* beside the field it changes nothing */
    nav.settings.parts &= ~SETTINGS_BIT(FIELD);
    navigator_advance(&nav, NOW_MS + 2000, 60000);
    assert_true(nav.wants_range);
    navigator_fit(&nav, log(59800), log(60200), 60000);
    assert_false(nav.wants_range);
    assert_true(ln_high() > log(60200.0 / 59800) && ln_high() < 1.2 * log(60200.0 / 59800));
    nav.settings.parts |= SETTINGS_BIT(FIELD);
    navigator_advance(&nav, NOW_MS + 3000, 60000);
    assert_true(nav.wants_range);
    navigator_fit(&nav, log(59800), log(60200), 60000);
    assert_near(ln_high(), wide, 1e-12);
    nav.price_free = true;
    nav.settings.parts &= ~SETTINGS_BIT(FIELD);
    navigator_advance(&nav, NOW_MS + 4000, 60000);
    assert_false(nav.wants_range); /* the prices are the user's */
}

static void a_price_or_a_time_is_put_into_the_middle(void **state) {
    (void)state;
    start();
    double before = span();
    double height = nav.camera.ln_top - nav.camera.ln_bottom;
    navigator_show_price(&nav, 61000);
    assert_near(ln_mid(), log(61000), 1e-12);
    assert_true(nav.camera.following && nav.price_free && !nav.wants_range);
    navigator_go(&nav, NOW_MS - 48 * HOUR_MS);
    assert_near(camera_px_from_time(&nav.camera, NOW_MS - 48 * HOUR_MS), plot.x + plot.w / 2, 0.01);
    assert_false(nav.camera.following);
    assert_false(nav.wants_range); /* the prices are the user's */
    assert_near(ln_mid(), log(61000), 1e-12);
    assert_near(span(), before, 1e-3);
    assert_near(nav.camera.ln_top - nav.camera.ln_bottom, height, 1e-12);
    start();
    navigator_go(&nav, NOW_MS - 48 * HOUR_MS);
    assert_true(nav.wants_range);
    start();
    navigator_show_price(&nav, exp(ln_mid())); /* there already, and held there from now on */
    assert_true(nav.price_free);
}

static void brackets_walk_the_ladder_of_spans(void **state) {
    (void)state;
    start();
    press(ACTION_SPAN_SHORTER);
    assert_near(span(), 12 * HOUR_MS, 1);
    press(ACTION_SPAN_SHORTER);
    assert_near(span(), 4 * HOUR_MS, 1);
    assert_true(nav.wants_range);
    navigator_fit(&nav, log(59000), log(61000), 60000);
    assert_near(nav.camera.ln_top - nav.camera.ln_bottom, 2.2 * log(61000.0 / 59000.0), 1e-9);
    press(ACTION_SPAN_LONGER);
    press(ACTION_SPAN_LONGER);
    press(ACTION_SPAN_LONGER);
    assert_near(span(), 48 * HOUR_MS, 1);
    for (int i = 0; i < 30; i++) {
        press(ACTION_SPAN_LONGER);
    }
    assert_near(span(), 365 * 24 * HOUR_MS, 1);
    for (int i = 0; i < 30; i++) {
        press(ACTION_SPAN_SHORTER);
    }
    assert_near(span(), 60e3, 1);
}

static void actions_turn_the_knobs(void **state) {
    (void)state;
    start();
    press(ACTION_PART(CANDLES));
    assert_int_equal(nav.settings.parts, settings_default().parts | SETTINGS_BIT(CANDLES));
    nav.knobs.black_usd_per_bp = 2e4;
    nav.knobs.white_usd_per_bp = 2e6;
    press(ACTION_BLACK_UP);
    assert_near(nav.settings.black_usd_per_bp, 3e4, 1e-6);
    press(ACTION_WHY);
    assert_true(nav.why);
    press(ACTION_WHY);
    assert_false(nav.why);
    assert_false(navigator_run(&nav, ACTION_FULLSCREEN, false)); /* the window's */
    assert_false(navigator_run(&nav, ACTION_QUIT, false));
}

static void pacer_keeps_absolute_deadlines_and_does_not_catch_up(void **state) {
    (void)state;
    struct pacer pacer;
    pacer_init(&pacer, 100, 0);
    assert_int_equal(pacer_frame_done(&pacer, 4000000), 10000000);
    assert_int_equal(pacer_frame_done(&pacer, 14000000), 20000000);
    assert_int_equal(pacer.late_count, 0);
    assert_int_equal(pacer_frame_done(&pacer, 75000000),
                     75000000); /* late: starts anew from here */
    assert_int_equal(pacer_frame_done(&pacer, 79000000), 85000000);
    assert_int_equal(pacer.late_count, 1);
    pacer_init(&pacer, 0, 0);
    assert_int_equal(pacer.period_ns, 16666666);
    pacer_init(&pacer, (double)NAN, 0);
    assert_int_equal(pacer.period_ns, 16666666);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_price_places_the_camera_and_now_is_near_the_right_edge),
        cmocka_unit_test(a_drag_in_time_ends_following_and_end_takes_it_up_again),
        cmocka_unit_test(prices_slide_along_until_the_user_takes_them),
        cmocka_unit_test(a_leap_of_time_asks_for_a_fit_and_a_step_does_not),
        cmocka_unit_test(the_order_book_alone_is_looked_at_from_near),
        cmocka_unit_test(a_price_or_a_time_is_put_into_the_middle),
        cmocka_unit_test(brackets_walk_the_ladder_of_spans),
        cmocka_unit_test(actions_turn_the_knobs),
        cmocka_unit_test(pacer_keeps_absolute_deadlines_and_does_not_catch_up),
    };
    return cmocka_run_group_tests_name("navigator", tests, NULL, NULL);
}
