#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/random.h"
#include "base/str.h"
#include "layer/labels.h"
#include "layer/measure.h"
#include "support/golden.h"
#include "support/near.h"
#include "support/synthetic_map.h"

/* What hands put over the picture: a measured rectangle, one's own lines, the legend while a handle
 * is held, the pointer of another pane. Their numbers are the map's and the prints', summed by
 * hand; what is off leaves the picture as it was, bit for bit. */

enum { WIDTH = 640, HEIGHT = 360 };

static struct golden golden;
static struct scene_map map;

static int open_picture(void **state) {
    int status = golden_open_test(state);
    if (status == 0) {
        golden_fill(&golden, NULL);
        synthetic_make_map(&golden.market, &map);
    }
    return status;
}

/* -- the numbers -- */

/* USD of a side between two prices, level by level. */
static double usd_by_hand(int side, double low, double high, uint32_t band_hidden) {
    double usd = 0;
    for (int level = 0; level < map.level_count; level++) {
        double sign = side == 0 ? -1 : 1;
        double a = map.reference * exp(sign * level * map.level_height);
        double b = map.reference * exp(sign * (level + 1) * map.level_height);
        double from = fmax(fmin(a, b), low);
        double to = fmin(fmax(a, b), high);
        double part = to > from ? log(to / from) / map.level_height : 0;
        for (int band = 0; band < LAYERS_BAND_COUNT; band++) {
            usd += (band_hidden >> band & 1) == 0
                       ? (double)map.sides[side].bands_usd[level][band] * part
                       : 0;
        }
    }
    return usd;
}

static void between_two_prices_stands_what_levels_says(void **state) {
    (void)state;
    struct random random;
    random_init(&random, 3);
    int some = 0;
    for (int turn = 0; turn < 200; turn++) {
        struct settings settings = settings_default();
        settings.band_hidden = turn % 3 == 0 ? (uint32_t)(random_u64(&random) % 64) : 0;
        settings.side = (enum settings_side)(turn % SETTINGS_SIDE_COUNT);
        double a = map.reference * exp(0.1 * (2 * random_uniform(&random) - 1));
        double b = map.reference * exp(0.1 * (2 * random_uniform(&random) - 1));
        const struct measure measure = {
            .from_ms = 5000, .to_ms = 1000, .from_price = a, .to_price = b};
        const struct measure_query query = {
            .measure = &measure, .map = &map, .settings = &settings};
        struct measure_out read;
        measure_read(&query, &read);
        assert_near(read.price_delta, b - a, 1e-9);
        assert_near(read.ratio, b / a - 1, 1e-12);
        assert_int_equal(read.span_ms, -4000);
        assert_false(read.seen);
        for (int side = 0; side < 2; side++) {
            bool hidden = settings.side == (side == 0 ? SETTINGS_SIDE_SHORT : SETTINGS_SIDE_LONG);
            double want = usd_by_hand(side, fmin(a, b), fmax(a, b), settings.band_hidden);
            assert_near(read.usd[side], hidden ? -1 : want, 1e-9 * want + 1e-6);
            some += want > 0;
        }
    }
    assert_true(some > 100);
}

/* From the reference to a price it is exactly what the gauge and `levels` add up. */
static void from_the_price_it_is_the_same_sum_as_everywhere(void **state) {
    (void)state;
    struct settings settings = settings_default();
    for (int i = 0; i < MAP_SHARE_COUNT; i++) {
        const struct measure measure = {.from_price = map.reference,
                                        .to_price = map.reference * (1 - map_shares[i])};
        const struct measure_query query = {
            .measure = &measure, .map = &map, .settings = &settings};
        struct measure_out read;
        measure_read(&query, &read);
        assert_near(read.usd[0], map_usd_within(&map, 0, map_shares[i], 0), 0);
        assert_near(read.usd[1], 0, 0);
    }
}

static void prints_inside_the_rectangle_are_summed(void **state) {
    (void)state;
    static struct field field;
    struct settings settings = settings_default();
    synthetic_init(&golden.market, &(struct synthetic_desc){.col_count = 40,
                                                            .row_count = 64,
                                                            .col_ms = 60000,
                                                            .price_mid = 64000,
                                                            .half_range = 0.09,
                                                            .seed = 5});
    assert_int_equal(field_init(&field, 1, &golden.market.grid), STATUS_OK);
    double want[2] = {0};
    const struct measure measure = {.from_price = 70000,
                                    .to_price = 58000,
                                    .from_ms = (double)field.grid.first_col * 60000 + 5.5 * 60000,
                                    .to_ms = (double)field.grid.first_col * 60000 + 33.5 * 60000};
    for (int i = 0; i < 40; i++) {
        const struct layers_column *column = synthetic_next(&golden.market, 1);
        for (int k = 0; k < column->print_count; k++) {
            double ts_ms = (double)column->prints[k].ts_ms;
            if (ts_ms >= measure.from_ms && ts_ms <= measure.to_ms) {
                want[column->prints[k].position == POS_SHORT] += (double)column->prints[k].usd;
            }
        }
        assert_true(field_add_column(&field, column));
    }
    const struct measure_query query = {
        .measure = &measure, .field = &field, .settings = &settings, .heard = true};
    struct measure_out read;
    measure_read(&query, &read);
    assert_true(read.seen);
    assert_true(want[0] + want[1] > 0);
    assert_near(read.seen_usd[0], want[0], 1e-6);
    assert_near(read.seen_usd[1], want[1], 1e-6);
    assert_near(read.usd[0], -1, 0); /* no map */
    field_finish(&field);
}

static void spans_are_written_in_two_units(void **state) {
    (void)state;
    static const struct {
        int64_t ms;
        const char *want;
    } rows[] = {
        {0, "0 s"},        {999, "1 s"},          {61000, "1 min 1 s"},
        {3599600, "1 h"},  {-3600000, "1 h"},     {7260000, "2 h 1 min"},
        {86399000, "1 d"}, {90000000, "1 d 1 h"}, {40 * 86400000LL, "40 d"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char text[MEASURE_SPAN_BYTES];
        assert_string_equal(measure_format_span(rows[i].ms, text), rows[i].want);
    }
}

/* -- the pictures -- */

static void fill_lines(struct lines *lines) {
    double price = golden.market.price;
    memset(lines, 0, sizeof *lines);
    lines_add(lines, &(struct lines_item){.price = price * 1.021, .label = "weekly open"});
    lines_add(lines, &(struct lines_item){.price = price * 1.034});
    lines_add(lines,
              &(struct lines_item){.kind = LINES_STOP, .price = price * 0.975, .qty_base = 0.5});
    lines_add(lines, &(struct lines_item){.kind = LINES_POSITION,
                                          .price = price * 0.99,
                                          .qty_base = 0.5,
                                          .leverage = 20,
                                          .liquidation = price * 0.966});
    lines_add(lines, &(struct lines_item){.kind = LINES_POSITION, /* out of view */
                                          .price = price * 1.5,
                                          .is_short = true,
                                          .qty_base = 1});
}

static struct measure measure_of(const struct camera *camera) {
    const struct camera_rect *plot = &camera->plot_px;
    return (struct measure){
        .shown = true,
        .from_ms = camera_time_from_px(camera, plot->x + plot->w * 0.3),
        .from_price = camera_price_from_px(camera, plot->y + plot->h * 0.25),
        .to_ms = camera_time_from_px(camera, plot->x + plot->w * 0.6),
        .to_price = camera_price_from_px(camera, plot->y + plot->h * 0.7),
    };
}

enum overlay { MEASURE, LINES, LEGEND, LINKED, OVERLAY_COUNT };

static void put(enum overlay overlay, const struct camera *camera, struct measure *measure,
                struct lines *lines, struct picture_frame *frame) {
    const struct camera_rect *plot = &camera->plot_px;
    switch (overlay) {
    case MEASURE:
        *measure = measure_of(camera);
        frame->measure = measure;
        break;
    case LINES:
        fill_lines(lines);
        frame->lines = lines;
        break;
    case LEGEND: /* white is held at a third of the legend as it was */
        frame->settings.black_usd_per_bp = 1e5;
        frame->settings.white_usd_per_bp = 1.5e6;
        frame->legend_black_usd_per_bp = 1e5;
        frame->legend_white_usd_per_bp = 5e6;
        break;
    default:
        frame->pointer_look = PICTURE_POINTER_LINKED;
        frame->pointer_time_ms = camera_time_from_px(camera, plot->x + plot->w * 0.4);
        frame->pointer_price = camera_price_from_px(camera, plot->y + plot->h * 0.3);
        break;
    }
}

static void pictures_equal_their_golden_images(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int width_px, height_px;
        enum overlay overlay;
    } rows[] = {
        {"measure_small", 640, 360, MEASURE}, {"measure", 1280, 720, MEASURE},
        {"lines_small", 640, 360, LINES},     {"lines", 1280, 720, LINES},
        {"legend_held", 1280, 720, LEGEND},   {"pointer_linked", 640, 360, LINKED},
    };
    struct measure measure;
    struct lines lines;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        golden_resize(&golden, rows[i].width_px, rows[i].height_px);
        struct camera camera = golden_camera(&golden, 0, NULL);
        struct picture_frame frame = golden_frame(&golden, &camera);
        frame.map = &map;
        put(rows[i].overlay, &camera, &measure, &lines, &frame);
        golden_check(&golden, rows[i].name, &frame);
    }
}

static bool has_text(const char *part) {
    static struct picture_text_box boxes[LABELS_MAX];
    int count = picture_get_text_boxes(golden.picture, LABELS_MAX, boxes);
    for (int i = 0; i < count; i++) {
        if (strstr(boxes[i].text, part) != NULL) {
            return true;
        }
    }
    return false;
}

static void lines_say_what_they_are_and_what_a_stop_sits_behind(void **state) {
    (void)state;
    char want[96];
    char usd[NUMBER_TEXT_BYTES];
    struct lines lines;
    golden_resize(&golden, 1280, 720);
    struct camera camera = golden_camera(&golden, 0, NULL);
    struct picture_frame frame = golden_frame(&golden, &camera);
    frame.map = &map;
    fill_lines(&lines);
    frame.lines = &lines;
    free(golden_draw(&golden, &frame));
    number_format_usd(map_usd_to(&map, 0, lines.items[2].price, 0), usd);
    str_format(want, sizeof want, "sits behind %s longs", usd);
    assert_true(has_text("weekly open"));
    assert_true(has_text(want));
    assert_true(has_text("long 0.5 at 20x"));
    assert_true(has_text("liquidation of this long"));
    frame.settings.side = SETTINGS_SIDE_SHORT; /* longs are not shown: nothing is said of them */
    free(golden_draw(&golden, &frame));
    assert_false(has_text("sits behind"));
    frame.settings.parts &= ~SETTINGS_BIT(LINES);
    free(golden_draw(&golden, &frame));
    assert_false(has_text("weekly open"));
}

/* An overlay that is not wanted costs nothing, and one that goes leaves no trace. */
static void what_is_off_leaves_the_picture_as_it_was(void **state) {
    (void)state;
    struct measure measure;
    struct lines lines;
    golden_resize(&golden, WIDTH, HEIGHT);
    struct camera camera = golden_camera(&golden, 0, NULL);
    const struct picture_frame plain = golden_frame(&golden, &camera);
    free(golden_draw(&golden, &plain)); /* composes the field, once */
    uint8_t *before = golden_draw(&golden, &plain);
    int shapes = picture_get_stats(golden.picture).shape_count;
    int draws = picture_get_stats(golden.picture).draw_count;
    for (int overlay = 0; overlay < OVERLAY_COUNT; overlay++) {
        struct picture_frame frame = plain;
        put((enum overlay)overlay, &camera, &measure, &lines, &frame);
        uint8_t *with = golden_draw(&golden, &frame);
        assert_memory_not_equal(with, before, (size_t)WIDTH * HEIGHT * 4);
        assert_in_range(picture_get_stats(golden.picture).draw_count, draws, draws + 3);
        free(with);
        free(golden_draw(&golden, &plain)); /* the field anew, where its scale was another */
        uint8_t *after = golden_draw(&golden, &plain);
        assert_memory_equal(after, before, (size_t)WIDTH * HEIGHT * 4);
        assert_int_equal(picture_get_stats(golden.picture).shape_count, shapes);
        assert_int_equal(picture_get_stats(golden.picture).draw_count, draws);
        free(after);
    }
    free(before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(between_two_prices_stands_what_levels_says, open_picture,
                                        golden_close_test),
        cmocka_unit_test_setup_teardown(from_the_price_it_is_the_same_sum_as_everywhere,
                                        open_picture, golden_close_test),
        cmocka_unit_test_setup_teardown(prints_inside_the_rectangle_are_summed, open_picture,
                                        golden_close_test),
        cmocka_unit_test(spans_are_written_in_two_units),
        cmocka_unit_test_setup_teardown(pictures_equal_their_golden_images, open_picture,
                                        golden_close_test),
        cmocka_unit_test_setup_teardown(lines_say_what_they_are_and_what_a_stop_sits_behind,
                                        open_picture, golden_close_test),
        cmocka_unit_test_setup_teardown(what_is_off_leaves_the_picture_as_it_was, open_picture,
                                        golden_close_test),
    };
    golden_use(&golden, WIDTH, HEIGHT);
    return cmocka_run_group_tests_name("hands_picture", tests, golden_open_group,
                                       golden_close_group);
}
