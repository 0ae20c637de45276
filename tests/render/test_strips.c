#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "gfx/debug.h"
#include "layer/bars.h"
#include "layer/labels.h"
#include "layer/picture.h"
#include "support/golden.h"
#include "support/near.h"

/* The strips below the plot, and what candles, averages and axes are made of. */

static struct golden stage;

#define STRIPS                                                                                     \
    (SETTINGS_BIT(VOLUME) | SETTINGS_BIT(OPEN_INTEREST) | SETTINGS_BIT(FUNDING) |                  \
     SETTINGS_BIT(VOLATILITY) | SETTINGS_BIT(RSI) | SETTINGS_BIT(LIQUIDATED))

/* Strips, price and axes alone: small images, quickly drawn. */
static struct settings strip_settings(uint32_t more, double scale) {
    struct settings settings = settings_default();
    settings.parts = STRIPS | SETTINGS_BIT(GRID) | SETTINGS_BIT(GAPS) | SETTINGS_BIT(PRICE) |
                     SETTINGS_BIT(STATUS) | more;
    settings.scale_factor = scale;
    return settings;
}

static struct picture_frame frame_of(const struct camera *camera, const struct settings *settings) {
    struct picture_frame frame = golden_frame(&stage, camera);
    frame.settings = *settings;
    return frame;
}

/* Six hours by the minute: the first hour back-filled, its open interest unknown, ten minutes of
 * the third a gap. */
static void fill_market(void) {
    struct synthetic *market = &stage.market;
    synthetic_init(market, &(struct synthetic_desc){.col_count = 360,
                                                    .row_count = 64,
                                                    .col_ms = 60000,
                                                    .price_mid = 64000,
                                                    .half_range = 0.09,
                                                    .seed = 21});
    assert_int_equal(picture_set_grid(stage.picture, 1, &market->grid), STATUS_OK);
    for (int i = 0; i < market->grid.col_count; i++) {
        synthetic_next(market, 1);
        struct layers_column *column = &market->column;
        if (i < 60) {
            column->flags |= LAYERS_COLUMN_HISTORY;
            column->oi_usd = 0;
            column->liquidated_usd[0] = column->liquidated_usd[1] = 0;
            column->print_count = 0;
        }
        column->flags |= i >= 150 && i < 160 ? LAYERS_COLUMN_GAP : 0;
        assert_true(picture_add_column(stage.picture, column));
    }
    market->scene.instruments[0].history_until_ms =
        (market->grid.first_col + 60) * market->grid.col_ms;
    str_copy(market->scene.instruments[0].base, sizeof market->scene.instruments[0].base, "BTC");
}

static bool has_text(const char *part) {
    static struct picture_text_box boxes[LABELS_MAX];
    int count = picture_get_text_boxes(stage.picture, LABELS_MAX, boxes);
    for (int i = 0; i < count; i++) {
        if (strstr(boxes[i].text, part) != NULL) {
            return true;
        }
    }
    return false;
}

static void check_boxes(int width, int height) {
    static struct picture_text_box b[LABELS_MAX];
    int count = picture_get_text_boxes(stage.picture, LABELS_MAX, b);
    for (int i = 0; i < count; i++) {
        if (b[i].x < 0 || b[i].y < 0 || b[i].x + b[i].w > width || b[i].y + b[i].h > height) {
            fail_msg("%d x %d: \"%s\" leaves the picture", width, height, b[i].text);
        }
        for (int j = 0; j < i; j++) {
            if (b[i].x < b[j].x + b[j].w && b[j].x < b[i].x + b[i].w && b[i].y < b[j].y + b[j].h &&
                b[j].y < b[i].y + b[i].h) {
                fail_msg("%d x %d: \"%s\" lies on \"%s\"", width, height, b[i].text, b[j].text);
            }
        }
    }
}

static void strips_equal_their_golden_images(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int width, height;
        double scale, span_ms;
        uint32_t more;
        enum colormap_id palette;
    } rows[] = {
        {"strips-six", 1280, 720, 0.5, 6 * 3600e3, 0, COLORMAP_PERCEPTUAL},
        {"strips-usual", 640, 360, 0.4, 2 * 3600e3,
         SETTINGS_BIT(CANDLES) | SETTINGS_BIT(MA) | SETTINGS_BIT(VWAP), COLORMAP_BLUE_ORANGE},
        {"strips-light", 640, 360, 0.4, 5 * 3600e3, SETTINGS_BIT(MA), COLORMAP_PAPER},
    };
    fill_market();
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        golden_resize(&stage, rows[i].width, rows[i].height);
        struct settings settings = strip_settings(rows[i].more, rows[i].scale);
        settings.palette = rows[i].palette;
        struct camera camera = golden_camera(&stage, rows[i].span_ms, &settings);
        struct picture_frame frame = frame_of(&camera, &settings);
        golden_check(&stage, rows[i].name, &frame);
    }
    golden_resize(&stage, 1280, 720);
}

/* All strips, candles and lines, from the smallest picture to the largest, an hour and six. */
static void texts_of_strips_never_overlap(void **state) {
    (void)state;
    static const int sizes[][2] = {{640, 360},   {1024, 768},  {1280, 720}, {1920, 1080},
                                   {1080, 1920}, {3840, 2160}, {7680, 4320}};
    fill_market();
    stage.market.scene.demo = true;
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        int64_t dropped_before = 0;
        golden_resize(&stage, sizes[i][0], sizes[i][1]);
        for (int turn = 0; turn < 4; turn++) {
            uint32_t more = SETTINGS_BIT(MA) | SETTINGS_BIT(VWAP) | SETTINGS_BIT(CANDLES) |
                            (turn % 2 == 0 ? SETTINGS_BIT(PROFILE) : 0);
            struct settings settings = strip_settings(more, turn == 3 ? 1.5 : 0);
            struct camera camera = golden_camera(&stage, turn < 2 ? 3600e3 : 0, &settings);
            struct picture_frame frame = frame_of(&camera, &settings);
            picture_draw(stage.picture, &frame);
            check_boxes(sizes[i][0], sizes[i][1]);
            assert_true(sizes[i][1] < 1080 || turn == 3 || has_text("Volume"));
            assert_true(sizes[i][1] < 1080 || turn == 3 || has_text("RSI"));
            /* Glyphs of another size may not have fitted beside the last one's, for one frame. */
            int64_t dropped = picture_get_stats(stage.picture).dropped_items;
            assert_true(turn == 0 || dropped == dropped_before);
            dropped_before = dropped;
        }
    }
    golden_resize(&stage, 1280, 720);
}

/* A stretch that is not known is not nothing. */
static void what_is_not_known_is_said(void **state) {
    (void)state;
    struct settings settings = strip_settings(0, 0.5);
    struct camera camera;
    fill_market();
    int64_t now_ms = stage.market.now_ms;
    camera = golden_camera(&stage, 6 * 3600e3, &settings);
    struct picture_frame frame = frame_of(&camera, &settings);
    picture_draw(stage.picture, &frame);
    assert_true(has_text("BTC") && has_text("next in 00:"));
    assert_true(has_text("in 5 h")); /* of the six the first was not seen */
    assert_true(has_text("lower bound"));
    assert_true(has_text("Parkinson of 20 bars of"));
    assert_true(has_text("Wilder, 14 bars of"));
    /* Back to the hour that was back-filled. */
    camera.following = false;
    camera.time_left_ms = (double)(now_ms - 360 * 60000);
    camera.time_right_ms = (double)(now_ms - 349 * 60000);
    picture_draw(stage.picture, &frame);
    assert_true(has_text("not published for the past"));
    assert_true(has_text("not known in this window"));
    assert_true(has_text("too little is known yet"));
    assert_false(has_text("lower bound"));
    /* And to before everything. */
    camera.time_left_ms -= 86400e3;
    camera.time_right_ms -= 86400e3;
    picture_draw(stage.picture, &frame);
    assert_true(has_text("none known in this window"));
    assert_true(has_text("not known in this window"));
}

/* A scene without a rate, a countdown that is over: no made-up numbers. */
static void funding_tells_only_what_is_in_force(void **state) {
    (void)state;
    struct settings settings = strip_settings(0, 0.5);
    fill_market();
    struct scene_instrument *instrument = &stage.market.scene.instruments[0];
    struct camera camera = golden_camera(&stage, 6 * 3600e3, &settings);
    struct picture_frame frame = frame_of(&camera, &settings);
    instrument->funding_rate = -0.000125;
    instrument->next_funding_ms = stage.market.now_ms + 2 * 3600000 + 13 * 60000 + 45000;
    picture_draw(stage.picture, &frame);
    assert_true(has_text("shorts pay longs") && has_text("-0.0125 %"));
    assert_true(has_text("next in 02:13:45") && has_text("per 8 h: -13.7 % a year"));
    instrument->next_funding_ms = stage.market.now_ms;
    picture_draw(stage.picture, &frame);
    assert_false(has_text("next in"));
    instrument->funding_rate = NAN;
    picture_draw(stage.picture, &frame);
    assert_true(has_text("rate in force not known"));
}

/* At most a few hundred shapes a strip, so that all of them stay in the overlays' budget. */
static void strips_stay_within_their_shapes(void **state) {
    (void)state;
    fill_market();
    golden_resize(&stage, 1920, 1080);
    struct settings settings = strip_settings(0, 0);
    for (int hours = 1; hours <= 6; hours++) {
        struct camera camera = golden_camera(&stage, hours * 3600e3, &settings);
        struct picture_frame frame = frame_of(&camera, &settings);
        picture_draw(stage.picture, &frame);
        int with = picture_get_stats(stage.picture).shape_count;
        frame.settings.parts &= ~STRIPS;
        picture_draw(stage.picture, &frame);
        int without = picture_get_stats(stage.picture).shape_count;
        assert_in_range(with - without, 100, 6 * 320);
    }
    golden_resize(&stage, 1280, 720);
}

/* -- bars -- */

static void bars_hold_whole_columns_of_round_intervals(void **state) {
    (void)state;
    static struct field field;
    static struct bars bars;
    struct synthetic *market = &stage.market;
    synthetic_init(market, &(struct synthetic_desc){.col_count = 500,
                                                    .row_count = 16,
                                                    .col_ms = 20000,
                                                    .price_mid = 64000,
                                                    .half_range = 0.09,
                                                    .seed = 4});
    assert_int_equal(field_init(&field, 1, &market->grid), STATUS_OK);
    double usd = 0, liquidated = 0, low = INFINITY, high = 0;
    for (int i = 0; i < market->grid.col_count; i++) {
        const struct layers_column *column = synthetic_next(market, 1);
        assert_true(field_add_column(&field, column));
        usd += column->volume_buy_usd + column->volume_sell_usd;
        liquidated += column->liquidated_usd[0] + column->liquidated_usd[1];
        low = fmin(low, column->low);
        high = fmax(high, column->high);
    }
    struct camera camera = golden_camera(&stage, 500 * 20000, NULL);
    static const int64_t want_ms[] = {20000, 60000, 120000, 600000, 3600000};
    for (size_t i = 0; i < ARRAY_COUNT(want_ms); i++) {
        double ms_per_px = (camera.time_right_ms - camera.time_left_ms) / camera.plot_px.w;
        bars_update(&bars, &field, &camera, (double)want_ms[i] / ms_per_px * 0.98);
        assert_int_equal(bars.interval_ms, want_ms[i]);
        double sum = 0, gone = 0, least = INFINITY, most = 0;
        for (int k = 0; k < bars.count; k++) {
            const struct bar *bar = &bars.items[k];
            assert_int_equal(bar->begin_ms % bars.interval_ms, 0);
            assert_true(k == 0 || bar->begin_ms == bar[-1].begin_ms + bars.interval_ms);
            assert_true(k == 0 || bar->open == bar[-1].close); /* of this market */
            sum += bar->buy_usd + bar->sell_usd;
            gone += bar->liquidated_usd[0] + bar->liquidated_usd[1];
            least = fmin(least, bar->low);
            most = fmax(most, bar->high);
        }
        assert_near(sum, usd, usd * 1e-12);
        assert_near(gone, liquidated, liquidated * 1e-12);
        assert_true(least == low && most == high);
        assert_near(bars.items[bars.count - 1].close, market->column.close, 0);
    }
    field_finish(&field);
}

static void long_bars_are_days_and_weeks_from_monday(void **state) {
    (void)state;
    static struct field field;
    static struct bars bars;
    struct synthetic *market = &stage.market;
    synthetic_init(market, &(struct synthetic_desc){.col_count = 200,
                                                    .row_count = 16,
                                                    .col_ms = 43200000,
                                                    .price_mid = 64000,
                                                    .half_range = 0.09,
                                                    .seed = 4});
    assert_int_equal(field_init(&field, 1, &market->grid), STATUS_OK);
    for (int i = 0; i < market->grid.col_count; i++) {
        assert_true(field_add_column(&field, synthetic_next(market, 1)));
    }
    struct camera camera = golden_camera(&stage, 100 * 86400e3, NULL);
    double ms_per_px = (camera.time_right_ms - camera.time_left_ms) / camera.plot_px.w;
    char text[BARS_TEXT_BYTES];
    bars_update(&bars, &field, &camera, 5 * 86400e3 / ms_per_px);
    assert_string_equal(bars_interval_text(bars.interval_ms, text), "1 w");
    assert_int_equal(bars.items[1].begin_ms, INT64_C(1782086400000)); /* Monday, 2026-06-22 */
    bars_update(&bars, &field, &camera, 20 * 86400e3 / ms_per_px);
    assert_string_equal(bars_interval_text(bars.interval_ms, text), "3 w");
    bars_update(&bars, &field, &camera, 2 * 86400e3 / ms_per_px);
    assert_string_equal(bars_interval_text(bars.interval_ms, text), "3 d");
    int first = 0, last = 0;
    assert_true(bars_visible(&bars, &camera, &first, &last));
    assert_true((double)bars.items[first].begin_ms <= camera.time_left_ms);
    assert_int_equal(last, bars.count - 1);
    camera.time_left_ms = camera.time_right_ms + 1e9;
    camera.time_right_ms = camera.time_left_ms + 1e9;
    assert_false(bars_visible(&bars, &camera, &first, &last));
    bars_update(&bars, NULL, &camera, 7);
    assert_int_equal(bars.count, 0);
    field_finish(&field);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(strips_equal_their_golden_images, golden_open_test,
                                        golden_close_test),
        cmocka_unit_test_setup_teardown(texts_of_strips_never_overlap, golden_open_test,
                                        golden_close_test),
        cmocka_unit_test_setup_teardown(what_is_not_known_is_said, golden_open_test,
                                        golden_close_test),
        cmocka_unit_test_setup_teardown(funding_tells_only_what_is_in_force, golden_open_test,
                                        golden_close_test),
        cmocka_unit_test_setup_teardown(strips_stay_within_their_shapes, golden_open_test,
                                        golden_close_test),
        cmocka_unit_test(bars_hold_whole_columns_of_round_intervals),
        cmocka_unit_test(long_bars_are_days_and_weeks_from_monday),
    };
    golden_use(&stage, 1280, 720);
    return cmocka_run_group_tests_name("strips", tests, golden_open_group, golden_close_group);
}
