#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "layer/legend.h"
#include "layer/picture.h"
#include "support/near.h"
#include "window/hands.h"

#define HOUR_MS 3600e3
#define NOW_MS  1781685000000.0

enum { WIDTH = 1920, HEIGHT = 1080 };

static struct navigator nav;
static struct hands hands;
static struct hands_view view;
static struct action_queue queue;
static struct lines lines;
static struct camera_rect plot;

static void see(void) {
    view.camera_count = 1;
    view.cameras[0] = nav.camera;
}

/* Not following, so that a zoom is about the pointer. */
static int start(void **state) {
    (void)state;
    memset(&hands, 0, sizeof hands);
    memset(&queue, 0, sizeof queue);
    memset(&lines, 0, sizeof lines);
    navigator_init(
        &nav, &(struct navigator_desc){.span_ms = 24 * HOUR_MS, .settings = settings_default()});
    view = (struct hands_view){
        .layout = layout_make(WIDTH, HEIGHT, &nav.settings), .lines = &lines, .price_decimals = 1};
    plot = view.layout.plot;
    camera_set_plot(&nav.camera, plot);
    navigator_advance(&nav, NOW_MS, 60000);
    navigator_fit(&nav, 0, 0, 60000);
    nav.camera.following = false;
    nav.knobs.black_usd_per_bp = 1e4;
    nav.knobs.white_usd_per_bp = 1e6;
    see();
    return 0;
}

static void act(struct input input) {
    input.pointer_inside = true;
    see();
    hands_apply(&hands, &nav, &view, &input, &queue);
}

/* A press at x, y; the pointer is there. */
static struct input press_at(double x, double y) {
    return (struct input){.pressed = true,
                          .dragging = true,
                          .button = INPUT_BUTTON_LEFT,
                          .press_x_px = x,
                          .press_y_px = y,
                          .pointer_x_px = x,
                          .pointer_y_px = y};
}

/* Press, go by dx, dy in ten steps, and let go; button and ctrl are from. */
static void drag_from(struct input from, double dx, double dy) {
    act(from);
    from.pressed = false;
    for (int i = 1; i <= 10; i++) {
        from.drag_x_px = dx / 10;
        from.drag_y_px = dy / 10;
        from.pointer_x_px = from.press_x_px + dx * i / 10;
        from.pointer_y_px = from.press_y_px + dy * i / 10;
        act(from);
    }
    from.drag_x_px = from.drag_y_px = 0;
    from.dragging = false;
    from.released = true;
    act(from);
}

static void drag(double x, double y, double dx, double dy) {
    drag_from(press_at(x, y), dx, dy);
}

static void double_click(double x, double y) {
    struct input input = press_at(x, y);
    input.double_clicked = true;
    act(input);
    input.pressed = input.double_clicked = input.dragging = false;
    input.released = true;
    act(input);
}

static double span(void) {
    return nav.camera.time_right_ms - nav.camera.time_left_ms;
}

static double height(void) {
    return nav.camera.ln_top - nav.camera.ln_bottom;
}

static void a_drag_in_the_plot_carries_the_picture_along(void **state) {
    (void)state;
    double time = camera_time_from_px(&nav.camera, 600);
    double price = camera_price_from_px(&nav.camera, 500);
    drag(600, 500, 200, 100);
    assert_near(camera_px_from_time(&nav.camera, time), 800, 1);
    assert_near(camera_px_from_price(&nav.camera, price), 600, 12); /* a little less is taken */
    assert_true(nav.price_free);
}

/* Nobody's hand is quite still, and nobody's drag quite level. */
static void a_click_moves_nothing_and_a_level_drag_leaves_prices_alone(void **state) {
    (void)state;
    struct camera before = nav.camera;
    drag(600, 500, 2, 1);
    assert_memory_equal(&before, &nav.camera, sizeof before);
    assert_false(nav.price_free);
    drag(600, 500, 300, 7);
    assert_near(nav.camera.ln_top, before.ln_top, 0);
    assert_false(nav.price_free);
    assert_true(nav.camera.time_left_ms < before.time_left_ms);
}

static void the_wheel_zooms_about_the_pointer(void **state) {
    (void)state;
    double time = camera_time_from_px(&nav.camera, 400);
    act((struct input){.wheel_steps = 2, .pointer_x_px = 400, .pointer_y_px = 300});
    assert_true(span() < 20 * HOUR_MS);
    assert_near(camera_px_from_time(&nav.camera, time), 400, 0.01);
    double price = camera_price_from_px(&nav.camera, 300);
    double before = span();
    act((struct input){.wheel_steps = -3, .shift = true, .pointer_x_px = 400, .pointer_y_px = 300});
    assert_near(span(), before, 1e-6);
    assert_near(camera_px_from_price(&nav.camera, price), 300, 0.01);
    assert_true(nav.price_free);
    /* Over the price axis without Shift, too. */
    double ln_span = height();
    act((struct input){
        .wheel_steps = 1, .pointer_x_px = view.layout.price_axis.x + 20, .pointer_y_px = 300});
    assert_near(span(), before, 1e-6);
    assert_near(height(), ln_span / 1.15, 1e-9);
    /* Over the header nothing; with the pointer outside nothing. */
    act((struct input){.wheel_steps = 5, .pointer_x_px = 300, .pointer_y_px = 20});
    struct input outside = {.wheel_steps = 5, .pointer_x_px = 400, .pointer_y_px = 300};
    hands_apply(&hands, &nav, &view, &outside, &queue);
    assert_near(span(), before, 1e-6);
    assert_near(height(), ln_span / 1.15, 1e-9);
}

static void a_touchpad_is_as_fine_as_it_tells(void **state) {
    (void)state;
    for (int i = 0; i < 20; i++) {
        act((struct input){.wheel_steps = 0.05, .pointer_x_px = 400, .pointer_y_px = 300});
    }
    assert_near(span(), 24 * HOUR_MS / 1.15, 1);
    double left = nav.camera.time_left_ms;
    double wide = span();
    act((struct input){.wheel_x_steps = 0.5, .pointer_x_px = 400, .pointer_y_px = 300});
    assert_near(nav.camera.time_left_ms, left + 0.02 * wide, 1); /* to the right: later */
    assert_near(span(), wide, 1e-3);
    /* Shift turns a wheel sideways: prices. */
    double ln_span = height();
    act((struct input){
        .wheel_x_steps = 1, .shift = true, .pointer_x_px = 400, .pointer_y_px = 300});
    assert_near(height(), ln_span / 1.15, 1e-9);
    assert_near(span(), wide, 1e-3);
    act((struct input){.pinch_ln = log(2), .pointer_x_px = 400, .pointer_y_px = 300});
    assert_near(span(), wide / 2, 1e-3);
}

static void axes_stretch_what_they_show(void **state) {
    (void)state;
    double before = height();
    double middle = nav.camera.ln_top + nav.camera.ln_bottom;
    drag(view.layout.price_axis.x + 20, 500, 0, -100);
    assert_near(height(), before * exp(-3 * 100 / plot.h), before * 0.05);
    assert_near(nav.camera.ln_top + nav.camera.ln_bottom, middle, 1e-9);
    assert_near(span(), 24 * HOUR_MS, 1);
    before = height();
    double right = nav.camera.time_right_ms;
    drag(600, view.layout.time_axis.y + 5, -200, 0);
    assert_near(span(), 24 * HOUR_MS * exp(-3 * 200 / plot.w), 0.5 * HOUR_MS);
    assert_near(nav.camera.time_right_ms, right, 1);
    assert_near(height(), before, 1e-12);
    /* Beside the plot: the profile moves prices alone, the strips time alone. */
    double bottom = nav.camera.ln_bottom;
    drag(view.layout.profile.x + 10, 400, 50, 40);
    assert_near(nav.camera.ln_bottom, bottom + 40 / plot.h * before, before * 0.01);
    assert_near(nav.camera.time_right_ms, right, 1);
    bottom = nav.camera.ln_bottom;
    drag(600, view.layout.strips[0].graph.y + 3, 90, 40);
    assert_near(nav.camera.ln_bottom, bottom, 0);
    assert_true(nav.camera.time_right_ms < right);
}

static void a_double_click_follows_fits_or_frees(void **state) {
    (void)state;
    double_click(600, 400);
    assert_true(nav.camera.following && nav.wants_range && !nav.price_free);
    start(NULL);
    nav.price_free = true;
    double_click(view.layout.price_axis.x + 20, 400);
    assert_true(nav.wants_range && !nav.price_free && !nav.camera.following);
    const struct legend_place legend = legend_place_of(&view.layout);
    nav.settings.black_usd_per_bp = 2e4;
    nav.settings.white_usd_per_bp = 2e6;
    double_click(legend.x, legend.y + 3);
    assert_near(nav.settings.black_usd_per_bp, 0, 0);
    assert_near(nav.settings.white_usd_per_bp, 2e6, 0);
    double_click(legend.x + legend.w, legend.y + 3);
    assert_near(nav.settings.white_usd_per_bp, 0, 0);
}

/* The handle is worth what lies under the pointer on the legend as it was, and is held. */
static void a_handle_of_the_legend_is_dragged_along_its_amounts(void **state) {
    (void)state;
    const struct legend_place legend = legend_place_of(&view.layout);
    struct scale axis = {0};
    scale_pin(&axis, 1e4, 1e6);
    struct input input = press_at(legend.x + legend.w, legend.y + 3);
    act(input);
    assert_near(hands.legend_black_usd_per_bp, 1e4, 0);
    assert_near(nav.settings.white_usd_per_bp, 0, 0); /* a press alone holds nothing */
    input.pressed = false;
    input.drag_x_px = -legend.w / 2;
    input.pointer_x_px = legend.x + legend.w / 2;
    act(input);
    assert_near(nav.settings.white_usd_per_bp, scale_usd_at(&axis, 0.5), 1);
    assert_near(nav.settings.black_usd_per_bp, 1e4, 0);
    input.pointer_x_px = legend.x - 400; /* not past black */
    act(input);
    assert_true(nav.settings.white_usd_per_bp > nav.settings.black_usd_per_bp);
    input.pointer_x_px = legend.x + legend.w * 1.05; /* beyond the ramps a pixel counts six-fold */
    act(input);
    assert_near(nav.settings.white_usd_per_bp, 1e6 * pow(100, 0.3), 100);
    input.drag_x_px = 0;
    input.dragging = false;
    input.released = true;
    act(input);
    assert_near(hands.legend_white_usd_per_bp, 0, 0);
    assert_int_equal(hands.grabbed, HANDS_NOWHERE);
    /* Where the legend is off there is nothing to take. */
    nav.settings.parts &= ~SETTINGS_BIT(LEGEND);
    struct settings before = nav.settings;
    drag(legend.x, legend.y + 3, 50, 0);
    assert_memory_equal(&before, &nav.settings, sizeof before);
}

static void a_click_on_an_amount_asks_for_another(void **state) {
    (void)state;
    const struct legend_place legend = legend_place_of(&view.layout);
    drag(legend.x + legend.w - 10, legend.amounts_y, 0, 0);
    drag(legend.x + 10, legend.amounts_y, 0, 0);
    drag(legend.x + 10, legend.amounts_y, 40, 0); /* no click */
    assert_int_equal(queue.count, 2);
    assert_int_equal(queue.items[0].action, ACTION_CONSOLE);
    assert_string_equal(queue.items[0].text, "set white ");
    assert_string_equal(queue.items[1].text, "set black ");
}

static void the_wheel_turns_white_over_the_legend(void **state) {
    (void)state;
    const struct legend_place legend = legend_place_of(&view.layout);
    struct input input = {
        .wheel_steps = 0.5, .pointer_x_px = legend.x + legend.w / 2, .pointer_y_px = legend.y + 3};
    act(input);
    assert_near(nav.settings.white_usd_per_bp, 0, 0); /* half a step */
    act(input);
    assert_near(nav.settings.white_usd_per_bp, 1.5e6, 1);
    input.wheel_steps = -1;
    input.shift = true;
    act(input);
    assert_near(nav.settings.black_usd_per_bp, 7e3, 1);
}

static void measuring_keeps_times_and_prices(void **state) {
    (void)state;
    struct camera before = nav.camera;
    double time = camera_time_from_px(&nav.camera, 600);
    double price = camera_price_from_px(&nav.camera, 500);
    struct input input = press_at(600, 500);
    input.button = INPUT_BUTTON_MIDDLE;
    drag_from(input, 300, -200);
    assert_true(hands.measure.shown);
    assert_near(hands.measure.from_ms, time, 1e-3);
    assert_near(hands.measure.from_price, price, 1e-6);
    assert_near(hands.measure.to_ms, camera_time_from_px(&nav.camera, 900), 1e-3);
    assert_near(hands.measure.to_price, camera_price_from_px(&nav.camera, 300), 1e-6);
    assert_memory_equal(&before, &nav.camera, sizeof before);
    assert_true(hands_back(&hands));
    assert_false(hands.measure.shown);
    assert_false(hands_back(&hands));
    /* Ctrl and the left button; it ends at the plot's edge. */
    input = press_at(600, 500);
    input.ctrl = true;
    drag_from(input, 5000, 5000);
    assert_near(hands.measure.to_ms, nav.camera.time_right_ms, 1);
    assert_near(log(hands.measure.to_price), nav.camera.ln_bottom, 1e-9);
    drag(300, 300, 1, 0); /* a click puts it away */
    assert_false(hands.measure.shown);
    /* In measure mode the left button does, until it is put away. */
    hands.measure_mode = true;
    drag(600, 500, 100, 100);
    assert_true(hands.measure.shown);
    assert_true(hands_back(&hands));
    drag(600, 500, 100, 100);
    assert_false(hands.measure.shown);
}

static void lines_are_dragged_to_whole_prices_and_kept(void **state) {
    (void)state;
    const struct lines_item item = {.price = 60123.4};
    assert_true(lines_add(&lines, &item));
    double y = camera_px_from_price(&nav.camera, item.price);
    struct camera before = nav.camera;
    drag(600, y + 2, 0, 90);
    assert_memory_equal(&before, &nav.camera, sizeof before);
    assert_true(hands.lines_changed);
    double want = camera_price_from_px(&nav.camera, y + 90);
    assert_near(lines.items[0].price, want, 0.051);
    assert_near(lines.items[0].price * 10, round(lines.items[0].price * 10), 1e-6);
    /* At its tag beside the plot, too; beside it the plot is moved. */
    hands.lines_changed = false;
    y = camera_px_from_price(&nav.camera, lines.items[0].price);
    drag(view.layout.price_axis.x + 30, y, 0, -50);
    assert_true(hands.lines_changed);
    assert_near(lines.items[0].price, camera_price_from_px(&nav.camera, y - 50), 0.051);
    hands.lines_changed = false;
    drag(600, y + 40, 0, 50);
    assert_false(hands.lines_changed);
    /* One that is removed while it is held. */
    struct input input = press_at(600, camera_px_from_price(&nav.camera, lines.items[0].price));
    act(input);
    lines_remove(&lines, 0);
    input.pressed = false;
    input.drag_y_px = 30;
    act(input);
    assert_int_equal(lines.count, 0);
}

static void the_pointer_tells_what_a_drag_would_do(void **state) {
    (void)state;
    const struct legend_place legend = legend_place_of(&view.layout);
    const struct {
        double x, y;
        bool ctrl;
        enum input_cursor want;
    } rows[] = {
        {600, 500, false, INPUT_CURSOR_ARROW},
        {600, 500, true, INPUT_CURSOR_CROSS},
        {view.layout.price_axis.x + 10, 500, false, INPUT_CURSOR_UP_DOWN},
        {600, view.layout.time_axis.y + 2, false, INPUT_CURSOR_LEFT_RIGHT},
        {legend.x + 1, legend.y + 1, false, INPUT_CURSOR_LEFT_RIGHT},
        {legend.x + legend.w - 9, legend.amounts_y, false, INPUT_CURSOR_HAND},
        {600, 20, false, INPUT_CURSOR_ARROW},
        {600, HEIGHT - 3, false, INPUT_CURSOR_ARROW},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        act((struct input){
            .pointer_x_px = rows[i].x, .pointer_y_px = rows[i].y, .ctrl = rows[i].ctrl});
        assert_int_equal(hands.cursor, rows[i].want);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_drag_in_the_plot_carries_the_picture_along, start),
        cmocka_unit_test_setup(a_click_moves_nothing_and_a_level_drag_leaves_prices_alone, start),
        cmocka_unit_test_setup(the_wheel_zooms_about_the_pointer, start),
        cmocka_unit_test_setup(a_touchpad_is_as_fine_as_it_tells, start),
        cmocka_unit_test_setup(axes_stretch_what_they_show, start),
        cmocka_unit_test_setup(a_double_click_follows_fits_or_frees, start),
        cmocka_unit_test_setup(a_handle_of_the_legend_is_dragged_along_its_amounts, start),
        cmocka_unit_test_setup(a_click_on_an_amount_asks_for_another, start),
        cmocka_unit_test_setup(the_wheel_turns_white_over_the_legend, start),
        cmocka_unit_test_setup(measuring_keeps_times_and_prices, start),
        cmocka_unit_test_setup(lines_are_dragged_to_whole_prices_and_kept, start),
        cmocka_unit_test_setup(the_pointer_tells_what_a_drag_would_do, start),
    };
    return cmocka_run_group_tests_name("hands", tests, NULL, NULL);
}
