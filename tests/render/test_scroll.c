#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "gfx/debug.h"
#include "gfx/offscreen.h"
#include "layer/ground.h"
#include "layer/picture.h"
#include "layer/scroll.h"
#include "support/keep_modules.h"
#include "support/synthetic_picture.h"

/* The field on its scroll: kept pixels are those of a drawing from nothing, wherever it has been
 * and for however long; a steady frame makes nothing, and little is drawn. */

enum { WIDTH = 480, HEIGHT = 270 };
#define WEEK_MS (7 * 86400000.0)

static struct offscreen *offscreen;
static struct synthetic market;

static int open_context(void **state) {
    (void)state;
    if (offscreen_create(WIDTH, HEIGHT, &offscreen) != STATUS_OK) {
        return -1;
    }
    keep_modules_now();
    return 0;
}

static int close_context(void **state) {
    (void)state;
    offscreen_destroy(offscreen);
    return 0;
}

static struct synthetic_desc market_desc(void) {
    return (struct synthetic_desc){.col_count = 200,
                                   .row_count = 128,
                                   .col_ms = 60000,
                                   .price_mid = 64000,
                                   .half_range = 0.09,
                                   .seed = 11};
}

/* -- where a view stands -- */

static void view_stands_within_an_eighth_of_a_pixel_for_a_week(void **state) {
    (void)state;
    static const double spans_ms[] = {5000, 300000, 3600000, 86400000, 31536000000.0};
    struct random random;
    random_init(&random, 4);
    for (size_t i = 0; i < sizeof spans_ms / sizeof spans_ms[0]; i++) {
        struct scroll scroll = {0};
        struct camera camera;
        camera_init(&camera, INT64_C(1781654400000), spans_ms[i], 64000, 0.15);
        camera_set_plot(&camera, (struct camera_rect){0, 0, 1691, 917});
        double begin_ms = camera.time_left_ms;
        double length = 0;
        while (camera.time_left_ms < begin_ms + WEEK_MS) {
            camera_follow(&camera, camera.time_right_ms + random_uniform(&random) * WEEK_MS / 2000);
            struct scroll_place place = scroll_place_of(&scroll, &camera);
            assert_true(length == 0 || place.ms_per_px == length); /* nothing is thrown away */
            length = place.ms_per_px;
            for (int x = 0; x <= 1691; x += 1691) { /* at both edges of the plot */
                double shown = ((double)(place.column + x) + place.phase / 4.0) * place.ms_per_px;
                double off_px = fabs(shown - camera_time_from_px(&camera, x)) / place.ms_per_px;
                if (off_px > 0.125 + 0.003) {
                    fail_msg("span %g ms: %g pixels from its place at x %d", spans_ms[i], off_px,
                             x);
                }
            }
        }
    }
}

/* -- the same pixels -- */

struct rig {
    struct field field;
    struct program compose;
    struct heatmap heatmap;
    struct ground kept;
    struct scale scale;
    struct camera camera;
    bool split; /* the camera's prices above, those half as far apart below */
};

static void open_rig(struct rig *rig) {
    *rig = (struct rig){0};
    const struct synthetic_desc desc = market_desc();
    synthetic_init(&market, &desc);
    assert_true(program_init(&rig->compose, &field_program_desc));
    assert_true(heatmap_init(&rig->heatmap, NULL));
    assert_int_equal(field_init(&rig->field, 1, &market.grid), STATUS_OK);
    for (int i = 0; i < market.grid.col_count; i++) {
        assert_true(field_add_column(&rig->field, synthetic_next(&market, 1)));
    }
    scale_pin(&rig->scale, 1e5, 5e7);
    camera_init(&rig->camera, market.now_ms, 9000000.0, 64000, 0.15);
    camera_set_plot(&rig->camera, (struct camera_rect){7, 11, WIDTH - 20, HEIGHT - 31});
}

static void close_rig(struct rig *rig) {
    ground_finish(&rig->kept);
    field_finish(&rig->field);
    heatmap_finish(&rig->heatmap);
    program_finish(&rig->compose);
    assert_int_equal(debug_error_count(), 0);
}

static void draw(struct rig *rig, struct ground *ground, const struct colormap_look *look,
                 uint8_t rgba[WIDTH * HEIGHT * 4]) {
    struct target target = offscreen_target(offscreen);
    struct camera upper = rig->camera;
    struct camera lower = rig->camera;
    struct camera_rect plot = rig->camera.plot_px;
    if (rig->split) {
        camera_set_plot(&upper, (struct camera_rect){plot.x, plot.y, plot.w, 100});
        camera_set_plot(&lower, (struct camera_rect){plot.x, plot.y + 107, plot.w, plot.h - 107});
        lower.ln_top -= (lower.ln_top - lower.ln_bottom) / 2;
    }
    const struct ground_view view = {.heatmap = &rig->heatmap,
                                     .heat = {.field = &rig->field,
                                              .camera = &upper,
                                              .lower = rig->split ? &lower : NULL,
                                              .scale = &rig->scale,
                                              .look = *look,
                                              .hatch_px = 13,
                                              .until_ms = (double)market.now_ms}};
    field_compose(&rig->field, &rig->compose, INT64_MIN, INT64_MAX);
    target_begin(&target, TARGET_BLEND_NONE);
    target_clear((const float[4]){0, 0, 0, 1});
    ground_draw(ground, &target, &view);
    if (rgba != NULL) {
        offscreen_read_rgba(offscreen, (size_t)WIDTH * HEIGHT * 4, rgba);
    }
}

/* Steps of all sizes, forward and back, columns that come and change meanwhile, many laps around
 * the pixel ring and around the field's own. */
static void kept_pixels_are_those_of_a_drawing_from_nothing(void **state) {
    (void)state;
    static uint8_t kept[WIDTH * HEIGHT * 4];
    static uint8_t fresh[WIDTH * HEIGHT * 4];
    static const struct colormap_look looks[] = {
        {COLORMAP_PERCEPTUAL, COLORMAP_CERTAINTY_SATURATION, false},
        {COLORMAP_HOT_COLD, COLORMAP_CERTAINTY_HATCH, false}};
    struct rig rig;
    struct random random;
    random_init(&random, 5);
    open_rig(&rig);
    for (int step = 0; step < 1200; step++) {
        const struct colormap_look *look = &looks[step / 600];
        if (step == 600) {
            rig.split = true;
            assert_true(field_set_mixes(&rig.field, 2,
                                        (const enum field_mix[]){FIELD_MIX_SHORT, FIELD_MIX_LONG}));
        }
        double px = random_uniform(&random) * 1.7;
        px += step % 50 == 49 ? -20 : 0;
        double px_ms = (rig.camera.time_right_ms - rig.camera.time_left_ms) / rig.camera.plot_px.w;
        rig.camera.time_left_ms += px * px_ms;
        rig.camera.time_right_ms += px * px_ms;
        while ((double)market.now_ms < rig.camera.time_right_ms - 200000) {
            assert_true(field_add_column(&rig.field, synthetic_next(&market, 1)));
        }
        if (step % 7 == 0) {
            market.column.texels[0][step % 128][1] ^= 0x40;
            assert_true(field_add_column(&rig.field, &market.column)); /* the newest, again */
        }
        bool compared = step % 40 == 39;
        for (int again = step % 4 == 3 ? 3 : 0; again > 0; again--) { /* paints ahead */
            draw(&rig, &rig.kept, look, NULL);
        }
        draw(&rig, &rig.kept, look, compared ? kept : NULL);
        if (compared) {
            struct ground ground = {0};
            draw(&rig, &ground, look, fresh);
            ground_finish(&ground);
            if (memcmp(kept, fresh, sizeof kept) != 0) {
                int off = 0;
                for (size_t i = 0; i < sizeof kept; i++) {
                    off += kept[i] != fresh[i];
                }
                fail_msg("step %d: %d bytes differ", step, off);
            }
        }
    }
    close_rig(&rig);
}

/* Frames in which nothing moves bring the next phase; the step into it then has little to paint. */
static void frames_without_a_change_paint_the_next_phase(void **state) {
    (void)state;
    static const struct colormap_look look = {COLORMAP_PERCEPTUAL, COLORMAP_CERTAINTY_OFF, false};
    struct rig rig;
    open_rig(&rig);
    double px_ms = (rig.camera.time_right_ms - rig.camera.time_left_ms) / rig.camera.plot_px.w;
    camera_pan_px(&rig.camera, 40, 0); /* the newest column is out of view */
    for (int step = 0; step < 5; step++) {
        for (int i = 0; i < 18; i++) {
            draw(&rig, &rig.kept, &look, NULL);
        }
        struct scroll_place place = scroll_place_of(&rig.kept.scroll, &rig.camera);
        int64_t width = (int64_t)rig.camera.plot_px.w;
        int next = (place.phase + 1) % SCROLL_PHASE_COUNT;
        struct scroll_span kept = rig.kept.scroll.rings[next].kept;
        assert_int_equal(kept.to - kept.from, width);
        assert_int_equal(kept.from, place.column + (next == 0 ? 1 : 0));
        rig.camera.time_left_ms += px_ms / SCROLL_PHASE_COUNT;
        rig.camera.time_right_ms += px_ms / SCROLL_PHASE_COUNT;
    }
    close_rig(&rig);
}

static void column_is_uploaded_once(void **state) {
    (void)state;
    struct rig rig;
    open_rig(&rig);
    int64_t column_bytes = (int64_t)market.grid.row_count * (LAYERS_SLICE_COUNT * 8 + 1);
    debug_take_counts();
    for (int i = 0; i < 10; i++) {
        assert_true(field_add_column(&rig.field, synthetic_next(&market, 1)));
        assert_int_equal(debug_take_counts().upload_bytes, column_bytes);
    }
    close_rig(&rig);
}

/* -- a filter, then a pan -- */

/* However many columns a filter or a choice of sides changes, wherever they lie in the ring. */
static void filter_costs_one_compose_pass(void **state) {
    (void)state;
    static const enum field_mix mixes[][2] = {{FIELD_MIX_LARGER},
                                              {FIELD_MIX_SHORT, FIELD_MIX_LONG}};
    struct rig rig;
    open_rig(&rig);
    for (int i = 0; i < 100; i++) { /* around the ring's end */
        assert_true(field_add_column(&rig.field, synthetic_next(&market, 1)));
    }
    for (int i = 0; i < 4; i++) {
        float weights[LAYERS_CHANNEL_COUNT] = {0};
        weights[i] = weights[7 + i] = 1;
        assert_true(field_set_mixes(&rig.field, 1 + i % 2, mixes[i % 2]));
        field_set_weights(&rig.field, weights);
        for (int pass = 0; pass < 2; pass++) { /* and then it is done */
            debug_take_counts();
            field_compose(&rig.field, &rig.compose, INT64_MIN, INT64_MAX);
            assert_int_equal(debug_take_counts().draw_count, pass == 0 ? 1 : 0);
        }
    }
    /* The columns of a plain view, and of one whose columns lie around the ring's end. */
    for (int64_t back = 0; back < rig.field.count - 40; back += 20) {
        int64_t last = rig.field.newest_col - back;
        float weights[LAYERS_CHANNEL_COUNT] = {0};
        weights[back / 20 % LAYERS_CHANNEL_COUNT] = 1;
        field_set_weights(&rig.field, weights);
        debug_take_counts();
        field_compose(&rig.field, &rig.compose, last - 40, last);
        assert_int_equal(debug_take_counts().draw_count, 1);
    }
    close_rig(&rig);
}

static struct picture *open_picture(void) {
    struct picture *picture = NULL;
    const struct synthetic_desc desc = market_desc();
    synthetic_init(&market, &desc);
    assert_int_equal(picture_create(NULL, &picture), STATUS_OK);
    assert_int_equal(picture_set_grid(picture, 1, &market.grid), STATUS_OK);
    for (int i = 0; i < market.grid.col_count; i++) {
        assert_true(picture_add_column(picture, synthetic_next(&market, 1)));
    }
    return picture;
}

/* The field alone, an hour of it that ends back_ms before now, as a fixed scale colours it. */
static void draw_hour(struct picture *picture, uint32_t band_hidden, double back_ms,
                      uint8_t rgba[WIDTH * HEIGHT * 4]) {
    struct picture_frame frame = {.target = offscreen_target(offscreen),
                                  .scene = &market.scene,
                                  .now_ms = market.now_ms,
                                  .settings = settings_default(),
                                  .text_hidden = true};
    frame.settings.parts = SETTINGS_BIT(FIELD);
    frame.settings.band_hidden = band_hidden;
    frame.settings.black_usd_per_bp = 1e5;
    frame.settings.white_usd_per_bp = 5e7;
    struct camera camera;
    camera_init(&camera, market.now_ms, 3600000.0, 64000, 0.15);
    camera_set_plot(&camera, picture_plot_px(WIDTH, HEIGHT, &frame.settings));
    camera.time_left_ms -= back_ms;
    camera.time_right_ms -= back_ms;
    frame.camera = &camera;
    picture_draw(picture, &frame);
    offscreen_read_rgba(offscreen, (size_t)WIDTH * HEIGHT * 4, rgba);
}

/* Columns out of view when a filter changes are composed when they come into view. */
static void filter_holds_for_columns_that_a_pan_brings_into_view(void **state) {
    (void)state;
    enum { BYTES = WIDTH * HEIGHT * 4 };
    static uint8_t panned[BYTES];
    static uint8_t fresh[BYTES];
    static uint8_t whole[BYTES];
    const uint32_t hidden = 0x2A; /* every other band */
    struct picture *picture = open_picture();
    draw_hour(picture, 0, 7200000, whole); /* composed without the filter */
    draw_hour(picture, 0, 0, panned);
    draw_hour(picture, hidden, 0, panned);
    for (int minute = 30; minute <= 120; minute += 30) {
        struct picture *other = open_picture();
        draw_hour(picture, hidden, minute * 60000.0, panned);
        draw_hour(other, hidden, minute * 60000.0, fresh);
        picture_destroy(other);
        if (memcmp(panned, fresh, sizeof fresh) != 0) {
            fail_msg("%d minutes back: columns under the old filter", minute);
        }
    }
    assert_memory_not_equal(panned, whole, sizeof whole);
    draw_hour(picture, hidden, 0, panned); /* a hop back, and another filter seen from there */
    draw_hour(picture, 0, 0, panned);
    draw_hour(picture, 0, 7200000, panned);
    assert_memory_equal(panned, whole, sizeof whole);
    picture_destroy(picture);
    assert_int_equal(debug_error_count(), 0);
}

/* -- a steady frame -- */

/* Every part, the order book among them, while the picture scrolls once around its rings: columns
 * that are composed and strips that are painted lie around both seams then. */
static void check_steady_frames(bool split, int draws_max) {
    struct picture *picture = NULL;
    struct synthetic_desc desc = market_desc();
    desc.book = true;
    synthetic_init(&market, &desc);
    assert_int_equal(picture_create(NULL, &picture), STATUS_OK);
    assert_int_equal(picture_set_grid(picture, 1, &market.grid), STATUS_OK);
    for (int i = 0; i < market.grid.col_count; i++) {
        assert_true(picture_add_column(picture, synthetic_next(&market, 1)));
    }
    struct picture_frame frame = {.target = offscreen_target(offscreen),
                                  .scene = &market.scene,
                                  .settings = settings_default()};
    frame.settings.parts = UINT32_MAX >> (32 - SETTINGS_PART_COUNT);
    frame.settings.split = split;
    struct camera camera;
    camera_init(&camera, market.now_ms, 9000000.0, 64000, 0.15);
    camera_set_plot(&camera, picture_plot_px(WIDTH, HEIGHT, &frame.settings));
    frame.camera = &camera;
    for (int i = 0; i < 330; i++) {
        if (i % 2 == 0) {
            assert_true(picture_add_column(picture, synthetic_next(&market, 1)));
        }
        frame.now_ms = market.now_ms + i % 2 * 25000;
        camera_follow(&camera, (double)frame.now_ms);
        picture_draw(picture, &frame);
        struct picture_stats stats = picture_get_stats(picture);
        if (stats.draw_count > draws_max) {
            fail_msg("frame %d: %d draws, %d at most", i, stats.draw_count, draws_max);
        }
        assert_true(i < 10 || stats.object_count == 0);
    }
    picture_destroy(picture);
    assert_int_equal(debug_error_count(), 0);
}

static void steady_frame_makes_no_object_and_draws_little(void **state) {
    (void)state;
    check_steady_frames(false, 12);
    check_steady_frames(true, 12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(view_stands_within_an_eighth_of_a_pixel_for_a_week),
        cmocka_unit_test(kept_pixels_are_those_of_a_drawing_from_nothing),
        cmocka_unit_test(frames_without_a_change_paint_the_next_phase),
        cmocka_unit_test(column_is_uploaded_once),
        cmocka_unit_test(filter_costs_one_compose_pass),
        cmocka_unit_test(filter_holds_for_columns_that_a_pan_brings_into_view),
        cmocka_unit_test(steady_frame_makes_no_object_and_draws_little),
    };
    return cmocka_run_group_tests(tests, open_context, close_context);
}
