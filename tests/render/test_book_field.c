/* The order book's field: its pass beside plain C, what is not known, its ramps, and golden images
 * at two sizes, on dark and on light, over the other field and alone; its key, with the others. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/math.h"
#include "base/str.h"
#include "gfx/debug.h"
#include "gfx/offscreen.h"
#include "layer/book_field.h"
#include "layer/field.h"
#include "layer/labels.h"
#include "support/golden.h"
#include "support/near.h"

enum { WIDTH = 640, HEIGHT = 360 };

static struct golden stage;
static const struct synthetic_desc small = {.col_count = 120,
                                            .row_count = 200,
                                            .col_ms = 60000,
                                            .price_mid = 64000,
                                            .half_range = 0.09,
                                            .seed = 3,
                                            .book = true};

/* -- the pass beside plain C -- */

/* A cell from the CPU's copy; what is not known is 0. */
static double cell(const struct field *field, int64_t col, int64_t row) {
    double usd = 0;
    bool bids = false;
    if (row < 0 || row >= field->grid.row_count ||
        !field_get_book(field, col, (int)row, &usd, &bids)) {
        return 0;
    }
    return log2(1 + usd / 1000);
}

/* Bilinear with edges a pixel wide: book.frag in C. col, row: in cells. */
static double reference_sample(const struct field *field, double col, double row,
                               const double sharp[2]) {
    double at[2] = {row - 0.5, col - 0.5}, base[2];
    for (int i = 0; i < 2; i++) {
        base[i] = floor(at[i]);
        at[i] = base[i] + math_clamp((at[i] - base[i] - 0.5) * sharp[i] + 0.5, 0, 1);
    }
    at[0] = math_clamp(at[0], 0, field->grid.row_count - 1.0);
    at[1] = math_clamp(at[1], (double)field->oldest_col, (double)field->newest_col);
    int64_t r = (int64_t)floor(at[0]), c = (int64_t)floor(at[1]);
    double fr = at[0] - (double)r, fc = at[1] - (double)c;
    return (1 - fc) * ((1 - fr) * cell(field, c, r) + fr * cell(field, c, r + 1)) +
           fc * ((1 - fr) * cell(field, c + 1, r) + fr * cell(field, c + 1, r + 1));
}

static const float ground[4] = {0.2f, 0.4f, 0.1f, 1};

/* Draw a view of the field over a plain ground and hold every seventh pixel against the formula. */
static void check_pass(struct book_field *book, const struct field *field, double columns,
                       double rows) {
    const struct layers_grid *grid = &field->grid;
    struct camera camera = {.time_right_ms = ((double)field->newest_col + 0.3) * grid->col_ms,
                            .ln_bottom = grid->ln_price_min + 20.4 * grid->row_height,
                            .plot_px = {0, 0, WIDTH, HEIGHT}};
    camera.time_left_ms = camera.time_right_ms - columns * grid->col_ms;
    camera.ln_top = camera.ln_bottom + rows * grid->row_height;
    struct book_view view = {.field = field, .camera = &camera, .settled = true};
    struct target target = offscreen_target(stage.offscreen);
    struct scroll_strip strip = {.viewport = {0, 0, WIDTH, HEIGHT},
                                 .part = {0, 0, WIDTH, HEIGHT},
                                 .left_ms = camera.time_left_ms,
                                 .ms_per_px = columns * grid->col_ms / WIDTH};
    assert_true(book_field_prepare(book, &view));
    target_begin(&target, TARGET_BLEND_NONE);
    target_clear(ground);
    book_field_paint(book, &target, &view, &strip);
    uint8_t *got = malloc(WIDTH * HEIGHT * 4);
    assert_non_null(got);
    offscreen_read_rgba(stage.offscreen, WIDTH * HEIGHT * 4, got);
    double sharp[2] = {fmax(1, HEIGHT / rows), fmax(1, WIDTH / columns)};
    int far_off = 0, count = 0;
    for (int i = 0; i < WIDTH * HEIGHT; i += 7, count++) {
        double col = camera.time_left_ms / grid->col_ms + (i % WIDTH + 0.5) * columns / WIDTH;
        double row = 20.4 + (HEIGHT - i / WIDTH - 0.5) * rows / HEIGHT;
        const uint8_t *rgba = book_field_color(book, reference_sample(field, col, row, sharp));
        for (int c = 0; c < 3; c++) {
            double want = rgba[c] * rgba[3] / 255.0 + (double)ground[c] * (255 - rgba[3]);
            far_off +=
                fabs(want - got[i * 4 + c]) > 6 ? 1 : 0; /* an entry of the ramp and rounding */
        }
    }
    free(got);
    assert_true(far_off < count / 200); /* at edges a pixel wide, where a sample's place counts */
}

static void the_pass_equals_its_reference(void **state) {
    (void)state;
    struct field field;
    struct book_field book;
    synthetic_init(&stage.market, &small);
    assert_int_equal(field_init(&field, 1, &stage.market.grid), STATUS_OK);
    /* More columns than the ring has rows: it wraps. */
    for (int i = 0; i < 210; i++) {
        assert_true(field_add_column(&field, synthetic_next(&stage.market, 1)));
    }
    assert_true(book_field_init(&book, NULL));
    check_pass(&book, &field, 90, 150); /* cells of some pixels */
    check_pass(&book, &field, 9, 13);   /* large ones */
    book_field_finish(&book);
    field_finish(&field);
    assert_int_equal(debug_error_count(), 0);
}

/* -- what is not known, and what is not asked for -- */

static void what_is_not_known_is_told_apart_from_nothing(void **state) {
    (void)state;
    struct field field;
    double usd = -1;
    bool bids = false;
    synthetic_init(&stage.market, &small);
    assert_int_equal(field_init(&field, 1, &stage.market.grid), STATUS_OK);
    for (int i = 0; i < 110; i++) {
        assert_true(field_add_column(&field, synthetic_next(&stage.market, 1)));
    }
    int64_t first = stage.market.grid.first_col;
    assert_false(field_get_book(&field, first + 72, 100, &usd, &bids)); /* a gap */
    assert_near(usd, -1, 0);
    assert_true(field_get_book(&field, first + 80, 0, &usd, &bids)); /* beyond the orders */
    assert_near(usd, 0, 0);
    assert_true(field_get_book(&field, first + 80, 100, &usd, &bids));
    assert_true(usd > 100);
    assert_false(field_get_book(&field, first + 80, 200, &usd, &bids));
    assert_false(field_get_book(&field, first + 500, 100, &usd, &bids));
    field_finish(&field);
}

static void columns_without_a_book_take_no_memory(void **state) {
    (void)state;
    struct field field;
    struct synthetic_desc desc = small;
    double usd = 0;
    bool bids = false;
    desc.book = false;
    synthetic_init(&stage.market, &desc);
    assert_int_equal(field_init(&field, 1, &stage.market.grid), STATUS_OK);
    for (int i = 0; i < 10; i++) {
        assert_true(field_add_column(&field, synthetic_next(&stage.market, 1)));
    }
    assert_false(field.book.used);
    assert_int_equal(field.book.texels.name, 0);
    assert_false(field_get_book(&field, stage.market.grid.first_col, 100, &usd, &bids));
    field_finish(&field);
}

/* -- ramps -- */

static double luminance(const double rgb[3]) {
    double sum = 0;
    static const double weight[3] = {0.2126, 0.7152, 0.0722};
    for (int c = 0; c < 3; c++) {
        double x = rgb[c] / 255;
        sum += weight[c] * (x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4));
    }
    return sum;
}

/* On each theme's background more is always lighter, or always darker: the ramp can be read without
 * seeing colours. */
static void ramps_are_even_in_lightness(void **state) {
    (void)state;
    static const double grounds[2][3] = {{11, 14, 21}, {246, 247, 249}};
    struct field field;
    struct book_field book;
    synthetic_init(&stage.market, &small);
    assert_int_equal(field_init(&field, 1, &stage.market.grid), STATUS_OK);
    for (int i = 0; i < 60; i++) {
        assert_true(field_add_column(&field, synthetic_next(&stage.market, 1)));
    }
    assert_true(book_field_init(&book, NULL));
    stage.market.now_ms = (field.newest_col + 1) * field.grid.col_ms;
    struct camera camera;
    camera_init(&camera, stage.market.now_ms, 3600000, 64000, 0.17);
    camera_set_plot(&camera, (struct camera_rect){0, 0, WIDTH, HEIGHT});
    for (int i = 0; i < 4; i++) {
        bool light = i / 2 != 0;
        struct book_view view = {.field = &field,
                                 .camera = &camera,
                                 .light = light,
                                 .alone = i % 2 != 0,
                                 .settled = true};
        assert_true(book_field_prepare(&book, &view));
        double before = 0;
        for (int k = 0; k < BOOK_FIELD_ENTRY_COUNT; k++) {
            double share = (double)k / (BOOK_FIELD_ENTRY_COUNT - 1), rgb[3];
            const uint8_t *rgba =
                book_field_color(&book, scale_log2_from_usd(book_field_usd_at(&book, share)));
            for (int c = 0; c < 3; c++) {
                rgb[c] = rgba[c] * rgba[3] / 255.0 + grounds[light][c] * (255 - rgba[3]) / 255.0;
            }
            double now = luminance(rgb);
            /* A step of one in eight bits may go either way. */
            if (k > 0 && (light ? now > before + 4e-3 : now < before - 4e-3)) {
                fail_msg("ramp %d: entry %d goes from %.4f to %.4f", i, k, before, now);
            }
            before = now;
        }
    }
    book_field_finish(&book);
    field_finish(&field);
}

/* -- pictures -- */

static void check_picture(const char *name, uint32_t parts, enum colormap_id palette) {
    struct settings settings = settings_default();
    settings.parts = parts;
    settings.palette = palette;
    golden_fill(&stage, &small);
    struct camera camera = golden_camera(&stage, 0, &settings);
    struct picture_frame frame = golden_frame(&stage, &camera);
    frame.settings = settings;
    golden_check(&stage, name, &frame);
}

/* So far out that what is told of the book is less than a line high: a band along the price. */
static void check_band(const char *name, enum colormap_id palette) {
    struct settings settings = settings_default();
    settings.parts = SETTINGS_BIT(FIELD) | SETTINGS_BIT(BOOK) | SETTINGS_BIT(PRICE);
    settings.palette = palette;
    golden_fill(&stage, &small);
    struct camera camera = golden_camera(&stage, 0, &settings);
    camera.ln_bottom -= 4;
    camera.ln_top += 4;
    struct picture_frame frame = golden_frame(&stage, &camera);
    frame.settings = settings;
    golden_check(&stage, name, &frame);
}

static void a_book_too_near_to_be_seen_is_a_band(void **state) {
    (void)state;
    check_band("book-band-640x360", COLORMAP_PERCEPTUAL);
    golden_resize(&stage, 1280, 720);
    check_band("book-band-light-1280x720", COLORMAP_PAPER);
}

static bool is_written(const char *text) {
    static struct picture_text_box boxes[LABELS_MAX];
    int count = picture_get_text_boxes(stage.picture, LABELS_MAX, boxes);
    for (int i = 0; i < count; i++) {
        if (strstr(boxes[i].text, text) != NULL) {
            return true;
        }
    }
    return false;
}

/* With everything shown, the header or the plot's corner explains it, whatever the size. */
static void every_size_explains_its_colours(void **state) {
    (void)state;
    static const int sizes[][2] = {{640, 360}, {1280, 720}, {1920, 1080}};
    static const char *const keys[] = {
        "resting orders", "long liquidated",      "short liquidated", "not calibrated",
        "MA: mean of",    "VWAP: of the UTC day", "takers bought",    "sum from the price outward"};
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        struct settings settings = settings_default();
        settings.parts |= SETTINGS_BIT(BOOK) | SETTINGS_BIT(MA) | SETTINGS_BIT(VWAP);
        golden_resize(&stage, sizes[i][0], sizes[i][1]);
        golden_fill(&stage, &small);
        struct camera camera = golden_camera(&stage, 0, &settings);
        struct picture_frame frame = golden_frame(&stage, &camera);
        frame.settings = settings;
        free(golden_draw(&stage, &frame));
        bool large = sizes[i][0] > 640; /* with strips, and the profile with its curve */
        for (size_t k = 0; k < ARRAY_COUNT(keys) - (large ? 0 : 2); k++) {
            if (!is_written(keys[k])) {
                fail_msg("%d x %d: '%s' is not told", sizes[i][0], sizes[i][1], keys[k]);
            }
        }
    }
}

static void the_picture_is_what_it_was(void **state) {
    (void)state;
    const uint32_t over = SETTINGS_BIT(FIELD) | SETTINGS_BIT(BOOK);
    check_picture("book-over-640x360", over, COLORMAP_PERCEPTUAL);
    check_picture("book-alone-light-640x360", SETTINGS_BIT(BOOK), COLORMAP_PAPER);
    golden_resize(&stage, 1280, 720);
    check_picture("book-alone-1280x720", SETTINGS_BIT(BOOK), COLORMAP_PERCEPTUAL);
    check_picture("book-over-light-1280x720", over, COLORMAP_PAPER);
}

/* The book is kept on the field's scroll: where it has scrolled to, it looks as if drawn at once.
 */
static void a_scrolled_book_equals_one_drawn_at_once(void **state) {
    (void)state;
    size_t bytes = (size_t)WIDTH * HEIGHT * 4;
    struct settings settings = settings_default();
    settings.parts = SETTINGS_BIT(FIELD) | SETTINGS_BIT(BOOK);
    golden_fill(&stage, &small);
    struct camera camera = golden_camera(&stage, 0, &settings);
    struct picture_frame frame = golden_frame(&stage, &camera);
    frame.settings = settings;
    frame.text_hidden = true;
    free(golden_draw(&stage, &frame));
    frame.settled = false;
    for (int i = 0; i < 30; i++) {
        if (i % 10 == 9) {
            assert_true(picture_add_column(stage.picture, synthetic_next(&stage.market, 1)));
        }
        camera.time_left_ms += 6000;
        camera.time_right_ms += 6000;
        frame.now_ms += 6000;
        free(golden_draw(&stage, &frame));
    }
    frame.settled = true;
    uint8_t *scrolled = golden_draw(&stage, &frame);
    assert_true(picture_reload_shaders(stage.picture)); /* forgets what is kept */
    uint8_t *at_once = golden_draw(&stage, &frame);
    int different = 0;
    for (size_t i = 0; i < bytes; i++) {
        different += abs(scrolled[i] - at_once[i]) > 2 ? 1 : 0;
    }
    assert_int_equal(different, 0);
    free(at_once);
    free(scrolled);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pass_equals_its_reference),
        cmocka_unit_test(what_is_not_known_is_told_apart_from_nothing),
        cmocka_unit_test(columns_without_a_book_take_no_memory),
        cmocka_unit_test(ramps_are_even_in_lightness),
        cmocka_unit_test_setup_teardown(the_picture_is_what_it_was, golden_open_test,
                                        golden_close_test),
        cmocka_unit_test_setup_teardown(a_book_too_near_to_be_seen_is_a_band, golden_open_test,
                                        golden_close_test),
        cmocka_unit_test_setup_teardown(every_size_explains_its_colours, golden_open_test,
                                        golden_close_test),
        cmocka_unit_test_setup_teardown(a_scrolled_book_equals_one_drawn_at_once, golden_open_test,
                                        golden_close_test),
    };
    golden_use(&stage, WIDTH, HEIGHT);
    return cmocka_run_group_tests(tests, golden_open_group, golden_close_group);
}
