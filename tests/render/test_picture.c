#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/math.h"
#include "base/str.h"
#include "gfx/debug.h"
#include "gfx/offscreen.h"
#include "gfx/readback.h"
#include "layer/field.h"
#include "layer/ground.h"
#include "layer/labels.h"
#include "layer/picture.h"
#include "support/alloc_count.h"
#include "support/golden.h"
#include "support/near.h"

/* What is drawn off-screen, compared with plain C and with what must be seen. One context for all
 * of it. */

enum { WIDTH = 640, HEIGHT = 360 };

static struct golden stage;

/* -- the passes beside plain C -- */

/* A composed texel, as layer/field.h tells it. */
static void reference_texel(const struct field *field, enum field_mix mix, int64_t col, int row,
                            double out[2]) {
    double usd[2];
    field_get_usd(field, col, row, usd);
    usd[0] = mix == FIELD_MIX_SHORT ? 0 : usd[0];
    usd[1] = mix == FIELD_MIX_LONG ? 0 : usd[1];
    double side = usd[1] > usd[0] ? 1 : (usd[0] > 0 ? -1 : 0);
    double sure = colormap_shown_certainty(field_get_certainty(field, col, row));
    double shown = mix == FIELD_MIX_NET ? fabs(usd[0] - usd[1]) : fmax(usd[0], usd[1]);
    int mix_side = 0;
    assert_near(field_mix_usd(mix, usd, &mix_side), shown, 1e-9 * shown);
    assert_true(side == 0 || mix_side == (side > 0));
    out[0] = log2(1 + shown / 1000);
    out[1] = side * (FIELD_SIDE_LEAST + (1 - FIELD_SIDE_LEAST) * sure);
}

static void compare_density(const struct field *field, int density) {
    for (int64_t col = field->oldest_col; col <= field->newest_col; col++) {
        float got[64 * 2];
        struct target_rect row = {density * field->density.stride, field_slot(field, col), 64, 1};
        readback_rg(&field->density.target, row, 128, got);
        for (int i = 0; i < 64; i++) {
            double want[2];
            reference_texel(field, field->density.mixes[density], col, i, want);
            /* Half floats of values up to 24 are exact to 2^-7, of values up to 1 to 2^-11; log2
             * of the GPU to 2^-10. */
            assert_near((double)got[2 * i], want[0], 0.012);
            assert_near((double)got[2 * i + 1], want[1], 0.001);
        }
    }
}

/* One density, and two, of every mix; the sides together, net and apart. */
static void compose_equals_its_reference(void **state) {
    (void)state;
    static const enum field_mix mixes[][FIELD_DENSITY_MAX] = {
        {FIELD_MIX_LARGER}, {FIELD_MIX_SHORT, FIELD_MIX_LONG}, {FIELD_MIX_NET}};
    struct field field;
    struct program program;
    synthetic_init(&stage.market, &(struct synthetic_desc){.col_count = 40,
                                                           .row_count = 64,
                                                           .col_ms = 60000,
                                                           .price_mid = 64000,
                                                           .half_range = 0.09,
                                                           .seed = 5});
    assert_true(program_init(&program, &field_program_desc));
    assert_int_equal(field_init(&field, 1, &stage.market.grid), STATUS_OK);
    /* More columns than the ring has rows: it wraps. */
    for (int i = 0; i < 130; i++) {
        assert_true(field_add_column(&field, synthetic_next(&stage.market, 1)));
    }
    float weights[LAYERS_CHANNEL_COUNT];
    for (int i = 0; i < LAYERS_CHANNEL_COUNT; i++) {
        weights[i] = (float)(i % 4) / 3;
    }
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < ARRAY_COUNT(mixes); i++) {
            assert_true(field_set_mixes(&field, 1 + (int)(i % 2), mixes[i]));
            field_compose(&field, &program, INT64_MIN, INT64_MAX);
            compare_density(&field, 0);
            compare_density(&field, field.density.count - 1);
        }
        field_set_weights(&field, weights);
    }
    field_finish(&field);
    program_finish(&program);
    assert_int_equal(debug_error_count(), 0);
}

/* A texel from the CPU's copy, bilinear, as heatmap.frag samples. */
static void reference_sample(const struct field *field, double col, double row, double out[2]) {
    double c = fmin(fmax(col - 0.5, (double)field->oldest_col), (double)field->newest_col);
    double r = fmin(fmax(row - 0.5, 0), field->grid.row_count - 1);
    int64_t c0 = (int64_t)floor(c);
    int r0 = (int)floor(r);
    out[0] = out[1] = 0;
    for (int i = 0; i < 4; i++) {
        int64_t cc = c0 + i / 2 > field->newest_col ? field->newest_col : c0 + i / 2;
        int rr = r0 + i % 2 >= field->grid.row_count ? field->grid.row_count - 1 : r0 + i % 2;
        double texel[2];
        reference_texel(field, FIELD_MIX_LARGER, cc, rr, texel);
        double wc = i / 2 == 0 ? 1 - (c - (double)c0) : c - (double)c0;
        double wr = i % 2 == 0 ? 1 - (r - r0) : r - r0;
        out[0] += wc * wr * texel[0];
        out[1] += wc * wr * texel[1];
    }
}

/* The colour of a pixel, its column counted from the epoch: common/field_color.glsl in C. */
static void reference_color(const struct heatmap_view *view, const double texel[2], int64_t column,
                            int y, double out[3]) {
    double sure = (fabs(texel[1]) - FIELD_SIDE_LEAST) / (1 - FIELD_SIDE_LEAST);
    sure = fmin(fmax(sure, 0), 1);
    double stripe = ((double)column + 0.5 + y + 0.5) / view->hatch_px;
    if (view->look.certainty == COLORMAP_CERTAINTY_HATCH && stripe - floor(stripe) >= 0.5) {
        sure = 1;
    }
    float rgb[3];
    colormap_look_sample(&view->look, texel[1] > 0 ? 1 : 0,
                         scale_brightness(view->scale, exp2(texel[0]) * 1000 - 1000),
                         round(sure * (COLORMAP_LEVEL_COUNT - 1)) / (COLORMAP_LEVEL_COUNT - 1),
                         rgb);
    for (int c = 0; c < 3; c++) {
        out[c] = (double)rgb[c] * 255;
    }
}

static int count_wrong_pixels(const struct heatmap_view *view, const struct scroll_place *place,
                              const uint8_t *rgba, int *compared) {
    const struct field *field = view->field;
    const struct camera *camera = view->camera;
    int wrong = 0;
    int last = (int)camera_px_from_time(camera, (double)stage.market.now_ms) - 1;
    for (int y = 1; y < HEIGHT - 1; y += 3) {
        for (int x = 1; x < last; x += 3) {
            double middle = (double)(place->column + x) + place->phase / 4.0 + 0.5;
            double col = middle * place->ms_per_px / field->grid.col_ms;
            double row = (camera_ln_from_px(camera, y + 0.5) - field->grid.ln_price_min) /
                         field->grid.row_height;
            double texel[2];
            double want[3];
            reference_sample(field, col, row, texel);
            reference_color(view, texel, place->column + x, y, want);
            int off = 0;
            for (int c = 0; c < 3; c++) {
                off += fabs(rgba[(y * WIDTH + x) * 4 + c] - want[c]) > 6;
            }
            wrong += off > 0;
            (*compared)++;
        }
    }
    return wrong;
}

static void heatmap_equals_its_reference(void **state) {
    (void)state;
    static const struct colormap_look looks[] = {
        {COLORMAP_PERCEPTUAL, COLORMAP_CERTAINTY_SATURATION, false},
        {COLORMAP_VIRIDIS, COLORMAP_CERTAINTY_SATURATION, true},
        {COLORMAP_BLUE_ORANGE, COLORMAP_CERTAINTY_HATCH, false},
        {COLORMAP_HOT_COLD, COLORMAP_CERTAINTY_OFF, false}};
    struct field field;
    struct program program;
    struct heatmap heatmap;
    struct ground ground = {0};
    synthetic_init(&stage.market, &(struct synthetic_desc){.col_count = 600,
                                                           .row_count = 400,
                                                           .col_ms = 10000,
                                                           .price_mid = 64000,
                                                           .half_range = 0.09,
                                                           .seed = 9});
    assert_true(program_init(&program, &field_program_desc));
    assert_true(heatmap_init(&heatmap, NULL));
    assert_int_equal(field_init(&field, 1, &stage.market.grid), STATUS_OK);
    for (int i = 0; i < 700; i++) { /* wraps: the seam lies inside the picture */
        field_add_column(&field, synthetic_next(&stage.market, 1));
    }
    field_compose(&field, &program, INT64_MIN, INT64_MAX);
    struct camera camera;
    camera_init(&camera, stage.market.now_ms, 6000000.0, 64000, 0.15);
    camera_set_plot(&camera, (struct camera_rect){0, 0, WIDTH, HEIGHT});
    struct scale scale = {0};
    scale_pin(&scale, 1e5, 5e7);
    struct target target = offscreen_target(stage.offscreen);
    for (size_t i = 0; i < ARRAY_COUNT(looks); i++) {
        const struct heatmap_view view = {.field = &field,
                                          .camera = &camera,
                                          .scale = &scale,
                                          .look = looks[i],
                                          .hatch_px = 11,
                                          .until_ms = (double)stage.market.now_ms};
        static uint8_t rgba[WIDTH * HEIGHT * 4];
        target_begin(&target, TARGET_BLEND_NONE);
        target_clear((const float[4]){0, 0, 0, 1});
        ground_draw(&ground, &target, &(struct ground_view){.heatmap = &heatmap, .heat = view});
        struct scroll_place place = scroll_place_of(&ground.scroll, &camera);
        offscreen_read_rgba(stage.offscreen, sizeof rgba, rgba);
        int compared = 0;
        int wrong = count_wrong_pixels(&view, &place, rgba, &compared);
        /* llvmpipe interpolates with 8 bits of weight: on steep edges a look-up may land some
         * entries away. */
        if (wrong * 200 > compared) {
            fail_msg("heatmap, look %zu: %d of %d pixels differ by more than 6 of 255", i, wrong,
                     compared);
        }
    }
    ground_finish(&ground);
    heatmap_finish(&heatmap);
    field_finish(&field);
    program_finish(&program);
    assert_int_equal(debug_error_count(), 0);
}

/* -- the whole picture -- */

static void every_palette_and_option_draws_without_an_error(void **state) {
    (void)state;
    golden_fill(&stage, NULL);
    struct camera camera = golden_camera(&stage, 0, NULL);
    for (int palette = 0; palette < COLORMAP_COUNT; palette++) {
        struct picture_frame frame = golden_frame(&stage, &camera);
        frame.settings.palette = (enum colormap_id)palette;
        frame.settings.certainty = (enum colormap_certainty)(palette % COLORMAP_CERTAINTY_COUNT);
        frame.settings.parts |= palette % 2 == 0 ? SETTINGS_BIT(CANDLES) : 0;
        frame.pointer_inside = true;
        frame.pointer_x_px = 200 + palette * 40;
        frame.pointer_y_px = 150;
        picture_draw(stage.picture, &frame);
        struct picture_stats stats = picture_get_stats(stage.picture);
        assert_true(stats.draw_count <= 12);
        assert_int_equal(stats.dropped_items, 0);
    }
}

static void picture_without_data_says_so(void **state) {
    (void)state;
    memset(&stage.market, 0, sizeof stage.market);
    stage.market.now_ms = INT64_C(1781654400000);
    struct camera camera = golden_camera(&stage, 0, NULL);
    struct picture_frame frame = golden_frame(&stage, &camera);
    frame.scene = NULL;
    picture_draw(stage.picture, &frame);
    struct picture_text_box boxes[LABELS_MAX];
    int count = picture_get_text_boxes(stage.picture, LABELS_MAX, boxes);
    assert_true(count > 0);
    assert_string_equal(boxes[0].text, "waiting for data");
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

static void demo_is_written_whenever_the_market_is_simulated(void **state) {
    (void)state;
    golden_fill(&stage, NULL);
    static const int sizes[][2] = {{640, 360}, {1280, 720}, {3840, 2160}};
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        golden_resize(&stage, sizes[i][0], sizes[i][1]);
        struct camera camera = golden_camera(&stage, 0, NULL);
        struct picture_frame frame = golden_frame(&stage, &camera);
        frame.settings.parts &= ~(SETTINGS_BIT(LEGEND) | SETTINGS_BIT(STATUS));
        stage.market.scene.demo = true;
        picture_draw(stage.picture, &frame);
        assert_true(has_text("DEMO"));
        stage.market.scene.demo = false;
        picture_draw(stage.picture, &frame);
        assert_false(has_text("DEMO"));
    }
    golden_resize(&stage, WIDTH, HEIGHT);
}

static void check_boxes(int width, int height) {
    struct picture_text_box b[LABELS_MAX];
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

enum { MODEL_PRIOR, MODEL_CALIBRATED, MODEL_SHAPE_ONLY, MODEL_DIMMED, MODEL_STATE_COUNT };

static struct scene_model model_in_state(int state) {
    struct scene_model model = {0};
    if (state != MODEL_PRIOR) {
        model.calibrated_ms = stage.market.now_ms - 600000;
        model.calibrated_to = 0.062f;
        model.shape_only = state == MODEL_SHAPE_ONLY;
        model.scored = !model.shape_only;
        model.score_days = 7;
        model.gain_kernel_nats = state == MODEL_DIMMED ? -0.12 : 0.31;
        model.predicted_over_seen = 1.03;
    }
    return model;
}

/* What must stand in the picture however small it is. */
static const char *const model_words[MODEL_STATE_COUNT] = {"prior", "6.2 %", "shape", "6.2 %"};

static void texts_never_overlap_at_any_size(void **state) {
    (void)state;
    golden_fill(&stage, NULL);
    stage.market.scene.demo = true;
    static const int sizes[][2] = {{640, 360},   {800, 600},   {1024, 768},  {1280, 720},
                                   {1366, 768},  {1920, 1080}, {2560, 1080}, {1080, 1920},
                                   {2560, 1440}, {3840, 2160}};
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        golden_resize(&stage, sizes[i][0], sizes[i][1]);
        struct camera camera = golden_camera(&stage, 0, NULL);
        struct picture_frame frame = golden_frame(&stage, &camera);
        for (int turn = 0; turn < MODEL_STATE_COUNT; turn++) {
            frame.pointer_inside = turn % 2 == 1;
            stage.market.scene.instruments[0].model = model_in_state(turn);
            frame.pointer_x_px = sizes[i][0] * 0.4;
            frame.pointer_y_px = sizes[i][1] * 0.5;
            picture_draw(stage.picture, &frame);
            check_boxes(sizes[i][0], sizes[i][1]);
            assert_true(has_text("Estimated liquidation density"));
            assert_true(has_text("BTCUSDT"));
            assert_true(has_text("longs") && has_text("shorts") && has_text("/bp"));
            assert_true(has_text("estimate"));
            assert_true(has_text("lost"));
            assert_true(has_text(model_words[turn]));
            assert_int_equal(has_text("dimmed"), turn == MODEL_DIMMED);
            assert_true(has_text("not calibrated") || sizes[i][0] < 1000);
            bool score_fits = sizes[i][0] >= 1280;
            assert_true(!score_fits || has_text("score"));
        }
    }
    golden_resize(&stage, WIDTH, HEIGHT);
}

/* Windows can be dragged to any size, and cameras to any place: nothing may break. */
static void absurd_sizes_and_places_are_survived(void **state) {
    (void)state;
    golden_fill(&stage, NULL);
    stage.market.scene.demo = true;
    static const int sizes[][2] = {{1, 1}, {7, 300}, {300, 7}, {64, 64}, {200, 100}};
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        golden_resize(&stage, sizes[i][0], sizes[i][1]);
        for (int place = 0; place < 5; place++) {
            struct settings settings = settings_default();
            settings.scale_factor = place == 1 ? 4 : 0;
            struct camera camera = golden_camera(&stage, 0, &settings);
            camera.following = place == 0;
            camera_pan_px(&camera, place == 2 ? 1e6 : 0, place == 3 ? 1e3 : 0);
            camera_zoom_time(&camera, place == 4 ? 1e-9 : 1, 0);
            camera_zoom_price(&camera, place == 4 ? 1e9 : 1, 0);
            struct picture_frame frame = golden_frame(&stage, &camera);
            frame.settings = settings;
            frame.pointer_inside = true;
            frame.pointer_x_px = camera.plot_px.x;
            frame.pointer_y_px = camera.plot_px.y;
            picture_draw(stage.picture, &frame);
            check_boxes(sizes[i][0], sizes[i][1]);
        }
    }
    golden_resize(&stage, WIDTH, HEIGHT);
}

static const uint8_t *pixel(const uint8_t *rgba, double x, double y) {
    return rgba + ((size_t)y * WIDTH + (size_t)x) * 4;
}

static void sides_lie_where_they_must(void **state) {
    (void)state;
    golden_fill(&stage, NULL);
    struct camera camera = golden_camera(&stage, 0, NULL);
    struct picture_frame frame = golden_frame(&stage, &camera);
    frame.settings.palette = COLORMAP_HOT_COLD;
    frame.settings.black_usd_per_bp = 1e4; /* pinned: what is there must show */
    frame.settings.white_usd_per_bp = 2e6;
    frame.settings.parts &= ~(SETTINGS_BIT(PRICE) | SETTINGS_BIT(BUBBLES));
    frame.text_hidden = true;
    uint8_t *rgba = golden_draw(&stage, &frame);
    double x = camera_px_from_time(&camera, (double)stage.market.now_ms) - 4;
    double above = camera_px_from_price(&camera, stage.market.price * 1.03);
    double below = camera_px_from_price(&camera, stage.market.price * 0.97);
    assert_true(pixel(rgba, x, above)[0] > pixel(rgba, x, above)[2] + 20); /* shorts: hot */
    assert_true(pixel(rgba, x, below)[2] > pixel(rgba, x, below)[0] + 20); /* longs: cold */
    double future = camera_px_from_time(&camera, (double)stage.market.now_ms) + 5;
    assert_true(pixel(rgba, future, above)[0] < 40); /* nothing is known there */
    free(rgba);
    frame.settings.side = SETTINGS_SIDE_LONG;
    rgba = golden_draw(&stage, &frame);
    assert_true(pixel(rgba, x, above)[0] < 40); /* shorts are left out, longs stay */
    assert_true(pixel(rgba, x, below)[2] > pixel(rgba, x, below)[0] + 20);
    free(rgba);
}

static void still_view_is_copied_bit_for_bit(void **state) {
    (void)state;
    golden_fill(&stage, NULL);
    struct camera camera = golden_camera(&stage, 0, NULL);
    struct picture_frame frame = golden_frame(&stage, &camera);
    uint8_t *direct = golden_draw(&stage, &frame);
    for (int i = 0; i < 3; i++) {
        uint8_t *copied = golden_draw(&stage, &frame);
        assert_memory_equal(direct, copied, (size_t)WIDTH * HEIGHT * 4);
        free(copied);
    }
    stage.market.column.total_usd[0] = 1;
    memset(stage.market.column.texels, 0,
           sizeof stage.market.column.texels); /* the newest column goes dark */
    assert_true(picture_add_column(stage.picture, &stage.market.column));
    uint8_t *changed = golden_draw(&stage, &frame);
    assert_memory_not_equal(direct, changed, (size_t)WIDTH * HEIGHT * 4);
    /* Only the changed column's strip was drawn anew: no other pixel differs from drawing it all.
     */
    frame.settings.palette = COLORMAP_VIRIDIS;
    free(golden_draw(&stage, &frame));
    frame.settings.palette = 0;
    uint8_t *whole = golden_draw(&stage, &frame);
    assert_memory_equal(changed, whole, (size_t)WIDTH * HEIGHT * 4);
    free(direct);
    free(changed);
    free(whole);
}

/* The estimate that lost to a plain kernel is darker, and the axis shows how far it is calibrated.
 */
static void model_is_seen_in_the_picture(void **state) {
    (void)state;
    golden_fill(&stage, NULL);
    struct camera camera = golden_camera(&stage, 0, NULL);
    struct picture_frame frame = golden_frame(&stage, &camera);
    frame.settings.parts &= ~(SETTINGS_BIT(PRICE) | SETTINGS_BIT(BUBBLES));
    frame.text_hidden = true;
    uint8_t *shots[MODEL_STATE_COUNT];
    double light[MODEL_STATE_COUNT] = {0};
    double axis[MODEL_STATE_COUNT] = {0};
    double axis_x = camera.plot_px.x + camera.plot_px.w + 1; /* no room for a profile here */
    double inside = camera_px_from_price(&camera, stage.market.price * 1.05);
    double outside = camera_px_from_price(&camera, stage.market.price * 1.07);
    for (int i = 0; i < MODEL_STATE_COUNT; i++) {
        stage.market.scene.instruments[0].model = model_in_state(i);
        shots[i] = golden_draw(&stage, &frame);
        for (int y = (int)camera.plot_px.y; y < camera.plot_px.y + camera.plot_px.h; y++) {
            for (int x = 0; x < camera.plot_px.w * 0.8; x++) {
                light[i] += pixel(shots[i], x, y)[1];
            }
        }
        axis[i] = pixel(shots[i], axis_x, inside)[1] - pixel(shots[i], axis_x, outside)[1];
        free(shots[i]);
    }
    assert_true(light[MODEL_DIMMED] < light[MODEL_CALIBRATED] * 0.8);
    assert_near(light[MODEL_PRIOR], light[MODEL_CALIBRATED], light[MODEL_PRIOR] * 0.01);
    assert_near(axis[MODEL_PRIOR], 0, 1);
    assert_true(axis[MODEL_CALIBRATED] > 40);
}

/* Of more liquidations than there is room for the largest are drawn, however new. */
static void largest_circles_are_drawn_when_there_are_too_many(void **state) {
    (void)state;
    synthetic_init(&stage.market, &(struct synthetic_desc){.col_count = 300,
                                                           .row_count = 64,
                                                           .col_ms = 60000,
                                                           .price_mid = 64000,
                                                           .half_range = 0.09,
                                                           .seed = 3});
    assert_int_equal(picture_set_grid(stage.picture, 1, &stage.market.grid), STATUS_OK);
    for (int col = 0; col < stage.market.grid.col_count; col++) {
        synthetic_next(&stage.market, 1);
        struct layers_column *column = &stage.market.column;
        column->print_count = LAYERS_COLUMN_PRINT_MAX;
        for (int i = 0; i < LAYERS_COLUMN_PRINT_MAX; i++) {
            column->prints[i] = (struct layers_print){.ts_ms = column->col * 60000 + 30000,
                                                      .price = 64000,
                                                      .usd = 20000 + (float)i,
                                                      .position = POS_LONG};
        }
        if (col == stage.market.grid.col_count - 20) {
            column->prints[5].usd = 5e6f;
            column->prints[5].price = 67000;
        }
        assert_true(picture_add_column(stage.picture, column));
    }
    struct camera camera = golden_camera(&stage, 0, NULL);
    camera_zoom_time(&camera, 7200000.0 / (300 * 60000.0) * 0.9, 0);
    struct picture_frame frame = golden_frame(&stage, &camera);
    frame.settings.parts &= ~(SETTINGS_BIT(FIELD) | SETTINGS_BIT(PRICE));
    frame.text_hidden = true;
    uint8_t *rgba = golden_draw(&stage, &frame);
    double x = camera_px_from_time(&camera, (double)(stage.market.now_ms - 20 * 60000 + 30000));
    double y = camera_px_from_price(&camera, 67000);
    assert_true(pixel(rgba, x, y)[1] > 100);
    assert_true(picture_get_stats(stage.picture).bubbles_left_out > 1000);
    assert_int_equal(picture_get_stats(stage.picture).dropped_items, 0);
    free(rgba);
}

/* Only one column's certainty changes: only its pixels do, in a view that rests as in one that is
 * drawn anew, and only in what shows certainty. */
static void certainty_belongs_to_its_column(void **state) {
    (void)state;
    golden_fill(&stage, NULL);
    struct camera camera = golden_camera(&stage, 0, NULL);
    struct picture_frame frame = golden_frame(&stage, &camera);
    frame.settings.parts &= ~(SETTINGS_BIT(PRICE) | SETTINGS_BIT(BUBBLES) | SETTINGS_BIT(PROFILE));
    frame.text_hidden = true;
    frame.settings.black_usd_per_bp = 1e4;
    frame.settings.white_usd_per_bp = 1e7;
    for (int i = 0; i < 3; i++) {
        free(golden_draw(&stage, &frame)); /* rests */
    }
    stage.market.column.col = stage.market.grid.first_col + 90;
    memset(stage.market.column.certainty, 0, sizeof stage.market.column.certainty);
    assert_true(picture_add_column(stage.picture, &stage.market.column));
    double left =
        camera_px_from_time(&camera, (double)stage.market.column.col * stage.market.grid.col_ms);
    double right = camera_px_from_time(&camera, (double)(stage.market.column.col + 1) *
                                                    stage.market.grid.col_ms);
    uint8_t *grey = golden_draw(&stage, &frame);
    memset(stage.market.column.certainty, 255, sizeof stage.market.column.certainty);
    assert_true(picture_add_column(stage.picture, &stage.market.column));
    uint8_t *after = golden_draw(&stage, &frame);
    int changed = 0;
    for (int y = (int)camera.plot_px.y; y < camera.plot_px.y + camera.plot_px.h; y++) {
        for (int x = (int)camera.plot_px.x; x < camera.plot_px.x + camera.plot_px.w; x++) {
            bool same = memcmp(pixel(grey, x, y), pixel(after, x, y), 4) == 0;
            changed += !same;
            assert_true(same || (x > left - 4 && x < right + 4)); /* half a texel blends */
        }
    }
    assert_true(changed > 100);
    frame.settings.certainty = COLORMAP_CERTAINTY_OFF;
    uint8_t *off = golden_draw(&stage, &frame);
    memset(stage.market.column.certainty, 0, sizeof stage.market.column.certainty);
    assert_true(picture_add_column(stage.picture, &stage.market.column));
    uint8_t *still_off = golden_draw(&stage, &frame);
    assert_memory_equal(off, still_off, (size_t)WIDTH * HEIGHT * 4);
    free(grey);
    free(after);
    free(off);
    free(still_off);
}

/* A step of the scroll is drawn in slices behind what is shown; in the end it is the same picture.
 */
static void scroll_step_after_a_rest_ends_as_the_whole_drawing(void **state) {
    (void)state;
    golden_fill(&stage, NULL);
    struct camera camera = golden_camera(&stage, 0, NULL);
    struct picture_frame frame = golden_frame(&stage, &camera);
    for (int i = 0; i < 3; i++) {
        free(golden_draw(&stage, &frame));
    }
    double step_ms = 0.25 * (camera.time_right_ms - camera.time_left_ms) / camera.plot_px.w;
    for (int step = 0; step < 3; step++) {
        camera.time_left_ms += step_ms;
        camera.time_right_ms += step_ms;
        for (int i = 0; i < 6; i++) {
            free(golden_draw(&stage, &frame));
        }
        uint8_t *rested = golden_draw(&stage, &frame);
        frame.settings.palette = COLORMAP_VIRIDIS;
        free(golden_draw(&stage, &frame));
        frame.settings.palette = COLORMAP_PERCEPTUAL;
        uint8_t *whole = golden_draw(&stage, &frame);
        assert_memory_equal(rested, whole, (size_t)WIDTH * HEIGHT * 4);
        free(rested);
        free(whole);
        for (int i = 0; i < 2; i++) {
            free(golden_draw(&stage, &frame)); /* rest again */
        }
    }
}

/* -- golden images -- */

static void pictures_equal_their_golden_images(void **state) {
    (void)state;
    static const struct {
        const char *name;
        enum colormap_id palette;
        enum colormap_certainty certainty;
        int model;
        uint32_t parts; /* beside the usual ones */
        double span_ms;
    } rows[] = {
        {"whole", COLORMAP_PERCEPTUAL, COLORMAP_CERTAINTY_SATURATION, MODEL_CALIBRATED, 0, 7200000},
        {"candles", COLORMAP_VIRIDIS, COLORMAP_CERTAINTY_HATCH, MODEL_SHAPE_ONLY,
         SETTINGS_BIT(CANDLES), 7200000},
        {"dimmed", COLORMAP_BLUE_ORANGE, COLORMAP_CERTAINTY_SATURATION, MODEL_DIMMED, 0, 7200000},
        {"close", COLORMAP_HOT_COLD, COLORMAP_CERTAINTY_OFF, MODEL_PRIOR, 0, 1200000}};
    golden_fill(&stage, NULL); /* without the badge: its plate is as wide as its text */
    stage.market.scene.instruments[0].history_until_ms = stage.market.now_ms - 3000000;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct camera camera = golden_camera(&stage, 0, NULL);
        camera_zoom_time(&camera, 7200000 / rows[i].span_ms, 0);
        struct picture_frame frame = golden_frame(&stage, &camera);
        frame.settings.palette = rows[i].palette;
        frame.settings.certainty = rows[i].certainty;
        stage.market.scene.instruments[0].model = model_in_state(rows[i].model);
        frame.settings.parts |= rows[i].parts;
        golden_check(&stage, rows[i].name, &frame);
    }
}

static void gaps_are_hatched(void **state) {
    (void)state;
    golden_fill(&stage, NULL);
    struct camera camera = golden_camera(&stage, 0, NULL);
    struct picture_frame frame = golden_frame(&stage, &camera);
    frame.settings.parts &= ~(SETTINGS_BIT(PRICE) | SETTINGS_BIT(BUBBLES));
    frame.text_hidden = true;
    uint8_t *before = golden_draw(&stage, &frame);
    stage.market.column.flags = LAYERS_COLUMN_GAP;
    for (int i = 50; i < 60; i++) {
        stage.market.column.col = stage.market.grid.first_col + i;
        assert_true(picture_add_column(stage.picture, &stage.market.column));
    }
    uint8_t *after = golden_draw(&stage, &frame);
    double x0 = camera_px_from_time(&camera, (double)(stage.market.grid.first_col + 50) * 60000);
    double x1 = camera_px_from_time(&camera, (double)(stage.market.grid.first_col + 60) * 60000);
    int lighter = 0;
    int total = 0;
    for (double y = camera.plot_px.y + 5; y < camera.plot_px.y + camera.plot_px.h - 5; y++) {
        for (double x = x0 + 2; x < x1 - 2; x++) {
            lighter += pixel(after, x, y)[0] > 60 && pixel(after, x, y)[1] > 60;
            total++;
        }
    }
    assert_in_range(lighter * 100 / total, 5, 60);
    free(before);
    free(after);
}

static struct layers_grid later_grid(void) {
    struct layers_grid grid = stage.market.grid;
    grid.col_ms = 120000;
    grid.first_col = stage.market.grid.first_col / 2;
    grid.col_count = 60;
    return grid;
}

static void old_field_stays_until_the_new_one_has_come(void **state) {
    (void)state;
    golden_fill(&stage, NULL);
    struct camera camera = golden_camera(&stage, 0, NULL);
    struct picture_frame frame = golden_frame(&stage, &camera);
    frame.text_hidden = true;
    uint8_t *before = golden_draw(&stage, &frame);
    struct layers_grid grid = later_grid();
    assert_int_equal(picture_set_grid(stage.picture, 2, &grid), STATUS_OK);
    uint8_t *while_waiting = golden_draw(&stage, &frame);
    assert_memory_equal(before, while_waiting, (size_t)WIDTH * HEIGHT * 4);
    assert_true(picture_get_stats(stage.picture).field_arriving);
    stage.market.column.request_id = 2;
    stage.market.column.pass = 1;
    stage.market.column.flags = 0;
    for (int i = 0; i < grid.col_count; i++) {
        stage.market.column.col = grid.first_col + i;
        assert_true(picture_add_column(stage.picture, &stage.market.column));
    }
    picture_draw(stage.picture, &frame);
    assert_false(picture_get_stats(stage.picture).field_arriving);
    stage.market.column.request_id = 1;
    assert_false(picture_add_column(stage.picture, &stage.market.column)); /* the old one is gone */
    assert_int_equal(picture_get_stats(stage.picture).dropped_columns, 1);
    free(before);
    free(while_waiting);
}

/* A worker on a busy machine: some frames are drawn between two columns. */
static void columns_that_come_slowly_are_not_shown_before_all_are_there(void **state) {
    (void)state;
    golden_fill(&stage, NULL);
    struct camera camera = golden_camera(&stage, 0, NULL);
    struct picture_frame frame = golden_frame(&stage, &camera);
    struct layers_grid grid = later_grid();
    assert_int_equal(picture_set_grid(stage.picture, 2, &grid), STATUS_OK);
    stage.market.column.request_id = 2;
    stage.market.column.pass = 1;
    stage.market.column.flags = 0;
    for (int i = 0; i < 4; i++) {
        stage.market.column.col = grid.first_col + i;
        assert_true(picture_add_column(stage.picture, &stage.market.column));
        for (int k = 0; k < 5; k++) {
            picture_draw(stage.picture, &frame);
            assert_true(picture_get_stats(stage.picture).field_arriving);
            assert_int_equal(picture_drawn_request(stage.picture), 1);
        }
    }
    picture_finish_request(stage.picture, 1); /* not the one that is arriving */
    assert_int_equal(picture_drawn_request(stage.picture), 1);
    picture_finish_request(stage.picture, 2); /* the log ends here */
    assert_int_equal(picture_drawn_request(stage.picture), 2);
    picture_draw(stage.picture, &frame);
    assert_false(picture_get_stats(stage.picture).field_arriving);
}

/* Where nothing is known yet the old field stays until there is something. */
static void a_finished_request_without_columns_is_shown_with_its_first(void **state) {
    (void)state;
    assert_int_equal(picture_drawn_request(stage.picture), 0);
    golden_fill(&stage, NULL);
    struct layers_grid grid = later_grid();
    assert_int_equal(picture_set_grid(stage.picture, 2, &grid), STATUS_OK);
    picture_finish_request(stage.picture, 2);
    assert_int_equal(picture_drawn_request(stage.picture), 1);
    stage.market.column.request_id = 2;
    stage.market.column.pass = 3;
    stage.market.column.flags = 0;
    stage.market.column.col = grid.first_col + 7;
    assert_true(picture_add_column(stage.picture, &stage.market.column));
    assert_int_equal(picture_drawn_request(stage.picture), 2);
}

static void drawing_and_new_columns_allocate_nothing(void **state) {
    (void)state;
    golden_fill(&stage, NULL);
    struct camera camera = golden_camera(&stage, 0, NULL);
    struct picture_frame frame = golden_frame(&stage, &camera);
    frame.settled = false;
    for (int i = 0; i < 5; i++) {
        picture_draw(stage.picture, &frame); /* the atlas has its glyphs, the copy its texture */
    }
    /* Every digit at the places where labels may stand is drawn once more while it is counted:
     * glyphs are FreeType's memory, which is not ours. */
    alloc_count_begin();
    for (int i = 0; i < 30; i++) {
        frame.now_ms = stage.market.now_ms + i * 16;
        camera_follow(&camera, (double)frame.now_ms);
        if (i % 10 == 0) {
            picture_add_column(stage.picture, synthetic_next(&stage.market, 1));
        }
        picture_draw(stage.picture, &frame);
    }
    assert_int_equal(alloc_count_end(), 0);
}

static void grids_beyond_the_limits_are_refused(void **state) {
    (void)state;
    struct layers_grid grid = {
        .col_ms = 1000, .col_count = LAYERS_COL_MAX + 1, .row_count = 10, .row_height = 1e-4};
    assert_int_equal(picture_set_grid(stage.picture, 1, &grid), STATUS_RANGE);
    grid.col_count = 10;
    grid.row_count = LAYERS_ROW_MAX + 1;
    assert_int_equal(picture_set_grid(stage.picture, 1, &grid), STATUS_RANGE);
    grid.row_count = 10;
    grid.row_height = 0;
    assert_int_equal(picture_set_grid(stage.picture, 1, &grid), STATUS_RANGE);
    grid.row_height = 1e-4;
    assert_int_equal(picture_set_grid(stage.picture, 1, &grid), STATUS_OK);
}

static void shaders_that_do_not_compile_leave_the_old_ones(void **state) {
    (void)state;
    struct picture *other = NULL;
    assert_int_equal(picture_create(&(struct picture_desc){.shader_dir = "/nowhere"}, &other),
                     STATUS_UNSUPPORTED);
    assert_null(other);
    assert_int_equal(picture_create(&(struct picture_desc){.shader_dir = "shaders"}, &other),
                     STATUS_OK);
    assert_true(picture_reload_shaders(other));
    picture_destroy(other);
    assert_true(picture_reload_shaders(stage.picture));
}

int main(void) {
#define PICTURE_TEST(f) cmocka_unit_test_setup_teardown(f, golden_open_test, golden_close_test)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compose_equals_its_reference),
        cmocka_unit_test(heatmap_equals_its_reference),
        PICTURE_TEST(every_palette_and_option_draws_without_an_error),
        PICTURE_TEST(picture_without_data_says_so),
        PICTURE_TEST(demo_is_written_whenever_the_market_is_simulated),
        PICTURE_TEST(texts_never_overlap_at_any_size),
        PICTURE_TEST(absurd_sizes_and_places_are_survived),
        PICTURE_TEST(sides_lie_where_they_must),
        PICTURE_TEST(still_view_is_copied_bit_for_bit),
        PICTURE_TEST(largest_circles_are_drawn_when_there_are_too_many),
        PICTURE_TEST(model_is_seen_in_the_picture),
        PICTURE_TEST(certainty_belongs_to_its_column),
        PICTURE_TEST(scroll_step_after_a_rest_ends_as_the_whole_drawing),
        PICTURE_TEST(pictures_equal_their_golden_images),
        PICTURE_TEST(gaps_are_hatched),
        PICTURE_TEST(old_field_stays_until_the_new_one_has_come),
        PICTURE_TEST(columns_that_come_slowly_are_not_shown_before_all_are_there),
        PICTURE_TEST(a_finished_request_without_columns_is_shown_with_its_first),
        PICTURE_TEST(drawing_and_new_columns_allocate_nothing),
        PICTURE_TEST(grids_beyond_the_limits_are_refused),
        PICTURE_TEST(shaders_that_do_not_compile_leave_the_old_ones),
    };
    golden_use(&stage, WIDTH, HEIGHT);
    return cmocka_run_group_tests(tests, golden_open_group, golden_close_group);
}
