#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "base/random.h"
#include "base/str.h"
#include "support/near.h"
#include "view/camera.h"

#define NOW_MS INT64_C(1781654400000)

static struct camera make(void) {
    struct camera camera;
    camera_init(&camera, NOW_MS, 86400000.0, 64000, 0.2);
    camera_set_plot(&camera, (struct camera_rect){10, 72, 1600, 900});
    return camera;
}

static void new_camera_follows_and_centres_the_price(void **state) {
    (void)state;
    struct camera camera = make();
    assert_true(camera.following);
    assert_near(camera_px_from_time(&camera, (double)NOW_MS), 10 + 1600 * CAMERA_LIVE_FRACTION,
                1e-6);
    assert_near(camera_px_from_price(&camera, 64000), 72 + 450, 1e-9);
}

static void pixels_and_values_are_inverse_at_any_window(void **state) {
    (void)state;
    struct random random;
    random_init(&random, 11);
    for (int i = 0; i < 2000; i++) {
        struct camera camera;
        double span = exp(log(CAMERA_SPAN_MS_MIN) + random_uniform(&random) * 15);
        double ln_span = exp(log(CAMERA_LN_SPAN_MIN) + random_uniform(&random) * 9);
        double price = exp(random_uniform(&random) * 30 - 12);
        camera_init(&camera, NOW_MS, span, price, ln_span);
        camera_set_plot(&camera, (struct camera_rect){random_uniform(&random) * 100, 3,
                                                      1 + random_uniform(&random) * 4000,
                                                      1 + random_uniform(&random) * 2000});
        double x = random_uniform(&random) * 4000;
        double y = random_uniform(&random) * 2000;
        /* Doubles of epoch milliseconds are exact to a quarter of a microsecond. */
        assert_near(camera_px_from_time(&camera, camera_time_from_px(&camera, x)), x,
                    1e-3 * camera.plot_px.w / span + 1e-6);
        assert_near(camera_px_from_price(&camera, camera_price_from_px(&camera, y)), y,
                    1e-11 * camera.plot_px.h / CAMERA_LN_SPAN_MIN + 1e-6);
        assert_near(camera_px_from_ln(&camera, camera_ln_from_px(&camera, y)), y, 1e-6);
    }
}

static void higher_prices_are_higher_up_and_later_times_further_right(void **state) {
    (void)state;
    struct camera camera = make();
    assert_true(camera_px_from_price(&camera, 65000) < camera_px_from_price(&camera, 64000));
    assert_true(camera_px_from_time(&camera, 1.0 + (double)NOW_MS) >
                camera_px_from_time(&camera, (double)NOW_MS));
}

static void panning_moves_what_is_under_the_pointer_with_it(void **state) {
    (void)state;
    struct camera camera = make();
    double time = camera_time_from_px(&camera, 500);
    double price = camera_price_from_px(&camera, 300);
    camera_pan_px(&camera, 120, -40);
    assert_near(camera_px_from_time(&camera, time), 620, 1e-6);
    assert_near(camera_px_from_price(&camera, price), 260, 1e-6);
    assert_false(camera.following);
}

static void panning_in_price_alone_goes_on_following(void **state) {
    (void)state;
    struct camera camera = make();
    camera_pan_px(&camera, 0, 33);
    assert_true(camera.following);
}

static void zooming_keeps_what_is_under_the_pointer(void **state) {
    (void)state;
    struct camera camera = make();
    camera.following = false;
    double time = camera_time_from_px(&camera, 444);
    double price = camera_price_from_px(&camera, 222);
    camera_zoom_time(&camera, 2.7, 444);
    camera_zoom_price(&camera, 1.9, 222);
    assert_near(camera_px_from_time(&camera, time), 444, 1e-6);
    assert_near(camera_px_from_price(&camera, price), 222, 1e-6);
    assert_near(camera.time_right_ms - camera.time_left_ms, 86400000.0 / 2.7, 1e-3); /* sees less */
    assert_near(camera.ln_top - camera.ln_bottom, 0.2 / 1.9, 1e-12);
}

static void zooming_while_following_keeps_the_live_edge(void **state) {
    (void)state;
    struct camera camera = make();
    camera_zoom_time(&camera, 4, 20);
    assert_near(camera_px_from_time(&camera, (double)NOW_MS), 10 + 1600 * CAMERA_LIVE_FRACTION,
                1e-6);
}

static void spans_stop_at_their_limits(void **state) {
    (void)state;
    struct camera camera = make();
    for (int i = 0; i < 200; i++) {
        camera_zoom_time(&camera, 2, 300);
        camera_zoom_price(&camera, 2, 300);
    }
    assert_near(camera.time_right_ms - camera.time_left_ms, CAMERA_SPAN_MS_MIN, 1e-3);
    assert_near(camera.ln_top - camera.ln_bottom, CAMERA_LN_SPAN_MIN, 1e-12);
    for (int i = 0; i < 200; i++) {
        camera_zoom_time(&camera, 0.5, 300);
        camera_zoom_price(&camera, 0.5, 300);
    }
    assert_near(camera.time_right_ms - camera.time_left_ms, CAMERA_SPAN_MS_MAX, 1);
    assert_near(camera.ln_top - camera.ln_bottom, CAMERA_LN_SPAN_MAX, 1e-9);
}

static void following_scrolls_by_fractions_of_a_pixel(void **state) {
    (void)state;
    struct camera camera = make();
    double left = camera.time_left_ms;
    camera_follow(&camera, (double)NOW_MS + 16.7);
    assert_near(camera.time_left_ms - left, 16.7, 1e-3);
    camera.following = false;
    camera_follow(&camera, (double)NOW_MS + 99999);
    assert_near(camera.time_left_ms - left, 16.7, 1e-3);
}

static void fitting_leaves_the_margin(void **state) {
    (void)state;
    struct camera camera = make();
    camera_fit_price(&camera, 60000, 70000, 0.1);
    assert_near(camera_px_from_price(&camera, 60000), 72 + 900 * 0.9, 1e-6);
    assert_near(camera_px_from_price(&camera, 70000), 72 + 900 * 0.1, 1e-6);
}

static void a_price_near_the_edge_slides_back(void **state) {
    (void)state;
    struct camera camera = make();
    assert_false(camera_keep_price(&camera, 64000, 0.2, 0.5));
    double high = camera_price_from_px(&camera, 72 + 30);
    assert_true(camera_keep_price(&camera, high, 0.2, 1));
    assert_near(camera_px_from_price(&camera, high), 72 + 900 * 0.2, 1e-6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_camera_follows_and_centres_the_price),
        cmocka_unit_test(pixels_and_values_are_inverse_at_any_window),
        cmocka_unit_test(higher_prices_are_higher_up_and_later_times_further_right),
        cmocka_unit_test(panning_moves_what_is_under_the_pointer_with_it),
        cmocka_unit_test(panning_in_price_alone_goes_on_following),
        cmocka_unit_test(zooming_keeps_what_is_under_the_pointer),
        cmocka_unit_test(zooming_while_following_keeps_the_live_edge),
        cmocka_unit_test(spans_stop_at_their_limits),
        cmocka_unit_test(following_scrolls_by_fractions_of_a_pixel),
        cmocka_unit_test(fitting_leaves_the_margin),
        cmocka_unit_test(a_price_near_the_edge_slides_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
