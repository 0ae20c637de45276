#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "layer/field.h"
#include "layer/labels.h"
#include "support/golden.h"
#include "support/near.h"

/* Every palette, curve and filter as it is drawn: golden images without texts, and what captions,
 * legend and pinned scales promise. */

enum { WIDTH = 640, HEIGHT = 360 };

static struct golden stage;

static int open_picture(void **state) {
    if (golden_open_test(state) != 0) {
        return -1;
    }
    golden_fill(&stage, NULL);
    return 0;
}

static void check(const char *name, int width, int height, const struct settings *settings) {
    golden_resize(&stage, width, height);
    struct camera camera = golden_camera(&stage, 0, settings);
    struct picture_frame frame = golden_frame(&stage, &camera);
    frame.settings = *settings;
    golden_check(&stage, name, &frame);
}

/* What palettes colour, and little else: they are small. */
static uint32_t colored_parts(void) {
    return SETTINGS_BIT(FIELD) | SETTINGS_BIT(PRICE) | SETTINGS_BIT(BUBBLES) |
           SETTINGS_BIT(LEGEND) | SETTINGS_BIT(PROFILE);
}

static void every_palette_equals_its_golden_images(void **state) {
    (void)state;
    static const int sizes[][2] = {{320, 180}, {WIDTH, HEIGHT}};
    for (int n = 0; n < COLORMAP_COUNT * 2; n++) {
        const int *size = sizes[n % 2];
        char name[64];
        struct settings settings = settings_default();
        settings.palette = (enum colormap_id)(n / 2);
        settings.certainty = (enum colormap_certainty)(n / 2 % COLORMAP_CERTAINTY_COUNT);
        settings.parts = colored_parts();
        str_format(name, sizeof name, "palette-%s-%dx%d", colormap_key(settings.palette), size[0],
                   size[1]);
        check(name, size[0], size[1], &settings);
    }
}

/* The whole picture on paper: no layer may count on a dark background. */
static void light_theme_equals_its_golden_image(void **state) {
    (void)state;
    struct settings settings = settings_default();
    settings.palette = COLORMAP_PAPER;
    settings.parts |= SETTINGS_BIT(CANDLES) | SETTINGS_BIT(MA) | SETTINGS_BIT(VWAP);
    check("light-1280x720", 1280, 720, &settings);
}

static void scales_and_filters_equal_their_golden_images(void **state) {
    (void)state;
    static const struct {
        const char *name;
        enum scale_curve curve;
        double black, white, least;
        enum settings_side side;
        uint32_t band_hidden;
    } rows[] = {
        {"scale-sqrt", SCALE_CURVE_SQRT, 0, 0, 0, SETTINGS_SIDE_BOTH, 0},
        {"scale-linear", SCALE_CURVE_LINEAR, 0, 0, 0, SETTINGS_SIDE_BOTH, 0},
        {"scale-pinned", SCALE_CURVE_LOG, 2e5, 5e6, 0, SETTINGS_SIDE_BOTH, 0},
        {"scale-least", SCALE_CURVE_LOG, 0, 0, 3e6, SETTINGS_SIDE_BOTH, 0},
        {"side-net", SCALE_CURVE_LOG, 0, 0, 0, SETTINGS_SIDE_NET, 0},
        {"side-short", SCALE_CURVE_LOG, 0, 0, 0, SETTINGS_SIDE_SHORT, 0},
        {"bands", SCALE_CURVE_LOG, 0, 0, 0, SETTINGS_SIDE_BOTH, 0x33},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct settings settings = settings_default();
        settings.parts = colored_parts();
        settings.curve = rows[i].curve;
        settings.black_usd_per_bp = rows[i].black;
        settings.white_usd_per_bp = rows[i].white;
        settings.least_usd_per_bp = rows[i].least;
        settings.side = rows[i].side;
        settings.band_hidden = rows[i].band_hidden;
        check(rows[i].name, WIDTH, HEIGHT, &settings);
    }
}

static const uint8_t *pixel(const uint8_t *rgba, double x, double y) {
    return rgba + ((size_t)y * (size_t)stage.width_px + (size_t)x) * 4;
}

/* Two pictures of other sizes and stretches of time and price: pinned, a cell has the same colour
 * in both, though they would choose other scales by themselves. */
static void pinned_usd_has_one_colour_in_every_picture(void **state) {
    (void)state;
    enum { CELLS = 12, ROW_FIRST = 70 };
    static const struct {
        int width, height;
        double span_ms, zoom;
    } views[] = {{WIDTH, 700, 7200000, 4}, {900, 900, 2400000, 8}};
    uint8_t seen[2][CELLS][3];
    double white[2];
    for (int n = 0; n < 2; n++) {
        golden_resize(&stage, views[n].width, views[n].height);
        struct settings settings = settings_default();
        settings.parts = SETTINGS_BIT(FIELD);
        settings.certainty = COLORMAP_CERTAINTY_OFF;
        struct camera camera = golden_camera(&stage, views[n].span_ms, &settings);
        camera_zoom_price(&camera, views[n].zoom, camera.plot_px.y + camera.plot_px.h * 0.62);
        struct picture_frame frame = golden_frame(&stage, &camera);
        frame.settings = settings;
        frame.text_hidden = true;
        picture_draw(stage.picture, &frame);
        white[n] = picture_get_stats(stage.picture).white_usd_per_bp;
        frame.settings.black_usd_per_bp = 1e5;
        frame.settings.white_usd_per_bp = 2e7;
        uint8_t *rgba = golden_draw(&stage, &frame);
        /* Middles of cells, several pixels large, of a column that both see. */
        const struct layers_grid *grid = &stage.market.grid;
        double x = camera_px_from_time(
            &camera, ((double)grid->first_col + grid->col_count - 10 + 0.5) * grid->col_ms);
        for (int i = 0; i < CELLS; i++) {
            double ln = grid->ln_price_min + (ROW_FIRST + i + 0.5) * grid->row_height;
            double y = camera_px_from_ln(&camera, ln);
            assert_true(y > camera.plot_px.y && y < camera.plot_px.y + camera.plot_px.h);
            memcpy(seen[n][i], pixel(rgba, x, y), 3);
        }
        free(rgba);
    }
    int colored = 0;
    for (int i = 0; i < CELLS; i++) {
        for (int c = 0; c < 3; c++) {
            assert_in_range(seen[0][i][c] - seen[1][i][c] + 255, 255 - 3, 255 + 3);
        }
        colored += seen[0][i][0] + seen[0][i][1] + seen[0][i][2] > 120;
    }
    assert_true(colored > CELLS / 4);
    assert_true(fabs(white[0] - white[1]) > 0.1 * white[0]);
}

static bool has_text(const char *part) {
    struct picture_text_box boxes[LABELS_MAX];
    int count = picture_get_text_boxes(stage.picture, LABELS_MAX, boxes);
    for (int i = 0; i < count; i++) {
        if (strstr(boxes[i].text, part) != NULL) {
            return true;
        }
    }
    return false;
}

/* Caption and legend say what was chosen, at any size. */
static void what_was_chosen_is_said(void **state) {
    (void)state;
    static const int sizes[][2] = {{WIDTH, HEIGHT}, {1280, 720}, {1920, 1080}};
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        golden_resize(&stage, sizes[i][0], sizes[i][1]);
        struct settings settings = settings_default();
        settings.palette = COLORMAP_PAPER;
        settings.curve = SCALE_CURVE_SQRT;
        settings.side = SETTINGS_SIDE_SHORT;
        settings.band_hidden = 0x3f & ~0x08U;
        settings.least_usd_per_bp = 2e5;
        settings.black_usd_per_bp = 1e5;
        settings.white_usd_per_bp = 9e6;
        struct camera camera = golden_camera(&stage, 0, &settings);
        struct picture_frame frame = golden_frame(&stage, &camera);
        frame.settings = settings;
        picture_draw(stage.picture, &frame);
        assert_true(has_text("shorts alone"));
        assert_true(has_text("25\xe2\x80\x93"
                             "50"));
        assert_true(has_text("$200k/bp"));
        assert_true((has_text("sqrt") && has_text("pinned")) || sizes[i][0] < 1000);
        assert_true(has_text("$100k") && has_text("$9.00M/bp"));
        assert_false(has_text("auto"));
        assert_near(picture_get_stats(stage.picture).white_usd_per_bp, 9e6, 1);
        frame.settings.white_usd_per_bp = 0;
        picture_draw(stage.picture, &frame);
        assert_true(has_text("black pinned") || sizes[i][0] < 1000);
    }
}

/* While the automatic scale moves, it does so in few steps: each draws the whole field anew. */
static void automatic_scale_follows_a_zoom_and_comes_to_rest(void **state) {
    (void)state;
    struct settings settings = settings_default();
    struct camera camera = golden_camera(&stage, 0, &settings);
    struct picture_frame frame = golden_frame(&stage, &camera);
    frame.settled = false;
    picture_draw(stage.picture, &frame);
    double before = picture_get_stats(stage.picture).white_usd_per_bp;
    while (picture_get_stats(stage.picture).scale_moving) {
        picture_draw(stage.picture, &frame);
    }
    frame.settings.side = SETTINGS_SIDE_LONG;
    frame.settings.band_hidden = 0x30; /* the brightest bands are gone: white comes down */
    int changes = 0;
    double last = before;
    int rested = 0;
    int moving = 0;
    for (int i = 0; i < 400; i++) {
        picture_draw(stage.picture, &frame);
        double now = picture_get_stats(stage.picture).white_usd_per_bp;
        /* Whoever draws only while it moves sees all of it. */
        assert_true(now == last || changes > 0 || i < 2 * 64 / 8);
        moving += picture_get_stats(stage.picture).scale_moving;
        changes += now != last;
        rested = now != last ? 0 : rested + 1;
        last = now;
    }
    assert_in_range(changes, 1, 20);
    assert_true(rested > 100);
    assert_true(last < before);
    assert_in_range(moving, 8 * changes - 8, 8 * changes + 16);
    assert_false(picture_get_stats(stage.picture).scale_moving);
}

int main(void) {
#define PICTURE_TEST(f) cmocka_unit_test_setup_teardown(f, open_picture, golden_close_test)
    const struct CMUnitTest tests[] = {
        PICTURE_TEST(every_palette_equals_its_golden_images),
        PICTURE_TEST(light_theme_equals_its_golden_image),
        PICTURE_TEST(scales_and_filters_equal_their_golden_images),
        PICTURE_TEST(pinned_usd_has_one_colour_in_every_picture),
        PICTURE_TEST(what_was_chosen_is_said),
        PICTURE_TEST(automatic_scale_follows_a_zoom_and_comes_to_rest),
    };
    golden_use(&stage, WIDTH, HEIGHT);
    return cmocka_run_group_tests(tests, golden_open_group, golden_close_group);
}
