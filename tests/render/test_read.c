#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/str.h"
#include "layer/labels.h"
#include "layer/read_out.h"
#include "support/golden.h"
#include "support/near.h"

/* What is read at the pointer: the read-out's numbers are the texels', the map's and the prints',
 * summed by hand; its plate and the one that tells why it is hot find room at every size. */

enum { WIDTH = 640, HEIGHT = 360, COLUMNS = 40, ROWS = 64, LEVELS = 200 };

static struct golden stage;
static struct scene_map map;
static struct scene_origin origin;

/* A map about the market's price: more further out, a cluster a side. */
static void fill_map(void) {
    memset(&map, 0, sizeof map);
    map.ts_ms = stage.market.now_ms;
    map.reference = stage.market.price;
    map.level_height = 5e-4;
    map.level_count = LEVELS;
    for (int side = 0; side < 2; side++) {
        for (int level = 0; level < LEVELS; level++) {
            for (int band = 0; band < LAYERS_BAND_COUNT; band++) {
                map.sides[side].bands_usd[level][band] =
                    (float)(1000 * (side + 1) * (level + 1) * (band + 1));
            }
        }
        double sign = side == 0 ? -1 : 1;
        struct map_cluster *cluster = &map.clusters[map.cluster_count++];
        *cluster =
            (struct map_cluster){.side = side, .usd = 1e6 * (side + 1), .bands_usd = {0, 1e6}};
        cluster->price = map.reference * exp(sign * 0.03);
        cluster->price_low = cluster->price * exp(-0.002);
        cluster->price_high = cluster->price * exp(0.002);
    }
}

/* -- the numbers -- */

static struct field field;
static uint16_t texels[COLUMNS][LAYERS_SLICE_COUNT][ROWS][4];

static void fill_field(void) {
    synthetic_init(&stage.market, &(struct synthetic_desc){.col_count = COLUMNS,
                                                           .row_count = ROWS,
                                                           .col_ms = 60000,
                                                           .price_mid = 64000,
                                                           .half_range = 0.09,
                                                           .seed = 5});
    assert_int_equal(field_init(&field, 1, &stage.market.grid), STATUS_OK);
    for (int i = 0; i < COLUMNS; i++) {
        const struct layers_column *column = synthetic_next(&stage.market, 1);
        for (int slice = 0; slice < LAYERS_SLICE_COUNT; slice++) {
            memcpy(texels[i][slice], column->texels[slice], sizeof texels[i][slice]);
        }
        assert_true(field_add_column(&field, column));
    }
    fill_map();
}

static double half_value(uint16_t half) {
    double fraction = (half & 0x3ff) / 1024.0;
    int exponent = half >> 10 & 0x1f;
    return exponent == 0 ? ldexp(fraction, -14) : ldexp(1 + fraction, exponent - 15);
}

/* USD of a band in a cell. */
static double cell_usd(int col, int row, int side, int band) {
    int channel = side * LAYERS_BAND_COUNT + band;
    double usd_per_bp = half_value(texels[col][channel / 4][row][channel % 4]) * 65536;
    return usd_per_bp * (field.grid.row_height * 1e4);
}

static struct read_out_query query_at(const struct settings *settings, double col, double row) {
    return (struct read_out_query){
        .field = &field,
        .map = &map,
        .settings = settings,
        .time_ms = ((double)field.grid.first_col + col) * field.grid.col_ms,
        .ln_price = field.grid.ln_price_min + row * field.grid.row_height,
        .price_now = stage.market.price,
    };
}

static void a_cell_is_its_texels_summed_by_hand(void **state) {
    (void)state;
    struct random random;
    random_init(&random, 11);
    fill_field();
    int standing = 0;
    for (int turn = 0; turn < 400; turn++) {
        int col = (int)(random_u64(&random) % COLUMNS);
        int row = (int)(random_u64(&random) % ROWS);
        struct settings settings = settings_default();
        settings.band_hidden = (uint32_t)(random_u64(&random) % 64) & (turn % 2 == 0 ? 0U : ~0U);
        settings.side = (enum settings_side)(turn % SETTINGS_SIDE_COUNT);
        struct read_out_query query =
            query_at(&settings, col + random_uniform(&random), row + random_uniform(&random));
        struct read_out read;
        read_out_make(&query, &read);
        assert_true(read.has_column && read.has_cell);
        assert_int_equal(read.live, col == COLUMNS - 1);
        assert_int_equal(read.from_ms, (field.grid.first_col + col) * field.grid.col_ms);
        assert_true(log(read.price_low) <= query.ln_price + 1e-12 &&
                    query.ln_price < log(read.price_high) + 1e-12);
        for (int side = 0; side < 2; side++) {
            bool hidden = settings.side == (side == 0 ? SETTINGS_SIDE_SHORT : SETTINGS_SIDE_LONG);
            double sum = 0;
            for (int band = 0; band < LAYERS_BAND_COUNT; band++) {
                bool shown = !hidden && (settings.band_hidden >> band & 1) == 0;
                double want = shown ? cell_usd(col, row, side, band) : 0;
                assert_close(read.bands_usd[side][band], want, 1e-12);
                sum += want;
            }
            assert_close(read.usd[side], sum, 1e-12);
            standing += sum > 0;
        }
        assert_near(read.distance, exp(query.ln_price) / stage.market.price - 1, 1e-12);
        assert_near(read.certainty, field_get_certainty(&field, field.grid.first_col + col, row),
                    0);
    }
    assert_true(standing > 100);
    field_finish(&field);
}

/* At the live edge, and right of it, the map's own sum; before that, the column's rows. */
static void what_a_stop_is_behind_is_the_map_or_the_rows(void **state) {
    (void)state;
    struct random random;
    random_init(&random, 12);
    fill_field();
    for (int turn = 0; turn < 200; turn++) {
        struct settings settings = settings_default();
        settings.band_hidden = (uint32_t)(random_u64(&random) % 64) & (turn % 2 == 0 ? 0U : ~0U);
        double row = ROWS * random_uniform(&random);
        int col = turn % 3 == 0 ? COLUMNS - 1 : (int)(random_u64(&random) % (COLUMNS - 1));
        struct read_out_query query =
            query_at(&settings, turn % 6 == 0 ? COLUMNS + 5 : col + 0.5, row);
        struct read_out read;
        read_out_make(&query, &read);
        if (turn % 3 == 0) {
            int side = read.price < map.reference ? 0 : 1;
            assert_true(read.live);
            assert_int_equal(read.behind_side, side);
            assert_near(read.behind_usd, map_usd_to(&map, side, read.price, settings.band_hidden),
                        0);
            continue;
        }
        const struct field_column *column = field_get_column(&field, field.grid.first_col + col);
        double from = (log(column->close) - field.grid.ln_price_min) / field.grid.row_height;
        int side = row < from ? 0 : 1;
        double want = 0;
        for (int i = 0; i < ROWS; i++) {
            double part = fmin(i + 1, fmax(from, row)) - fmax(i, fmin(from, row));
            for (int band = 0; band < LAYERS_BAND_COUNT && part > 0; band++) {
                bool shown = (settings.band_hidden >> band & 1) == 0;
                want += shown ? part * cell_usd(col, i, side, band) : 0;
            }
        }
        assert_int_equal(read.behind_side, side);
        assert_close(read.behind_usd, want, 1e-9);
        assert_false(read.behind_at_least);
    }
    /* Beyond the rows it is a lower bound; a side that is not shown is not told. */
    struct settings settings = settings_default();
    struct read_out_query query = query_at(&settings, 3, -10);
    struct read_out read;
    read_out_make(&query, &read);
    assert_true(read.behind_at_least && !read.has_cell && read.has_column);
    settings.side = SETTINGS_SIDE_SHORT;
    read_out_make(&query, &read);
    assert_int_equal(read.behind_side, -1);
    /* Without a field the map alone; without both nothing. */
    settings.side = SETTINGS_SIDE_BOTH;
    query.field = NULL;
    read_out_make(&query, &read);
    assert_int_equal(read.behind_side, 0);
    query.map = NULL;
    read_out_make(&query, &read);
    assert_int_equal(read.behind_side, -1);
    assert_false(read.has_column);
    field_finish(&field);
}

/* Only while it is shown, and known; the numbers are the column's own halves. */
static void the_order_book_of_a_cell_is_told_while_it_is_shown(void **state) {
    (void)state;
    synthetic_init(&stage.market, &(struct synthetic_desc){.col_count = COLUMNS,
                                                           .row_count = ROWS,
                                                           .col_ms = 60000,
                                                           .price_mid = 64000,
                                                           .half_range = 0.09,
                                                           .seed = 5,
                                                           .book = true});
    assert_int_equal(field_init(&field, 1, &stage.market.grid), STATUS_OK);
    static uint16_t halves[COLUMNS][ROWS];
    bool known[COLUMNS];
    for (int i = 0; i < COLUMNS; i++) {
        synthetic_next(&stage.market, 1);
        struct layers_column *column = &stage.market.column;
        column->has_book = i % 7 != 3;
        known[i] = column->has_book;
        memcpy(halves[i], column->book, sizeof halves[i]);
        assert_true(field_add_column(&field, column));
    }
    int sides[2] = {0, 0};
    for (int turn = 0; turn < COLUMNS * ROWS; turn++) {
        int col = turn / ROWS;
        int row = turn % ROWS;
        struct settings settings = settings_default();
        struct read_out_query query = query_at(&settings, col + 0.5, row + 0.5);
        struct read_out read;
        settings.parts &= ~SETTINGS_BIT(BOOK);
        read_out_make(&query, &read);
        assert_false(read.has_book);
        settings.parts |= SETTINGS_BIT(BOOK);
        settings.side = SETTINGS_SIDE_LONG; /* positions, not orders */
        read_out_make(&query, &read);
        assert_int_equal(read.has_book, known[col]);
        if (read.has_book) {
            double log2_value = half_value(halves[col][row] & 0x7fff);
            double usd_per_bp = 1000 * (exp2(log2_value) - 1);
            assert_close(read.book_usd, usd_per_bp * (field.grid.row_height * 1e4), 1e-9);
            bool bids = (halves[col][row] & 0x8000) != 0;
            assert_true(read.book_usd == 0 || read.book_bids == bids);
            sides[bids ? 0 : 1] += read.book_usd > 0;
        }
    }
    assert_true(sides[0] > 100 && sides[1] > 100);
    field_finish(&field);
}

static void liquidations_and_sweeps_near_the_pointer_are_told(void **state) {
    (void)state;
    fill_field();
    struct layers_column *column = &stage.market.column; /* the newest */
    int64_t ms = column->col * field.grid.col_ms + 1000;
    column->print_count = 0;
    for (int i = 0; i < 4; i++) {
        column->prints[column->print_count++] =
            (struct layers_print){.ts_ms = ms,
                                  .price = 64000 * (i < 3 ? 1 : 1.01),
                                  .usd = (float)(1000 * (i + 1)),
                                  .position = i == 1 ? POS_SHORT : POS_LONG,
                                  .complete = 1};
    }
    assert_true(field_add_column(&field, column));
    struct scene_instrument *instrument = &stage.market.scene.instruments[0];
    instrument->receipts[0] = (struct scene_receipt){.from_ms = ms - 5000,
                                                     .to_ms = ms + 5000,
                                                     .price_low = 63900,
                                                     .price_high = 64100,
                                                     .expected_usd = 5e6,
                                                     .seen_usd = 4e6};
    instrument->receipt_count = 1;
    struct settings settings = settings_default();
    struct read_out_query query = query_at(&settings, 0, 0);
    query.instrument = instrument;
    query.time_ms = (double)ms;
    query.ln_price = log(64000);
    query.near_ms = 100;
    query.near_ln = 1e-3;
    struct read_out read;
    read_out_make(&query, &read);
    assert_near(read.seen_usd[0], 1000 + 3000, 0);
    assert_near(read.seen_usd[1], 2000, 0);
    assert_false(read.seen_at_least);
    assert_true(read.has_receipt);
    assert_near(read.receipt.expected_usd, 5e6, 0);
    query.ln_price = log(64000 * 1.01);
    read_out_make(&query, &read);
    assert_near(read.seen_usd[0], 4000, 0);
    assert_false(read.has_receipt);
    /* A venue that tells only some, and a column that keeps only the largest. */
    column->prints[3].complete = 0;
    assert_true(field_add_column(&field, column));
    read_out_make(&query, &read);
    assert_true(read.seen_at_least);
    query.time_ms += 60000;
    read_out_make(&query, &read);
    assert_near(read.seen_usd[0], 0, 0);
    field_finish(&field);
}

static void filters_are_said(void **state) {
    (void)state;
    static const struct {
        enum settings_side side;
        uint32_t band_hidden;
        const char *want;
    } rows[] = {{SETTINGS_SIDE_BOTH, 0, ""},
                {SETTINGS_SIDE_NET, 0, ""},
                {SETTINGS_SIDE_LONG, 0, "longs only"},
                {SETTINGS_SIDE_BOTH, 0x37, "25-50x only"},
                {SETTINGS_SIDE_SHORT, 0x33, "shorts, 10-25x 25-50x only"},
                {SETTINGS_SIDE_BOTH, 0xffffffffU, "no band"}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct settings settings = settings_default();
        char text[READ_OUT_FILTER_BYTES];
        settings.side = rows[i].side;
        settings.band_hidden = rows[i].band_hidden;
        assert_string_equal(read_out_filter(&settings, text), rows[i].want);
    }
}

/* -- the plates -- */

static void fill_origin(bool known) {
    int64_t hour = 600000;
    origin = (struct scene_origin){
        .id = 1,
        .known = known,
        .range = {.side = 0,
                  .price_low = map.clusters[0].price_low,
                  .price_high = map.clusters[0].price_high,
                  .at_ms = map.ts_ms},
        .mark = map.reference,
        .at_ms = map.ts_ms,
        .usd = 7.43e6,
        .bands_usd = {0, 0, 5.8e6, 1.2e6, 4.3e5, 0},
        .half_ms = map.ts_ms - 3 * hour,
        .half_low = 64100,
        .half_high = 65312,
        .time_step_ms = hour,
        .time_first_ms = map.ts_ms / hour * hour - 11 * hour,
        .time_count = 12,
        .earlier_usd = 4e5,
        .price_first = 63900,
        .price_step = 100,
        .price_count = 24,
    };
    for (int i = 0; i < origin.time_count; i++) {
        origin.time_usd[i] = 1e5 * (1 + (i * 7) % 11);
    }
    for (int i = 0; i < origin.price_count; i++) {
        origin.price_usd[i] = 1e5 * (1 + (i * 5) % 13);
    }
}

static bool find_text(const char *part, struct picture_text_box *out) {
    struct picture_text_box boxes[LABELS_MAX];
    int count = picture_get_text_boxes(stage.picture, LABELS_MAX, boxes);
    for (int i = 0; i < count; i++) {
        if (strstr(boxes[i].text, part) != NULL) {
            *out = boxes[i];
            return true;
        }
    }
    return false;
}

static void check_boxes(const char *what) {
    struct picture_text_box b[LABELS_MAX];
    int count = picture_get_text_boxes(stage.picture, LABELS_MAX, b);
    assert_true(count > 0 && count < LABELS_MAX);
    for (int i = 0; i < count; i++) {
        if (b[i].x < 0 || b[i].y < 0 || b[i].x + b[i].w > stage.width_px ||
            b[i].y + b[i].h > stage.height_px) {
            fail_msg("%d x %d, %s: \"%s\" leaves the picture", stage.width_px, stage.height_px,
                     what, b[i].text);
        }
        for (int j = 0; j < i; j++) {
            if (b[i].x < b[j].x + b[j].w && b[j].x < b[i].x + b[i].w && b[i].y < b[j].y + b[j].h &&
                b[j].y < b[i].y + b[i].h) {
                fail_msg("%d x %d, %s: \"%s\" lies on \"%s\"", stage.width_px, stage.height_px,
                         what, b[i].text, b[j].text);
            }
        }
    }
}

static void assert_in_plot(const struct picture_text_box *box, const struct camera_rect *plot) {
    if (box->x < plot->x || box->y < plot->y || box->x + box->w > plot->x + plot->w ||
        box->y + box->h > plot->y + plot->h) {
        fail_msg("%d x %d: \"%s\" leaves the plot", stage.width_px, stage.height_px, box->text);
    }
}

/* The pointer in every corner and in the middle, with the plate of why and without it. */
static void plates_find_room_wherever_the_pointer_is(void **state) {
    (void)state;
    static const int sizes[][2] = {{640, 360},   {800, 600},   {1280, 720}, {1080, 1920},
                                   {1920, 1080}, {2560, 1080}, {3840, 2160}};
    golden_fill(&stage, NULL);
    fill_map();
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        golden_resize(&stage, sizes[i][0], sizes[i][1]);
        for (int turn = 0; turn < 20; turn++) {
            struct settings settings = settings_default();
            settings.band_hidden = turn % 4 == 3 ? 3 : 0;
            settings.parts &= ~SETTINGS_BIT(FIELD); /* texts are what counts, and quick */
            struct camera camera = golden_camera(&stage, 0, &settings);
            const struct camera_rect *plot = &camera.plot_px;
            struct picture_frame frame = golden_frame(&stage, &camera);
            int place = turn % 5; /* corners, then the middle */
            int why = turn / 5;   /* none, known, nothing there, asked */
            frame.settings = settings;
            frame.map = &map;
            frame.pointer_inside = true;
            frame.pointer_x_px =
                place == 4 ? plot->x + plot->w / 2 : plot->x + (place % 2) * (plot->w - 1);
            frame.pointer_y_px =
                place == 4 ? plot->y + plot->h / 2 : plot->y + (place / 2) * (plot->h - 1);
            fill_origin(why == 1);
            frame.origin = why == 1 || why == 2 ? &origin : NULL;
            frame.origin_asked = why == 3;
            picture_draw(stage.picture, &frame);
            char what[64];
            struct picture_text_box box;
            str_format(what, sizeof what, "place %d, why %d", place, why);
            check_boxes(what);
            bool small = stage.width_px < 1000;
            if (why == 0) {
                assert_true(find_text(" %", &box));
                assert_true(find_text("a stop here is behind", &box));
                assert_in_plot(&box, plot);
                assert_int_equal(find_text("100x only", &box), turn % 4 == 3);
            } else if (why == 1) {
                assert_true(find_text("why is it hot?", &box));
                assert_in_plot(&box, plot);
                assert_true(find_text("half of it since", &box));
                assert_true(find_text("$7.43M longs", &box));
                assert_true(find_text("opened when", &box) || small);
            } else {
                assert_true(find_text("why is it hot?", &box));
                assert_true(find_text(why == 2 ? "nothing is estimated" : "replaying", &box));
            }
            assert_int_equal(picture_get_stats(stage.picture).dropped_items, 0);
        }
    }
    golden_resize(&stage, WIDTH, HEIGHT);
}

/* The newest columns, with the pointer at a price. */
static void draw_at_price(double price, uint32_t parts, enum settings_side side) {
    struct settings settings = settings_default();
    settings.parts = parts;
    settings.side = side;
    struct camera camera = golden_camera(&stage, 0, &settings);
    struct picture_frame frame = golden_frame(&stage, &camera);
    frame.settings = settings;
    frame.map = &map;
    frame.pointer_inside = true;
    frame.pointer_x_px = camera_px_from_time(&camera, (double)stage.market.now_ms) - 20;
    frame.pointer_y_px = camera_px_from_price(&camera, price);
    picture_draw(stage.picture, &frame);
    check_boxes("a row more");
}

static void the_book_and_the_cluster_under_the_pointer_are_said(void **state) {
    (void)state;
    golden_resize(&stage, 1280, 720);
    golden_fill(&stage, &(struct synthetic_desc){.col_count = 120,
                                                 .row_count = 200,
                                                 .col_ms = 60000,
                                                 .price_mid = 64000,
                                                 .half_range = 0.09,
                                                 .seed = 5,
                                                 .book = true});
    fill_map();
    uint32_t parts = SETTINGS_BIT(FIELD) | SETTINGS_BIT(PRICE);
    struct picture_text_box box;
    for (int side = 0; side < 2; side++) {
        double price = map.clusters[side].price;
        draw_at_price(price, parts, SETTINGS_SIDE_BOTH);
        assert_true(find_text(side == 0 ? "of long positions" : "of short positions", &box));
        assert_true(find_text("mostly 5", &box)); /* mostly */
        assert_true(find_text("estimate", &box));
        assert_true(find_text("1 min", &box));
        assert_false(find_text("order book", &box));
        draw_at_price(price, parts | SETTINGS_BIT(BOOK), SETTINGS_SIDE_BOTH);
        assert_true(find_text(side == 0 ? "order book, bids" : "order book, asks", &box));
        /* Of a side that is not shown, and beside the cluster, nothing is said. */
        draw_at_price(price, parts, side == 0 ? SETTINGS_SIDE_SHORT : SETTINGS_SIDE_LONG);
        assert_false(find_text("would be force-", &box));
        draw_at_price(map.clusters[side].price_high * 1.001, parts, SETTINGS_SIDE_BOTH);
        assert_false(find_text("would be force-", &box));
    }
    golden_resize(&stage, WIDTH, HEIGHT);
}

/* The price now keeps its tag, whatever the pointer is on. */
static void the_price_tag_is_never_covered(void **state) {
    (void)state;
    golden_fill(&stage, NULL);
    golden_resize(&stage, 1280, 720);
    struct camera camera = golden_camera(&stage, 0, NULL);
    struct picture_frame frame = golden_frame(&stage, &camera);
    frame.pointer_inside = true;
    frame.pointer_x_px = camera.plot_px.x + camera.plot_px.w - 1;
    frame.pointer_y_px = camera_px_from_price(&camera, stage.market.price) + 2;
    picture_draw(stage.picture, &frame);
    struct picture_text_box b[LABELS_MAX];
    int count = picture_get_text_boxes(stage.picture, LABELS_MAX, b);
    int tags = 0;
    for (int i = 0; i < count; i++) {
        bool at_axis = b[i].x > camera.plot_px.x + camera.plot_px.w;
        double middle = b[i].y + b[i].h / 2;
        tags += at_axis && fabs(middle - frame.pointer_y_px) < 16 ? 1 : 0;
    }
    assert_int_equal(tags, 1);
    golden_resize(&stage, WIDTH, HEIGHT);
}

static void check_golden(const char *name, int width_px, int height_px) {
    golden_resize(&stage, width_px, height_px);
    golden_fill(&stage, NULL);
    fill_map();
    fill_origin(true);
    struct settings settings = settings_default();
    settings.parts = SETTINGS_BIT(FIELD) | SETTINGS_BIT(PRICE);
    struct camera camera = golden_camera(&stage, 0, &settings);
    struct picture_frame frame = golden_frame(&stage, &camera);
    frame.settings = settings;
    frame.map = &map;
    frame.origin = &origin;
    frame.pointer_inside = true;
    frame.pointer_x_px = camera.plot_px.x + camera.plot_px.w * 0.3;
    frame.pointer_y_px = camera.plot_px.y + camera.plot_px.h * 0.35;
    golden_check(&stage, name, &frame);
    golden_resize(&stage, WIDTH, HEIGHT);
}

static void read_out_and_why_equal_their_golden_images(void **state) {
    (void)state;
    check_golden("read-640x360", 640, 360);
    check_golden("read-1280x720", 1280, 720);
}

#define PICTURE_TEST(name)                                                                         \
    cmocka_unit_test_setup_teardown(name, golden_open_test, golden_close_test)

int main(void) {
    const struct CMUnitTest tests[] = {
        PICTURE_TEST(a_cell_is_its_texels_summed_by_hand),
        PICTURE_TEST(what_a_stop_is_behind_is_the_map_or_the_rows),
        PICTURE_TEST(liquidations_and_sweeps_near_the_pointer_are_told),
        PICTURE_TEST(the_order_book_of_a_cell_is_told_while_it_is_shown),
        PICTURE_TEST(the_book_and_the_cluster_under_the_pointer_are_said),
        cmocka_unit_test(filters_are_said),
        PICTURE_TEST(plates_find_room_wherever_the_pointer_is),
        PICTURE_TEST(the_price_tag_is_never_covered),
        PICTURE_TEST(read_out_and_why_equal_their_golden_images),
    };
    golden_use(&stage, WIDTH, HEIGHT);
    return cmocka_run_group_tests(tests, golden_open_group, golden_close_group);
}
