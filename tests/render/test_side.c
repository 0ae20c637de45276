#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/str.h"
#include "layer/backdrop.h"
#include "layer/layout.h"
#include "layer/legend.h"
#include "layer/profile.h"
#include "scene/sentence.h"
#include "support/golden.h"
#include "support/near.h"
#include "support/synthetic_map.h"

/* What stands right of the plot and over it: labels, curves, max pain, gauge, receipts. */

enum { BOX_MAX = 256 };

static struct golden golden;
static struct scene_map map;
static struct picture_text_box boxes[BOX_MAX];

static int open_picture(void **state) {
    if (golden_open_test(state) != 0) {
        return -1;
    }
    golden_fill(&golden, NULL);
    synthetic_make_map(&golden.market, &map);
    synthetic_add_receipts(&golden.market);
    golden.market.scene.demo = true;
    return 0;
}

/* Draw at a size and with settings; how many texts there are. */
static int draw_texts(int width_px, int height_px, const struct settings *settings) {
    golden_resize(&golden, width_px, height_px);
    struct camera camera = golden_camera(&golden, 0, settings);
    struct picture_frame frame = golden_frame(&golden, &camera);
    frame.map = &map;
    frame.settings = *settings;
    picture_draw(golden.picture, &frame);
    return picture_get_text_boxes(golden.picture, BOX_MAX, boxes);
}

static const struct picture_text_box *find_text(int count, const char *text) {
    for (int i = 0; i < count; i++) {
        if (strcmp(boxes[i].text, text) == 0) {
            return &boxes[i];
        }
    }
    return NULL;
}

static int count_texts(int count, const char *text) {
    int found = 0;
    for (int i = 0; i < count; i++) {
        found += strcmp(boxes[i].text, text) == 0;
    }
    return found;
}

static bool has_part(int count, const char *part) {
    for (int i = 0; i < count; i++) {
        if (strstr(boxes[i].text, part) != NULL) {
            return true;
        }
    }
    return false;
}

/* The label of a cluster, right of the live edge. */
static const struct picture_text_box *find_label(int count, const struct map_cluster *cluster,
                                                 uint32_t band_hidden) {
    char usd[NUMBER_TEXT_BYTES];
    number_format_usd(sentence_cluster_usd(cluster, band_hidden), usd);
    for (int i = 0; i < count; i++) {
        size_t len = strlen(boxes[i].text);
        size_t tail = strlen(usd);
        bool ends = len >= tail && strcmp(boxes[i].text + len - tail, usd) == 0;
        double edge = boxes[i].x + boxes[i].w;
        if (ends && edge > golden.width_px * 0.55) {
            return &boxes[i];
        }
    }
    return NULL;
}

static bool in_view(const struct map_cluster *cluster, const struct settings *settings) {
    struct camera camera = golden_camera(&golden, 0, settings);
    double ln = log(cluster->price);
    return ln > camera.ln_bottom && ln < camera.ln_top;
}

static const struct map_cluster *largest(const struct settings *settings, int side) {
    const struct map_cluster *found = NULL;
    for (int i = 0; i < map.cluster_count; i++) {
        const struct map_cluster *cluster = &map.clusters[i];
        if ((side < 0 || cluster->side == side) && in_view(cluster, settings) &&
            (found == NULL || cluster->usd > found->usd)) {
            found = cluster;
        }
    }
    assert_non_null(found);
    return found;
}

static void pictures_equal_their_golden_images(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int width_px, height_px;
        bool split;
    } rows[] = {{"side_small", 640, 360, false},
                {"side", 1280, 720, false},
                {"split_small", 640, 360, true},
                {"split", 1280, 720, true}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct settings settings = settings_default();
        settings.split = rows[i].split;
        golden_resize(&golden, rows[i].width_px, rows[i].height_px);
        struct camera camera = golden_camera(&golden, 0, &settings);
        struct picture_frame frame = golden_frame(&golden, &camera);
        frame.map = &map;
        frame.settings = settings;
        golden_check(&golden, rows[i].name, &frame);
    }
}

static void no_text_covers_another_at_any_size(void **state) {
    (void)state;
    static const int sizes[][2] = {{640, 360},   {800, 600},   {1280, 720},
                                   {1366, 768},  {1080, 1920}, {1920, 1080},
                                   {3440, 1440}, {3840, 2160}, {7680, 4320}};
    struct settings settings = settings_default();
    settings.parts &= ~SETTINGS_BIT(FIELD); /* texts stand where they do with it */
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        int count = draw_texts(sizes[i][0], sizes[i][1], &settings);
        assert_true(count > 5 && count < BOX_MAX);
        for (int a = 0; a < count; a++) {
            assert_true(boxes[a].x >= 0 && boxes[a].x + boxes[a].w <= sizes[i][0]);
            assert_true(boxes[a].y >= 0 && boxes[a].y + boxes[a].h <= sizes[i][1]);
            for (int b = 0; b < a; b++) {
                bool apart = boxes[a].x + boxes[a].w <= boxes[b].x ||
                             boxes[b].x + boxes[b].w <= boxes[a].x ||
                             boxes[a].y + boxes[a].h <= boxes[b].y ||
                             boxes[b].y + boxes[b].h <= boxes[a].y;
                if (!apart) {
                    fail_msg("%d x %d: \"%s\" over \"%s\"", sizes[i][0], sizes[i][1], boxes[a].text,
                             boxes[b].text);
                }
            }
        }
        assert_non_null(find_label(count, largest(&settings, -1), 0));
    }
}

/* Where the title's line has no room for all of it, beside the legend's ramps. */
static void no_title_stands_under_the_legend(void **state) {
    (void)state;
    static const int widths[] = {240, 320, 400, 480, 640, 960};
    struct settings settings = settings_default();
    for (size_t i = 0; i < ARRAY_COUNT(widths); i++) {
        int height = widths[i] * 9 / 16;
        int count = draw_texts(widths[i], height, &settings);
        struct layout layout = layout_make(widths[i], height, &settings);
        const struct legend_place ramps = legend_place_of(&layout);
        for (int k = 0; k < count; k++) {
            bool beside = boxes[k].x + boxes[k].w <= ramps.x - ramps.beyond ||
                          boxes[k].y >= ramps.y + ramps.h;
            if (!beside) {
                fail_msg("%d x %d: \"%s\" under the legend", widths[i], height, boxes[k].text);
            }
        }
    }
}

static void labels_follow_the_filters(void **state) {
    (void)state;
    struct settings settings = settings_default();
    const struct map_cluster *below = largest(&settings, 0);
    const struct map_cluster *above = largest(&settings, 1);
    int count = draw_texts(1280, 720, &settings);
    assert_non_null(find_label(count, below, 0));
    assert_non_null(find_label(count, above, 0));
    assert_non_null(find_text(count, "Squeeze gauge, estimate"));
    assert_int_equal(count_texts(count, "in view, estimate"), 2);
    assert_true(has_part(count, "max pain"));
    settings.side = SETTINGS_SIDE_LONG;
    count = draw_texts(1280, 720, &settings);
    assert_non_null(find_label(count, below, 0));
    assert_null(find_label(count, above, 0));
    assert_int_equal(count_texts(count, "in view, estimate"), 1); /* the longs' total */
    settings.side = SETTINGS_SIDE_BOTH;
    int band = 0; /* the one that holds most of it */
    for (int i = 1; i < LAYERS_BAND_COUNT; i++) {
        band = below->bands_usd[i] > below->bands_usd[band] ? i : band;
    }
    settings.band_hidden = UINT32_C(0x3f) & ~(UINT32_C(1) << band);
    count = draw_texts(1280, 720, &settings);
    assert_non_null(find_label(count, below, settings.band_hidden));
    assert_non_null(find_text(count, "Squeeze gauge, estimate")); /* of that band; */
    assert_false(has_part(count, "max pain"));                    /* this is of all of them */
    settings.band_hidden = 0;
    settings.least_usd_per_bp = 1e12;
    count = draw_texts(1280, 720, &settings);
    assert_null(find_label(count, below, 0));
    settings.least_usd_per_bp = 0;
    settings.parts &= ~SETTINGS_BIT(CLUSTERS);
    count = draw_texts(1280, 720, &settings);
    assert_null(find_label(count, below, 0));
}

/* The map counts all known positions: beside a field that does not it would be wrong. */
static void another_reading_has_no_labels_of_the_map(void **state) {
    (void)state;
    struct settings settings = settings_default();
    settings.opened_within_window = true;
    int count = draw_texts(1280, 720, &settings);
    assert_null(find_label(count, largest(&settings, 0), 0));
    assert_null(find_text(count, "Squeeze gauge, estimate"));
    assert_true(has_part(count, "opened within"));
}

static void max_pain_and_receipts_are_told(void **state) {
    (void)state;
    struct settings settings = settings_default();
    int count = draw_texts(1920, 1080, &settings);
    assert_true(has_part(count, "max pain"));
    assert_true(has_part(count, "expected $"));
    for (int i = 0; i < golden.market.scene.instruments[0].receipt_count; i++) {
        golden.market.scene.instruments[0].receipts[i].complete = 0;
    }
    count = draw_texts(1920, 1080, &settings);
    assert_true(has_part(count, "seen \xe2\x89\xa5 $"));
    assert_true(has_part(count, "(throttled)"));
}

static void a_label_keeps_its_place_while_the_map_wavers(void **state) {
    (void)state;
    struct settings settings = settings_default();
    const struct map_cluster *cluster = largest(&settings, 0);
    int count = draw_texts(1280, 720, &settings);
    int before = count;
    double y = find_label(count, cluster, 0)->y;
    for (int i = 0; i < 6; i++) {
        double change = i % 2 == 0 ? 1.04 : 1 / 1.04;
        for (int k = 0; k < map.cluster_count; k++) {
            double factor = k % 2 == 0 ? change : 1 / change;
            map.clusters[k].usd *= factor;
            for (int band = 0; band < LAYERS_BAND_COUNT; band++) {
                map.clusters[k].bands_usd[band] *= factor;
            }
        }
        count = draw_texts(1280, 720, &settings);
        assert_int_equal(count, before);
        assert_near(find_label(count, cluster, 0)->y, y, 0.01);
    }
}

/* What curves and totals are made of is what the map says, between its levels too. */
static void sums_of_the_profile_are_the_maps(void **state) {
    (void)state;
    static struct profile profile;
    struct settings settings = settings_default();
    settings.band_hidden = 0x05;
    memset(&profile, 0, sizeof profile);
    struct profile_view view = {.map = &map, .settings = &settings};
    profile_update(&profile, &view);
    double from = profile_ln_reference(&profile);
    assert_near(from, log(map.reference), 1e-12);
    for (int i = 1; i < 40; i++) {
        double away = 0.0017 * i;
        double below = map_usd_to(&map, 0, map.reference * exp(-away), settings.band_hidden);
        double above = map_usd_to(&map, 1, map.reference * exp(away), settings.band_hidden);
        assert_near(profile_usd(&profile, 0, from - away, from), below, 1e-6 * (below + 1));
        assert_near(profile_usd(&profile, 1, from, from + away), above, 1e-6 * (above + 1));
        assert_near(profile_usd(&profile, 0, from, from + away), 0, 1e-9);
    }
    settings.side = SETTINGS_SIDE_SHORT;
    profile_update(&profile, &view);
    assert_near(profile_usd(&profile, 0, from - 0.05, from), 0, 1e-9);
    assert_true(profile_usd(&profile, 1, from, from + 0.05) > 0);
    settings.opened_within_window = true;
    profile_update(&profile, &view);
    assert_true(isnan(profile_ln_reference(&profile)));
}

/* Whether the picture has the price's colour somewhere about a place. */
static bool is_drawn_about(const uint8_t *rgba, double x, double y, int reach_px) {
    for (int dx = -reach_px; dx <= reach_px; dx++) {
        const uint8_t *pixel = rgba + 4 * ((size_t)y * (size_t)golden.width_px + (size_t)(x + dx));
        if (pixel[0] > 170 && pixel[1] > 170 && pixel[2] > 170) {
            return true;
        }
    }
    return false;
}

/* However slowly it bends: a tall picture shows what a low one hides. */
static void the_curve_of_sums_is_where_they_are(void **state) {
    (void)state;
    static struct profile profile;
    struct settings settings = settings_default();
    settings.parts = SETTINGS_BIT(PROFILE) | SETTINGS_BIT(CUMULATIVE);
    golden_resize(&golden, 1080, 1920);
    struct camera camera = golden_camera(&golden, 0, &settings);
    struct picture_frame frame = golden_frame(&golden, &camera);
    frame.map = &map;
    frame.settings = settings;
    frame.text_hidden = true;
    memset(&profile, 0, sizeof profile);
    profile_update(&profile, &(struct profile_view){.map = &map, .settings = &settings});
    struct layout layout = layout_make(golden.width_px, golden.height_px, &settings);
    camera_set_plot(&camera, layout.plot);
    double from = profile_ln_reference(&profile);
    double usd_max = fmax(profile_usd(&profile, 0, camera.ln_bottom, from),
                          profile_usd(&profile, 1, from, camera.ln_top));
    double width = layout.profile.w - 14 * layout.scale; /* the axis ends short of the edge */
    uint8_t *rgba = golden_draw(&golden, &frame);
    int rows = 0;
    for (double y = layout.plot.y + 150; y < layout.plot.y + layout.plot.h - 150; y += 7) {
        double ln = camera_ln_from_px(&camera, y + 0.5);
        double usd = profile_usd(&profile, 0, ln, from) + profile_usd(&profile, 1, from, ln);
        double x = layout.profile.x + usd / usd_max * width;
        if (usd > 0.02 * usd_max) {
            rows++;
            if (!is_drawn_about(rgba, x, y, 2)) {
                fail_msg("no curve at %.0f,%.0f", x, y);
            }
        }
    }
    free(rgba);
    assert_true(rows > 100);
}

/* It tells of now what is nearest; a receipt has its words where there is room. */
static void the_gauge_comes_before_receipts(void **state) {
    (void)state;
    struct settings settings = settings_default();
    struct scene_instrument *instrument = &golden.market.scene.instruments[0];
    golden_resize(&golden, 1280, 720);
    struct camera camera = golden_camera(&golden, 0, &settings);
    struct camera_rect plot = picture_plot_px(1280, 720, &settings);
    assert_true(instrument->receipt_count > 0);
    for (int i = 0; i < instrument->receipt_count; i++) {
        double y = plot.y + plot.h * (0.6 + 0.35 * i / instrument->receipt_count);
        struct scene_receipt *receipt = &instrument->receipts[i];
        receipt->side = 0;
        receipt->to_ms = (int64_t)camera_time_from_px(&camera, plot.x + 60);
        receipt->price_low = camera_price_from_px(&camera, y);
        receipt->price_high = receipt->price_low * 1.001;
        int count = draw_texts(1280, 720, &settings);
        assert_non_null(find_text(count, "Squeeze gauge, estimate"));
    }
}

/* Under panels, with the pointer there. */
static int draw_covered(const struct picture_cover *cover, double x_px, double y_px) {
    struct settings settings = settings_default();
    golden_resize(&golden, 1280, 720);
    struct camera camera = golden_camera(&golden, 0, &settings);
    struct picture_frame frame = golden_frame(&golden, &camera);
    frame.map = &map;
    frame.settings = settings;
    frame.cover = cover;
    frame.pointer_inside = true;
    frame.pointer_x_px = x_px;
    frame.pointer_y_px = y_px;
    picture_draw(golden.picture, &frame);
    return picture_get_text_boxes(golden.picture, BOX_MAX, boxes);
}

static const struct picture_text_box *find_read_out(int count) {
    for (int i = 0; i < count; i++) {
        if (strstr(boxes[i].text, "% from price") != NULL) {
            return &boxes[i];
        }
    }
    return NULL;
}

static void the_read_out_keeps_clear_of_panels(void **state) {
    (void)state;
    int bare = draw_covered(NULL, 500, 300);
    const struct picture_text_box *free_one = find_read_out(bare);
    assert_non_null(free_one);
    struct picture_cover cover = {
        .count = 1, .rects = {{free_one->x - 150, free_one->y - 40, 300, 260}}, .left_px = 0};
    const struct camera_rect over = cover.rects[0];
    int count = draw_covered(&cover, 500, 300);
    const struct picture_text_box *moved = find_read_out(count);
    assert_non_null(moved);
    assert_true(moved->x + moved->w <= over.x || moved->x >= over.x + over.w ||
                moved->y + moved->h <= over.y || moved->y >= over.y + over.h);
}

static void the_gauge_leaves_room_for_a_bar_where_there_is_one(void **state) {
    (void)state;
    const struct picture_cover cover = {.left_px = 58};
    const struct picture_text_box *gauge =
        find_text(draw_covered(NULL, -1, -1), "Squeeze gauge, estimate");
    assert_non_null(gauge);
    double alone_px = gauge->x;
    gauge = find_text(draw_covered(&cover, -1, -1), "Squeeze gauge, estimate");
    assert_non_null(gauge);
    assert_near(gauge->x - alone_px, (58 - 16) * picture_scale_for_size(1280, 720), 1.5);
}

/* A panel may lie over some of it: it does not come and go with the pointer. */
static void the_gauge_stays_while_the_pointer_moves_beside_panels(void **state) {
    (void)state;
    const struct picture_text_box *gauge =
        find_text(draw_covered(NULL, -1, -1), "Squeeze gauge, estimate");
    assert_non_null(gauge);
    const struct picture_cover cover = {
        .count = 1, .rects = {{gauge->x + 20, gauge->y - 60, 200, 100}}, .left_px = 0};
    assert_non_null(find_text(draw_covered(&cover, -1, -1), "Squeeze gauge, estimate"));
    int count = draw_covered(&cover, 700, 200);
    assert_non_null(find_read_out(count));
    assert_non_null(find_text(count, "Squeeze gauge, estimate"));
}

static bool is_key(const uint8_t *pixel) {
    return pixel[0] == 0 && pixel[1] == 255 && pixel[2] == 0;
}

/* Plates stay below their texts, and around what is bright there is a rim: a keyer looks at a
 * pixel's neighbours, too. */
static void a_key_colour_leaves_what_is_read(void **state) {
    (void)state;
    enum { W = 1280, H = 720 };
    const size_t bytes = (size_t)W * H * 4;
    struct settings settings = settings_default();
    (void)draw_texts(W, H, &settings);
    struct camera camera = golden_camera(&golden, 0, &settings);
    struct picture_frame frame = golden_frame(&golden, &camera);
    frame.map = &map;
    uint8_t *plain = golden_draw(&golden, &frame), *keyed = malloc(bytes);
    int count = picture_get_text_boxes(golden.picture, BOX_MAX, boxes);
    struct backdrop backdrop;
    struct backdrop_copy copy = {0};
    const struct target whole = offscreen_target(golden.offscreen);
    assert_non_null(keyed);
    assert_true(backdrop_init(&backdrop, NULL));
    assert_true(backdrop_take(&copy, &whole));
    backdrop_draw(&backdrop, &copy, &whole, (struct target_rect){0, 0, W, H}, settings.palette,
                  BACKDROP_GREEN);
    offscreen_read_rgba(golden.offscreen, bytes, keyed);
    int keys = 0;
    for (int i = 0; i < (H - 2) * W; i++) {
        const int at = i + W; /* not in the first row or the last */
        const uint8_t *pixel = plain + (size_t)at * 4;
        keys += is_key(keyed + (size_t)at * 4);
        for (int k = 0; k < 9 && (pixel[0] > 128 || pixel[1] > 128 || pixel[2] > 128); k++) {
            const int x = at % W + k % 3 - 1, y = at / W + k / 3 - 1;
            assert_false(x >= 0 && x < W && is_key(keyed + ((size_t)y * W + (size_t)x) * 4));
        }
    }
    assert_true(keys > W * H / 5);
    const struct picture_text_box *gauge = find_text(count, "Squeeze gauge, estimate");
    assert_non_null(gauge);
    for (int x = 0; x < 250; x++) { /* from its head to the plate's other side */
        assert_false(is_key(keyed + ((size_t)gauge->y * W + (size_t)gauge->x + (size_t)x) * 4));
    }
    backdrop_copy_finish(&copy);
    backdrop_finish(&backdrop);
    free(plain);
    free(keyed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pictures_equal_their_golden_images, open_picture,
                                        golden_close_test),
        cmocka_unit_test_setup_teardown(no_text_covers_another_at_any_size, open_picture,
                                        golden_close_test),
        cmocka_unit_test_setup_teardown(no_title_stands_under_the_legend, open_picture,
                                        golden_close_test),
        cmocka_unit_test_setup_teardown(labels_follow_the_filters, open_picture, golden_close_test),
        cmocka_unit_test_setup_teardown(another_reading_has_no_labels_of_the_map, open_picture,
                                        golden_close_test),
        cmocka_unit_test_setup_teardown(max_pain_and_receipts_are_told, open_picture,
                                        golden_close_test),
        cmocka_unit_test_setup_teardown(a_label_keeps_its_place_while_the_map_wavers, open_picture,
                                        golden_close_test),
        cmocka_unit_test_setup_teardown(sums_of_the_profile_are_the_maps, open_picture,
                                        golden_close_test),
        cmocka_unit_test_setup_teardown(the_curve_of_sums_is_where_they_are, open_picture,
                                        golden_close_test),
        cmocka_unit_test_setup_teardown(the_gauge_comes_before_receipts, open_picture,
                                        golden_close_test),
        cmocka_unit_test_setup_teardown(the_read_out_keeps_clear_of_panels, open_picture,
                                        golden_close_test),
        cmocka_unit_test_setup_teardown(the_gauge_leaves_room_for_a_bar_where_there_is_one,
                                        open_picture, golden_close_test),
        cmocka_unit_test_setup_teardown(the_gauge_stays_while_the_pointer_moves_beside_panels,
                                        open_picture, golden_close_test),
        cmocka_unit_test_setup_teardown(a_key_colour_leaves_what_is_read, open_picture,
                                        golden_close_test),
    };
    golden_use(&golden, 1280, 720);
    return cmocka_run_group_tests(tests, golden_open_group, golden_close_group);
}
