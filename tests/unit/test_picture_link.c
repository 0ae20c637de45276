#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "app/picture_link.h"
#include "support/event_make.h"

#define HOUR_MS 3600e3
#define NOW_MS  INT64_C(1781685000000)

static struct camera camera_of(double hours, double width_px) {
    struct camera camera;
    camera_init(&camera, NOW_MS, hours * HOUR_MS, 60000, 0.1);
    camera_set_plot(&camera, (struct camera_rect){0, 0, width_px, 600});
    camera_follow(&camera, (double)NOW_MS);
    return camera;
}

static void grids_cover_the_view_with_a_margin_and_keep_the_limits(void **state) {
    (void)state;
    static const double hours[] = {0.02, 0.1, 1, 4, 12, 24, 48, 168, 24 * 30, 24 * 366};
    static const double widths[] = {64, 800, 1200, 1900, 3800};
    for (size_t i = 0; i < sizeof hours / sizeof hours[0]; i++) {
        for (size_t j = 0; j < sizeof widths / sizeof widths[0]; j++) {
            struct camera camera = camera_of(hours[i], widths[j]);
            struct layers_grid grid = picture_link_grid(&camera, NOW_MS, false);
            assert_in_range(grid.col_count, 1, LAYERS_COL_MAX);
            assert_in_range(grid.row_count, 1, LAYERS_ROW_MAX);
            assert_true(grid.row_height >= 1e-4);
            assert_true((double)(grid.first_col * grid.col_ms) <=
                        camera.time_left_ms - 0.3 * hours[i] * HOUR_MS);
            assert_true((grid.first_col + grid.col_count) * grid.col_ms > NOW_MS);
            assert_true((grid.first_col + grid.col_count - 1) * grid.col_ms <= NOW_MS);
            assert_true(grid.ln_price_min <= camera.ln_bottom - 0.0499);
            assert_true(grid.ln_price_min + grid.row_count * grid.row_height >=
                        camera.ln_top + 0.0499 - grid.row_height);
        }
    }
}

static void a_day_on_a_1080p_screen_has_a_column_a_minute(void **state) {
    (void)state;
    struct camera camera = camera_of(24, 1750);
    assert_int_equal(picture_link_grid(&camera, NOW_MS, false).col_ms, 60000);
}

static void the_past_is_covered_to_the_right_as_well(void **state) {
    (void)state;
    struct camera camera = camera_of(1, 1000);
    camera_pan_px(&camera, 3000, 0);
    struct layers_grid grid = picture_link_grid(&camera, NOW_MS, false);
    assert_true((double)((grid.first_col + grid.col_count) * grid.col_ms) >=
                camera.time_right_ms + 0.3 * HOUR_MS);
}

static void a_tight_grid_begins_at_the_left_edge(void **state) {
    (void)state;
    struct camera camera = camera_of(24, 1000);
    struct layers_grid grid = picture_link_grid(&camera, NOW_MS, true);
    assert_true((double)(grid.first_col * grid.col_ms) <= camera.time_left_ms);
    assert_true((double)((grid.first_col + 1) * grid.col_ms) > camera.time_left_ms);
}

static void apply_mark(struct engine *engine, uint16_t instrument, const char *price) {
    for (int second = 0; second < 3; second++) {
        struct event mark = make_mark(instrument, NOW_MS + second * 1000, price);
        engine_apply(engine, &mark, 1);
    }
}

/* The one that is shown comes first, then the others of its coin that have a price. */
static void instruments_of_one_coin_are_shown_together(void **state) {
    (void)state;
    static struct scene scene;
    struct settings settings = settings_default();
    struct instrument_table *table = instrument_table_create();
    struct engine *engine = engine_create(&(struct engine_desc){.instruments = table});
    uint16_t binance = instrument_add(table, VENUE_BINANCE_USDM, "BTCUSDT", 7);
    uint16_t ether = instrument_add(table, VENUE_BINANCE_USDM, "ETHUSDT", 7);
    uint16_t okx = instrument_add(table, VENUE_OKX, "BTC-USDT-SWAP", 13);
    uint16_t bybit = instrument_add(table, VENUE_BYBIT, "BTCUSDT", 7);
    apply_mark(engine, binance, "60000");
    apply_mark(engine, ether, "3000");
    apply_mark(engine, okx, "60010");
    struct event silent = make_event(EVENT_OPEN_INTEREST, bybit, NOW_MS);
    engine_apply(engine, &silent, 1); /* known, but without a price */
    engine_fill_scene(engine, &scene);
    assert_int_equal(scene.instrument_count, 4);

    struct picture_inputs inputs = picture_inputs_of(engine, &scene, 0, &settings);
    assert_int_equal(inputs.count, 2);
    assert_ptr_equal(inputs.items[0].log, engine_entry_log(engine, binance));
    assert_ptr_equal(inputs.items[1].log, engine_entry_log(engine, okx));
    inputs = picture_inputs_of(engine, &scene, 2, &settings);
    assert_int_equal(inputs.count, 2);
    assert_ptr_equal(inputs.items[0].log, engine_entry_log(engine, okx));
    assert_ptr_equal(inputs.items[1].log, engine_entry_log(engine, binance));
    inputs = picture_inputs_of(engine, &scene, 1, &settings);
    assert_int_equal(inputs.count, 1);
    assert_ptr_equal(inputs.items[0].log, engine_entry_log(engine, ether));

    settings.venue_hidden = UINT32_C(1) << VENUE_OKX;
    inputs = picture_inputs_of(engine, &scene, 0, &settings);
    assert_int_equal(inputs.count, 1);
    inputs = picture_inputs_of(engine, &scene, 2, &settings);
    assert_int_equal(inputs.count, 2); /* the one that is looked at stays */
    engine_destroy(engine);
    instrument_table_destroy(table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instruments_of_one_coin_are_shown_together),
        cmocka_unit_test(grids_cover_the_view_with_a_margin_and_keep_the_limits),
        cmocka_unit_test(a_day_on_a_1080p_screen_has_a_column_a_minute),
        cmocka_unit_test(the_past_is_covered_to_the_right_as_well),
        cmocka_unit_test(a_tight_grid_begins_at_the_left_edge),
    };
    return cmocka_run_group_tests_name("picture_link", tests, NULL, NULL);
}
