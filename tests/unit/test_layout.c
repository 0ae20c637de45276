#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/str.h"
#include "layer/layout.h"

static const int sizes[][2] = {{1, 1},       {64, 64},     {640, 360},   {800, 600},
                               {1280, 720},  {1080, 1920}, {1920, 1080}, {2560, 1080},
                               {3840, 2160}, {7680, 4320}};

static struct settings all_parts(void) {
    struct settings settings = settings_default();
    settings.parts = (UINT32_C(1) << SETTINGS_PART_COUNT) - 1;
    return settings;
}

/* From top to bottom without holes, and the strips on the plot's times. */
static void check(const struct layout *layout) {
    double y = layout->plot.y + layout->plot.h;
    assert_true(layout->plot.w >= 1 && layout->plot.h >= 1);
    assert_true(layout->strip_count <= LAYOUT_STRIP_MAX);
    for (int i = 0; i < layout->strip_count; i++) {
        const struct layout_strip *strip = &layout->strips[i];
        assert_true(strip->head.y == y);
        assert_true(strip->graph.y == y + strip->head.h);
        assert_true(strip->graph.x == layout->plot.x && strip->graph.w == layout->plot.w);
        assert_true(strip->head.h >= 1 && strip->graph.h >= 1);
        assert_true(strip->side.x == layout->plot.w);
        assert_true(strip->side.x + strip->side.w == layout->width_px);
        assert_true(i == 0 || strip->part > layout->strips[i - 1].part);
        y += strip->side.h;
        assert_true(strip->graph.y + strip->graph.h <= y);
    }
    assert_true(layout->time_axis.y == y);
    assert_true(layout->status.y == y + layout->time_axis.h);
    assert_true(layout->profile.y == layout->plot.y && layout->profile.h == layout->plot.h);
    assert_true(layout->profile.x + layout->profile.w == layout->price_axis.x);
}

static void parts_fill_the_picture_at_every_size(void **state) {
    (void)state;
    struct settings settings = all_parts();
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        for (double scale = 0; scale < 4; scale += 1.5) {
            settings.scale_factor = scale;
            struct layout layout = layout_make(sizes[i][0], sizes[i][1], &settings);
            check(&layout);
            if (sizes[i][1] >= 360 && scale == 0) {
                assert_true(layout.status.y + layout.status.h == sizes[i][1]);
            }
        }
    }
}

static void low_pictures_have_fewer_strips(void **state) {
    (void)state;
    static const struct {
        int width, height, all, usual;
    } rows[] = {{640, 360, 0, 0},   {1280, 720, 4, 4},  {1920, 1080, 6, 4},
                {3840, 2160, 6, 4}, {7680, 4320, 6, 4}, {1080, 1920, 6, 4}};
    struct settings all = all_parts();
    struct settings usual = settings_default();
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_int_equal(layout_make(rows[i].width, rows[i].height, &all).strip_count, rows[i].all);
        assert_int_equal(layout_make(rows[i].width, rows[i].height, &usual).strip_count,
                         rows[i].usual);
    }
}

/* At 720 lines four of six have room: liquidations, the two that somebody switched on, volume. */
static void what_was_switched_on_comes_first(void **state) {
    (void)state;
    struct settings settings = all_parts();
    struct layout layout = layout_make(1280, 720, &settings);
    assert_int_equal(layout.strips[0].part, SETTINGS_PART_VOLUME);
    assert_int_equal(layout.strips[1].part, SETTINGS_PART_VOLATILITY);
    assert_int_equal(layout.strips[2].part, SETTINGS_PART_RSI);
    assert_int_equal(layout.strips[3].part, SETTINGS_PART_LIQUIDATED);
    settings = settings_default();
    layout = layout_make(1280, 720, &settings);
    assert_int_equal(layout.strips[0].part, SETTINGS_PART_VOLUME);
    assert_int_equal(layout.strips[1].part, SETTINGS_PART_OPEN_INTEREST);
    assert_int_equal(layout.strips[2].part, SETTINGS_PART_FUNDING);
    assert_int_equal(layout.strips[3].part, SETTINGS_PART_LIQUIDATED);
}

static void what_is_off_gives_its_room_to_the_plot(void **state) {
    (void)state;
    struct settings settings = settings_default();
    struct layout whole = layout_make(1920, 1080, &settings);
    settings.parts &=
        ~(SETTINGS_BIT(STATUS) | SETTINGS_BIT(PROFILE) | SETTINGS_BIT(VOLUME) |
          SETTINGS_BIT(OPEN_INTEREST) | SETTINGS_BIT(FUNDING) | SETTINGS_BIT(LIQUIDATED));
    struct layout bare = layout_make(1920, 1080, &settings);
    check(&bare);
    assert_int_equal(bare.strip_count, 0);
    assert_true(bare.plot.h ==
                whole.plot.h + whole.status.h + whole.strip_count * whole.strips[0].side.h);
    assert_true(bare.plot.w == whole.plot.w + whole.profile.w);
    assert_true(bare.status.h == 0 && bare.profile.w == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_fill_the_picture_at_every_size),
        cmocka_unit_test(low_pictures_have_fewer_strips),
        cmocka_unit_test(what_was_switched_on_comes_first),
        cmocka_unit_test(what_is_off_gives_its_room_to_the_plot),
    };
    return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
